#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "analysis/learning/daily_change.hpp"
#include "experiments/cli/command.hpp"
#include "experiments/cli/recording_option.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/message.hpp"
#include "experiments/report/made_predictions.hpp"
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
    const auto made = make_predictions(std::move(study), trials_per_day, out, jobs, values.count("quiet") > 0);
    for (const auto& network : made.study.networks)
      if (!network.problem.empty()) tell(fmt::format("not measured: {}: {}", network.run, network.problem));
    for (const auto& network : made.learning.networks)
      if (!network.problem.empty()) tell(fmt::format("not measured on its way: {}: {}", network.run, network.problem));
    fmt::print("{}{}\n{}\n", predictions_summary(made.report()), about_learning(made.learning),
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
