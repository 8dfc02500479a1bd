// A fixed point of one network followed along the straight path to another: does it get there, and what happens to it?
//
// Smooth networks: pseudo-arclength continuation (Keller 1977; Allgower & Georg 1990, doi:10.1007/978-3-642-61257-2)
// of F(x; s) = 0. From a point y = (x, s) with the unit tangent t the next one is predicted at y + h t and
// corrected by Newton's method in the plane across the tangent,
//
//   ( dF/dx  dF/ds ) dy = - (      F        )        |y|^2 = |x|^2 / (D max(1, rms of the first x)^2) + s^2
//   (      t^T     )        ( t . (y - y_p) )
//
// a matrix that is regular at folds, so that the branch is followed round them. One factorisation serves a step: the
// corrector, the tangent, and the sign of the determinant, which tells branch points from folds.
//
// Networks with relu: within a linear region the fixed point is a function of s, solved exactly
// (analysis/points/piecewise_linear.hpp); at a border the one unit that reaches its kink changes side, and s goes on in the
// direction in which that unit stays there.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/restructuring/network_path.hpp"

namespace stillpoint {

/// A place on a branch where the number or the stability of fixed points changes (Kuznetsov 2004,
/// doi:10.1007/978-1-4757-3978-7; border collisions: di Bernardo et al. 2008, doi:10.1007/978-1-84628-708-4).
struct Bifurcation {
  enum class Kind {
    fold,              // a real eigenvalue of a flow through 0, a multiplier through 1; the branch turns back in s
    branch_point,      // the same, but another branch crosses: pitchfork, transcritical
    flip,              // map: a multiplier through -1
    hopf,              // flow: a complex pair through the imaginary axis
    neimark_sacker,    // map: a complex pair through the unit circle
    border_collision,  // relu: a unit reaches its kink, the Jacobian jumps; the branch may turn
  };
  Kind kind;
  double s;
  Vector<double> state;             // D
  std::complex<double> eigenvalue;  // that crosses; of a border collision the most unstable one beyond
  Index index_before, index_after;  // unstable directions, in the order in which the branch is followed
  bool turns;                       // s turns back: two fixed points meet here
  std::size_t after;                // lies between samples `after` and `after + 1`
};
/// "fold", "branch point", "flip", "Hopf", "Neimark-Sacker", "border collision"
std::string name_of(Bifurcation::Kind kind);

struct FixedPointBranch {
  /// Where it went: to a fixed point of the network at s = 1; round a turn back to another one at s = 0; beyond every
  /// bound (root mean square above 10^6); or it could not be followed, `why` says it.
  enum class End { arrives, returns, diverges, lost } end;
  struct Sample {
    Vector<double> x;  // D
    double s;
  };
  std::vector<Sample> samples;            // from the start to where it ended
  std::vector<Bifurcation> bifurcations;  // in the order in which the branch is followed
  Eigen::VectorXcd end_spectrum;          // ordered (network_path.hpp); empty unless it arrives or returns
  std::string why;
};

struct ContinuationSetting {
  double first_step = 0.1, longest_step = 0.25;  // of arc length, times max(1, |y|)
  double shortest_step = 1e-8;                   // below it the branch is lost
  /// Tangents of successive points differ by this angle at most, and predictions by half of it times the step.
  double widest_angle = 0.3;
  Index most_steps = 2000;
  /// Spectra at every step. Else at the ends, at every turn or change of the determinant's sign, and wherever the
  /// number of unstable directions at two of these differs: a pair that crosses and comes back in between is not seen.
  /// A single fold whose partners differ by one direction is then taken as explained.
  bool every_spectrum = true;
};

/// Ordered spectra at fixed points of either end that are known already, or nothing.
using KnownSpectra = std::function<std::optional<Eigen::VectorXcd>(const FixedPointBranch::Sample&)>;
inline std::optional<Eigen::VectorXcd> no_known_spectrum(const FixedPointBranch::Sample&) { return {}; }

/// x: D, a fixed point at s = 0 (residual at most 1e-9). Bifurcations are located to 2^-40 of the step they lie in.
/// Throws UserError where x has another size, holds NaN, or is no fixed point.
FixedPointBranch continue_fixed_point(const NetworkPath& path, const Vector<double>& x,
                                      const ContinuationSetting& setting = {},
                                      const KnownSpectra& known = no_known_spectrum);

}  // namespace stillpoint
