#include "experiments/report/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "experiments/options/argument.hpp"
#include "experiments/report/cells.hpp"
#include "experiments/report/condition_summary.hpp"
#include "experiments/report/text_table.hpp"
#include "experiments/report/times_to_criterion.hpp"
#include "sim/options/nearest.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

/// The cells that say which condition a row shows: a header, then one entry per condition of the study.
struct Naming {
  Rows cells;
  std::string key;  // printed once, above the tables
};

Naming by_options(const StudyRecord& study) {
  if (study.conditions.empty() || study.conditions.front().varied.empty())
    return {Rows(study.conditions.size() + 1, {"all runs"}), ""};
  Naming naming{{short_names(study.conditions.front().varied)}, ""};
  for (const auto& condition : study.conditions) {
    naming.cells.emplace_back();
    for (const auto& [name, value] : condition.varied) naming.cells.back().push_back(value);
  }
  return naming;
}

Naming by_number(const StudyRecord& study) {
  Naming naming{{{"condition"}}, ""};
  const auto labels = condition_labels(study);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    naming.cells.push_back({fmt::format("#{}", i + 1)});
    naming.key += fmt::format("#{}  {}\n", i + 1, labels[i]);
  }
  naming.key += '\n';
  return naming;
}

/// Values of some conditions of a study: a header and one row for each of `conditions` (their indices).
struct Block {
  Rows rows;
  std::vector<std::size_t> conditions;
};

Rows with_names(const Naming& naming, const Block& block) {
  Rows rows{naming.cells.front()};
  for (const auto condition : block.conditions) rows.push_back(naming.cells[condition + 1]);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i].insert(rows[i].end(), block.rows[i].begin(), block.rows[i].end());
  return rows;
}

Block conditions_block(const StudyRecord& study) {
  Block block{{{"reached [%]", "updates", "diverged", "accuracy", "V start", "V end", "over", "ms/update"}}, {}};
  for (std::size_t i = 0; i < study.conditions.size(); ++i) {
    const auto summary = summarise(study.conditions[i].runs);
    const auto over = summary.over_stability_bound;
    block.rows.push_back({reached_cell(summary), updates_cell(summary), fmt::format("{}", summary.diverged),
                          or_dash(summary.final_accuracy, 3), or_dash(summary.speed_start, 2),
                          or_dash(summary.speed_end, 2), over ? fmt::format("{:.0f}%", 100 * *over) : "-",
                          milliseconds_cell(summary)});
    block.conditions.push_back(i);
  }
  return block;
}

const char* const conditions_legend =
    "reached: runs at criterion / runs [Wilson 95 % interval in %]. updates: median to criterion [bootstrap\n"
    "  95 %], > means beyond the budget. diverged: runs whose loss or gradient was not finite; those that had\n"
    "  not reached criterion by then never will. accuracy: final, mean of runs that did not diverge.\n"
    "  V: population speed [1/s] at update 0 and at the end. over: runs past the stability bound of the step.\n"
    "  ms/update: wall time, median of runs.\n";

// ---- paired differences

std::optional<std::string> arm_of(const Condition& condition) {
  for (const auto& [name, value] : condition.varied)
    if (name == arm_option) return value;
  return std::nullopt;
}

Varied without_arm(Varied varied) {
  varied.erase(
      std::remove_if(varied.begin(), varied.end(), [](const auto& entry) { return entry.first == arm_option; }),
      varied.end());
  return varied;
}

std::string signed_cell(const std::optional<Estimate>& estimate) {
  if (!estimate) return "-";
  const auto rounded = [](double value) {
    const long whole = std::lround(value);
    return whole == 0 ? std::string("0") : fmt::format("{:+}", whole);
  };
  const auto text = rounded(estimate->value);
  if (!estimate->interval) return text;
  return fmt::format("{} [{}, {}]", text, rounded(estimate->interval->low), rounded(estimate->interval->high));
}

