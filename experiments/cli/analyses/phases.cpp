#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/phases_figure.hpp"
#include "experiments/report/text_table.hpp"
#include "experiments/results/curve_file.hpp"
#include "experiments/results/result_file.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

Json phases_json(const LearningPhases& found, const PhaseSetting& setting) {
  Json json{{"kind", "phases"}, {"verdict", verdict_name(found.verdict)}, {"drop", nullptr}};
  if (found.drop) {
    const auto& drop = *found.drop;
    json["drop"] = {{"update", drop.update.value},
                    {"low", drop.update.low},
                    {"high", drop.update.high},
                    {"from", drop.from.value},
                    {"to", drop.to.value},
                    {"from_interval", {drop.from.low, drop.from.high}},
                    {"to_interval", {drop.to.low, drop.to.high}},
                    {"loss_before", drop.before},
                    {"loss_after", drop.after}};
  }
  json["phases"] = Json::array();
  for (const auto& phase : found.phases)
    json["phases"].push_back({{"name", phase.name},
                              {"from", phase.from},
                              {"to", phase.to},
                              {"loss", phase.loss},
                              {"accuracy", finite_or_null(phase.accuracy)}});
  Json bic = Json::object();
  for (const auto& model : found.models) bic[model.name] = finite_or_null(model.bic);
  json["evidence"] = {{"delta_bic", finite_or_null(found.evidence)},
                      {"favours", found.evidence > 0 ? "broken line" : "smooth decay"},
                      {"strength", strength(found.evidence)},
                      {"bic", bic},
                      {"ramp", found.ramp ? Json{{"from", found.ramp->low}, {"to", found.ramp->high}} : Json(nullptr)},
                      {"change_points", found.changes},
                      {"falling_p", found.falling_p},
                      {"rho", found.rho},
                      {"sigma", found.sigma},
                      {"points_averaged", found.averaged},
                      {"false_positive_rate", setting.false_positive_rate},
                      {"level", setting.level},
                      {"bootstrap", setting.resamples}};
  return json;
}

std::string as_text(const LearningPhases& found) {
  Rows rows{{"phase", "from", "to", "loss", "accuracy"}};
  for (const auto& phase : found.phases)
    rows.push_back({phase.name, fmt::format("{:g}", phase.from), fmt::format("{:g}", phase.to),
                    fmt::format("{:.4g}", phase.loss),
                    std::isfinite(phase.accuracy) ? fmt::format("{:.3f}", phase.accuracy) : "-"});
  std::string text = "verdict  " + verdict_name(found.verdict) + "\n";
  if (found.drop) {
    const auto& [update, from, to, before, after] = *found.drop;
    text += fmt::format(
        "drop     at update {:g} [{:g}, {:g}], from {:g} [{:g}, {:g}] to {:g} [{:g}, {:g}]; loss {:.3g} to {:.3g}\n",
        update.value, update.low, update.high, from.value, from.low, from.high, to.value, to.low, to.high, before,
        after);
  }
  if (found.verdict == LearningPhases::Verdict::none)
    text += fmt::format("tried    change-points of the log loss: {}; a falling straight line: p = {:.3g}\n",
                        found.changes.size(), found.falling_p);
  else
    text += fmt::format("evidence {:.1f} of BIC for the {}, {}; noise: rho {:.2f}, sigma {:.3g}\n",
                        std::abs(found.evidence), found.evidence > 0 ? "broken line" : "smooth decay",
                        strength(found.evidence), found.rho, found.sigma);
  if (found.verdict == LearningPhases::Verdict::gradual && found.evidence > 0 && found.ramp)
    text += fmt::format("         but its ramp, {:g} to {:g}, takes longer than what precedes it\n", found.ramp->low,
                        found.ramp->high);
  if (found.averaged > 1) text += fmt::format("points   averaged {} at a time\n", found.averaged);
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
  kind.help = "Search, drop and comprehension of a learning curve: did its loss fall abruptly, and when?";
  kind.file = "a table of steps and losses (any delimiter, JSON, .npy, .npz; docs/analyses.md), or a run file";
  kind.schema =
      "{kind, verdict: abrupt|gradual|none, drop: {update, low, high, from, to, ..} or null, phases: [{name, from, to, "
      "loss, accuracy}], evidence: {delta_bic, strength, bic, ..}, columns: {update, value, guessed, ..}}";
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
    if (curve.rising) throw UserError(file + ": --rising: curves that rise are not looked at yet");
    const auto found = phases_of(read, file, setting);
    if (!plot.empty())
      write_atomically(plot, phases_figure(curve, found, std::filesystem::path(file).filename().string()));
    text = read.text() + as_text(found);
    auto json = phases_json(found, setting);
    json["columns"] = read.json();
    return json;
  };
  const auto abrupt = [](const Json& result) { return std::optional(result["verdict"] == "abrupt" ? 1.0 : 0.0); };
  kind.numbers = {{"abrupt", "", abrupt, true},
                  number_at("onset", "updates", "/drop/from"),
                  number_at("end", "updates", "/drop/to")};
  return kind;
}

}  // namespace stillpoint
