#include "experiments/study/restructuring_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "analysis/statistics/bootstrap.hpp"
#include "experiments/results/measured_run.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/study/measuring.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

struct Measurement {
  std::string run, file;
  MeasuredRun* result;
};

void measure_all(const std::vector<Measurement>& jobs, const MeasureSetting& what,
                 const RestructuringSetting& setting) {
  const auto found = [&](const Measurement& job) {
    auto kept = kept_measurement(job.file, job.run, what);
    if (kept) *job.result = std::move(*kept);
    return kept.has_value();
  };
  if (setting.kept_only) {
    for (const auto& job : jobs)
      if (!found(job)) job.result->problem = RunRestructuring::is_not_kept;
    return;
  }
  measure_runs(
      jobs, setting.jobs, setting.quiet, found,
      [&](const Measurement& job) { *job.result = measure_run(job.run, what); },
      [](const Measurement& job, const UserError& problem) { job.result->problem = problem.what(); },
      [&](const Measurement& job) { keep_measurement(job.file, job.run, *job.result, what); });
}

/// Beside each run, as the first of the measurements that are kept says; a study that has more runs since, or fewer,
/// would have been given others.
Index kept_walks_of(const std::vector<Measurement>& jobs) {
  for (const auto& job : jobs)
    if (const auto walks = kept_walks(job.file)) return *walks;
  return 0;
}

void keep_rows(DescriptorPath& path, const std::vector<Index>& rows) {
  if (!rows.empty()) path.value = path.value(rows, Eigen::all).eval();
}

// ---- one condition

bool is_shuffled(const Condition& condition) {
  return std::any_of(condition.varied.begin(), condition.varied.end(),
                     [](const auto& each) { return each.first == "control.targets" && each.second == "shuffled"; });
}

/// The condition that differs in control.targets alone.
const Condition* shuffled_twin(const StudyRecord& study, const Condition& condition) {
  for (const auto& other : study.conditions) {
    if (!is_shuffled(other)) continue;
    bool alike = true;
    for (std::size_t i = 0; i < other.varied.size(); ++i)
      alike = alike && (other.varied[i].first == "control.targets" || other.varied[i] == condition.varied[i]);
    if (alike) return &other;
  }
  return nullptr;
}

using Measured = std::vector<MeasuredRun>;  // of a condition, one per run

Index events_by(const std::vector<Matrix<double>>& z, const std::vector<ControlPopulation>& controls, double rate) {
  return std::count_if(z.begin(), z.end(),
                       [&](const auto& each) { return !find_restructuring(each, controls, rate).empty(); });
}

void date_drop(RunRestructuring& run, const std::string& file) {
  try {
    const auto curve = read_run_of_study(file).curve;
    PhaseSetting setting;
    setting.resamples = 100;  // for the ends of an interval that the spacing of checkpoints mostly exceeds
    const auto phases = find_learning_phases({curve.update, curve.loss, {}}, setting);
    run.verdict = phases.verdict;
    if (phases.verdict == LearningPhases::Verdict::abrupt) run.drop = phases.drop()->from;
  } catch (const UserError& problem) {
    run.problem = problem.what();
  }
}

void test_leads(ConditionRestructuring& condition) {
  std::vector<EventTimes> times;
  std::vector<double> leads;
  for (const auto& run : condition.runs) {
    if (!run.problem.empty() || !run.drop) continue;
    std::vector<double> events;
    for (const auto& event : run.events) events.push_back(run.update[static_cast<std::size_t>(event.at)]);
    times.push_back({events, run.update.front(), run.update.back(), run.drop->value});
    if (run.lead) leads.push_back(run.lead->value);
  }
  condition.lead = mean_estimate(leads);
  if (times.size() < 2) return;
  condition.permuted = permute_drops(times, 1);
  condition.shifted = shift_events(times, 1);
  condition.longer = wilson_interval(condition.shifted->longer, static_cast<long>(times.size()));
}

