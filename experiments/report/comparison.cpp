#include "experiments/report/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "experiments/options/argument.hpp"
#include "experiments/report/summary.hpp"
#include "experiments/report/times_to_criterion.hpp"
#include "sim/options/nearest.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

const std::string task_option = "task.name";
const std::string absent = "-";  // value of an option that does not apply

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool compared_by_default(const std::string& option) {
  const auto in_section = [&](const char* section) { return option.rfind(section, 0) == 0; };
  return option == arm_option || in_section("rule.") || in_section("synapse.") || in_section("tcr.");
}

/// Options that change what is seen of a run, not the run.
bool only_of_length(const std::string& option) {
  return option == "training.updates" || option == "training.checkpoints";
}

/// As the runs resolved it; as the grid has it where they do not (no run yet, or an option that does not apply).
std::string value_of(const Condition& condition, const std::string& option) {
  if (!condition.runs.empty()) {
    const auto& options = condition.runs.front().options;
    if (const auto found = options.find(option); found != options.end()) return found->second;
  }
  for (const auto& [name, value] : condition.varied)
    if (name == option) return value;
  return absent;
}

// ---- several studies as one

std::set<std::string> tasks_of(const StudyRecord& study) {
  std::set<std::string> tasks;
  for (const auto& condition : study.conditions)
    if (const auto task = value_of(condition, task_option); task != absent) tasks.insert(task);
  return tasks;
}

void require_same_tasks(const std::vector<StudyRecord>& studies, const std::vector<std::string>& directories) {
  const auto first = tasks_of(studies.front());
  for (std::size_t i = 1; i < studies.size(); ++i)
    if (const auto here = tasks_of(studies[i]); here != first)
      throw UserError(fmt::format("{}: {} in {}, {} in {}: compare studies of the same task", task_option,
                                  fmt::join(first, " "), directories.front(), fmt::join(here, " "), directories[i]));
}

std::vector<std::string> varied_options(const std::vector<StudyRecord>& studies) {
  std::vector<std::string> names;
  for (const auto& study : studies)
    for (const auto& condition : study.conditions)
      for (const auto& [name, value] : condition.varied)
        if (!contains(names, name)) names.push_back(name);
  const auto differs = [&](const std::string& option) {
    std::set<std::string> values;
    for (const auto& study : studies)
      for (const auto& condition : study.conditions) values.insert(value_of(condition, option));
    values.erase(absent);
    return values.size() > 1;
  };
  const auto tuned = [&](const std::string& option) {
    return std::any_of(studies.begin(), studies.end(),
                       [&](const StudyRecord& study) { return contains(study.tuned_options, option); });
  };
  for (const auto& study : studies)
    for (const auto& option : study.fixed)
      if (!contains(names, option) && !only_of_length(option) && !tuned(option) && differs(option))
        names.push_back(option);
  return names;
}

/// Runs count as the same only when all their options are; where they are not, as where each study chose for itself
/// ([tune]), the first difference is refused. Options that one of them does not know are not compared: another version
/// of the program may have written it.
void require_same_options(const Condition& first, const std::string& first_directory, const Condition& second,
                          const std::string& second_directory) {
  const auto& others = second.runs.front().options;
  const auto shape = value_of(first, "schedule.shape");
  for (const auto& [option, value] : first.runs.front().options) {
    const auto other = others.find(option);
    const bool unused = option == "schedule.until" && (shape == "constant" || shape == "controlled");
    if (other != others.end() && other->second != value && !only_of_length(option) && !unused)
      throw UserError(fmt::format("{}: {} in {}, {} in {} for the same condition ({}): compare each directory alone",
                                  option, value, first_directory, other->second, second_directory,
                                  condition_label(first.varied)));
  }
}

/// Each seed once, with its larger budget (the first of equal ones); sorted by seed.
std::vector<RunRecord> one_per_seed(const std::vector<RunRecord>& runs) {
  std::map<std::uint64_t, RunRecord> of_seed;
  for (const auto& run : runs) {
    const auto [entry, fresh] = of_seed.emplace(run.seed, run);
    if (!fresh && entry->second.updates < run.updates) entry->second = run;
  }
  std::vector<RunRecord> kept;
  for (auto& [seed, run] : of_seed) kept.push_back(std::move(run));
  return kept;
}

// ---- comparisons

ComparedGroup& group_of(std::vector<ComparedGroup>& groups, const Varied& shared) {
  for (auto& group : groups)
    if (group.shared == shared) return group;
  groups.push_back({"", shared, {}});
  return groups.back();
}

Comparison compare_runs(const std::vector<RunRecord>& runs, const std::vector<RunRecord>& reference) {
  const auto followed = to_common_budget(runs, reference);
  return {followed.budget, log_rank(followed.first, followed.second), std::nullopt,
          cliffs_delta(followed.first, followed.second)};
}

void require_two_runs(const ComparedCondition& condition) {
  if (condition.summary.runs < 2)
    throw UserError(fmt::format("a p-value needs at least two seeds: condition {} has {}",
                                condition_label(condition.varied), condition.summary.runs));
}

void correct(ComparedStudy& study) {
  std::vector<double> p;
  for (const auto& group : study.groups)
    for (const auto& condition : group.conditions)
      if (const auto& comparison = condition.comparison) p.push_back(comparison->test ? comparison->test->p : 1);
  study.comparisons = static_cast<long>(p.size());
  const auto corrected = holm(p);
  auto next = corrected.begin();
  for (auto& group : study.groups)
    for (auto& condition : group.conditions)
      if (auto& comparison = condition.comparison) {
        if (comparison->test) comparison->p_holm = *next;
        ++next;
      }
}

/// Microseconds of an update, which may take less than a millisecond: the median of the runs.
double cost_us(const Condition& condition) { return 1e6 * summarise(condition.runs).seconds_per_update.value_or(0); }

