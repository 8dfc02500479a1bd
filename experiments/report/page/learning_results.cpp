// How networks learned, read back: attractors of `analyze follow --json`, along the axis of its figure, and curves with
// their phases of `analyze phases --json`.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/followed_figure.hpp"
#include "experiments/report/page/results_beside.hpp"
#include "experiments/report/phases_figure.hpp"

namespace stillpoint {

namespace {

constexpr double largest_update = 1e12;

double number_of(const ReportEntry& entry) {
  const auto value = entry.statistic();
  if (!value) entry.fail("a number");
  return *value;
}

long update_of(const ReportEntry& entry) { return static_cast<long>(entry.number(0, largest_update)); }

Vector<double> place_on_axis(const ReportEntry& entry) { return Vector<double>::Constant(1, number_of(entry)); }

/// [u, v] as the number of the interval between two checkpoints that it is.
Index interval_of(const ReportEntry& entry, const std::vector<long>& updates) {
  const auto ends = entry.list();
  if (ends.size() == 2)
    for (std::size_t k = 0; k + 1 < updates.size(); ++k)
      if (updates[k] == update_of(ends[0]) && updates[k + 1] == update_of(ends[1])) return static_cast<Index>(k);
  entry.fail("the updates of two successive checkpoints");
}

class Reading {
 public:
  Reading(const ReportEntry& all, FollowedFigure& figure) : figure_(figure) {
    followed.tracks = static_cast<Index>(all["tracks"].number(0, 1e9));
    for (const auto& checkpoint : all["checkpoints"].list()) add_points(checkpoint);
    if (figure.updates.size() < 2) all["checkpoints"].fail("a list of two or more");
    for (const auto& entry : all["branches"].list()) followed.arcs.push_back(arc_of(entry));
    for (const auto& entry : all["changes"].list()) followed.changes.push_back(change_of(entry));
    for (const auto& entry : all["matched"].list()) followed.matched.push_back(pair_of(entry));
  }

  Followed followed{};

 private:
  void add_points(const ReportEntry& checkpoint) {
    figure_.updates.push_back(update_of(checkpoint["update"]));
    if (figure_.updates.size() > 1 && figure_.updates.back() <= figure_.updates[figure_.updates.size() - 2])
      checkpoint["update"].fail("later than the one before");
    auto& points = followed.points.emplace_back();
    for (const auto& entry : checkpoint["points"].list()) {
      FollowedPoint point{};
      point.state = place_on_axis(entry["along"]);
      point.index = static_cast<Index>(entry["index"].number(0, 1e9));
      point.stable = entry["stable"].is_true();
      point.searched = entry["found_by"].text() == "search";
      if (const auto track = entry.find("track")) point.track = track->count() - 1;
      points.push_back(std::move(point));
    }
  }

  const std::vector<FollowedPoint>& points_at(Index checkpoint) const {
    return followed.points[static_cast<std::size_t>(checkpoint)];
  }

  /// A point on a track.
  Index tracked(const ReportEntry& entry, Index checkpoint) const {
    const auto& points = points_at(checkpoint);
    if (points.empty()) entry.fail("a point of its checkpoint, which has none");
    const auto place = entry.place_among(points.size());
    if (!points[place].track) entry.fail("a point on a track");
    return static_cast<Index>(place);
  }

  FollowedArc::Place place_of(const ReportEntry& entry, Index interval) const {
    const bool later = entry["later"].is_true();
    return {later, tracked(entry["point"], interval + (later ? 1 : 0))};
  }

  FollowedArc arc_of(const ReportEntry& entry) const {
    FollowedArc arc{};
    arc.interval = interval_of(entry["between"], figure_.updates);
    arc.from = place_of(entry["from"], arc.interval);
    if (const auto to = entry.find("to")) arc.to = place_of(*to, arc.interval);
    const auto s = entry["s"].list(), along = entry["along"].list();
    if (s.size() != along.size() || s.empty()) entry["along"].fail("a list of as many as s, one or more");
    for (std::size_t i = 0; i < s.size(); ++i)
      arc.branch.samples.push_back({place_on_axis(along[i]), s[i].number(-1, 2)});
    for (const auto& each : entry["bifurcations"].list()) {
      Bifurcation bifurcation{};
      bifurcation.after = each["after"].place_among(s.size());
      bifurcation.s = each["s"].number(-1, 2);
      bifurcation.state = place_on_axis(each["along"]);
      bifurcation.index_after = static_cast<Index>(each["index_after"].number(0, 1e9));
      bifurcation.turns = each["turns"].is_true();
      arc.branch.bifurcations.push_back(std::move(bifurcation));
    }
    return arc;
  }

