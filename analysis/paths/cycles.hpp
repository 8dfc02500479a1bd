// Limit cycles of flows: fixed points of a return map.
//
// The section is the plane through a state of the path across its velocity n. Newton's method finds state and period at
// once (Kuznetsov 2004, doi:10.1007/978-1-4757-3978-7, section 10.1): with phi the flow, M = dphi/dx its monodromy
// matrix and f the velocity,
//
//   ( M - 1   f ) (dx)     (phi(x, T) - x)
//   (  n^T    0 ) (dT) = - (n . (x - x0) )
//
// Floquet multipliers are the eigenvalues of M at the cycle without the one nearest 1, which belongs to the direction
// of motion. Unstable cycles are found as well where the path comes near. Beyond 600 entries of state, as synapses make
// them, M is not formed: it is known by its products (krylov.hpp), and of the multipliers the leading ones are.
#pragma once

#include <optional>
#include <vector>

#include "analysis/stepper.hpp"

namespace stillpoint {

struct Cycle {
  Matrix<double> path;  // D x steps + 1, from a state on the cycle back to it, in equal steps
  double period_ms;
  Eigen::VectorXcd multipliers;  // D - 1, or the leading ones, by falling size
  double closure;                // |phi(x, T) - x| over the extent of the cycle
  bool stable() const { return multipliers.size() == 0 || std::abs(multipliers(0)) < 1; }
  /// Largest distance from the first state.
  double extent() const;
  /// Distance of a state from the path, straight between its states.
  double distance(const Vector<double>& x) const;
};

struct CycleSetting {
  double discard_ms = 5000;
  double duration_ms = 10000;  // a return is waited for so long
  double closeness = 0.3;      // a return is one when so near, of the path's extent since; the nearest is taken
  double tolerance = 1e-9;     // closure
  Index newton_steps = 20;
};

struct CycleSearch {
  /// at_rest: after discard_ms or by the end of the search; diverged: without bound by then. Both of paths that lead to no
  /// cycle, whether or not they came back near to where they were.
  enum class Outcome { found, at_rest, diverged, no_return, not_converged } outcome;
  std::optional<Cycle> cycle;
  double nearest_return;  // distance over extent; infinite without one
};

/// start: D. Throws UserError on maps, whose invariant curves have neither period nor multipliers, and on negative
/// durations. D x steps per period x operations of a step, for each step of Newton's method; beyond 600 entries up to 100
/// times the operations of so many steps.
CycleSearch find_cycle(const Stepper& stepper, const Vector<double>& start, const CycleSetting& setting = {});

struct CycleList {
  std::vector<Cycle> cycles;                                          // each once, in the order in which they were met
  std::vector<Index> found;                                           // searches that led to each
  Index at_rest = 0, diverged = 0, no_return = 0, not_converged = 0;  // searches that led to none
};
/// A search from each of the starts, D x n.
CycleList find_cycles(const Stepper& stepper, const Matrix<double>& starts, const CycleSetting& setting = {});

/// Leading eigenvalues, by falling size, of the derivative of so many steps from x; all of them up to 600 entries of
/// state.
Eigen::VectorXcd multipliers_from(const Stepper& stepper, const Vector<double>& x, Index steps);

/// The two are the same orbit: the start of one lies on the other, and the periods agree to a thousandth.
bool same_cycle(const Cycle& a, const Cycle& b);

}  // namespace stillpoint
