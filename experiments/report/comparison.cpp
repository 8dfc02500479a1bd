#include "experiments/report/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_set>

#include "analysis/statistics/paired.hpp"
#include "analysis/statistics/rank_tests.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/pooled.hpp"
#include "experiments/report/times_to_criterion.hpp"
#include "experiments/results/condition_choice.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

std::string task_of(const Condition& condition) {
  const auto task = value_of(condition, "task.name");
  return task == "-" ? "" : task;
}

namespace {

using Words = std::vector<std::string>;

bool contains(const Words& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

Words varied_names(const StudyRecord& study) {
  Words names;
  if (!study.conditions.empty())
    for (const auto& [name, value] : study.conditions.front().varied) names.push_back(name);
  return names;
}

/// The mechanism, all else being equal, the rule as well; rules where no mechanism varies.
Words compared_by_default(const StudyRecord& study) {
  Words mechanism, rule;
  for (std::size_t i = 0; i < varied_names(study).size(); ++i) {
    const auto& conditions = study.conditions;
    const auto& option = conditions.front().varied[i].first;
    const auto is_first = [&](const Condition& condition) {
      return condition.varied[i].second == conditions.front().varied[i].second;
    };
    if (std::all_of(conditions.begin(), conditions.end(), is_first)) continue;  // an axis of one value
    const auto in_section = [&](const char* section) { return option.rfind(section, 0) == 0; };
    if (option == arm_option || in_section("synapse.") || in_section("tcr.")) mechanism.push_back(option);
    if (in_section("rule.")) rule.push_back(option);
  }
  return mechanism.empty() ? rule : mechanism;
}

/// What the conditions of a group share: values of what varies and is not compared.
Varied shared_options(const Condition& condition, const Words& compared) {
  Varied shared;
  for (const auto& entry : condition.varied)
    if (!contains(compared, entry.first)) shared.push_back(entry);
  return shared;
}

/// Microseconds of an update, which may take less than a millisecond: the median of the runs.
double cost_us(const Condition& condition) { return 1e6 * median_seconds_per_update(condition.runs).value_or(0); }

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
  const auto shared = [&](const Condition& condition) { return shared_options(condition, compared); };
  std::map<Varied, double> budget_us;
  for (const auto& condition : study.conditions) {
    const double total = cost_us(condition) * static_cast<double>(largest_budget(condition.runs));
    const auto [entry, fresh] = budget_us.emplace(shared(condition), total);
    if (!fresh) entry->second = std::min(entry->second, total);
  }
  for (auto& condition : study.conditions)
    condition.runs = on_the_clock(condition.runs, cost_us(condition), std::lround(budget_us[shared(condition)]));
  return study;
}

void require_comparable(const Words& by, const Words& varied) {
  for (const auto& option : by) {
    require_argument(option != "task.name", "--by", option, "tasks are not compared with each other");
    require_argument(contains(varied, option), "--by", option,
                     varied.empty() ? "nothing varies here" : must_be_one_of(option, varied));
  }
}

/// Of each condition the one that it is compared with, itself where it is that one: the first of its group, or the one of
/// its group that `named` gives. Throws UserError where that gives several.
std::vector<std::optional<std::size_t>> references(const StudyRecord& study, const Words& compared,
                                                   const std::string& named, const std::vector<std::size_t>& against) {
  const auto& conditions = study.conditions;
  std::vector<Varied> shared;
  for (const auto& condition : conditions) shared.push_back(shared_options(condition, compared));
  std::vector<std::optional<std::size_t>> found(conditions.size());
  for (std::size_t i = 0; i < conditions.size(); ++i)
    for (std::size_t j = 0; j < conditions.size(); ++j) {
      const bool may = named.empty() || std::find(against.begin(), against.end(), j) != against.end();
      if (!may || shared[i] != shared[j]) continue;
      require_argument(!found[i] || named.empty(), "--against", named,
                       found[i] ? fmt::format("{} and {} have it in one group; give one of them by its number, or "
                                              "--by fewer options",
                                              conditions[*found[i]].name(), conditions[j].name())
                                : "");
      if (!found[i]) found[i] = j;
    }
  return found;
}

std::vector<RunRecord> matched(const std::vector<RunRecord>& runs) {
  std::vector<RunRecord> kept;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(kept), [](const auto& run) { return !run.unmatched; });
  return kept;
}

/// The runs of seeds that the others have as well.
std::vector<RunRecord> shared_with(const std::vector<RunRecord>& runs, const std::vector<RunRecord>& others) {
  std::unordered_set<std::uint64_t> seeds;
  for (const auto& other : others) seeds.insert(other.seed);
  std::vector<RunRecord> kept;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(kept),
               [&](const RunRecord& run) { return seeds.count(run.seed) > 0; });
  return kept;
}

