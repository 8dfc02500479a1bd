#include "experiments/predictions/measured_networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>

#include "experiments/predictions/hypotheses.hpp"
#include "experiments/predictions/kept_measurement.hpp"
#include "experiments/study/measuring.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

struct NetworkJob {
  MeasuredNetwork* network;
  std::string file;  // where it is kept
  bool half_step;
};

bool begins(const std::string& name, std::initializer_list<const char*> sections) {
  return std::any_of(sections.begin(), sections.end(), [&](const char* each) { return name.rfind(each, 0) == 0; });
}

bool is_of_hypothesis(const std::string& option) { return begins(option, {"synapse.", "control.", "tcr."}); }
bool is_of_setting(const std::string& option) {
  return begins(option, {"network.", "task.", "noise.", "rule.", "integration."}) && option != "network.start";
}

/// Options whose values differ between any two that have them.
std::set<std::string> differing(const std::vector<const OptionTexts*>& runs, bool (*counts)(const std::string&)) {
  std::map<std::string, std::set<std::string>> seen;
  for (const auto* options : runs)
    for (const auto& [name, value] : *options)
      if (counts(name)) seen[name].insert(value);
  std::set<std::string> names;
  for (const auto& [name, values] : seen)
    if (values.size() > 1) names.insert(name);
  return names;
}

std::string label_of(const OptionTexts& options, const std::set<std::string>& names) {
  Varied varied;
  for (const auto& [name, value] : options)
    if (names.count(name)) varied.emplace_back(name, value);
  return varied.empty() ? "" : condition_label(varied);
}

nlohmann::json identity_of(const NetworkJob& job, const MeasurementSetting& setting) {
  auto identity = identity_of_measurement(job.network->run, setting, predictions());
  identity["half_step"] = job.half_step;
  return identity;
}

/// That there is one to experiment on: of the others each says so when its turn comes.
void require_one_with_membrane(const std::vector<OptionTexts>& runs) {
  std::optional<ParameterError> problem;
  for (const auto& options : runs) try {
      return require_experiments(options.at("network.kind"));
    } catch (const ParameterError& error) {
      problem = error;
    }
  if (problem) throw *problem;
}

/// Neurons of the smallest network.
std::optional<Index> fewest_neurons(const std::vector<OptionTexts>& runs) {
  std::optional<Index> fewest;
  for (const auto& options : runs)
    if (const auto size = options.find("network.size"); size != options.end())
      fewest = std::min<Index>(std::stol(size->second), fewest.value_or(std::numeric_limits<Index>::max()));
  return fewest;
}

/// Sizes that every network has the neurons for.
void fit_sizes(PredictionStudy& study, const std::vector<OptionTexts>& runs, bool quiet) {
  const auto neurons = fewest_neurons(runs);
  if (!neurons) return;
  auto& sizes = study.setting.sizes;
  std::vector<std::string> too_large;
  for (const auto& size : sizes)
    if (size.neurons > *neurons) too_large.push_back(fmt::format("{}x{}", size.neurons, size.trials));
  if (too_large.empty()) return;
  require_parameter(study.usual_sizes && too_large.size() < sizes.size(), "size",
                    fmt::format("{}", fmt::join(too_large, " ")),
                    fmt::format("is more neurons than a network of this study has: {0}; give --size {0}xTRIALS or "
                                "fewer neurons",
                                *neurons));
  sizes.erase(std::remove_if(sizes.begin(), sizes.end(), [&](const auto& size) { return size.neurons > *neurons; }),
              sizes.end());
  if (!quiet)
    tell(
        fmt::format("left out: sessions of {} (neurons x trials): a network of this study has {} neurons; --size "
                    "chooses others",
                    fmt::join(too_large, ", "), *neurons));
}

bool find_kept(const NetworkJob& job, const MeasurementSetting& setting) {
  return find_measurement(job.file, identity_of(job, setting), [&](const nlohmann::json& json) {
    job.network->values = kept_values(json.at("values"), predictions().size());
  });
}

void keep(const NetworkJob& job, const MeasurementSetting& setting) {
  keep_measurement(job.file, identity_of(job, setting), {{"values", as_kept(job.network->values)}});
}

