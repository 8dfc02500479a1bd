#include "experiments/report/made_predictions.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "experiments/options/message.hpp"
#include "experiments/predictions/animals_file.hpp"
#include "experiments/report/learning_figure.hpp"
#include "experiments/report/prediction_figure.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/results/atomic_file.hpp"
#include "experiments/results/text_file.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

/// A directory of predictions, an empty one, or one that can be made: it is when there is something to keep. Throws
/// UserError.
void require_report_directory(const std::string& out) {
  std::error_code failed;
  auto existing = fs::absolute(out, failed);
  while (!fs::exists(existing, failed) && existing.has_relative_path()) existing = existing.parent_path();
  require_parameter(fs::is_directory(existing, failed) && ::access(existing.c_str(), W_OK) == 0, "out", out,
                    "must be a directory that can be written");
  require_parameter(!fs::exists(out, failed) || fs::exists(fs::path(out) / "networks") || fs::is_empty(out, failed),
                    "out", out, "holds something else; name an empty directory, or one that `predict` wrote");
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
      const auto studies = earlier.at("studies").get<std::vector<std::string>>();
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
std::vector<Experiment> experiments_in(const Preparation& of, Index trials) {
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
                       svg_file(prediction_figure(shown_prediction(report.study, report.table, row))));
  if (report.learning)
    write_atomically(place("learning.svg"), learning_figure(*report.learning, *report.learning_table));
  write_atomically(place("predictions.csv"), predictions_csv(report));
  write_atomically(place("predictions.md"), predictions_text(report, true));
  write_atomically(place("animals.json"), animals_json(report.study, report.table));
  write_atomically(place("predictions.json"), predictions_json(report));
}

}  // namespace

PredictionReport MadePredictions::report() const {
  return {study,          table,      rehearsals, experiments,
          bin_ms,         stimulated, noise,      learning.networks.empty() ? nullptr : &learning,
          &learning_table};
}

MadePredictions make_predictions(PredictionStudy study, double trials_per_day, const std::string& out, int jobs,
                                 bool quiet) {
  require_report_directory(out);
  measure_networks(study, out, jobs, quiet);
  const auto first = first_network(study);
  const auto& options = first.options;
  MadePredictions made{std::move(study),
                       {},
                       {},
                       {},
                       {},
                       {},
                       bin_of_rates_ms(options.number("integration.dt_ms")),
                       stimulated_neurons(Protocol().fraction, first.network.size()),
                       noise_options(options)};
  made.table = table_of(made.study);
  made.rehearsals = rehearse(made.study);
  made.learning = measure_learning(made.study, trials_per_day, out, jobs, quiet);
  made.learning_table = learning_table(made.learning);
  made.experiments = experiments_in(first, made.study.setting.trials());
  const auto report = made.report();
  if (const auto line = replaced_report(report, out); !line.empty()) tell(line);
  write_report(report, out);
  return made;
}

}  // namespace stillpoint
