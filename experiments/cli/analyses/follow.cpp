#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <optional>

#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/cli/analyses/follow_report.hpp"
#include "experiments/cli/analyses/listed_points.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/analyses/settled_memories.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/followed_figure.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/subject_file.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

/// Whether its synapse, in whatever form, does nothing where rates rest.
bool leaves_points(const SubjectFile& file) {
  const auto& subject = file.subject;
  if (subject.synapse_kind == "tcr") return true;
  const auto synapse =
      synapse_model(file.synapse).make<double>(synapse_context(subject.network, subject.integration, {}, 1));
  return !synapse->continuous() || synapse->continuous()->silent_at_rest();
}

/// What memories of the run's task are held by which tracks, as `analyze memories` finds them at its defaults; none,
/// and `text` says why, where the task leaves none to tell apart.
std::map<Index, std::string> held_memories(const SubjectFile& file, const FixedPoints& listed, std::string& text) {
  std::map<Index, std::vector<int>> held;
  try {
    SettleRequest request;
    request.setting.noise = file.subject.noise;
    request.setting.key = {1, evaluation_update};
    const auto settled = settle_memories(file, request, listed);
    for (std::size_t i = 0; i < settled.ends.size(); ++i) {
      const auto attractor = settled.ends[i].attractor;
      if (attractor < 0) continue;
      if (const auto number = settled.numbers[static_cast<std::size_t>(attractor)])
        held[*number - 1].push_back(settled.drawn.memories[i]);
    }
  } catch (const UserError& problem) {
    text += fmt::format("the figure names no memories: {}\n", problem.what());
    return {};
  }
  std::map<Index, std::string> labels;
  for (const auto& [track, memories] : held)
    labels[track] = fmt::format("memor{} {}", memories.size() == 1 ? "y" : "ies", fmt::join(memories, ", "));
  return labels;
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

/// What the figure shows of the run: its curve at some 1000 updates at most, and what its attractors hold.
Json run_json(const FollowedFigure& figure) {
  constexpr std::size_t most = 1000;
  const auto stride = (figure.loss.size() + most - 1) / most;
  Json update = Json::array(), loss = Json::array(), holds = Json::object();
  for (std::size_t i = 0; i < figure.loss.size(); i += stride) {
    update.push_back(figure.update[i]);
    loss.push_back(finite_or_null(figure.loss[i]));
  }
  for (const auto& [track, memories] : figure.labels) holds[fmt::format("{}", track + 1)] = memories;
  return {{"file", figure.title},
          {"logarithmic", figure.logarithmic},
          {"reached_at", figure.reached_at ? Json(*figure.reached_at) : Json(nullptr)},
          {"without", figure.without},
          {"curve", {{"update", update}, {"loss", loss}}},
          {"holds", holds}};
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
      "{kind, as, followed: stable|all, starts, run: {file, logarithmic, reached_at, without, curve, holds: {track: "
      "memories} with "
      "--plot}, axis_share, "
      "checkpoints: [{update, points: [{track, stable, index, leading: [re, "
      "im], "
      "found_by: search|continuation, along, state, number (last checkpoint: in fixed-points)}]}], changes: [{type, "
      "effect, "
      "between: [u, v], s, update, tracks, "
      "index_before, index_after, eigenvalue: [re, im], along, state}], matched: [{between, track, points, distance, "
      "why}], branches: [{between, "
      "from: {later: at v, point}, to, s, along: place on the first principal axis of the followed points, "
      "bifurcations: [{after, s, along, index_after, turns}]}], tracks, "
      "birth_cost, by_distance_alone: {successions, alike, mistaken}, left_out}";
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
        "plot", po::value<OutputFile>(),
        "SVG file: the points along their first principal axis, the changes, the loss, and which attractor holds which "
        "memory")("log-updates", "with --plot: logarithmic axis of updates");
  };
  kind.run = [](const std::string& file, const po::variables_map& given, std::string& text) {
    const auto plot = output_path(given, "plot");
    require_svg("--plot", plot);
    require_parameter(!plot.empty() || given.count("log-updates") == 0, "--log-updates", "given", "belongs to --plot");
    auto opened = open_subject_path(file);
    const auto& checkpoints = opened.checkpoints;
    auto& subject = opened.file.subject;
    std::vector<long> updates;
    for (const auto& checkpoint : checkpoints) updates.push_back(checkpoint.update);
    std::string as;
    auto followed = follow(checkpoints, given, as);
    subject.as = as == "map" ? System::As::map : System::As::flow;
    if (given.count("input")) subject.input = numbers_of("--input", given["input"].as<std::string>());
    const auto listed = listed_points(opened.file, false);
    const auto system = subject.system();
    Numbers numbers, tracks;
    for (const auto& point : followed.points.back()) {
      numbers.push_back(number_of(listed, system, point.state, 1e-6));
      tracks.push_back(numbers.back() ? std::optional(*numbers.back() - 1) : std::nullopt);
    }
    number_tracks_as(tracks, listed.points.empty() ? 0 : listed.points.back().number, followed);
    std::string unnamed;
    const auto& [record, curve] = opened.run;
    FollowedFigure figure{std::filesystem::path(file).filename().string(),
                          updates,
                          given.count("log-updates") > 0,
                          curve.update,
                          curve.loss,
                          record.reached_at,
                          {},
                          left_out(subject, {false, true, true})};
    if (!plot.empty()) {
      figure.labels = held_memories(opened.file, listed, unnamed);
      write_atomically(plot, svg_file(followed_figure(followed, figure)));
    }
    text = as_text(followed, updates, numbers) + unnamed;
    Json json{{"kind", "follow"},
              {"as", as},
              {"followed", given.count("all") ? "all" : "stable"},
              {"starts", given["starts"].as<long>()},
              {"run", run_json(figure)}};
    json.update(described(followed, updates, numbers));
    opened.file.without_synapse = leaves_points(opened.file)
                                      ? "which leaves the points where they are, but not their stability"
                                      : "which moves the points and changes their stability";
    say_left_out(opened.file, json, text);
    return json;
  };
  kind.numbers = {number_at("tracks", "", "/tracks"),
                  count_of("folds", "/changes", "type", "fold"),
                  {"first_fold", "updates", first_fold}};
  return kind;
}

}  // namespace stillpoint
