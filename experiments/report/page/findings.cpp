#include "experiments/report/page/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/cells.hpp"

namespace stillpoint {

namespace {

constexpr double told_level = 0.05;  // of a corrected p

bool excludes_zero(const Interval& interval) { return interval.low > 0 || interval.high < 0; }

std::string reached_text(const Summary& summary) {
  return fmt::format("{} of {} {} reached criterion", summary.reached, summary.runs,
                     summary.runs == 1 ? "run" : "runs");
}

/// Of runs that the first sentence counts, and nothing after it.
std::string unmatched_text(const Condition& condition, const std::string& name) {
  const auto runs = condition.unmatched();
  if (runs == 0) return "";
  return fmt::format("{} of the runs of {} {} not matched, so no {} of this control. ", runs, name,
                     runs == 1 ? "is" : "are", runs == 1 ? "run" : "runs");
}

std::string updates_text(const Estimate& updates) {
  if (updates.value == 0 && !updates.interval) return "as many updates";
  const auto size = fmt::format("{:.4g} updates {}", std::abs(updates.value), updates.value < 0 ? "fewer" : "more");
  if (!updates.interval) return size;
  return fmt::format("{} (difference {:.4g} [{:.4g}, {:.4g}])", size, updates.value, updates.interval->low,
                     updates.interval->high);
}

std::string corrected(const ComparedStudy& study, const std::optional<double>& p) {
  if (!p) return "";
  const auto text = fmt::format(", p = {:.2g}", *p);
  return study.count > 1 ? fmt::format("{} after Holm's correction for {} comparisons", text, study.count) : text;
}

/// The smallest difference that so many pairs could have told, or how many pairs could have told any.
std::string what_pairs_tell(long pairs, long comparisons) {
  if (const auto smallest = smallest_told_difference(pairs, comparisons))
    return fmt::format(
        "The smallest difference that {} pairs tell from none{} is {}, all pairs that differ in one direction.", pairs,
        comparisons > 1 ? ", whatever the other comparisons say," : "", share_text(*smallest));
  return fmt::format(
      "It takes at least {} such pairs, all of which differ in one direction, to tell a difference from none{}; here "
      "{} {}.",
      fewest_telling_pairs(comparisons),
      comparisons > 1 ? fmt::format(" among {} comparisons, whatever the others say", comparisons) : "",
      pairs == 1 ? "is" : "are", pairs);
}

/// Of the difference of shares, over pairs. What is said of it must stand both in the interval and in the test, which is
/// exact where pairs are few.
std::string shares_sentence(const ComparedStudy& study, const Comparison& comparison, const std::string& name,
                            const std::string& other, bool& told) {
  const auto& difference = *comparison.share_reached;
  const auto& interval = *difference.interval;
  const auto value = fmt::format("Over {} {} of runs that share a seed the difference of the shares is {} [{}, {}]{}",
                                 comparison.pairs, comparison.pairs == 1 ? "pair" : "pairs",
                                 share_text(difference.value / 100), share_text(interval.low / 100),
                                 share_text(interval.high / 100), corrected(study, comparison.p_reached_holm));
  if (excludes_zero(interval) && comparison.p_reached_holm.value_or(1) <= told_level) {
    told = true;
    return fmt::format("{}: {} runs reach criterion with {} than with {}.", value,
                       difference.value > 0 ? "more" : "fewer", name, other);
  }
  return fmt::format("{}: whether {} changes how many runs reach criterion cannot be told from these runs. {}", value,
                     name, what_pairs_tell(comparison.pairs, study.count));
}

/// Where the log-rank test tells the times of two conditions apart, but not which are shorter.
std::string who_is_faster(const Comparison& comparison, const std::string& name, const std::string& other) {
  const auto& delta = comparison.delta;
  if (!delta || !delta->interval || !excludes_zero(*delta->interval)) return "which is faster cannot be told";
  return fmt::format("{} is faster (Cliff's delta of {} {} [{}, {}])", delta->value < 0 ? name : other, name,
                     share_text(delta->value), share_text(delta->interval->low), share_text(delta->interval->high));
}

/// Of the updates to criterion, where any run of the two has reached it.
std::string speed_sentence(const ComparedStudy& study, const Comparison& comparison, const std::string& name,
                           const std::string& other, bool& told) {
  if (!comparison.paired) {
    if (!comparison.p_holm)
      return "Whether the times to criterion differ cannot be told: too few runs, or none reached.";
    const bool differ = *comparison.p_holm <= told_level;
    told = told || differ;
    return fmt::format("No seed is shared; by the log-rank test the times to criterion {}{}{}.",
                       differ ? "differ" : "cannot be told apart", corrected(study, comparison.p_holm),
                       differ ? ": " + who_is_faster(comparison, name, other) : "");
  }
  if (!comparison.updates) return "The times to criterion are the same in every pair, which says nothing of speed.";
  const auto budget = fmt::format("counted to the budget of {} updates", comparison.budget);
  if (!comparison.updates->interval)
    return fmt::format(
        "On average {} takes {}, {}; without an interval (fewer than 6 pairs, or all alike), whether it "
        "is faster cannot be told.",
        name, updates_text(*comparison.updates), budget);
  if (excludes_zero(*comparison.updates->interval) && comparison.p_holm.value_or(1) <= told_level) {
    told = true;
    return fmt::format("On average {} takes {}, {}{}.", name, updates_text(*comparison.updates), budget,
                       corrected(study, comparison.p_holm));
  }
  return fmt::format("On average {} takes {}, {}{}: whether it is faster cannot be told.", name,
                     updates_text(*comparison.updates), budget, corrected(study, comparison.p_holm));
}

/// The options of a condition that are compared, or those that are not.
std::string label_of(const ComparedStudy& study, std::size_t condition, bool compared) {
  Varied some;
  for (const auto& each : study.study.conditions[condition].varied)
    if ((std::find(study.options.begin(), study.options.end(), each.first) != study.options.end()) == compared)
      some.push_back(each);
  return some.empty() ? "" : condition_label(some);
}

Finding compared(const ComparedStudy& study, std::size_t condition) {
  const auto& comparison = *study.comparisons[condition];
  const auto name = label_of(study, condition, true), other = label_of(study, comparison.against, true),
             shared = label_of(study, condition, false);
  Finding finding{fmt::format("{}oes {} learn more often, or faster, than {}?",
                              shared.empty() ? "D" : fmt::format("With {}: d", shared), name, other),
                  ""};
  const auto &own = study.summaries[condition], &others = study.summaries[comparison.against];
  if (own.runs == 0 || others.runs == 0) {
    finding.answer = fmt::format("It cannot be told yet: of {} no run is finished.", own.runs == 0 ? name : other);
    return finding;
  }
  const auto& conditions = study.study.conditions;
  finding.answer =
      fmt::format("With {} {}, with {} {} of {}. ", name, reached_text(own), other, others.reached, others.runs) +
      unmatched_text(conditions[condition], name) + unmatched_text(conditions[comparison.against], other);
  if (comparison.paired && comparison.pairs == 0) {
    finding.answer += "No pair is left to compare.";
    return finding;
  }
  if (comparison.paired && comparison.share_reached && comparison.share_reached->interval)
    finding.answer += shares_sentence(study, comparison, name, other, finding.told) + ' ';
  finding.answer += own.reached + others.reached == 0
                        ? std::string("No run of either reached it, so that nothing is known of how fast they would.")
                        : speed_sentence(study, comparison, name, other, finding.told);
  if (comparison.set_apart > 0)
    finding.answer += fmt::format(" {} {} left out: the control is not matched there.", comparison.set_apart,
                                  comparison.paired ? (comparison.set_apart == 1 ? "pair is" : "pairs are")
                                                    : (comparison.set_apart == 1 ? "run is" : "runs are"));
  return finding;
}

Finding alone(const Condition& condition, const Summary& summary) {
  const auto& interval = summary.reached_interval;
  const auto of = condition.varied.empty() ? "" : fmt::format(" with {}", condition.label());
  const auto diverged = summary.diverged == 0 ? "" : fmt::format(" {} of them diverged.", summary.diverged);
  return {fmt::format("How many runs{} reach criterion?", of),
          summary.runs == 0
              ? std::string("It cannot be told yet: no run is finished.")
              : fmt::format("{}, a share of {} [{}, {}]; median updates to criterion: {}.", reached_text(summary),
                            share_text(static_cast<double>(summary.reached) / static_cast<double>(summary.runs)),
                            share_text(interval.low), share_text(interval.high), updates_cell(summary)) +
                    diverged};
}

}  // namespace

std::string share_text(double share) {
  auto text = fmt::format("{:.2f}", share);
  if (const auto zero = text.find("0."); zero != std::string::npos && zero <= 1 && std::abs(share) < 0.995)
    text.erase(zero, 1);
  return text == "-.00" ? ".00" : text;
}

long fewest_telling_pairs(long comparisons) {
  long pairs = 1;
  for (double p = static_cast<double>(comparisons); p > told_level; p /= 2) ++pairs;  // two of the 2^n signs of n pairs
  return pairs;
}

std::optional<double> smallest_told_difference(long pairs, long comparisons) {
  const auto fewest = fewest_telling_pairs(comparisons);
  if (pairs < fewest) return std::nullopt;
  return static_cast<double>(fewest) / static_cast<double>(pairs);
}

std::vector<Finding> findings(const ComparedStudy& study) {
  std::vector<Finding> list;
  for (std::size_t i = 0; i < study.comparisons.size(); ++i)
    if (study.comparisons[i]) list.push_back(compared(study, i));
  if (list.empty())
    for (std::size_t i = 0; i < study.summaries.size(); ++i)
      list.push_back(alone(study.study.conditions[i], study.summaries[i]));
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.told > b.told; });
  return list;
}

std::string overview(const std::vector<Finding>& findings, const ComparedStudy& study) {
  if (study.count < 2) return "";
  const auto told = std::count_if(findings.begin(), findings.end(), [](const auto& each) { return each.told; });
  if (told == 0)
    return fmt::format("None of the {} comparisons tells a difference, in shares or in speed.", study.count);
  if (told == study.count)
    return fmt::format("{} comparisons tell a difference, in shares or in speed.",
                       study.count == 2 ? std::string("Both") : fmt::format("All {}", study.count));
  return fmt::format("Of {} comparisons {} a difference, in shares or in speed; of {} it cannot be told.", study.count,
                     told == 1 ? "1 tells" : fmt::format("{} tell", told), study.count - told);
}

}  // namespace stillpoint
