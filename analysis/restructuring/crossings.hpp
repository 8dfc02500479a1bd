// Where eigenvalues cross the border of stability along a curve of fixed points that is known step by step.
#pragma once

#include <functional>
#include <optional>

#include "analysis/restructuring/continuation.hpp"

namespace stillpoint {

/// Nodes 0 .. n; step i leads from node i to node i + 1, share 0 to 1.
struct SteppedCurve {
  System::As as;
  std::vector<FixedPointBranch::Sample> nodes;
  /// What shows without a spectrum that something happens in a step: s turns back; another branch crosses; an
  /// eigenvalue passes through 0 (of dF/dx).
  struct Sign {
    bool turns = false, branches = false, passes = false;
  };
  std::vector<Sign> signs;  // per step
  std::function<FixedPointBranch::Sample(std::size_t step, double share)> between;
  /// ds / d arc length, of curves that turn.
  std::function<double(std::size_t step, double share)> direction;
  /// Ordered (network_path.hpp).
  std::function<Eigen::VectorXcd(const FixedPointBranch::Sample&)> spectrum;

  std::vector<std::optional<Eigen::VectorXcd>> spectra = {};  // of nodes, as far as they are known
  const Eigen::VectorXcd& spectrum_at(std::size_t node);
};

/// Root of f between two shares at which its signs differ, to 2^-40.
double root_between(const std::function<double(double)>& f, double low, double high);

/// Bifurcations on all steps, in order, appended to `found`.
void find_crossings(SteppedCurve& curve, bool every_spectrum, std::vector<Bifurcation>& found);

}  // namespace stillpoint