/// Runs of the studies that predictions are made of.
void list_networks(PredictionStudy& study, std::vector<NetworkJob>& jobs, const std::string& out, bool quiet) {
  std::vector<OptionTexts> options;
  std::set<fs::path> seen;
  for (std::size_t d = 0; d < study.directories.size(); ++d) {
    if (!seen.insert(fs::weakly_canonical(study.directories[d])).second)
      throw UserError(study.directories[d] + ": is given twice");
    const auto record = read_finished_results(study.directories[d]);
    for (const auto& condition : record.conditions) {
      long listed = 0;
      study.missing += condition.planned() - condition.done();
      for (const auto& run : condition.runs) {
        if (run.diverged()) {
          ++study.diverged;
          continue;
        }
        const bool learned = run.outcome == RunRecord::Outcome::reached;
        if (!learned) ++study.unlearned[hypothesis_of(*run.options)];
        if (!study.all && !learned) {
          continue;
        }
        MeasuredNetwork network;
        network.run = run_path(study.directories[d], static_cast<std::size_t>(condition.number), run.seed);
        network.study = d;
        network.hypothesis = hypothesis_of(*run.options);
        network.seed = run.seed;
        network.unmatched = run.unmatched;
        study.networks.push_back(std::move(network));
        options.push_back(*run.options);
        const auto name = fs::path(study.networks.back().run).filename().replace_extension(".json").string();
        jobs.push_back({nullptr, fmt::format("{}-{}", d + 1, name), d == 0 && listed++ < study.half_step});
      }
    }
  }
  require_one_with_membrane(options);
  fit_sizes(study, options, quiet);
  const auto place = fs::path(out) / "networks" / settings_hash(study.setting, predictions());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].network = &study.networks[i];
    jobs[i].file = (place / jobs[i].file).string();
  }
  std::vector<const OptionTexts*> all;
  std::map<std::string, std::vector<const OptionTexts*>> of_task, of_hypothesis;
  for (std::size_t i = 0; i < options.size(); ++i) {
    all.push_back(&options[i]);
    of_task[options[i].at("task.name")].push_back(&options[i]);
    of_hypothesis[study.networks[i].hypothesis].push_back(&options[i]);
  }
  // Another task has other options: those of one task count where they differ within it.
  const auto general = differing(all, [](const std::string& name) {
    return is_of_setting(name) && (name.rfind("task.", 0) != 0 || name == "task.name") && name != "network.tau_ms";
  });
  for (std::size_t i = 0; i < options.size(); ++i) {
    auto names = differing(of_task.at(options[i].at("task.name")),
                           [](const std::string& name) { return name.rfind("task.", 0) == 0; });
    names.insert(general.begin(), general.end());
    study.networks[i].setting = label_of(options[i], names);
    study.networks[i].variant =
        label_of(options[i], differing(of_hypothesis.at(study.networks[i].hypothesis), is_of_hypothesis));
  }
}

}  // namespace

void measure_networks(PredictionStudy& study, const std::string& out, int jobs, bool quiet) {
  std::vector<NetworkJob> all;
  list_networks(study, all, out, quiet);
  if (all.empty()) {
    long unlearned = 0;
    for (const auto& each : study.unlearned) unlearned += each.second;
    throw UserError(
        fmt::format("{}: no network to make predictions of: {} did not reach criterion (--all takes them "
                    "too), {} diverged",
                    fmt::join(study.directories, ", "), unlearned, study.diverged));
  }
  measure_runs(
      all, jobs, quiet, [&](const NetworkJob& job) { return find_kept(job, study.setting); },
      [&](const NetworkJob& job) {
        const auto file = open_subject(job.network->run);
        file.require_run();
        job.network->values =
            measure_predictions(preparation_of(file, study.setting.f_max_hz), study.setting, job.half_step);
      },
      [](const NetworkJob& job, const UserError& problem) { job.network->problem = problem.what(); },
      [&](const NetworkJob& job) { keep(job, study.setting); });
  for (const auto& network : study.networks) study.not_measured += network.values.empty() ? 1 : 0;
  if (study.not_measured == static_cast<long>(study.networks.size())) throw UserError(study.networks.front().problem);
}

}  // namespace stillpoint