/// Differences of the pairs of a comparison, which are to be tested together with those of others.
struct PairsToTest {
  std::vector<double> updates, reached;
};

/// All but the test of pairs.
Comparison compare_runs(const std::vector<RunRecord>& all, const std::vector<RunRecord>& all_others,
                        PairsToTest& differences) {
  Comparison result;
  auto runs = matched(all), others = matched(all_others);
  const auto shared = static_cast<long>(shared_with(all, all_others).size());
  auto difference = paired_difference(runs, others);
  result.paired = shared > 0 || all.empty() || all_others.empty();
  result.pairs = difference.pairs;
  result.set_apart = result.paired ? shared - difference.pairs
                                   : static_cast<long>(all.size() - runs.size() + all_others.size() - others.size());
  if (result.paired) {
    runs = shared_with(runs, others);
    others = shared_with(others, runs);
  }
  if (runs.empty() || others.empty()) return result;
  const auto followed = to_common_budget(runs, others);
  result.budget = followed.budget;
  result.delta = cliffs_delta(followed.first, followed.second);
  if (result.paired && difference.pairs > 0) {
    result.share_reached = difference.share_reached;
    differences = {std::move(difference.updates), std::move(difference.reached)};
  } else if (!result.paired && runs.size() > 1 && others.size() > 1) {
    if (const auto test = log_rank(followed.first, followed.second)) {
      result.log_rank = test->statistic;
      result.p = test->p;
    }
  }
  return result;
}

void correct(ComparedStudy& study) {
  std::vector<double> p, of_shares;
  for (const auto& comparison : study.comparisons)
    if (comparison) {
      p.push_back(comparison->p.value_or(1));
      of_shares.push_back(comparison->p_reached_holm.value_or(1));
    }
  study.count = static_cast<long>(p.size());
  const auto corrected = holm(p), corrected_of_shares = holm(of_shares);
  std::size_t next = 0;
  for (auto& comparison : study.comparisons)
    if (comparison) {
      if (comparison->p) comparison->p_holm = corrected[next];
      if (comparison->p_reached_holm) comparison->p_reached_holm = corrected_of_shares[next];
      ++next;
    }
}

}  // namespace

Compared compared_with(const StudyRecord& given, const ComparisonRequest& request) {
  Compared result;
  const auto varied = varied_names(given);
  require_comparable(request.by, varied);
  std::vector<std::size_t> against;
  if (!request.against.empty()) against = conditions_named(given, "--against", request.against);
  const bool with_all = against.size() == 1;  // one for all, whatever else differs
  require_argument(!with_all || request.by.empty(), "--by", fmt::format("{}", fmt::join(request.by, " ")),
                   "has no effect beside --against one condition, which every other is compared with");
  if (with_all)
    std::copy_if(varied.begin(), varied.end(), std::back_inserter(result.options),
                 [](const auto& name) { return name != "task.name"; });
  else
    result.options = request.by.empty() ? compared_by_default(given) : request.by;
  if (const auto option = option_named(given, request.against);
      request.by.empty() && !with_all && !against.empty() && !contains(result.options, option))
    result.options = {option};  // another rule, say, each arm by itself
  result.with = references(given, result.options, request.against, against);
  return result;
}

ComparedStudy compare_conditions(StudyRecord given, const ComparisonRequest& request) {
  auto compared = compared_with(given, request);
  ComparedStudy result;
  result.on_the_clock = request.equal_seconds;
  result.study = request.equal_seconds ? with_equal_seconds(std::move(given), compared.options) : std::move(given);
  result.options = std::move(compared.options);
  const auto& conditions = result.study.conditions;
  result.summaries = summarise(conditions);
  result.comparisons.resize(conditions.size());
  std::vector<PairsToTest> differences(conditions.size());
  for (std::size_t i = 0; i < conditions.size(); ++i)
    if (const auto other = compared.with[i]; other && *other != i) {
      result.comparisons[i] = compare_runs(conditions[i].runs, conditions[*other].runs, differences[i]);
      result.comparisons[i]->against = *other;
    }
  std::vector<std::vector<double>> updates, reached;
  for (auto& each : differences) {
    updates.push_back(std::move(each.updates));
    reached.push_back(std::move(each.reached));
  }
  const auto tests = paired_tests(updates), tests_of_shares = paired_tests(reached);
  for (std::size_t i = 0; i < conditions.size(); ++i)
    if (tests[i].pairs > 0) {
      result.comparisons[i]->updates = Estimate{tests[i].mean, tests[i].interval};
      result.comparisons[i]->p = tests[i].p;
      result.comparisons[i]->p_reached_holm = tests_of_shares[i].p;
    }
  correct(result);
  return result;
}

}  // namespace stillpoint
