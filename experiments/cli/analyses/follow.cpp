#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "analysis/restructuring/followed.hpp"
#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/followed_figure.hpp"
#include "experiments/report/text_table.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/subject_file.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
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

Json described(const Followed& followed, const std::vector<long>& updates) {
  auto checkpoints = Json::array(), changes = Json::array(), matched = Json::array();
  for (std::size_t k = 0; k < updates.size(); ++k) {
    auto points = Json::array();
    for (const auto& point : followed.points[k])
      points.push_back({{"track", point.track ? Json(*point.track + 1) : Json(nullptr)},
                        {"stable", point.stable},
                        {"index", point.index},
                        {"leading", pair_of(point.eigenvalues(0))},
                        {"found_by", point.searched ? "search" : "continuation"},
                        {"state", as_json(point.state)}});
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
                       {"state", as_json(change.state)}});
  }
  for (const auto& pair : followed.matched) {
    const auto k = static_cast<std::size_t>(pair.interval);
    const auto& before = followed.points[k][static_cast<std::size_t>(pair.before)];
    const auto& after = followed.points[k + 1][static_cast<std::size_t>(pair.after)];
    matched.push_back({{"between", {updates[k], updates[k + 1]}},
                       {"track", *before.track + 1},
                       {"distance", (before.state - after.state).norm()},
                       {"why", pair.why}});
  }
  return {{"checkpoints", checkpoints},
          {"changes", changes},
          {"matched", matched},
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

std::string as_text(const Followed& followed, const std::vector<long>& updates) {
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
  return text;
}

/// A line where the run was trained with a synapse, which the networks are followed without.
std::string without_synapse(const std::string& kind) {
  if (kind == "none") return "";
  return fmt::format("without the run's synapse ({}), which {}\n", kind,
                     kind == "tcr" ? "leaves the points where they are, but not their stability"
                                   : "moves the points and changes their stability");
}

Followed follow(const std::vector<Checkpoint>& checkpoints, const po::variables_map& given, std::string& as_name) {
  std::vector<Network<double>> networks;
  for (const auto& checkpoint : checkpoints) networks.push_back(checkpoint.network);
  const auto& as = given["as"].as<std::string>();
  require_parameter(as == "trained" || as == "flow" || as == "map", "--as", as, "must be flow, map or trained");
  const bool map = as == "map" || (as == "trained" && System::as_trained(networks[0]) == System::As::map);
  as_name = map ? "map" : "flow";
  Vector<double> input = Vector<double>::Zero(networks[0].inputs());
  if (given.count("input")) input = numbers_of("--input", given["input"].as<std::string>());
  FollowSetting setting;
  setting.starts = given["starts"].as<long>();
  setting.stable_only = given.count("all") == 0;
  setting.seed = seed_of(given);
  if (given.count("birth-cost")) {
    const auto& cost = given["birth-cost"].as<std::string>();
    const auto value = numbers_of("--birth-cost", cost);
    require_parameter(value.size() == 1 && value(0) > 0, "--birth-cost", cost, "must be one number above 0");
    setting.birth_cost = value(0);
  }
  setting.continuation.every_spectrum = given.count("every-spectrum") > 0;
  return follow_fixed_points(networks, input, map ? System::As::map : System::As::flow, setting);
}

std::optional<double> first_fold(const Json& result) {
  std::optional<double> first;
  for (const auto& change : result["changes"])
    if (change["type"] == "fold") first = std::fmin(first.value_or(INFINITY), change["update"].get<double>());
  return first;
}

}  // namespace

AnalysisKind follow_analysis() {
  AnalysisKind kind;
  kind.name = "follow";
  kind.help = "Fixed points followed through learning: births, deaths, folds and other changes, each dated.";
  kind.file = "a run file (training.checkpoints; without them the initial and the final network)";
  kind.schema =
      "{kind, as, followed: stable|all, starts, checkpoints: [{update, points: [{track, stable, index, leading: [re, "
      "im], "
      "found_by: search|continuation, state}]}], changes: [{type, effect, between: [u, v], s, update, tracks, "
      "index_before, index_after, eigenvalue: [re, im], state}], matched: [{between, track, distance, why}], tracks, "
      "birth_cost, by_distance_alone: {successions, alike, mistaken}}";
  kind.example =
      "stillpoint analyze follow results/quickstart/runs/condition0001-seed000001.h5 --json followed.json --plot "
      "followed.svg";
  kind.add_options = [](po::options_description& options) {
    options.add_options()("as", po::value<std::string>()->default_value("trained"),
                          "flow, map, or trained: as the networks were trained")(
        "input", po::value<std::string>(), "constant input v1,v2,..; default: zeros")(
        "seed", po::value<long>()->default_value(1), "seed of every draw")(
        "starts", po::value<long>()->default_value(16), "starts of the search at each checkpoint")(
        "all", "follow unstable points too; default: stable ones, and what their branches lead to")(
        "birth-cost", po::value<std::string>(),
        "of a point that stays alone when points are matched by distance; default: a quarter of the spread of all "
        "points")("every-spectrum",
                  "eigenvalues at every step: finds pairs that cross and come back, for a longer time")(
        "plot", po::value<OutputFile>(), "SVG file: the points along their first principal axis, and the changes")(
        "log-updates", "with --plot: logarithmic axis of updates");
  };
  kind.run = [](const std::string& file, const po::variables_map& given, std::string& text) {
    const auto plot = output_path(given, "plot");
    require_svg("--plot", plot);
    require_parameter(!plot.empty() || given.count("log-updates") == 0, "--log-updates", "given", "belongs to --plot");
    const auto opened = open_subject_path(file);
    const auto& checkpoints = opened.checkpoints;
    std::vector<long> updates;
    for (const auto& checkpoint : checkpoints) updates.push_back(checkpoint.update);
    std::string as;
    const auto followed = follow(checkpoints, given, as);
    if (!plot.empty()) {
      const FollowedFigure figure{std::filesystem::path(file).filename().string(), updates,
                                  given.count("log-updates") > 0};
      write_atomically(plot, followed_figure(followed, figure));
    }
    const auto& subject = opened.file.subject;
    text = as_text(followed, updates) + without_synapse(subject.synapse_kind);
    Json json{{"kind", "follow"},
              {"as", as},
              {"followed", given.count("all") ? "all" : "stable"},
              {"starts", given["starts"].as<long>()}};
    json.update(described(followed, updates));
    json["left_out"] = left_out(subject, {});
    return json;
  };
  kind.numbers = {number_at("tracks", "", "/tracks"),
                  count_of("folds", "/changes", "type", "fold"),
                  {"first_fold", "updates", first_fold}};
  return kind;
}

}  // namespace stillpoint
