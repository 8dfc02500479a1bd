// Where a network rests: its fixed points under constant input, their stability, and how many the search may have
// missed.
#pragma once

#include <optional>
#include <vector>

#include "analysis/system.hpp"
#include "sim/synapse.hpp"

namespace stillpoint {

struct FixedPoint {
  Vector<double> state;          // D
  double residual;               // max|F| / max(1, max|x|), at most 1e-12
  Eigen::VectorXcd eigenvalues;  // flow: of tau_ref T^-1 J, dimensionless; map: multipliers; the most unstable first
  Index index;                   // unstable directions: real part above 1e-9, modulus above 1 + 1e-9
  bool stable;                   // all on the other side of the border, by as much; never on a kink
  Index hits;                    // starts of phase 1 that ended here; 0: found by deflation, or by enumeration alone
  bool on_kink = false;          // relu: the Jacobian differs between directions, these eigenvalues are of one of them
  Index neutral = 0;             // directions that neither grow nor decay; on a continuum its own are among them
  std::optional<Index> continuum = {};  // that it lies on, of FixedPoints::continua; its `index` leaves that one's out
  Index number = 0;                     // from 1, in the order of the list; points of a continuum share one
};

/// A line or ring (dimension 1), plane (2) .. of fixed points, of which the search found some.
struct Continuum {
  Index dimension, number;
  std::vector<Index> points;      // of FixedPoints::points
  double extent;                  // the largest distance between two of them
  Index hits;                     // of all of them
  Index least_index, most_index;  // unstable directions across it, where it is smooth
  bool attracts;                  // all directions across it decay at every point of it that was found off kinks
};

struct PeriodicOrbit {
  Matrix<double> states;         // D x k
  Eigen::VectorXcd multipliers;  // D
  bool stable;
};

struct FixedPointSearch {
  Index starts = 1024;
  Index max_cycle = 1;  // k-cycles up to here, of relu maps
  std::uint64_t seed = 1;
  Matrix<double> visited = {};  // D x n, half of the starts in turn; empty: states of free runs without a synapse
  /// Points and stability with this synapse, bound to the network; nullptr: none. Of a synapse that acts through one
  /// current (analysis/points/current_stability.hpp) there are 2D eigenvalues per point, of another D + its rows.
  const ContinuousSynapse<double>* synapse = nullptr;
};

struct FixedPoints {
  bool exact;               // every region of a piecewise-linear network was solved, and each had one solution
  double missing_at_least;  // Chao1 of phase 1 less what phase 2 found of it, at least 0; 0 where exact
  double chao1;             // points that phase 1 missed, lower bound; a continuum counts as one
  /// Stable ones first, then by index, then isolated ones first, then by the first entry of the state that differs (by
  /// more than 1e-4): where two searches find the same points, they number them alike.
  std::vector<FixedPoint> points;
  std::vector<Continuum> continua;    // by number
  std::vector<PeriodicOrbit> cycles;  // by k
  Index cycles_exact_to = 0;          // up to this k all words of regions were solved
  double tau_ref_ms;
  Index starts, converged;  // of phase 1
  Index deflated_starts, found_by_deflation;
  Index singular = 0;  // words of regions without a unique solution, where points may form a continuum
};

/// Phase 1: Newton's method (analysis/points/newton.hpp) from `starts` independent states (analysis/start_states.hpp), ends
/// merged within 1e-6 of max(1, max|x|). Phase 2: a quarter as many starts, with every known point deflated. What is
/// found is then told apart from pieces of a continuum (analysis/points/continua.hpp). Networks
/// with relu are solved region by region (analysis/points/piecewise_linear.hpp): all of them up to N = 14, there without
/// phase 2. With a synapse that is not silent at rest the search is that of x with the synapse at rest
/// (analysis/points/resting_synapse.hpp), region by region never. Throws UserError where the network holds NaN, where
/// max_cycle > 1 and it is no relu map, and where the synapse has no meaning in it.
FixedPoints find_fixed_points(const System& system, const FixedPointSearch& search = {});

/// The number of the point of the list at x (within `near` of 1 + |x|), or of the continuum that x lies on.
std::optional<Index> number_of(const FixedPoints& found, const System& system, const Vector<double>& x,
                               double near = 1e-4);

/// f1 (f1 - 1) / (2 (f2 + 1)), f1 and f2 the points hit once and twice: a lower bound of the mean number of points
/// never hit (bias-corrected Chao1; Chao 1987, doi:10.2307/2531532).
double chao1_missing(const std::vector<Index>& hits);

}  // namespace stillpoint