/// The runs with updates counted in microseconds of training, followed for `budget_us`.
std::vector<RunRecord> on_the_clock(std::vector<RunRecord> runs, double cost_us, long budget_us) {
  const auto in_time = [&](std::optional<long>& update) {
    if (!update) return;
    const long when = std::lround(static_cast<double>(*update) * cost_us);
    update = when <= budget_us ? std::optional(when) : std::nullopt;
  };
  for (auto& run : runs) {
    in_time(run.reached_at);
    in_time(run.diverged_at);
    if (run.outcome != RunRecord::Outcome::not_reached)
      run.outcome = run.diverged_at  ? RunRecord::Outcome::diverged
                    : run.reached_at ? RunRecord::Outcome::reached
                                     : RunRecord::Outcome::not_reached;
    run.updates = budget_us;
  }
  return runs;
}

/// Every group's conditions followed for the time of training of the one that was given least.
StudyRecord with_equal_seconds(StudyRecord study, const std::vector<std::string>& compared) {
  const auto shared = [&](const Condition& condition) {
    Varied rest;
    for (const auto& entry : condition.varied)
      if (!contains(compared, entry.first)) rest.push_back(entry);
    return rest;
  };
  std::map<Varied, double> budget_us;
  for (const auto& condition : study.conditions) {
    const double total = cost_us(condition) * static_cast<double>(summarise(condition.runs).budget);
    const auto [entry, fresh] = budget_us.emplace(shared(condition), total);
    if (!fresh) entry->second = std::min(entry->second, total);
  }
  for (auto& condition : study.conditions)
    condition.runs = on_the_clock(condition.runs, cost_us(condition), std::lround(budget_us[shared(condition)]));
  return study;
}

void require_comparable(const std::vector<std::string>& by, const std::vector<std::string>& varied) {
  for (const auto& option : by) {
    require_argument(option != task_option, "--by", option, "tasks are not compared with each other");
    require_argument(contains(varied, option), "--by", option,
                     varied.empty() ? "nothing varies here" : must_be_one_of(option, varied));
  }
}

}  // namespace

StudyRecord pooled(const std::vector<StudyRecord>& studies, const std::vector<std::string>& directories) {
  StudyRecord all;
  for (std::size_t i = 0; i < studies.size(); ++i) {
    if (!studies[i].has_runs()) throw UserError(directories[i] + ": no run is finished yet");
    all.name += (i == 0 ? "" : ", ") + studies[i].name;
  }
  require_same_tasks(studies, directories);
  const auto names = varied_options(studies);
  std::vector<std::size_t> first_study;  // of each condition: the first that has runs of it
  for (std::size_t i = 0; i < studies.size(); ++i)
    for (const auto& condition : studies[i].conditions) {
      Varied varied;
      for (const auto& name : names) varied.emplace_back(name, value_of(condition, name));
      auto same = std::find_if(all.conditions.begin(), all.conditions.end(),
                               [&](const Condition& other) { return other.varied == varied; });
      const auto index = static_cast<std::size_t>(same - all.conditions.begin());
      if (same == all.conditions.end()) {
        same = all.conditions.insert(same, {varied, {}});
        first_study.push_back(i);
      }
      if (same->runs.empty())
        first_study[index] = i;
      else if (!condition.runs.empty())
        require_same_options(*same, directories[first_study[index]], condition, directories[i]);
      same->runs.insert(same->runs.end(), condition.runs.begin(), condition.runs.end());
    }
  for (const auto& study : studies)
    all.left_out.insert(all.left_out.end(), study.left_out.begin(), study.left_out.end());
  std::size_t repeated = 0;
  for (auto& condition : all.conditions) {
    const auto before = condition.runs.size();
    condition.runs = one_per_seed(condition.runs);
    repeated += before - condition.runs.size();
  }
  if (repeated > 0) all.name += fmt::format(" ({} runs that are in several count once)", repeated);
  return all;
}

ComparedStudy compare_conditions(const StudyRecord& given, const std::vector<std::string>& by, bool equal_seconds) {
  ComparedStudy result{given.name, {}, {}, 0, equal_seconds, left_out_lines(given) + unmatched_lines(given)};
  if (given.conditions.empty()) return result;
  std::vector<std::string> varied;
  for (const auto& [name, value] : given.conditions.front().varied) varied.push_back(name);
  require_comparable(by, varied);
  for (const auto& name : varied)
    if (by.empty() ? compared_by_default(name) : contains(by, name)) result.options.push_back(name);
  const auto study = equal_seconds ? with_equal_seconds(given, result.options) : given;

  std::vector<const std::vector<RunRecord>*> first_runs;  // of each group
  for (const auto& condition : study.conditions) {
    ComparedCondition row{condition.varied, {}, summarise(condition.runs), std::nullopt};
    if (equal_seconds) {
      const auto median_us = row.summary.median_updates;
      row.summary.seconds_to_criterion = median_us ? std::optional(*median_us / 1e6) : std::nullopt;
    }
    Varied shared;
    for (const auto& entry : condition.varied)
      (contains(result.options, entry.first) ? row.compared : shared).push_back(entry);
    auto& group = group_of(result.groups, shared);
    const auto index = static_cast<std::size_t>(&group - result.groups.data());
    if (group.conditions.empty()) {
      first_runs.push_back(&condition.runs);
    } else {
      require_two_runs(group.conditions.front());
      require_two_runs(row);
      row.comparison = compare_runs(condition.runs, *first_runs[index]);
    }
    if (const auto task = value_of(condition, task_option); task != absent) group.task = task;
    group.conditions.push_back(std::move(row));
  }
  correct(result);
  return result;
}

}  // namespace stillpoint