ConditionRestructuring judge(const std::string& directory, const Condition& own, const Measured& measured,
                             const Condition* shuffled, const Measured* measured_shuffled,
                             const RestructuringSetting& setting) {
  ConditionRestructuring condition;
  condition.condition = own;
  condition.condition.runs.clear();
  const auto& options = *own.runs.front().options;
  if (const auto kind = options.find("synapse.kind"); kind != options.end()) condition.synapse = kind->second;
  condition.planned = own.planned();
  std::vector<DescriptorPath> walks;
  for (std::size_t i = 0; i < own.runs.size(); ++i) {
    RunRestructuring run{own.runs[i].seed, measured[i].problem, {}, {}, measured[i].update, {}, {}};
    condition.diverged += own.runs[i].diverged();
    condition.unbounded_walks += measured[i].unbounded_walks;
    if (run.problem.empty()) date_drop(run, run_path(directory, static_cast<std::size_t>(own.number), run.seed));
    condition.not_measured += !run.problem.empty();
    if (run.problem.empty())
      ++(run.verdict == LearningPhases::Verdict::abrupt    ? condition.abrupt
         : run.verdict == LearningPhases::Verdict::gradual ? condition.gradual
                                                           : condition.no_drop);
    walks.insert(walks.end(), measured[i].walks.begin(), measured[i].walks.end());
    condition.runs.push_back(std::move(run));
  }
  const auto needed = static_cast<std::size_t>(controls_needed(setting.false_positive_rate));
  if (walks.size() < needed) {
    condition.note = fmt::format("{} of {} random walks needed stayed bounded: no events", walks.size(), needed);
    return condition;
  }
  const auto scale = walk_scale(walks);
  const auto z_walks = standardised_walks(walks);
  std::vector<ControlPopulation> controls = {control_population(z_walks)};
  const double rate = setting.false_positive_rate;
  condition.walks = {static_cast<Index>(walks.size()), false_positives(z_walks, rate), 0};
  if (shuffled) {
    std::vector<Matrix<double>> z;
    for (const auto& run : *measured_shuffled)
      if (run.path) z.push_back(standardised(*run.path, scale));
    if (z.size() >= needed) {
      condition.shuffled = {static_cast<Index>(z.size()), false_positives(z, rate), events_by(z, controls, rate)};
      controls.push_back(control_population(z));
    } else {
      condition.note = fmt::format("{} of {} runs with shuffled targets needed: random walks are the only control",
                                   z.size(), needed);
    }
  } else {
    condition.note = "no condition with control.targets = shuffled: random walks are the only control";
  }
  std::vector<TimeToCriterion> first;
  for (std::size_t i = 0; i < condition.runs.size(); ++i) {
    auto& run = condition.runs[i];
    if (!run.problem.empty()) continue;
    run.events = find_restructuring(standardised(*measured[i].path, scale), controls, rate);
    if (!setting.descriptors.empty())
      for (auto& event : run.events)
        for (auto& k : event.carried_by) k = setting.descriptors[static_cast<std::size_t>(k)];
    const bool any = !run.events.empty();
    condition.with_event += any;
    first.push_back({any ? run.update[static_cast<std::size_t>(run.events.front().at)] : run.update.back(), any});
    if (run.drop) run.lead = lead_time(run.events, run.update, *run.drop);
  }
  condition.first_event = median_time(first);
  condition.first_event_interval = median_time_interval(first);
  test_leads(condition);
  return condition;
}

}  // namespace

