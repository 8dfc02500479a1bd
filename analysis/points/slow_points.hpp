// Where a network lingers without resting: local minima of its kinetic energy that are no fixed points.
//
//   q = |F|^2 / (2 D)      F the velocity (Sussillo & Barak 2013, doi:10.1162/NECO_a_00409)
//
// At such a minimum J^T F = 0 with F != 0, so that J is singular: its null vector is the slow direction. Just past a
// fold the minimum is the ghost of the pair of fixed points that vanished, and the time to pass it grows as
// distance^-1/2 (Strogatz 2015, Nonlinear Dynamics and Chaos, section 4.3).
#pragma once

#include <complex>
#include <optional>
#include <vector>

#include "analysis/system.hpp"

namespace stillpoint {

struct SlowPoint {
  Vector<double> state;  // D
  double q;
  double speed_per_s;             // root mean square over entries of dx/dt, or of the change per step / step [1/s]
  Vector<double> slow_direction;  // D, length 1, along which the network passes
  std::complex<double>
      eigenvalue;  // of that direction: tau_ref T^-1 J of a flow (near 0), multiplier of a map (near 1)
  Index index;     // unstable directions beside it: what passes is pushed aside along them
  std::optional<double> passage_ms;  // nothing where the simulation had not passed after 200000 steps
  Index hits;                        // starts that ended here
};

struct SlowPointSearch {
  Index starts = 64;
  double radius = 0.1;  // of the passage, Euclidean distance in the state
  std::uint64_t seed = 1;
  Matrix<double> visited = {};  // D x n, from which free runs begin in turn; empty: from random states
};

struct SlowPoints {
  std::vector<SlowPoint> points;              // slowest first
  Index starts, at_fixed_points, unfinished;  // unfinished: ended at no minimum (a saddle of q, a kink, no convergence)
};

/// Half of the starts are where a free run from a random (or visited) state is slowest (its slowest local minimum of
/// |F| in time within 50 reference time constants or steps; its last state where there is none), half random states
/// (analysis/start_states.hpp). From there Levenberg-Marquardt, then Newton's method on q with its whole Hessian, to a
/// step below 1e-9; a minimum whose residual is below 1e-9 is a fixed point and is dropped.
///
/// Passage: from `radius` before the point along its slow direction until the coordinate along it is as far behind, or
/// the state is twice as far away; flows by the classical Runge-Kutta rule, a twentieth of the shortest tau per step.
/// Throws UserError where the network holds NaN or an option is out of range.
SlowPoints find_slow_points(const System& system, const SlowPointSearch& search = {});

}  // namespace stillpoint
