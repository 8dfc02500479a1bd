// The figure of fixed points followed through learning.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/restructuring/followed.hpp"
#include "experiments/report/drawing.hpp"

namespace stillpoint {

/// The first principal axis of the points on tracks (of all where there are none).
struct FollowedAxis {
  Vector<double> mean, direction;
  double share = 0;  // of the variance
  double at(const Vector<double>& x) const { return direction.dot(x - mean); }
};
FollowedAxis axis_of(const Followed& followed);

struct FollowedFigure {
  std::string title;
  std::vector<long> updates;                   // of the checkpoints
  bool logarithmic = false;                    // axis of update + 1, so that update 0 is on it
  std::vector<double> update = {}, loss = {};  // learning curve
  std::optional<long> reached_at = {};         // update at which criterion was reached
  std::map<Index, std::string> labels = {};    // track -> what its attractor holds
  std::vector<std::string> without = {};       // of the run, what the networks are followed without
  /// States are places on the first principal axis of those that were followed, which has this share of their variance;
  /// absent: states are whole.
  std::optional<double> share = {};
};

/// 180 mm wide, above the loss: followed points along the first principal axis of their states over updates;
/// stable points solid, unstable ones dashed, points that were found but not followed as grey dots; changes with a
/// symbol by type. Changes that leave number and stability as they are, as most border collisions do, have none.
Figure followed_figure(Followed followed, FollowedFigure figure);

}  // namespace stillpoint