std::vector<ConditionRestructuring> find_restructuring_of_study(const std::string& directory,
                                                                const RestructuringSetting& given) {
  std::vector<std::string> damaged;
  const auto study = given.kept_only ? read_results(directory, &damaged) : read_finished_results(directory);
  auto setting = given;
  require_parameter(setting.trials >= 8, "--trials", fmt::format("{}", setting.trials), "must be 8 or more");
  require_parameter(setting.false_positive_rate > 0 && setting.false_positive_rate < 1, "--rate",
                    fmt::format("{}", setting.false_positive_rate), "must be between 0 and 1");
  std::size_t fewest = static_cast<std::size_t>(-1);
  bool any_checkpoints = false;
  for (const auto& condition : study.conditions)
    if (!is_shuffled(condition) && !condition.runs.empty()) {
      fewest = std::min(fewest, condition.runs.size());
      any_checkpoints = any_checkpoints || condition.runs[0].options->at("training.checkpoints") != "none";
    }
  require_parameter(fewest != static_cast<std::size_t>(-1), directory, "all targets shuffled",
                    "a study needs conditions with control.targets = own as well");
  const auto too_few = fmt::format(
      "{}: its runs have fewer than {} checkpoints; run the study with training.checkpoints = every 25, say", directory,
      MeasuredRun::fewest_checkpoints);
  if (!any_checkpoints) throw UserError(too_few);
  if (setting.walks == 0)
    setting.walks = static_cast<Index>(
        std::ceil(static_cast<double>(controls_needed(setting.false_positive_rate)) / static_cast<double>(fewest)));

  std::error_code failed;
  fs::create_directories(fs::path(directory) / "restructuring", failed);
  std::vector<Measured> measured(study.conditions.size());
  std::vector<Measurement> jobs, shuffled_jobs;
  for (std::size_t c = 0; c < study.conditions.size(); ++c) {
    const auto& condition = study.conditions[c];
    measured[c].resize(condition.runs.size());
    for (std::size_t i = 0; i < condition.runs.size(); ++i) {
      const auto file = run_path(directory, c, condition.runs[i].seed);
      const auto kept_in = fs::path(directory) / "restructuring" / fs::path(file).filename().replace_extension(".json");
      (is_shuffled(condition) ? shuffled_jobs : jobs).push_back({file, kept_in.string(), &measured[c][i]});
    }
  }
  if (setting.kept_only) setting.walks = kept_walks_of(jobs);
  measure_all(jobs, {setting.trials, setting.walks}, setting);
  measure_all(shuffled_jobs, {setting.trials, 0}, setting);
  if (setting.kept_only && std::all_of(jobs.begin(), jobs.end(), [](const auto& job) {
        return job.result->problem == RunRestructuring::is_not_kept;
      }))
    throw UserError(fmt::format("{}: holds no measurement of a run as it is, with the usual {} trials",
                                (fs::path(directory) / "restructuring").string(), setting.trials));

  for (auto& runs : measured)
    for (auto& run : runs) {
      if (run.path) keep_rows(*run.path, setting.descriptors);
      for (auto& walk : run.walks) keep_rows(walk, setting.descriptors);
    }
  const auto unseen = [](const MeasuredRun& run) { return run.update.size() < MeasuredRun::fewest_checkpoints; };
  if (std::all_of(measured.begin(), measured.end(),
                  [&](const auto& runs) { return std::all_of(runs.begin(), runs.end(), unseen); })) {
    for (const auto& runs : measured)
      for (const auto& run : runs)
        if (run.update.empty())
          throw UserError(fmt::format("{}: none of its runs can be measured: {}", directory, run.problem));
    throw UserError(too_few);
  }
  std::vector<ConditionRestructuring> conditions;
  for (std::size_t c = 0; c < study.conditions.size(); ++c) {
    const auto& condition = study.conditions[c];
    if (is_shuffled(condition) || condition.runs.empty()) continue;
    const auto* twin = shuffled_twin(study, condition);
    const auto* twin_measured = twin ? &measured[static_cast<std::size_t>(twin - study.conditions.data())] : nullptr;
    conditions.push_back(judge(directory, condition, measured[c], twin, twin_measured, setting));
  }
  return conditions;
}

}  // namespace stillpoint