  FollowedChange change_of(const ReportEntry& entry) const {
    FollowedChange change{};
    change.type = entry["type"].text();
    change.effect = entry["effect"].text();
    change.interval = interval_of(entry["between"], figure_.updates);
    change.s = entry["s"].number(-1, 2);
    change.state = place_on_axis(entry["along"]);
    for (const auto& track : entry["tracks"].list()) change.tracks.push_back(track.count() - 1);
    return change;
  }

  Followed::Pair pair_of(const ReportEntry& entry) const {
    Followed::Pair pair{};
    pair.interval = interval_of(entry["between"], figure_.updates);
    const auto points = entry["points"].list();
    if (points.size() != 2) entry["points"].fail("two points");
    pair.before = tracked(points[0], pair.interval);
    pair.after = tracked(points[1], pair.interval + 1);
    return pair;
  }

  FollowedFigure& figure_;
};

void read_run(const ReportEntry& run, FollowedFigure& figure) {
  figure.title = run["file"].text();
  figure.logarithmic = run["logarithmic"].is_true();
  if (const auto reached = run.find("reached_at")) figure.reached_at = update_of(*reached);
  for (const auto& name : run["without"].list()) figure.without.push_back(name.text());
  for (const auto& update : run["curve"]["update"].list()) figure.update.push_back(update.number(0, largest_update));
  for (const auto& loss : run["curve"]["loss"].list()) figure.loss.push_back(loss.statistic().value_or(NAN));
  if (figure.update.size() != figure.loss.size()) run["curve"].fail("as many updates as losses");
  for (const auto& [track, memories] : run["holds"].members()) {
    const auto digits =
        track.size() < 10 && std::all_of(track.begin(), track.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || track.empty()) run["holds"].fail("memories by the number of a track");
    figure.labels[std::stol(track) - 1] = memories.text();
  }
}

Json numbers_of(const Followed& followed, const FollowedFigure& figure) {
  Json rows = Json::array();
  const auto track_json = [](const std::optional<Index>& track) { return track ? Json(*track + 1) : Json(); };
  for (std::size_t k = 0; k < followed.points.size(); ++k)
    for (const auto& point : followed.points[k])
      rows.push_back({"point", figure.updates[k], track_json(point.track), point.state(0), point.stable});
  for (const auto& change : followed.changes) {
    const auto k = static_cast<std::size_t>(change.interval);
    const double update = static_cast<double>(figure.updates[k]) +
                          change.s * static_cast<double>(figure.updates[k + 1] - figure.updates[k]);
    for (const auto track : change.tracks)
      rows.push_back({change.type + ", " + change.effect, update, track + 1, change.state(0), nullptr});
  }
  return {{"columns", {"what", "update", "track", "place_on_axis", "stable"}}, {"rows", rows}};
}

// ---- phases of a curve

IntervalEstimate estimate_at(const ReportEntry& entry) {
  return {number_of(entry["update"]), number_of(entry["low"]), number_of(entry["high"])};
}

/// A list of updates that increase, and one of losses.
void read_line(const ReportEntry& entry, std::vector<double>& update, std::vector<double>& loss) {
  for (const auto& each : entry["update"].list()) {
    update.push_back(number_of(each));
    if (update.size() > 1 && update.back() <= update[update.size() - 2]) each.fail("later than the one before");
  }
  for (const auto& each : entry["loss"].list()) loss.push_back(number_of(each));
  if (update.size() != loss.size()) entry["loss"].fail("a list of as many as update");
}

LearningPhases::Verdict verdict_of(const ReportEntry& entry) {
  using Verdict = LearningPhases::Verdict;
  for (const auto verdict : {Verdict::none, Verdict::gradual, Verdict::abrupt, Verdict::undone})
    if (entry.text() == verdict_name(verdict)) return verdict;
  entry.fail("abrupt, gradual, undone or none");
}

LearningPhases phases_of(const ReportEntry& all) {
  LearningPhases found;
  found.verdict = verdict_of(all["verdict"]);
  found.logarithmic = all["evidence"]["scale"].text() == "logarithm";
  const auto main = all.find("drop");
  for (const auto& entry : all["drops"].list()) {
    LearningPhases::Drop drop{};
    drop.update = estimate_at(entry);
    drop.evidence = number_of(entry["delta_bic"]);
    if (main && number_of((*main)["update"]) == drop.update.value) found.main = found.drops.size();
    found.drops.push_back(std::move(drop));
  }
  if (main && !found.main) main->fail("one of drops");
  for (const auto& entry : all["phases"].list())
    found.phases.push_back(
        {entry["name"].text(), number_of(entry["from"]), number_of(entry["to"]), number_of(entry["loss"]), NAN});
  const auto fitted = all["curve"]["fitted"].list();
  const std::size_t whole = fitted.size() > found.drops.size() ? 1 : 0;
  if (fitted.size() != found.drops.size() + whole) all["curve"]["fitted"].fail("a line of the whole, or of each drop");
  if (whole) read_line(fitted.front(), found.update, found.fitted);
  for (std::size_t i = 0; i < found.drops.size(); ++i)
    read_line(fitted[whole + i], found.drops[i].window, found.drops[i].fitted);
  return found;
}

Json numbers_of(const LossCurve& curve, const LearningPhases& found) {
  Json rows = Json::array();
  for (const auto& drop : found.drops)
    rows.push_back({"drop", drop.update.value, drop.update.low, drop.update.high, nullptr});
  for (const auto& phase : found.phases) rows.push_back({phase.name, nullptr, phase.from, phase.to, phase.loss});
  const auto add_line = [&](const char* what, const std::vector<double>& update, const std::vector<double>& loss) {
    for (std::size_t i = 0; i < update.size(); ++i) rows.push_back({what, update[i], nullptr, nullptr, loss[i]});
  };
  add_line("curve", curve.update, curve.loss);
  add_line("fitted model", found.update, found.fitted);
  for (const auto& drop : found.drops) add_line("fitted model", drop.window, drop.fitted);
  return {{"columns", {"what", curve.step, "low", "high", curve.name}}, {"rows", rows}};
}

}  // namespace

ResultBeside phases_beside(const ReportEntry& all, const std::string& name) {
  LossCurve curve;
  curve.step = all["curve"]["step"].text();
  curve.name = all["curve"]["name"].text();
  read_line(all["curve"], curve.update, curve.loss);
  if (curve.update.size() < 2) all["curve"]["update"].fail("a list of two or more");
  auto found = phases_of(all);
  auto numbers = numbers_of(curve, found);
  const std::string drops = found.drops.empty() ? "." : "; above it drops, with their intervals of 95 %.";
  ResultBeside result;
  result.panels.push_back(
      result_panel(phases_figure(std::move(curve), std::move(found), all["file"].text()), name,
                   "A learning curve and its phases, by `stillpoint analyze phases`: grey the curve, blue the fitted "
                   "model" +
                       drops,
                   std::move(numbers)));
  return result;
}

ResultBeside followed_beside(const ReportEntry& all, const std::string& name) {
  FollowedFigure figure;
  read_run(all["run"], figure);
  figure.share = all["axis_share"].number(0, 1 + 1e-9);
  auto followed = Reading(all, figure).followed;
  ResultBeside result;
  if (followed.tracks == 0) {
    std::size_t points = 0;
    for (const auto& at : followed.points) points += at.size();
    result.says = fmt::format("{}: {} at {} checkpoints, updates {} to {}: nothing is followed.", figure.title,
                              points == 0 ? "no fixed point was found" : "no fixed point that was found is on a track",
                              figure.updates.size(), figure.updates.front(), figure.updates.back());
    if (points == 0) return result;
  }
  auto numbers = numbers_of(followed, figure);
  result.panels.push_back(result_panel(
      followed_figure(std::move(followed), std::move(figure)), name,
      "Attractors followed through learning: fixed points of the network at its checkpoints and the branches "
      "between them, along the first principal axis of those that were followed: solid where stable, dashed "
      "where not, with the changes that `stillpoint analyze follow` found on the way; below, the loss.",
      std::move(numbers)));
  return result;
}

}  // namespace stillpoint
