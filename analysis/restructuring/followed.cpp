#include "analysis/restructuring/followed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/points/fixed_points.hpp"
#include "analysis/points/same_point.hpp"
#include "analysis/points/stability.hpp"
#include "sim/blas.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

using End = FixedPointBranch::End;
using Place = FollowedArc::Place;

class Follower {
 public:
  Follower(const std::vector<Network<double>>& networks, const Vector<double>& input, System::As as,
           const FollowSetting& setting)
      : networks_(networks), input_(input), as_(as), setting_(setting) {}

  Followed run() {
    const auto count = static_cast<Index>(networks_.size());
    for (const Index k : Turns("networks", count)) search(networks_[static_cast<std::size_t>(k)]);
    while (sweep()) {
    }
    describe_followed(setting_, result_);
    return std::move(result_);
  }

 private:
  /// Has the arc before and after a point been looked for?
  struct Tried {
    bool backward = false, forward = false;
  };

  void search(const Network<double>& network) {
    FixedPointSearch search;
    search.starts = setting_.starts;
    search.seed = setting_.seed;
    search.budget = 0;
    search.proof_boxes = 0;
    auto& points = result_.points.emplace_back();
    for (const auto& found : find_fixed_points(System(network, input_, as_), search).points)
      points.push_back({found.state, found.index, found.stable, found.eigenvalues, true});
    tried_.emplace_back(points.size());
  }

  /// Follows every point that waits for it, once; what is met may wait in turn.
  bool sweep() {
    bool any = false;
    const auto count = static_cast<Index>(networks_.size());
    for (const Index k : Turns("networks followed", count))
      for (Index i = 0; i < static_cast<Index>(points(k).size()); ++i) {
        if (setting_.stable_only && !point(k, i).stable) continue;
        for (const bool later : {false, true}) {
          const Index interval = later ? k - 1 : k;
          if (interval < 0 || interval + 1 >= count || tried(interval, {later, i})) continue;
          follow(interval, {later, i});
          any = true;
        }
      }
    return any;
  }

  void follow(Index interval, Place from) {
    const auto fine = [&] {
      auto finer = setting_.continuation;
      finer.first_step /= 10;
      finer.longest_step /= 10;
      finer.widest_angle /= 3;
      return finer;
    };
    FollowedArc arc{interval, from, {}, {}};
    tried(interval, from) = true;
    for (const auto& setting : {setting_.continuation, fine()}) {
      arc.branch = branch_from(interval, from, setting);
      if (arc.branch.end != End::arrives && arc.branch.end != End::returns) break;
      const bool later = from.later != (arc.branch.end == End::arrives);
      const Place to{later, number_of(interval + (later ? 1 : 0), arc.branch)};
      // Only one branch leads from a point into the interval: a second one has jumped, and is tried in finer steps.
      if (!tried(interval, to)) {
        arc.to = to;
        tried(interval, to) = true;
        break;
      }
    }
    if (!arc.to && arc.branch.end != End::diverges && arc.branch.end != End::lost) {
      arc.branch.end = End::lost;
      arc.branch.why = "ends where another branch does";
    }
    result_.arcs.push_back(std::move(arc));
  }

  FixedPointBranch branch_from(Index interval, Place from, const ContinuationSetting& setting) const {
    const auto k = static_cast<std::size_t>(interval);
    const NetworkPath forward(networks_[k], networks_[k + 1], input_, as_);
    const auto& start = result_.points[k + (from.later ? 1 : 0)][static_cast<std::size_t>(from.point)].state;
    const auto known = [&](const FixedPointBranch::Sample& at) -> std::optional<Eigen::VectorXcd> {
      const Index checkpoint = interval + (from.later == (at.s == 0) ? 1 : 0);
      const auto i = known_point(checkpoint, at.x);
      if (!i) return {};
      return result_.points[static_cast<std::size_t>(checkpoint)][*i].eigenvalues;
    };
    if (!from.later) return continue_fixed_point(forward, start, setting, known);
    auto branch = continue_fixed_point(forward.reversed(), start, setting, known);
    for (auto& sample : branch.samples) sample.s = 1 - sample.s;
    for (auto& each : branch.bifurcations) each.s = 1 - each.s;
    return branch;
  }

  std::optional<std::size_t> known_point(Index k, const Vector<double>& x) const {
    const auto& known = result_.points[static_cast<std::size_t>(k)];
    for (std::size_t i = 0; i < known.size(); ++i)
      if (same_point(known[i].state, x)) return i;
    return {};
  }
  /// The point of checkpoint k where a branch ends; a new one where it is not known.
  Index number_of(Index k, const FixedPointBranch& branch) {
    const auto& x = branch.samples.back().x;
    if (const auto i = known_point(k, x)) return static_cast<Index>(*i);
    auto& known = points(k);
    known.push_back({x, unstable_directions(as_, branch.end_spectrum, neutral_growth),
                     is_stable(as_, branch.end_spectrum), branch.end_spectrum, false});
    tried_[static_cast<std::size_t>(k)].emplace_back();
    return static_cast<Index>(known.size()) - 1;
  }

  std::vector<FollowedPoint>& points(Index k) { return result_.points[static_cast<std::size_t>(k)]; }
  FollowedPoint& point(Index k, Index i) { return points(k)[static_cast<std::size_t>(i)]; }
  bool& tried(Index interval, Place place) {
    auto& of =
        tried_[static_cast<std::size_t>(interval + (place.later ? 1 : 0))][static_cast<std::size_t>(place.point)];
    return place.later ? of.backward : of.forward;
  }

  const std::vector<Network<double>>& networks_;
  const Vector<double>& input_;
  System::As as_;
  const FollowSetting& setting_;
  Followed result_{};
  std::vector<std::vector<Tried>> tried_;
};

}  // namespace

Followed follow_fixed_points(const std::vector<Network<double>>& networks, const Vector<double>& input, System::As as,
                             const FollowSetting& setting) {
  const ProductsOnOneThread products;
  require_parameter(networks.size() >= 2, "checkpoints", fmt::format("{}", networks.size()), "must be 2 or more");
  require_parameter(setting.starts >= 1, "starts", fmt::format("{}", setting.starts), "must be 1 or more");
  require_parameter(!setting.birth_cost || (std::isfinite(*setting.birth_cost) && *setting.birth_cost > 0),
                    "birth_cost", fmt::format("{}", setting.birth_cost.value_or(0)), "must be above 0");
  return Follower(networks, input, as, setting).run();
}

}  // namespace stillpoint
