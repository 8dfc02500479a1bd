// Which fixed point of one checkpoint of training is which of the next, and what happens to them in between.
//
// At every checkpoint a search (analysis/points/fixed_points.hpp) finds points; every followed one is continued
// (analysis/restructuring/continuation.hpp) along the straight path to the next network and to the one before, and what continuation
// reaches is added to the checkpoint's points. A point is therefore called new only when it cannot be followed back.
// Points that continuation lost on either side are matched by distance (analysis/points/attractor_match.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/restructuring/continuation.hpp"

namespace stillpoint {

struct FollowSetting {
  Index starts = 16;        // of the search at each checkpoint
  bool stable_only = true;  // only stable points are followed; the others are met where a branch leads to them
  /// Cost of a point that stays unmatched [distance in the state]; default: a quarter of the spread of all points (root
  /// mean square distance from their mean). Points more than twice as far apart are different ones.
  std::optional<double> birth_cost = {};
  std::uint64_t seed = 1;
  ContinuationSetting continuation = [] {
    ContinuationSetting quick;
    quick.every_spectrum = false;
    return quick;
  }();
};

struct FollowedPoint {
  Vector<double> state;             // D
  Index index;                      // unstable directions
  bool stable;                      // by the margin of FixedPoint
  Eigen::VectorXcd eigenvalues;     // D, as of FixedPoint
  bool searched;                    // the search found it; else continuation alone
  std::optional<Index> track = {};  // of points that were followed or met
};

/// A piece of the curve of fixed points between checkpoints k and k + 1.
struct FollowedArc {
  struct Place {
    bool later;   // at checkpoint k + 1
    Index point;  // of that checkpoint
  };
  Index interval;           // k
  Place from;               // where following began
  std::optional<Place> to;  // nothing: it diverges or is lost
  FixedPointBranch branch;  // s counts from checkpoint k to k + 1, whichever way it was followed
};

struct FollowedChange {
  std::string type;    // name_of(Bifurcation::Kind), "birth" or "death"
  std::string effect;  // "pair appears", "pair vanishes", "stability gained", "stability lost", "index a to b", "goes
                       // on"; of a birth or a death why it could not be followed
  Index interval;
  double s;  // of the way from checkpoint k to k + 1; of a birth or death as far as it could be followed
  std::vector<Index> tracks;
  Index index_before, index_after;  // in the order of learning; of a pair those of the two, the smaller first
  std::complex<double> eigenvalue;
  Vector<double> state;  // D
};

struct Followed {
  std::vector<std::vector<FollowedPoint>> points;  // per checkpoint
  std::vector<FollowedArc> arcs;
  std::vector<FollowedChange> changes;  // by interval, then s
  struct Pair {
    Index interval, before, after;
    std::string why;  // the one before could not be continued
  };
  std::vector<Pair> matched;  // by distance, where continuation was lost on both sides
  Index tracks = 0;           // how many; numbered from 0, until number_tracks_as
  double birth_cost;
  /// Of the successions of one stable point to another that continuation found, those that matching by distance alone
  /// finds as well; and its pairs that are none.
  Index successions = 0, alike = 0, mistaken = 0;
};

/// networks: two or more of one kind and shape, in the order of training. Throws UserError as find_fixed_points and
/// NetworkPath do, and where starts < 1 or birth_cost is not above 0.
Followed follow_fixed_points(const std::vector<Network<double>>& networks, const Vector<double>& input, System::As as,
                             const FollowSetting& setting = {});

/// Gives tracks other numbers: that of point i of the last checkpoint becomes numbers[i] (from 0) where there is one
/// that no point before it has; all others come after `listed` numbers, in the order that they had.
void number_tracks_as(const std::vector<std::optional<Index>>& numbers, Index listed, Followed& followed);

/// Fills tracks, matched, changes and what follows of points and arcs; for follow_fixed_points.
void describe_followed(const FollowSetting& setting, Followed& followed);

}  // namespace stillpoint
