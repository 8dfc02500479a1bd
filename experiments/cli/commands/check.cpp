#include <fmt/format.h>

#include <algorithm>

#include "experiments/cli/command.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/cli/recording_files.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/check_figure.hpp"
#include "experiments/report/check_formats.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/results/atomic_file.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;

po::options_description check_options() {
  po::options_description options;
  const auto text = [](const char* usual) { return po::value<std::string>()->default_value(usual); };
  options.add_options()("against", po::value<std::string>(), "predictions.json of `predict --out`, or its directory")(
      "experiment", po::value<Words>()->composing(),
      "NAME=FILTER: trials of the experiment NAME (`list predictions`), as \"step=opto=1, power>2\"; may be given for "
      "each. Without: those whose column `experiment` is NAME")(
      "align", text("event_time"),
      "the event that times count from: a column of trials [s], start_time+COLUMN where that counts from the start of "
      "the "
      "trial, or a series of events")(
      "condition", text(""), "column of trials whose values are conditions; default: `condition` where there is one")(
      "units", text(""), "FILTER of units, as \"area=ALM\"")(
      "stimulated", text(""), "FILTER of units that the stimulus reaches; default: those of a column `stimulated`")(
      "delay-ms", po::value<double>(),
      "length of the delay of the task; default: by columns delay_start_time, "
      "delay_stop_time")(
      "membrane-ms", po::value<double>(),
      "mean membrane time constant of the units in ms, as measured (of a simulated session tau_ms of its network): "
      "creep needs it")("animal", text("subject"),
                        "subject: recordings of one subject are sessions of one animal; file: each is one")(
      "matched", "task, constants and recording are those of the table: judge levels as well")(
      "alpha", usual_number(0.05),
      "share of recordings in which the true hypothesis may be "
      "excluded")("json", po::value<OutputFile>(), "all of it as JSON; -: to standard output")(
      "plot", po::value<OutputFile>(), "figure there, .svg");
  return options;
}

constexpr double fastest_membrane_ms = 1;  // of neurons; less was given in seconds

std::optional<double> milliseconds(const po::variables_map& values, const char* name, double least = 0) {
  if (values.count(name) == 0) return std::nullopt;
  const double value = values[name].as<double>();
  require_argument(value > 0 && value >= least && value < 1e6, std::string("--") + name, fmt::format("{:g}", value),
                   least > 0 ? fmt::format("is in ms: must be {:g} or more", least) : "is in ms: must be above 0");
  return value;
}

CheckRequest request_of(const po::variables_map& values) {
  CheckRequest request;
  const auto text = [&](const char* name) { return values[name].as<std::string>(); };
  if (values.count("experiment"))
    for (const auto& entry : values["experiment"].as<Words>()) {
      const auto [name, filter] = key_and_value("--experiment", entry, "must be NAME=FILTER, as \"step=opto=1\"");
      const auto known = experiment_names();
      require_argument(std::count(known.begin(), known.end(), name) > 0, "--experiment", name,
                       must_be_one_of(name, known));
      const bool added = request.evidence.experiments.emplace(name, RowFilter("--experiment", filter)).second;
      require_argument(added, "--experiment", name, "is given twice");
    }
  request.evidence.units = {"--units", text("units")};
  request.evidence.stimulated = {"--stimulated", text("stimulated")};
  request.evidence.align = text("align");
  request.evidence.condition = text("condition");
  request.evidence.delay_ms = milliseconds(values, "delay-ms");
  request.evidence.membrane_ms = milliseconds(values, "membrane-ms", fastest_membrane_ms);
  const auto animal = text("animal");
  require_argument(animal == "subject" || animal == "file", "--animal", animal, "must be one of: subject, file");
  request.files_are_animals = animal == "file";
  request.matched = values.count("matched") > 0;
  request.alpha = values["alpha"].as<double>();
  require_argument(request.alpha > 0 && request.alpha < 1, "--alpha", fmt::format("{:g}", request.alpha),
                   "must be above 0 and below 1");
  return request;
}

int check(const std::vector<std::string>& arguments, const Command& command) {
  return with_recordings(command, arguments, check_options(), [&](const po::variables_map& values) {
    const auto plot = output_path(values, "plot"), json = output_path(values, "json");
    const auto request = request_of(values);
    const auto table = read_predictions(required(command, values, "against"));
    const auto recordings = opened_recordings(values);
    const auto found = check_recordings(recordings, table, request);
    tell_left_out(recordings);
    if (!plot.empty()) write_atomically(plot, svg_file(check_figure(found, conclusion_of(found))));
    if (!json.empty() && json != "-") write_atomically(json, json_text(check_json(found, table)));
    fmt::print("{}", json == "-" ? json_text(check_json(found, table)) : check_text(found));
  });
}

}  // namespace

Command check_command() {
  return {"check", "RECORDING.nwb... --against predictions.json [--experiment NAME=FILTER] [...]",
          "Holds recordings against the predictions of a study: what was measured, what each hypothesis expects of a\n"
          "recording like it, which hypotheses are left, and what the recording cannot tell (docs/recordings.md).",
          "stillpoint check session.nwb --against results/predictions/report/predictions.json --membrane-ms 50", check};
}

}  // namespace stillpoint