/// The arm that the others are compared with; none when study.arm does not vary.
std::optional<std::string> reference_arm(const StudyRecord& study, const std::string& against) {
  std::vector<std::string> arms;
  for (const auto& condition : study.conditions)
    if (const auto arm = arm_of(condition); arm && std::find(arms.begin(), arms.end(), *arm) == arms.end())
      arms.push_back(*arm);
  require_argument(against.empty() || std::find(arms.begin(), arms.end(), against) != arms.end(), "--against", against,
                   arms.empty() ? "this study has no study.arm axis" : must_be_one_of(against, arms));
  if (!against.empty()) return against;
  return arms.empty() ? std::nullopt : std::optional(arms.front());
}

/// The difference of a condition to the same condition with the arm `reference`; none for that arm itself.
std::optional<PairedDifference> difference_to(const StudyRecord& study, const std::optional<std::string>& reference,
                                              const Condition& condition) {
  if (!reference || arm_of(condition) == reference) return std::nullopt;
  const auto other = std::find_if(study.conditions.begin(), study.conditions.end(), [&](const Condition& candidate) {
    return arm_of(candidate) == reference && without_arm(candidate.varied) == without_arm(condition.varied);
  });
  return other == study.conditions.end() ? PairedDifference{} : paired_difference(condition.runs, other->runs);
}

Block pairs_block(const StudyRecord& study, const std::optional<std::string>& reference) {
  Block block{{{"pairs", "reached [points]", "updates"}}, {}};
  for (std::size_t i = 0; i < study.conditions.size(); ++i)
    if (const auto difference = difference_to(study, reference, study.conditions[i])) {
      block.rows.push_back({fmt::format("{}", difference->pairs), signed_cell(difference->share_reached),
                            signed_cell(difference->updates)});
      block.conditions.push_back(i);
    }
  return block;
}

/// Value and interval of a paired difference; null for what there is not.
Json estimate_json(const std::optional<Estimate>& estimate) {
  if (!estimate) return nullptr;
  const auto& interval = estimate->interval;
  return {{"value", estimate->value}, {"interval", interval ? Json{interval->low, interval->high} : Json(nullptr)}};
}

const char* const pairs_legend =
    "reached: difference in the share of runs at criterion, percentage points. updates: difference in the mean\n"
    "  of min(updates to criterion, budget); negative is faster. Brackets: 95 % intervals over pairs\n"
    "  (shares: Newcombe's score interval, updates: bootstrap).\n";

}  // namespace

std::vector<std::string> condition_labels(const StudyRecord& study) {
  std::vector<std::string> labels;
  for (const auto& condition : study.conditions) labels.push_back(condition_label(condition.varied));
  return labels;
}

std::string left_out_lines(const StudyRecord& study) {
  std::string text;
  for (const auto& each : study.left_out) {
    const auto line = fmt::format("not applicable, {}: {}\n", condition_label(each.varied), each.reason);
    if (text.find(line) == std::string::npos) text += line;  // several studies may leave out the same
  }
  return text;
}

std::string unmatched_lines(const StudyRecord& study) {
  const auto labels = condition_labels(study);
  std::string text;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (const long runs = unmatched_runs(study.conditions[i].runs); runs > 0)
      text += fmt::format(
          "unmatched: {} of {} runs of {} could not be matched to the TCR network (/control of the run files)\n", runs,
          study.conditions[i].runs.size(), labels[i]);
  return text;
}

