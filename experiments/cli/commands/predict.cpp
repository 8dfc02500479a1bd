#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "analysis/learning/daily_change.hpp"
#include "experiments/cli/command.hpp"
#include "experiments/cli/recording_option.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/message.hpp"
#include "experiments/predictions/animals_file.hpp"
#include "experiments/report/learning_figure.hpp"
#include "experiments/report/prediction_figure.hpp"
#include "experiments/report/prediction_formats.hpp"
#include "experiments/results/atomic_file.hpp"
#include "experiments/results/text_file.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// "30x40": neurons and trials of a session.
RecordingSize size_of(const std::string& text) {
  const auto cross = text.find('x');
  const std::string allowed = "must be NEURONSxTRIALS, as 30x40; at least 1 neuron and 6 trials";
  require_argument(cross != std::string::npos, "--size", text, allowed);
  const auto number = [&](const std::string& part) {
    require_argument(!part.empty() && part.size() < 7 && part.find_first_not_of("0123456789") == std::string::npos,
                     "--size", text, allowed);
    return static_cast<Index>(std::stol(part));
  };
  const RecordingSize size{number(text.substr(0, cross)), number(text.substr(cross + 1))};
  require_argument(size.neurons >= 1 && size.trials >= 6, "--size", text, allowed);
  return size;
}

std::vector<std::string> names_of(const std::string& text) {
  std::vector<std::string> known, names;
  for (const auto& prediction : predictions()) known.push_back(prediction.name);
  std::string word;
  for (const char c : text + ',') {
    if (c != ',') {
      word += c;
      continue;
    }
    if (std::find(known.begin(), known.end(), word) == known.end())
      throw UserError("--only " + word + ": " + must_be_one_of(word, known));
    names.push_back(word);
    word.clear();
  }
  return names;
}

PredictionStudy study_of(const po::variables_map& values, const Words& directories) {
  PredictionStudy study{directories, {}};
  auto& setting = study.setting;
  study.usual_sizes = values.count("size") == 0;
  if (!study.usual_sizes) {
    setting.sizes.clear();
    for (const auto& text : values["size"].as<Words>()) setting.sizes.push_back(size_of(text));
  }
  setting.recording = recording_of(values);
  setting.f_max_hz = values["f-max-hz"].as<double>();
  require_argument(setting.f_max_hz > 0, "--f-max-hz", fmt::format("{}", setting.f_max_hz), "must be > 0 Hz");
  if (values.count("only")) setting.only = names_of(values["only"].as<std::string>());
  study.all = values.count("all") > 0;
  study.half_step = values["half-step"].as<long>();
  require_argument(study.half_step >= 0, "--half-step", fmt::format("{}", study.half_step), "must be 0 or more");
  return study;
}

/// A directory of predictions, an empty one, or one that can be made: it is when there is something to keep. Throws
/// UserError.
void require_report_directory(const std::string& out) {
  std::error_code failed;
  auto existing = fs::absolute(out, failed);
  while (!fs::exists(existing, failed) && existing.has_relative_path()) existing = existing.parent_path();
  require_argument(fs::is_directory(existing, failed) && ::access(existing.c_str(), W_OK) == 0, "--out", out,
                   "must be a directory that can be written");
  require_argument(!fs::exists(out, failed) || fs::exists(fs::path(out) / "networks") || fs::is_empty(out, failed),
                   "--out", out, "holds something else; name an empty directory, or one that `predict` wrote");
}

/// What of an earlier report in this place is not in this one, a line; "" where nothing is lost.
std::string replaced_report(const PredictionReport& report, const std::string& out) {
  const auto path = (fs::path(out) / "predictions.json").string();
  std::error_code failed;
  if (!fs::exists(path, failed)) return "";
  try {
    return read_json(path, [&](const nlohmann::json& earlier) -> std::string {
      std::set<std::string> lost;
      for (const auto& each : earlier.at("predictions")) lost.insert(each.at("name").get<std::string>());
      const auto all = lost.size();
      for (const auto& row : report.table.rows) lost.erase(predictions()[row.prediction].name);
      const auto studies = earlier.at("studies").get<Words>();
      if (studies != report.study.directories)
        return fmt::format("{} replaces the report of {} (predictions: {})", path, fmt::join(studies, ", "), all);
      if (lost.empty()) return "";
      return fmt::format("{} replaces a report with {} predictions more: {}", path, lost.size(), fmt::join(lost, ", "));
    });
  } catch (const UserError&) {
    return "";  // it is damaged
  }
}

/// The first network that was measured.
Preparation first_network(const PredictionStudy& study) {
  const auto first = std::find_if(study.networks.begin(), study.networks.end(),
                                  [](const MeasuredNetwork& network) { return !network.values.empty(); });
  return preparation_of(open_subject(first->run), study.setting.f_max_hz);
}

/// Those of the predictions, as they are in this network.
std::vector<Experiment> experiments_of(const Preparation& of, Index trials) {
  std::vector<Experiment> all;
  for (const auto& name : experiment_names())
    if (auto experiment = experiment_named(name, of, trials)) all.push_back(std::move(*experiment));
  return all;
}

