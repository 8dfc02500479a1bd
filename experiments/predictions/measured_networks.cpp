#include "experiments/predictions/measured_networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <filesystem>
#include <set>

#include "experiments/predictions/hypotheses.hpp"
#include "experiments/results/atomic_file.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/text_file.hpp"
#include "experiments/study/measuring.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;
using OptionTexts = std::map<std::string, std::string>;

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

nlohmann::json settings_json(const MeasurementSetting& setting) {
  nlohmann::json sizes = nlohmann::json::array();
  for (const auto& size : setting.sizes) sizes.push_back({size.neurons, size.trials});
  std::vector<std::string> names;
  for (const auto& prediction : predictions()) names.push_back(prediction.name);
  nlohmann::json recording;
  for (const auto& entry : recording_list().entries()) recording[entry.option.name] = entry.text(setting.recording);
  return {{"sizes", sizes},
          {"recording", recording},
          {"f_max_hz", setting.f_max_hz},
          {"only", setting.only},
          {"predictions", names}};
}

/// One place per set of settings, so that what was measured under another stays.
std::string settings_hash(const MeasurementSetting& setting) {
  const auto text = settings_json(setting).dump();
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return fmt::format("{:08x}", crc.checksum());
}

/// What a kept file must agree with to be used again.
nlohmann::json identity_of(const MeasuredNetwork& network, const MeasurementSetting& setting, bool half_step) {
  return {{"settings", settings_json(setting)},
          {"half_step", half_step},
          {"program", this_program_facts()},
          {"run", provenance_of(network.run)}};
}

void require_neurons(const PredictionStudy& study, const OptionTexts& options) {
  const auto size = options.find("network.size");
  for (const auto& each : study.setting.sizes)
    require_parameter(size == options.end() || each.neurons <= std::stol(size->second), "size",
                      fmt::format("{}x{}", each.neurons, each.trials),
                      fmt::format("is more neurons than there are: {} in a network of this study",
                                  size == options.end() ? "" : size->second));
}

nlohmann::json or_null(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}
std::optional<double> or_absent(const nlohmann::json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

bool find_kept(const NetworkJob& job, const MeasurementSetting& setting) {
  try {
    return read_json(job.file, [&](const nlohmann::json& json) {
      if (json.at("identity") != identity_of(*job.network, setting, job.half_step)) return false;
      std::vector<PredictionValue> values;
      for (const auto& kept : json.at("values"))
        values.push_back({or_absent(kept.at("rates")), kept.at("undefined").get<std::string>(),
                          kept.at("sessions").get<std::vector<std::vector<double>>>(),
                          or_absent(kept.at("half_step"))});
      if (values.size() != predictions().size()) return false;
      job.network->values = std::move(values);
      return true;
    });
  } catch (const UserError&) {  // absent or damaged: measured anew
    return false;
  }
}

void keep(const NetworkJob& job, const MeasurementSetting& setting) {
  nlohmann::json values = nlohmann::json::array();
  for (const auto& value : job.network->values)
    values.push_back({{"rates", or_null(value.rates)},
                      {"undefined", value.undefined},
                      {"sessions", value.sessions},
                      {"half_step", or_null(value.half_step)}});
  const nlohmann::json json = {{"identity", identity_of(*job.network, setting, job.half_step)}, {"values", values}};
  std::error_code failed;  // said by what is written
  fs::create_directories(fs::path(job.file).parent_path(), failed);
  write_atomically(job.file, json.dump() + "\n");
}

/// Runs of the studies that predictions are made of.
void list_networks(PredictionStudy& study, std::vector<NetworkJob>& jobs, const std::string& out) {
  std::vector<OptionTexts> options;
  const auto place = fs::path(out) / "networks" / settings_hash(study.setting);
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
        if (!learned) ++study.unlearned[hypothesis_of(run.options)];
        if (!study.all && !learned) {
          continue;
        }
        MeasuredNetwork network;
        network.run = run_path(study.directories[d], static_cast<std::size_t>(condition.number), run.seed);
        network.study = d;
        network.hypothesis = hypothesis_of(run.options);
        network.seed = run.seed;
        network.unmatched = run.unmatched;
        study.networks.push_back(std::move(network));
        options.push_back(run.options);
        require_neurons(study, run.options);
        const auto name = fs::path(study.networks.back().run).filename().replace_extension(".json").string();
        jobs.push_back({nullptr, (place / fmt::format("{}-{}", d + 1, name)).string(), listed++ < study.half_step});
      }
    }
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].network = &study.networks[i];
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
  list_networks(study, all, out);
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
