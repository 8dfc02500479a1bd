#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "experiments/cli/command.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/cli/recording_files.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/message.hpp"
#include "experiments/report/contents.hpp"
#include "experiments/report/observation_figure.hpp"
#include "experiments/report/observation_formats.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/results/atomic_file.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;

Words statistic_names() {
  Words names;
  for (const auto& family : observed_statistics())
    for (const auto& statistic : family.statistics) names.push_back(statistic.name);
  return names;
}

Words only_of(const std::string& text) {
  Words names;
  std::string word;
  for (const char c : text + ',') {
    if (c != ',') {
      if (c != ' ') word += c;
      continue;
    }
    const auto known = statistic_names();
    require_argument(std::find(known.begin(), known.end(), word) != known.end(), "--only", word,
                     must_be_one_of(word, known));
    names.push_back(word);
    word.clear();
  }
  return names;
}

ObservationSetting setting_of(const po::variables_map& values) {
  ObservationSetting setting;
  auto& selection = setting.selection;
  const auto text = [&](const char* name) { return values[name].as<std::string>(); };
  selection.trials = {"--where", text("where")};
  selection.units = {"--units", text("units")};
  selection.align = text("align");
  selection.condition = text("condition");
  selection.window = window_option("--window", text("window"));
  selection.bin_ms = values["bin-ms"].as<double>();
  selection.series = text("series");
  require_argument(selection.series.empty() || selection.units.empty(), "--units", selection.units.text(),
                   "chooses among units, and --series takes a series in their place: leave one out");
  setting.statistics.epoch = text("epoch").empty() ? selection.window : window_option("--epoch", text("epoch"));
  if (text("epoch").empty())  // whole bins alone are in the session
    setting.statistics.epoch.to_ms =
        selection.window.from_ms +
        selection.bin_ms * static_cast<double>(bins_about(selection.window, selection.bin_ms).count);
  setting.statistics.lag_ms = values["lag-ms"].as<double>();
  if (!text("only").empty()) setting.only = only_of(text("only"));
  setting.rasters = values.count("plot") > 0 || values.count("json") > 0 ? drawn_units : 0;
  return setting;
}

/// "subject": that of the file; else the value of a column of trials, one in each file.
std::string animal_of(const Recording& recording, const std::string& by) {
  if (by.empty()) return "";
  if (by == "subject") {
    require_argument(!recording.subject().empty(), "--animal", by, recording.file() + ": names no subject");
    return recording.subject();
  }
  const auto animals = values_of(column_named(recording.trials(), by, "--animal", recording.file()));
  require_argument(
      animals.size() == 1, "--animal", by,
      fmt::format("{}: has {} values of it; a file is a session of one animal", recording.file(), animals.size()));
  return animals.front();
}

void list_contents(const std::vector<Recording>& recordings, const std::string& json_file) {
  for (const auto& recording : recordings)
    if (json_file.empty()) fmt::print("{}", contents_of(recording));
  if (json_file.empty()) return;
  Json all = Json::array();
  for (const auto& recording : recordings) all.push_back(contents_json(recording));
  const auto text = json_text(all.size() == 1 ? all.front() : all);
  if (json_file == "-")
    fmt::print("{}", text);
  else
    write_atomically(json_file, text);
}

po::options_description observe_options() {
  const Selection fallback;
  po::options_description options;
  options.add_options()("list", "say what the files hold, and do nothing else")(
      "where", po::value<std::string>()->default_value(""),
      "trials, by columns of their table: \"outcome=correct|early, contrast>=0.5\" (= != < <= > >=; comma: and; |: "
      "or)")("units", po::value<std::string>()->default_value(""),
             "units, in the same way: \"area=ALM, quality!=noise\"")(
      "series", po::value<std::string>()->default_value(""), "in place of units: a series of samples, by path or name")(
      "align", po::value<std::string>()->default_value(fallback.align),
      "the event: a column of trials [s], start_time+COLUMN where that counts from the start of the trial, or a series "
      "of events")("window", po::value<std::string>()->default_value("-500..1500"), "FROM..TO about the event [ms]")(
      "bin-ms", usual_number(fallback.bin_ms), "width of a bin [ms]")(
      "epoch", po::value<std::string>()->default_value(""),
      "FROM..TO within the window that statistics are of [ms]; default: all of it")(
      "condition", po::value<std::string>()->default_value(""), "column of trials whose values are the conditions")(
      "lag-ms", usual_number(StatisticSetting{}.lag_ms),
      "lag of the autocorrelation, and least time between codes that are compared [ms]")(
      "only", po::value<std::string>()->default_value(""),
      "statistics, with commas; default: all but cross_temporal, which takes long")(
      "animal", po::value<std::string>()->default_value(""),
      "whose sessions the files are: subject, or a column of trials; animals are what intervals are of")(
      "json", po::value<OutputFile>(),
      "all of it as JSON, curves of every unit and the spikes of a figure among them; -: to standard output")(
      "plot", po::value<OutputFile>(),
      "figure (.svg): rates by condition, the autocorrelation, and spikes of the three units that fire most, of 30 "
      "trials "
      "of each condition at most; those within a thousandth of the window are one mark")("quiet", "no progress");
  return options;
}

int observe(const std::vector<std::string>& arguments, const Command& command) {
  return with_recordings(command, arguments, observe_options(), [&](const po::variables_map& values) {
    const auto plot = output_path(values, "plot"), json = output_path(values, "json");
    const auto setting = setting_of(values);
    const auto recordings = opened_recordings(values);
    if (values.count("list")) return list_contents(recordings, json);
    Words animals;
    for (const auto& recording : recordings)
      animals.push_back(animal_of(recording, values["animal"].as<std::string>()));
    const bool shows = values.count("quiet") == 0 && ::isatty(STDERR_FILENO);
    const auto observation = stillpoint::observe(recordings, animals, setting, [&](const std::string& what) {
      if (shows) say(fmt::format("\r\033[K{}", printable(what)));
    });
    if (shows) say("\r\033[K");
    tell_left_out(recordings);
    if (!plot.empty()) write_atomically(plot, svg_file(observation_figure(shown_observation(observation))));
    if (!json.empty() && json != "-") write_atomically(json, observation_json(observation));
    fmt::print("{}", json == "-" ? observation_json(observation) : observation_table(observation));
  });
}

}  // namespace

Command observe_command() {
  return {
      "observe",
      "RECORDING.nwb... [--list] [--where FILTER] [--units FILTER] [--align COLUMN] [--condition COLUMN] [...]",
      "Statistics of recordings in the NWB format, with intervals: rates, variability, timescales, ramping, speed,\n"
      "dimension, codes. Several files are sessions. What is left out, and why, is said.",
      "stillpoint observe mouse1.nwb --align go_cue_time --condition side --where outcome=correct --plot mouse1.svg",
      observe};
}

}  // namespace stillpoint
