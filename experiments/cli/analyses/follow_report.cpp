#include "experiments/cli/analyses/follow_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/report/followed_figure.hpp"
#include "experiments/report/text_table.hpp"

namespace stillpoint {

namespace {

using Json = nlohmann::ordered_json;

double update_of(const std::vector<long>& updates, const FollowedChange& change) {
  const auto k = static_cast<std::size_t>(change.interval);
  return static_cast<double>(updates[k]) + change.s * static_cast<double>(updates[k + 1] - updates[k]);
}

Json pair_of(const std::complex<double>& value) { return {value.real(), value.imag()}; }

/// Tracks count from 1 for readers.
std::vector<Index> shown_tracks(const std::vector<Index>& tracks) {
  auto shown = tracks;
  for (auto& track : shown) ++track;
  return shown;
}

/// As a figure needs it: eight digits.
Json short_number(double value) { return std::stod(fmt::format("{:.8g}", value)); }

Json place_json(const FollowedArc::Place& place) { return {{"later", place.later}, {"point", place.point}}; }

/// The curve of fixed points between two checkpoints, along the axis of the figure.
Json branch_json(const FollowedArc& arc, const FollowedAxis& axis, const std::vector<long>& updates) {
  const auto k = static_cast<std::size_t>(arc.interval);
  Json s = Json::array(), along = Json::array(), bifurcations = Json::array();
  for (const auto& sample : arc.branch.samples) {
    s.push_back(short_number(sample.s));
    along.push_back(short_number(axis.at(sample.x)));
  }
  for (const auto& each : arc.branch.bifurcations)
    bifurcations.push_back({{"after", each.after},
                            {"s", short_number(each.s)},
                            {"along", short_number(axis.at(each.state))},
                            {"index_after", each.index_after},
                            {"turns", each.turns}});
  return {{"between", {updates[k], updates[k + 1]}},
          {"from", place_json(arc.from)},
          {"to", arc.to ? place_json(*arc.to) : Json(nullptr)},
          {"s", s},
          {"along", along},
          {"bifurcations", bifurcations}};
}

}  // namespace

Json described(const Followed& followed, const std::vector<long>& updates, const Numbers& numbers) {
  const auto axis = axis_of(followed);
  auto checkpoints = Json::array(), changes = Json::array(), matched = Json::array(), branches = Json::array();
  for (std::size_t k = 0; k < updates.size(); ++k) {
    auto points = Json::array();
    for (const auto& point : followed.points[k]) {
      points.push_back({{"track", point.track ? Json(*point.track + 1) : Json(nullptr)},
                        {"stable", point.stable},
                        {"index", point.index},
                        {"leading", pair_of(point.eigenvalues(0))},
                        {"found_by", point.searched ? "search" : "continuation"},
                        {"along", short_number(axis.at(point.state))},
                        {"state", as_json(point.state)}});
      if (k + 1 < updates.size()) continue;
      const auto& number = numbers[points.size() - 1];
      points.back()["number"] = number ? Json(*number) : Json(nullptr);
    }
    checkpoints.push_back({{"update", updates[k]}, {"points", points}});
  }
  for (const auto& change : followed.changes) {
    const auto k = static_cast<std::size_t>(change.interval);
    changes.push_back({{"type", change.type},
                       {"effect", change.effect},
                       {"between", {updates[k], updates[k + 1]}},
                       {"s", change.s},
                       {"update", update_of(updates, change)},
                       {"tracks", shown_tracks(change.tracks)},
                       {"index_before", change.index_before},
                       {"index_after", change.index_after},
                       {"eigenvalue", pair_of(change.eigenvalue)},
                       {"along", short_number(axis.at(change.state))},
                       {"state", as_json(change.state)}});
  }
  for (const auto& pair : followed.matched) {
    const auto k = static_cast<std::size_t>(pair.interval);
    const auto& before = followed.points[k][static_cast<std::size_t>(pair.before)];
    const auto& after = followed.points[k + 1][static_cast<std::size_t>(pair.after)];
    matched.push_back({{"between", {updates[k], updates[k + 1]}},
                       {"track", *before.track + 1},
                       {"points", {pair.before, pair.after}},
                       {"distance", (before.state - after.state).norm()},
                       {"why", pair.why}});
  }
  for (const auto& arc : followed.arcs) branches.push_back(branch_json(arc, axis, updates));
  return {{"axis_share", axis.share},
          {"checkpoints", checkpoints},
          {"changes", changes},
          {"matched", matched},
          {"branches", branches},
          {"tracks", followed.tracks},
          {"birth_cost", followed.birth_cost},
          {"by_distance_alone",
           {{"successions", followed.successions}, {"alike", followed.alike}, {"mistaken", followed.mistaken}}}};
}

/// Of a pair those of its two points, of a birth or death that of the point, else before and after.
std::string shown_index(const FollowedChange& change) {
  if (change.type == "birth" || change.type == "death") return fmt::format("{}", change.index_before);
  const bool pair = change.effect.rfind("pair", 0) == 0;
  return fmt::format("{} {} {}", change.index_before, pair ? "and" : "to", change.index_after);
}

namespace {

/// Which tracks have the numbers of the list, and which have none.
std::string numbering(const Followed& followed, const Numbers& numbers) {
  std::vector<Index> listed, others;
  const auto& last = followed.points.back();
  for (std::size_t i = 0; i < last.size(); ++i)
    if (last[i].track) (numbers[i] == *last[i].track + 1 ? listed : others).push_back(*last[i].track + 1);
  std::sort(listed.begin(), listed.end());
  std::sort(others.begin(), others.end());
  std::string text;
  if (!listed.empty())
    text += fmt::format("tracks {} are the points of these numbers in `analyze fixed-points`, others end before\n",
                        fmt::join(listed, " "));
  if (!others.empty())
    text += fmt::format("tracks {} end at points that it does not list, or at a continuum\n", fmt::join(others, " "));
  return text;
}

}  // namespace

std::string as_text(const Followed& followed, const std::vector<long>& updates, const Numbers& numbers) {
  Rows sets{{"update", "stable", "unstable", "by continuation alone"}};
  for (std::size_t k = 0; k < updates.size(); ++k) {
    Index stable = 0, added = 0;
    for (const auto& point : followed.points[k]) {
      stable += point.stable;
      added += !point.searched;
    }
    const auto all = static_cast<Index>(followed.points[k].size());
    sets.push_back({fmt::format("{}", updates[k]), fmt::format("{}", stable), fmt::format("{}", all - stable),
                    fmt::format("{}", added)});
  }
  auto text = aligned(sets, 0);
  Rows rows{{"change", "effect", "tracks", "index", "between updates", "at update", "s"}};
  Index unchanged = 0;
  for (const auto& change : followed.changes) {
    if (change.effect == "goes on") {
      ++unchanged;
      continue;
    }
    const auto k = static_cast<std::size_t>(change.interval);
    rows.push_back({change.type, change.effect, fmt::format("{}", fmt::join(shown_tracks(change.tracks), " ")),
                    shown_index(change), fmt::format("{}..{}", updates[k], updates[k + 1]),
                    fmt::format("{:.4f}", update_of(updates, change)), fmt::format("{:.7f}", change.s)});
  }
  if (rows.size() > 1) text += "\n" + aligned(rows, 4);
  text += fmt::format("\n{} track{}, {} change{}", followed.tracks, followed.tracks == 1 ? "" : "s", rows.size() - 1,
                      rows.size() == 2 ? "" : "s");
  if (unchanged > 0)
    text += fmt::format("; {} border collision{} neither number nor stability (--json has {})", unchanged,
                        unchanged == 1 ? " that changes" : "s that change", unchanged == 1 ? "it" : "them");
  if (!followed.matched.empty())
    text += fmt::format("\n{} point{} that could not be continued matched by distance", followed.matched.size(),
                        followed.matched.size() == 1 ? "" : "s");
  text += fmt::format(
      "\nby distance alone (birth cost {:.3g}): {} of {} succession{} of stable points alike, {} pair{} none\n",
      followed.birth_cost, followed.alike, followed.successions, followed.successions == 1 ? "" : "s",
      followed.mistaken, followed.mistaken == 1 ? " that is" : "s that are");
  return text + numbering(followed, numbers);
}

}  // namespace stillpoint
