#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "analysis/points/attractor_match.hpp"
#include "analysis/restructuring/followed.hpp"
#include "sim/blas.hpp"

namespace stillpoint {

namespace {

using End = FixedPointBranch::End;
using Kind = Bifurcation::Kind;
using Place = FollowedArc::Place;

/// A point among those of all checkpoints.
struct Key {
  Index checkpoint, point;
  bool operator<(const Key& other) const {
    return std::make_pair(checkpoint, point) < std::make_pair(other.checkpoint, other.point);
  }
};
Key key_of(const FollowedArc& arc, Place place) { return {arc.interval + (place.later ? 1 : 0), place.point}; }

FollowedPoint& at(Followed& followed, Key key) {
  return followed.points[static_cast<std::size_t>(key.checkpoint)][static_cast<std::size_t>(key.point)];
}

double spread_of(const Followed& followed) {
  Index count = 0;
  Vector<double> sum;
  for (const auto& points : followed.points)
    for (const auto& point : points) {
      sum = count++ == 0 ? point.state : Vector<double>(sum + point.state);
    }
  double squares = 0;
  for (const auto& points : followed.points)
    for (const auto& point : points) squares += (point.state - sum / static_cast<double>(count)).squaredNorm();
  return count == 0 ? 0 : std::sqrt(squares / static_cast<double>(count));
}

Matrix<double> states(Followed& followed, const std::vector<Key>& keys) {
  Matrix<double> columns(keys.empty() ? 0 : at(followed, keys[0]).state.size(), static_cast<Index>(keys.size()));
  for (std::size_t i = 0; i < keys.size(); ++i) columns.col(static_cast<Index>(i)) = at(followed, keys[i]).state;
  return columns;
}

/// Ends of arcs that were lost, on one side of an interval.
std::vector<const FollowedArc*> lost_arcs(const Followed& followed, Index interval, bool later) {
  std::vector<const FollowedArc*> lost;
  for (const auto& arc : followed.arcs)
    if (arc.interval == interval && arc.from.later == later && !arc.to) lost.push_back(&arc);
  return lost;
}

void add_unmatched(Followed& followed, const FollowedArc& arc) {
  const auto& point = at(followed, key_of(arc, arc.from));
  const auto& last = arc.branch.samples.back();
  const auto why = arc.branch.end == End::diverges ? std::string("grows without bound") : "lost: " + arc.branch.why;
  followed.changes.push_back({arc.from.later ? "birth" : "death",
                              why,
                              arc.interval,
                              last.s,
                              {*point.track},
                              point.index,
                              point.index,
                              point.eigenvalues(0),
                              last.x});
}

/// Pairs what continuation lost on both sides; the rest are births and deaths.
void match_lost(Followed& followed, const FollowSetting& setting, std::vector<const FollowedArc*>& unmatched) {
  followed.birth_cost = setting.birth_cost.value_or(spread_of(followed) / 4);
  for (Index interval = 0; interval + 1 < static_cast<Index>(followed.points.size()); ++interval) {
    std::vector<const FollowedArc*> sides[2];
    std::vector<Key> keys[2];
    for (const bool later : {false, true})
      for (const auto* arc : lost_arcs(followed, interval, later)) {
        if (arc->branch.end == End::diverges) {
          unmatched.push_back(arc);
          continue;
        }
        sides[later].push_back(arc);
        keys[later].push_back(key_of(*arc, arc->from));
      }
    const auto match = match_attractors(states(followed, keys[0]), states(followed, keys[1]),
                                        {followed.birth_cost, followed.birth_cost});
    for (const auto& pair : match.pairs) {
      const auto* before = sides[0][static_cast<std::size_t>(pair.before)];
      followed.matched.push_back({interval, before->from.point,
                                  sides[1][static_cast<std::size_t>(pair.after)]->from.point, before->branch.why});
    }
    for (const auto i : match.deaths) unmatched.push_back(sides[0][static_cast<std::size_t>(i)]);
    for (const auto i : match.births) unmatched.push_back(sides[1][static_cast<std::size_t>(i)]);
  }
}

/// A point and its successor are of one track; tracks are numbered in the order of checkpoints and points.
void number_tracks(Followed& followed) {
  std::map<Key, Key> next;
  std::set<Key> seen;
  for (const auto& arc : followed.arcs) {
    seen.insert(key_of(arc, arc.from));
    if (!arc.to) continue;
    seen.insert(key_of(arc, *arc.to));
    if (arc.from.later == arc.to->later) continue;
    next[key_of(arc, arc.from.later ? *arc.to : arc.from)] = key_of(arc, arc.from.later ? arc.from : *arc.to);
  }
  for (const auto& pair : followed.matched) next[{pair.interval, pair.before}] = {pair.interval + 1, pair.after};
  for (const auto& key : seen) {
    auto& track = at(followed, key).track;
    if (!track) track = followed.tracks++;
    if (const auto successor = next.find(key); successor != next.end()) at(followed, successor->second).track = track;
  }
}

std::string effect_of(bool turns, double direction, Index before, Index after) {
  if (turns) return direction > 0 ? "pair vanishes" : "pair appears";
  if (before == after) return "goes on";
  if (before == 0) return "stability lost";
  if (after == 0) return "stability gained";
  return fmt::format("index {} to {}", before, after);
}

void add_changes(Followed& followed, const FollowedArc& arc) {
  std::vector<Index> tracks{*at(followed, key_of(arc, arc.from)).track};
  if (arc.to) {
    const auto other = *at(followed, key_of(arc, *arc.to)).track;
    if (other != tracks[0]) tracks.push_back(other);
    std::sort(tracks.begin(), tracks.end());
  }
  double direction = arc.from.later ? -1 : 1;  // of s
  for (const auto& each : arc.branch.bifurcations) {
    auto before = each.index_before, after = each.index_after;
    if (each.turns ? before > after : direction < 0) std::swap(before, after);
    followed.changes.push_back({name_of(each.kind), effect_of(each.turns, direction, before, after), arc.interval,
                                each.s, tracks, before, after, each.eigenvalue, each.state});
    if (each.turns) direction = -direction;
  }
}

/// Branches that cross at one branch point are one change.
void merge_branch_points(std::vector<FollowedChange>& changes) {
  std::vector<FollowedChange> merged;
  for (auto& change : changes) {
    const auto met = std::find_if(merged.begin(), merged.end(), [&](const FollowedChange& other) {
      return change.type == "branch point" && other.type == change.type && other.interval == change.interval &&
             std::abs(other.s - change.s) < 1e-5 &&
             (other.state - change.state).norm() < 1e-2 * std::max(1.0, change.state.norm());
    });
    if (met == merged.end()) {
      merged.push_back(std::move(change));
      continue;
    }
    // The location on the branch that goes through is the sharper one.
    if (met->effect.rfind("pair", 0) == 0) std::swap(*met, change);
    met->effect += ", " + change.effect;
    met->tracks.insert(met->tracks.end(), change.tracks.begin(), change.tracks.end());
    std::sort(met->tracks.begin(), met->tracks.end());
    met->tracks.erase(std::unique(met->tracks.begin(), met->tracks.end()), met->tracks.end());
  }
  changes = std::move(merged);
}

/// What matching by distance would have said of the stable points.
void compare_matching(Followed& followed) {
  for (Index k = 0; k + 1 < static_cast<Index>(followed.points.size()); ++k) {
    std::vector<Key> sides[2];
    for (const Index later : {0, 1})
      for (Index i = 0; i < static_cast<Index>(followed.points[static_cast<std::size_t>(k + later)].size()); ++i)
        if (at(followed, {k + later, i}).stable) sides[later].push_back({k + later, i});
    std::set<std::pair<Index, Index>> successions;
    for (const auto& arc : followed.arcs) {
      if (arc.interval != k || !arc.to || arc.from.later == arc.to->later) continue;
      const auto before = arc.from.later ? *arc.to : arc.from, after = arc.from.later ? arc.from : *arc.to;
      if (at(followed, key_of(arc, before)).stable && at(followed, key_of(arc, after)).stable)
        successions.emplace(before.point, after.point);
    }
    const auto match = match_attractors(states(followed, sides[0]), states(followed, sides[1]),
                                        {followed.birth_cost, followed.birth_cost});
    followed.successions += static_cast<Index>(successions.size());
    for (const auto& pair : match.pairs) {
      const bool alike = successions.count({sides[0][static_cast<std::size_t>(pair.before)].point,
                                            sides[1][static_cast<std::size_t>(pair.after)].point}) > 0;
      ++(alike ? followed.alike : followed.mistaken);
    }
  }
}

}  // namespace

void number_tracks_as(const std::vector<std::optional<Index>>& numbers, Index listed, Followed& followed) {
  std::map<Index, Index> renamed;
  std::set<Index> taken;
  const auto& last = followed.points.back();
  for (std::size_t i = 0; i < last.size(); ++i)
    if (last[i].track && numbers[i] && taken.insert(*numbers[i]).second) renamed[*last[i].track] = *numbers[i];
  for (Index track = 0; track < followed.tracks; ++track)
    if (renamed.count(track) == 0) renamed[track] = listed++;
  for (auto& points : followed.points)
    for (auto& point : points)
      if (point.track) point.track = renamed[*point.track];
  for (auto& change : followed.changes) {
    for (auto& track : change.tracks) track = renamed[track];
    std::sort(change.tracks.begin(), change.tracks.end());
  }
}

void describe_followed(const FollowSetting& setting, Followed& followed) {
  const ProductsOnOneThread products;
  std::vector<const FollowedArc*> unmatched;
  match_lost(followed, setting, unmatched);
  number_tracks(followed);
  for (const auto& arc : followed.arcs) add_changes(followed, arc);
  for (const auto* arc : unmatched) add_unmatched(followed, *arc);
  const auto order = [](const FollowedChange& a, const FollowedChange& b) {
    return std::make_tuple(a.interval, a.s, a.tracks) < std::make_tuple(b.interval, b.s, b.tracks);
  };
  std::stable_sort(followed.changes.begin(), followed.changes.end(), order);
  merge_branch_points(followed.changes);
  compare_matching(followed);
}

}  // namespace stillpoint
