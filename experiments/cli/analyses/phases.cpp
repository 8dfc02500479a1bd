#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/phases_figure.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/report/text_table.hpp"
#include "experiments/results/curve_file.hpp"
#include "experiments/results/result_file.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

Json json_of(const LearningPhases::Drop& drop) {
  return {{"update", drop.update.value},
          {"low", drop.update.low},
          {"high", drop.update.high},
          {"from", drop.from.value},
          {"to", drop.to.value},
          {"from_interval", {drop.from.low, drop.from.high}},
          {"to_interval", {drop.to.low, drop.to.high}},
          {"loss_before", drop.before},
          {"loss_after", drop.after},
          {"fall", drop.fall},
          {"undone", drop.undone},
          {"delta_bic", drop.evidence},
          {"strength", strength(drop.evidence)},
          {"rho", drop.rho},
          {"sigma", drop.sigma},
          {"points_averaged", drop.averaged}};
}

/// What the figure shows of it, null where that would be long: the curve, and the model of the whole or of each drop.
Json curve_json(const LossCurve& curve, const LearningPhases& found) {
  if (curve.update.size() > most_kept_points) return nullptr;
  Json fitted = Json::array();
  if (!found.update.empty()) fitted.push_back({{"update", found.update}, {"loss", found.fitted}});
  for (const auto& drop : found.drops) fitted.push_back({{"update", drop.window}, {"loss", drop.fitted}});
  return {
      {"step", curve.step}, {"name", curve.name}, {"update", curve.update}, {"loss", curve.loss}, {"fitted", fitted}};
}

Json phases_json(const LearningPhases& found, const PhaseSetting& setting) {
  const auto* main = found.drop();
  Json json{{"kind", "phases"}, {"verdict", verdict_name(found.verdict)}, {"drop", nullptr}, {"drops", Json::array()}};
  if (main) json["drop"] = json_of(*main);
  for (const auto& drop : found.drops) json["drops"].push_back(json_of(drop));
  json["phases"] = Json::array();
  for (const auto& phase : found.phases)
    json["phases"].push_back({{"name", phase.name},
                              {"from", phase.from},
                              {"to", phase.to},
                              {"loss", phase.loss},
                              {"accuracy", finite_or_null(phase.accuracy)}});
  Json bic = Json::object();
  for (const auto& model : found.models) bic[model.name] = model.bic;
  json["evidence"] = {{"delta_bic", main ? Json(main->evidence) : Json(nullptr)},
                      {"strength", main ? Json(strength(main->evidence)) : Json(nullptr)},
                      {"scale", found.logarithmic ? "logarithm" : "linear"},
                      {"change_points", found.changes},
                      {"falling_p", found.falling_p},
                      {"of_rounding", found.of_rounding},
                      {"bic", bic},
                      {"points_averaged", found.averaged},
                      {"false_positive_rate", setting.false_positive_rate},
                      {"level", setting.level},
                      {"bootstrap", setting.resamples}};
  return json;
}

std::string line_of(const LearningPhases::Drop& drop, const LossCurve& curve) {
  return fmt::format(
      "at {} {:g} [{:g}, {:g}], from {:g} [{:g}, {:g}] to {:g} [{:g}, {:g}]; {} {:.3g} to {:.3g}{}; evidence "
      "{:.1f} "
      "(difference of BIC), {}\n",
      curve.step, drop.update.value, drop.update.low, drop.update.high, drop.from.value, drop.from.low, drop.from.high,
      drop.to.value, drop.to.low, drop.to.high, curve.name, drop.before, drop.after, drop.undone ? ", undone" : "",
      drop.evidence, strength(drop.evidence));
}

