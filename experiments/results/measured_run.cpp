#include "experiments/results/measured_run.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/restructuring/descriptors.hpp"
#include "analysis/restructuring/random_walk.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/subject_file.hpp"
#include "experiments/results/text_file.hpp"

namespace stillpoint {

namespace {

using Json = nlohmann::json;

DescriptorPath path_of(const GeometryProbe& probe, const std::vector<Network<double>>& networks) {
  std::vector<Geometry> seen;
  Vector<double> step(static_cast<Index>(networks.size()) - 1);
  for (std::size_t i = 0; i < networks.size(); ++i) {
    seen.push_back(probe(networks[i]));
    if (i > 0) step(static_cast<Index>(i) - 1) = weight_distance(networks[i - 1], networks[i]);
  }
  return {probe.path(seen), step};
}

Json to_json(const DescriptorPath& path) {
  Json columns = Json::array();
  for (Index t = 0; t < path.value.cols(); ++t)
    columns.push_back(std::vector<double>(path.value.col(t).data(), path.value.col(t).data() + path.value.rows()));
  return {{"value", columns}, {"step", std::vector<double>(path.step.data(), path.step.data() + path.step.size())}};
}
DescriptorPath path_from(const Json& json, std::size_t checkpoints) {
  const auto columns = json.at("value").get<std::vector<std::vector<double>>>();
  const auto step = json.at("step").get<std::vector<double>>();
  const auto rows = descriptor_names().size();
  const bool whole = columns.size() == checkpoints && step.size() + 1 == checkpoints &&
                     std::all_of(columns.begin(), columns.end(), [&](const auto& each) { return each.size() == rows; });
  if (!whole) throw UserError("a path has other descriptors or checkpoints than the run");
  DescriptorPath path{Matrix<double>(static_cast<Index>(rows), static_cast<Index>(columns.size())),
                      Eigen::Map<const Vector<double>>(step.data(), static_cast<Index>(step.size()))};
  for (std::size_t t = 0; t < columns.size(); ++t)
    path.value.col(static_cast<Index>(t)) = Eigen::Map<const Vector<double>>(columns[t].data(), path.value.rows());
  return path;
}

/// What a kept file must agree with to be used again.
Json identity_of(const std::string& run_file, const MeasureSetting& setting) {
  return {{"descriptors", descriptor_names()},
          {"trials", setting.trials},
          {"walks", setting.walks},
          {"run", provenance_of(run_file)}};
}

}  // namespace

MeasuredRun measure_run(const std::string& file, const MeasureSetting& setting) {
  const auto opened = open_subject_path(file);
  const auto& run = opened.file.require_run();
  MeasuredRun measured;
  std::vector<Network<double>> networks;
  for (const auto& [update, network] : opened.checkpoints) {
    measured.update.push_back(static_cast<double>(update));
    networks.push_back(network);
  }
  if (networks.size() < MeasuredRun::fewest_checkpoints) {
    measured.problem = "too few checkpoints";
    return measured;
  }
  auto trials = run.trials(setting.trials);
  const auto synapse = run.synapse(networks.front(), trials.steps);
  try {
    const GeometryProbe probe(networks.front(), run.integration, std::move(trials), *synapse, run.seed);
    measured.path = path_of(probe, networks);
    for (Index walk = 0; walk < setting.walks; ++walk) {
      std::vector<Network<double>> walked = {networks.front()};
      for (std::size_t i = 1; i < networks.size(); ++i)
        walked.push_back(
            random_step(walked.back(), networks[i - 1], networks[i], run.seed, static_cast<std::uint64_t>(walk), i));
      try {
        measured.walks.push_back(path_of(probe, walked));
      } catch (const UserError&) {
        ++measured.unbounded_walks;
      }
    }
  } catch (const UserError& problem) {
    measured.problem = problem.what();
  }
  return measured;
}

void keep_measurement(const std::string& file, const std::string& run_file, const MeasuredRun& run,
                      const MeasureSetting& setting) {
  Json walks = Json::array();
  for (const auto& walk : run.walks) walks.push_back(to_json(walk));
  const Json json = {{"identity", identity_of(run_file, setting)},
                     {"update", run.update},
                     {"path", run.path ? to_json(*run.path) : Json(nullptr)},
                     {"walks", walks},
                     {"unbounded_walks", run.unbounded_walks},
                     {"problem", run.problem}};
  write_atomically(file, json.dump() + "\n");
}

std::optional<MeasuredRun> kept_measurement(const std::string& file, const std::string& run_file,
                                            const MeasureSetting& setting) {
  try {
    return read_json(file, [&](const Json& json) -> std::optional<MeasuredRun> {
      if (json.at("identity") != identity_of(run_file, setting)) return std::nullopt;
      MeasuredRun run;
      run.update = json.at("update").get<std::vector<double>>();
      if (!json.at("path").is_null()) run.path = path_from(json.at("path"), run.update.size());
      for (const auto& walk : json.at("walks")) run.walks.push_back(path_from(walk, run.update.size()));
      run.unbounded_walks = json.at("unbounded_walks");
      run.problem = json.at("problem");
      if (!run.path && run.problem.empty()) return std::nullopt;
      return run;
    });
  } catch (const UserError&) {  // absent or damaged: measured anew
    return std::nullopt;
  }
}

std::optional<Index> kept_walks(const std::string& file) {
  try {
    return read_json(file, [](const Json& json) { return json.at("identity").at("walks").get<Index>(); });
  } catch (const UserError&) {  // absent or damaged
    return std::nullopt;
  }
}

}  // namespace stillpoint