namespace {

Json alignment_json(const Summary& summary) {
  Json rules = Json::object();
  for (const auto& each : summary.alignment)
    rules[each.rule] = {{"cosine", number_or_null(each.cosine)}, {"norm_ratio", number_or_null(each.norm_ratio)}};
  return rules;
}

std::vector<std::string> programs_of(const Condition& condition) {
  std::set<std::string> programs;
  for (const auto& run : condition.runs) programs.insert(program_text(run.program));
  return {programs.begin(), programs.end()};
}

Json controlled_json(const Summary& summary) {
  if (!summary.controlled) return nullptr;
  return {{"set_point", summary.controlled->set_point},
          {"speed", number_or_null(summary.controlled->reached)},
          {"missed", summary.set_point_missed}};
}

std::string finite_field(double value) { return csv_field(std::isfinite(value) ? std::optional(value) : std::nullopt); }

/// Rules whose gradients were compared with BPTT's in any condition.
std::vector<std::string> aligned_rules(const StudyRecord& study) {
  std::vector<std::string> rules;
  for (const auto& condition : study.conditions)
    for (const auto& each : summarise(condition.runs).alignment)
      if (std::find(rules.begin(), rules.end(), each.rule) == rules.end()) rules.push_back(each.rule);
  return rules;
}

/// What was chosen for each condition, and what could not be run.
std::string choice_lines(const StudyRecord& study) {
  std::string text;
  for (const auto& condition : study.conditions)
    if (!condition.tuned.empty())
      text += fmt::format("tuned, {}: {}\n", condition_label(condition.varied), condition.tuned);
  return text + left_out_lines(study);
}

/// One line per condition some of whose networks collapsed during freeze-in.
std::string collapsed_lines(const StudyRecord& study) {
  const auto labels = condition_labels(study);
  std::string text;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (const long runs = summarise(study.conditions[i].runs).collapsed; runs > 0)
      text += fmt::format(
          "collapsed: in {} of {} runs of {}, after freeze-in, all trials end alike or hardly depend on their input\n"
          "  (/freeze_in of the run files)\n",
          runs, study.conditions[i].runs.size(), labels[i]);
  return text;
}

/// One line per condition whose controlled schedule did not hold its set point.
std::string set_point_lines(const StudyRecord& study) {
  const auto labels = condition_labels(study);
  std::string text;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (const auto summary = summarise(study.conditions[i].runs); summary.set_point_missed > 0)
      text += fmt::format(
          "set point missed: {} of {} runs of {}: V = {:.3g} /s in the last tenth of the updates (mean of runs),\n"
          "  schedule.speed = {:g}\n",
          summary.set_point_missed, summary.runs, labels[i], summary.controlled->reached,
          summary.controlled->set_point);
  return text;
}

/// One line per condition whose gradients were compared with BPTT's.
std::string alignment_lines(const StudyRecord& study) {
  const auto labels = condition_labels(study);
  std::string text;
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (const auto& each : summarise(study.conditions[i].runs).alignment)
      text += fmt::format("alignment with BPTT, {}: {} cosine {:.3f}, norm ratio {:.3g}\n", labels[i], each.rule,
                          each.cosine, each.norm_ratio);
  return text;
}

}  // namespace

std::string summary_json(const StudyRecord& study, const std::string& against) {
  const auto reference = reference_arm(study, against);
  Json list = Json::array();
  for (const auto& condition : study.conditions) {
    const auto summary = summarise(condition.runs);
    const auto interval = summary.median_interval.value_or(CensoredInterval{});
    Json paired = nullptr;
    if (const auto difference = difference_to(study, reference, condition))
      paired = {{"against", *reference},
                {"pairs", difference->pairs},
                {"reached_points", estimate_json(difference->share_reached)},
                {"updates", estimate_json(difference->updates)}};
    list.push_back(
        {{"condition", options_json(condition.varied)},
         {"runs", summary.runs},
         {"reached", summary.reached},
         {"diverged", summary.diverged},
         {"budget", summary.budget},
         {"collapsed", summary.collapsed},
         {"unmatched", summary.unmatched},
         {"reached_interval", {summary.reached_interval.low, summary.reached_interval.high}},
         {"median_updates", number_or_null(summary.median_updates)},
         {"median_updates_interval", {number_or_null(interval.low), number_or_null(interval.high)}},
         {"final_accuracy", number_or_null(summary.final_accuracy)},
         {"final_loss", number_or_null(summary.final_loss)},
         {"speed", {{"start", number_or_null(summary.speed_start)}, {"end", number_or_null(summary.speed_end)}}},
         {"over_stability_bound", number_or_null(summary.over_stability_bound)},
         {"seconds_per_update", number_or_null(summary.seconds_per_update)},
         {"controlled", controlled_json(summary)},
         {"alignment", alignment_json(summary)},
         {"programs", programs_of(condition)},
         {"paired", paired}});
  }
  return json_text(list);
}

