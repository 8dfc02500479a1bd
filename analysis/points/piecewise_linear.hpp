// Fixed points and cycles of networks that are linear between kinks (relu): exact, region by region.
//
//   state kink   x(t+1) = L x + W relu(x) + c        plrnn, leaky_current
//   drive kink   x(t+1) = L x + a relu(W x + c)      leaky_rate, rnn_map, low_rank
//
// L and a are diagonal but for feedback of a readout that sees x. In the region D (which kink quantities, x or W x + c,
// are above 0) a step is x -> P_D x + h_D, so that a k-cycle through D_1 .. D_k solves a linear system, and is one when
// each of its states lies in its region.
#pragma once

#include <optional>
#include <vector>

#include "analysis/system.hpp"

namespace stillpoint {

class PiecewiseLinear {
 public:
  using Region = Eigen::Array<bool, Eigen::Dynamic, 1>;  // N, the kink quantity is above 0
  using Word = std::vector<Region>;                      // regions of a cycle, in order

  /// Nothing where the network has no relu. A flow: its Euler step of one tau, which has the same fixed points.
  static std::optional<PiecewiseLinear> of(const System& system);

  Index size() const { return c_.size(); }
  Region region_of(const Vector<double>& x) const { return kink(x).array() > 0; }
  /// The kink quantities, N.
  Vector<double> kink(const Vector<double>& x) const { return in_state_ ? x : Vector<double>(W_ * x + c_); }
  Vector<double> next(const Vector<double>& x) const;

  enum class Found { cycle, elsewhere, singular };
  struct Solution {
    Found found;            // elsewhere: some state lies outside its region
    Matrix<double> states;  // N x k; state i+1 is the step of state i by its word
  };
  /// The states of the linear system of a word. On the border of a region (within 1e-11 of max(1, max|x|)) counts as in
  /// it.
  Solution solve(const Word& word) const;
  /// P_k .. P_1, whose eigenvalues are the multipliers.
  Matrix<double> product(const Word& word) const;

 private:
  Matrix<double> step_of(const Region& region) const;      // P
  Vector<double> constant_of(const Region& region) const;  // h

  bool in_state_;
  Matrix<double> L_, W_;
  Vector<double> a_, c_;
};

/// Every k-cycle of minimal period k, one per orbit. Exact while size * k <= most_exact (18): all words, each up to
/// rotation; `singular` counts words without a unique solution, along which cycles could form a continuum. Beyond, the
/// guided search from `starts` (N x n): the word of k steps from a start, the solution, the word of the solution, until
/// they agree (after Eisenmann, Monfared, Goring & Durstewitz 2023, SCYFI, arXiv:2310.17561).
struct RegionCycles {
  std::vector<Matrix<double>> cycles;  // N x k each
  bool exact = false;
  Index singular = 0;
};
constexpr Index most_exact_fixed_points = 14, most_exact = 18;
RegionCycles find_cycles(const PiecewiseLinear& map, Index k, const Matrix<double>& starts);

}  // namespace stillpoint