std::string as_text(const LearningPhases& found, const LossCurve& curve) {
  Rows rows{{"phase", "from", "to", curve.name}};
  if (!curve.accuracy.empty()) rows[0].push_back("accuracy");
  for (const auto& phase : found.phases) {
    rows.push_back({phase.name, fmt::format("{:g}", phase.from), fmt::format("{:g}", phase.to),
                    fmt::format("{:.4g}", phase.loss)});
    if (curve.accuracy.empty()) continue;
    rows.back().push_back(std::isfinite(phase.accuracy) ? fmt::format("{:.3f}", phase.accuracy) : "-");
  }
  std::string text = "verdict  " + verdict_name(found.verdict) + "\n";
  const auto* main = found.drop();
  for (const auto& drop : found.drops) text += (&drop == main ? "drop     " : "another  ") + line_of(drop, curve);
  if (!main)
    text += fmt::format("tried    change-points of the level: {}; a falling straight line: p = {:.3g}\n",
                        found.changes.size(), found.falling_p);
  if (found.of_rounding > 0)
    text += fmt::format("rounded  {} fall{} by two steps of the values or less {} left out\n", found.of_rounding,
                        found.of_rounding == 1 ? "" : "s", found.of_rounding == 1 ? "is" : "are");
  if (!found.logarithmic) text += "scale    linear: the curve rises, or is not above 0 throughout\n";
  return text + aligned(rows, 1);
}

/// Messages name the file's columns: `update` and `column` are options as well.
LearningPhases phases_of(const CurveFile& read, const std::string& file, const PhaseSetting& setting) {
  try {
    return find_learning_phases(read.curve, setting);
  } catch (const ParameterError& error) {
    if (error.name == "update") throw ParameterError(file + ": " + read.update, error.value, error.allowed);
    if (error.name == "loss") throw ParameterError(file + ": " + read.value, error.value, error.allowed);
    throw;
  }
}

}  // namespace

AnalysisKind phases_analysis() {
  AnalysisKind kind;
  kind.name = "phases";
  kind.help = "Search, drops and comprehension of a learning curve: did its loss fall abruptly, when, and how often?";
  kind.file = "a table of steps and losses (any delimiter, JSON, .npy, .npz; docs/analyses.md), or a run file";
  kind.schema =
      "{kind, verdict: abrupt|gradual|undone|none, drop: {update, low, high, from, to, loss_before, loss_after, "
      "undone, ..} or null, drops: [..], phases: [{name, from, to, loss, accuracy}], evidence: {delta_bic, strength, "
      "scale, ..}, columns: {update, value, guessed, ..}, file, curve: {step, name, update, loss, fitted} or null}";
  kind.example = "stillpoint analyze phases curve.csv --json phases.json --plot phases.svg";
  kind.add_options = [](po::options_description& options) {
    options.add_options()("column", po::value<std::string>(), "the curve, by name or number; default: the loss")(
        "update", po::value<std::string>(), "its steps, by name or number; rows: counts the rows")(
        "rising", "the curve rises where something is learned")("bootstrap", po::value<long>()->default_value(500),
                                                                "resamples for the intervals, 20 or more")(
        "seed", po::value<long>()->default_value(1), "seed of the resamples")("plot", po::value<OutputFile>(),
                                                                              "SVG file: the curve and its phases");
  };
  kind.run = [](const std::string& file, const po::variables_map& given, std::string& text) {
    PhaseSetting setting;
    setting.seed = seed_of(given);
    setting.resamples = given["bootstrap"].as<long>();
    require_parameter(setting.resamples >= 20, "--bootstrap", fmt::format("{}", setting.resamples),
                      "must be 20 or more");
    const auto plot = output_path(given, "plot");
    require_svg("--plot", plot);
    const auto named = [&](const char* option) { return given.count(option) ? given[option].as<std::string>() : ""; };
    auto read = read_curve(file, {named("update"), named("column")});
    auto& curve = read.curve;
    curve.rising = given.count("rising") > 0;
    const auto found = phases_of(read, file, setting);
    const auto title = std::filesystem::path(file).filename().string();
    if (!plot.empty()) write_atomically(plot, svg_file(phases_figure(curve, found, title)));
    text = read.text() + as_text(found, curve);
    auto json = phases_json(found, setting);
    json["columns"] = read.json();
    json["file"] = title;
    json["curve"] = curve_json(curve, found);
    return json;
  };
  const auto is_abrupt = [](const Json& result) { return result["verdict"] == "abrupt"; };
  const auto abrupt = [=](const Json& result) { return std::optional(is_abrupt(result) ? 1.0 : 0.0); };
  kind.numbers = {{"abrupt", "", abrupt, true},
                  defined_where(is_abrupt, number_at("onset", "updates", "/drop/from")),
                  defined_where(is_abrupt, number_at("end", "updates", "/drop/to"))};
  return kind;
}

}  // namespace stillpoint