std::string summary_csv(const StudyRecord& study, const std::string& against) {
  const auto reference = reference_arm(study, against);
  std::string text;
  if (!study.conditions.empty())
    for (const auto& [name, value] : study.conditions.front().varied) text += csv_field(name) + ',';
  text +=
      "runs,reached,diverged,budget,collapsed,unmatched,reached_low,reached_high,"
      "median_updates,median_updates_low,median_updates_high,"
      "final_accuracy,final_loss,speed_start,speed_end,over_stability_bound,seconds_per_update,"
      "paired_against,pairs,reached_points,reached_points_low,reached_points_high,updates_difference,"
      "updates_difference_low,updates_difference_high,set_point,controlled_speed,set_point_missed,programs";
  const auto rules = aligned_rules(study);
  for (const auto& rule : rules) text += fmt::format(",alignment.{0}.cosine,alignment.{0}.norm_ratio", rule);
  text += '\n';
  for (const auto& condition : study.conditions) {
    const auto summary = summarise(condition.runs);
    const auto interval = summary.median_interval.value_or(CensoredInterval{});
    for (const auto& [name, value] : condition.varied) text += csv_field(value) + ',';
    text +=
        fmt::format("{},{},{},{},{},{},{},{}", summary.runs, summary.reached, summary.diverged, summary.budget,
                    summary.collapsed, summary.unmatched, summary.reached_interval.low, summary.reached_interval.high);
    for (const auto& value :
         {summary.median_updates, interval.low, interval.high, summary.final_accuracy, summary.final_loss,
          summary.speed_start, summary.speed_end, summary.over_stability_bound, summary.seconds_per_update})
      text += ',' + csv_field(value);
    const auto difference = difference_to(study, reference, condition);
    text += difference ? fmt::format(",{},{}", csv_field(*reference), difference->pairs) : ",,";
    for (const auto& estimate :
         {difference ? difference->share_reached : std::nullopt, difference ? difference->updates : std::nullopt})
      for (const auto& value :
           {estimate ? std::optional(estimate->value) : std::nullopt,
            estimate && estimate->interval ? std::optional(estimate->interval->low) : std::nullopt,
            estimate && estimate->interval ? std::optional(estimate->interval->high) : std::nullopt})
        text += ',' + csv_field(value);
    if (const auto& controlled = summary.controlled)
      text +=
          fmt::format(",{},{},{}", controlled->set_point, finite_field(controlled->reached), summary.set_point_missed);
    else
      text += ",,,";
    text += ',' + csv_field(fmt::format("{}", fmt::join(programs_of(condition), "; ")));
    for (const auto& rule : rules) {
      const auto same = std::find_if(summary.alignment.begin(), summary.alignment.end(),
                                     [&](const AlignmentRecord& each) { return each.rule == rule; });
      text += same == summary.alignment.end()
                  ? ",,"
                  : fmt::format(",{},{}", finite_field(same->cosine), finite_field(same->norm_ratio));
    }
    text += '\n';
  }
  return text;
}

std::string summary_table(const StudyRecord& study, const std::string& against) {
  const auto conditions = conditions_block(study);
  auto naming = by_options(study);
  if (table_width(with_names(naming, conditions)) > terminal_width) naming = by_number(study);
  const auto left = naming.cells.front().size();
  auto text = fmt::format("study {}\n\n", study.name) + naming.key + aligned(with_names(naming, conditions), left) +
              conditions_legend + choice_lines(study) + unmatched_lines(study) + collapsed_lines(study) +
              set_point_lines(study) + alignment_lines(study);

  const auto reference = reference_arm(study, against);
  const auto pairs = pairs_block(study, reference);
  if (pairs.conditions.empty()) return text;
  return text + fmt::format("\npaired differences to {} (same seeds)\n\n", *reference) +
         aligned(with_names(naming, pairs), left) + pairs_legend;
}

}  // namespace stillpoint