/// What its runs had of it, as `simulate --set` takes it.
Assignments noise_options(const Options& options) {
  Assignments noise;
  for (const char* name : {"noise.activity", "noise.drive"})
    if (options.knows(name) && options.number(name) != 0) noise.emplace_back(name, options.text(name));
  return noise;
}

void write_report(const PredictionReport& report, const std::string& out) {
  const auto place = [&](const std::string& name) { return (fs::path(out) / name).string(); };
  std::error_code failed;  // said by what is written
  fs::create_directories(fs::path(out) / "networks", failed);
  for (const auto& prediction : predictions()) {  // of another report in this place
    std::error_code ignored;
    fs::remove(place(prediction.name + ".svg"), ignored);
  }
  for (const auto& row : report.table.rows)
    if (has_values(row))
      write_atomically(place(predictions()[row.prediction].name + ".svg"),
                       prediction_figure(report.study, report.table, row));
  if (report.learning)
    write_atomically(place("learning.svg"), learning_figure(*report.learning, *report.learning_table));
  write_atomically(place("predictions.csv"), predictions_csv(report));
  write_atomically(place("predictions.md"), predictions_text(report, true));
  write_atomically(place("animals.json"), animals_json(report.study, report.table));
  write_atomically(place("predictions.json"), predictions_json(report));
}

/// Says what to set where no run kept networks of its way.
std::string about_learning(const LearningStudy& learning) {
  if (!learning.networks.empty()) return "";
  return fmt::format(
      "Nothing about learning: no run kept networks of {} days or more of {:g} trials; set "
      "training.checkpoints = every {}, and as many updates.\n",
      DailyChange::fewest_days, learning.trials_per_day, learning.updates_of_a_day);
}

int predict(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("out", po::value<std::string>(),
                        "directory for predictions.md, .json, .csv, figures, and what is measured of each network")(
      "size", po::value<Words>()->composing(),
      "NEURONSxTRIALS that a session records, may be given several times; default: those of 10x20 30x40 60x60 "
      "that the networks have the neurons for")("only", po::value<std::string>(),
                                                "predictions with commas (see `list predictions`); default: all")(
      "f-max-hz", usual_number(20), "firing rate that r = 1 stands for [Hz]")(
      "half-step", po::value<long>()->default_value(3),
      "networks of each condition of the first study, of different seeds, that are measured at half the time step too; "
      "fewer than 3: not judged")("trials-per-day", usual_number(400),
                                  "trials that an animal is trained on in a day: the days of the part on learning")(
      "all", "networks that did not reach criterion, too")(
      "set", po::value<Words>()->composing(), "KEY=VALUE: an option of recording.* (see `list recording`)")(
      "jobs", po::value<int>()->default_value(0), "networks at a time; 0: one per processor that may be used")(
      "quiet", "no progress");
  po::positional_options_description positional;
  positional.add("STUDYDIR", -1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  return with_option_names(options, [&] {
    const auto directories = required_words(command, values, "STUDYDIR");
    const auto out = required(command, values, "out");
    auto study = study_of(values, directories);
    const int jobs = values["jobs"].as<int>();
    require_argument(jobs >= 0, "--jobs", fmt::format("{}", jobs), "must be 0 or more");
    const double trials_per_day = values["trials-per-day"].as<double>();
    require_argument(trials_per_day >= 1 && std::isfinite(trials_per_day), "--trials-per-day",
                     fmt::format("{}", trials_per_day), "must be 1 or more");
    require_report_directory(out);
    measure_networks(study, out, jobs, values.count("quiet") > 0);
    const auto table = table_of(study);
    const auto rehearsals = rehearse(study);
    const auto learning = measure_learning(study, trials_per_day, out, jobs, values.count("quiet") > 0);
    const auto learned = learning_table(learning);
    const auto first = first_network(study);
    const PredictionReport report{study,
                                  table,
                                  rehearsals,
                                  experiments_of(first, study.setting.trials()),
                                  bin_of_rates_ms(first.options.number("integration.dt_ms")),
                                  stimulated_neurons(Protocol().fraction, first.network.size()),
                                  noise_options(first.options),
                                  learning.networks.empty() ? nullptr : &learning,
                                  &learned};
    if (const auto line = replaced_report(report, out); !line.empty()) tell(line);
    write_report(report, out);
    for (const auto& network : study.networks)
      if (!network.problem.empty()) tell(fmt::format("not measured: {}: {}", network.run, network.problem));
    for (const auto& network : learning.networks)
      if (!network.problem.empty()) tell(fmt::format("not measured on its way: {}: {}", network.run, network.problem));
    fmt::print("{}{}\n{}\n", predictions_summary(report), about_learning(learning),
               (fs::path(out) / "predictions.md").string());
    return 0;
  });
}

}  // namespace

Command predict_command() {
  return {
      "predict", "STUDYDIR... --out DIR [--size NEURONSxTRIALS] [...]",
      "Experiments on every trained network of a study: what an electrode would see under each hypothesis, and how\n"
      "many animals it takes to tell them apart. Further studies: settings outside of the table.",
      "stillpoint predict results/predictions --out results/predictions/report", predict};
}

}  // namespace stillpoint
