#include "experiments/predictions/measured_learning.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "analysis/learning/daily_change.hpp"
#include "experiments/predictions/kept_measurement.hpp"
#include "experiments/study/measuring.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

struct LearningJob {
  LearningNetwork* network;
  std::string file;  // where it is kept
};

nlohmann::json identity_of(const LearningNetwork& network, const LearningStudy& study) {
  auto identity = identity_of_measurement(network.run, study.setting, learning_statistics());
  identity["sessions"] = study.setting.least_sessions;
  identity["updates_per_day"] = network.updates_per_day;
  return identity;
}

nlohmann::json as_json(const LearningPath& path) {
  nlohmann::json values = nlohmann::json::array();
  for (const auto& recording : path.values) values.push_back(as_kept(recording));
  nlohmann::json fall = nullptr;
  if (path.fall) fall = {path.fall->onset, path.fall->middle, path.fall->before, path.fall->after};
  return {{"verdict", static_cast<int>(path.verdict)},
          {"fall", fall},
          {"day", path.day},
          {"update", path.update},
          {"values", values}};
}

LearningPath path_from(const nlohmann::json& json) {
  LearningPath path;
  path.verdict = static_cast<LearningPhases::Verdict>(json.at("verdict").get<int>());
  if (const auto& fall = json.at("fall"); !fall.is_null())
    path.fall =
        Fall{fall.at(0).get<double>(), fall.at(1).get<double>(), fall.at(2).get<double>(), fall.at(3).get<double>()};
  path.day = json.at("day").get<std::vector<long>>();
  path.update = json.at("update").get<std::vector<long>>();
  for (const auto& recording : json.at("values"))
    path.values.push_back(kept_values(recording, learning_statistics().size()));
  if (path.day.size() != path.values.size() || path.update.size() != path.values.size())
    throw UserError("a path has other days than recordings");
  return path;
}

/// One with enough days of recording; counts the others.
std::optional<LearningNetwork> network_of(const MeasuredNetwork& measured, LearningStudy& study) {
  const auto opened = open_subject_path(measured.run);
  const auto batch = opened.file.require_run().options.integer("training.batch");
  LearningNetwork network{measured.run, measured.hypothesis, measured.seed,
                          study.trials_per_day / static_cast<double>(batch)};
  std::vector<long> updates;
  for (const auto& checkpoint : opened.checkpoints) updates.push_back(checkpoint.update);
  if (last_of_days(updates, network.updates_per_day).size() >= static_cast<std::size_t>(DailyChange::fewest_days))
    return network;
  ++study.too_few_days;
  study.updates_of_a_day = std::max(1L, static_cast<long>(network.updates_per_day));
  return std::nullopt;
}

}  // namespace

LearningStudy measure_learning(const PredictionStudy& study, double trials_per_day, const std::string& out, int jobs,
                               bool quiet) {
  LearningStudy learning{trials_per_day, study.setting};
  learning.setting.sizes = {study.setting.sizes[study.setting.sizes.size() / 2]};
  learning.setting.least_sessions = most_sessions_per_day;
  learning.setting.only.clear();
  const auto place = fs::path(out) / "learning" / settings_hash(learning.setting, learning_statistics());
  std::vector<std::string> files;
  for (const auto& measured : study.networks) {
    if (measured.values.empty()) continue;  // why is said of it already
    if (auto network = network_of(measured, learning)) {
      const auto name = fs::path(network->run).filename().replace_extension(".json").string();
      files.push_back((place / fmt::format("{}-{}", measured.study + 1, name)).string());
      learning.networks.push_back(std::move(*network));
    }
  }
  std::vector<LearningJob> all;
  for (std::size_t i = 0; i < files.size(); ++i) all.push_back({&learning.networks[i], files[i]});
  if (all.empty()) return learning;
  measure_runs(
      all, jobs, quiet,
      [&](const LearningJob& job) {
        return find_measurement(job.file, identity_of(*job.network, learning),
                                [&](const nlohmann::json& json) { job.network->path = path_from(json.at("path")); });
      },
      [&](const LearningJob& job) {
        job.network->path =
            measure_learning_path(open_subject_path(job.network->run), learning.setting, job.network->updates_per_day);
      },
      [](const LearningJob& job, const UserError& problem) { job.network->problem = problem.what(); },
      [&](const LearningJob& job) {
        keep_measurement(job.file, identity_of(*job.network, learning), {{"path", as_json(job.network->path)}});
      });
  return learning;
}

}  // namespace stillpoint
