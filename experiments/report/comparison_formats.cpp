#include "experiments/report/comparison_formats.hpp"

#include <fmt/format.h>

#include <cmath>
#include <set>
#include <sstream>

#include "experiments/report/text_table.hpp"

namespace stillpoint {

namespace {

std::optional<double> low_of(const std::optional<Interval>& interval) {
  return interval ? std::optional(interval->low) : std::nullopt;
}
std::optional<double> high_of(const std::optional<Interval>& interval) {
  return interval ? std::optional(interval->high) : std::nullopt;
}

/// Updates, or milliseconds of training: what the reports show of a budget or a time.
double in_unit(const ComparedStudy& study, double value) { return study.on_the_clock ? value / 1000 : value; }
std::optional<double> in_unit(const ComparedStudy& study, const std::optional<double>& value) {
  return value ? std::optional(in_unit(study, *value)) : std::nullopt;
}
Json budget_json(const ComparedStudy& study, long budget) {
  return study.on_the_clock ? Json(in_unit(study, static_cast<double>(budget))) : Json(budget);
}
const char* unit_of(const ComparedStudy& study) { return study.on_the_clock ? "ms" : "updates"; }

Json comparison_of(const ComparedStudy& study, const ComparedGroup& group, const ComparedCondition& condition) {
  if (!condition.comparison) return nullptr;
  const auto& [budget, test, p_holm, delta] = *condition.comparison;
  return {{"against", options_json(group.conditions.front().compared)},
          {"budget", budget_json(study, budget)},
          {"log_rank", test ? Json(test->statistic) : Json(nullptr)},
          {"p", test ? Json(test->p) : Json(nullptr)},
          {"p_holm", number_or_null(p_holm)},
          {"comparisons", study.comparisons},
          {"cliffs_delta", delta.value},
          {"cliffs_delta_interval", {number_or_null(low_of(delta.interval)), number_or_null(high_of(delta.interval))}}};
}

// ---- table

std::string p_cell(const std::optional<Comparison>& comparison) {
  return comparison && comparison->p_holm ? fmt::format("{:.2g}", *comparison->p_holm) : "-";
}

std::string delta_cell(const std::optional<Comparison>& comparison) {
  if (!comparison) return "-";
  const auto rounded = [](double value) {
    const double hundredths = std::round(100 * value);
    return hundredths == 0 ? std::string("0") : fmt::format("{:+.2f}", hundredths / 100);
  };
  const auto& [value, interval] = comparison->delta;
  if (!interval) return rounded(value);
  return fmt::format("{} [{}, {}]", rounded(value), rounded(interval->low), rounded(interval->high));
}

std::string seconds_cell(const Summary& summary, bool on_the_clock) {
  if (!summary.seconds_to_criterion && on_the_clock)
    return fmt::format(">{:.3g}", 1e-6 * static_cast<double>(summary.budget));
  if (summary.seconds_to_criterion) return fmt::format("{:.3g}", *summary.seconds_to_criterion);
  if (!summary.seconds_per_update) return "-";
  return fmt::format(">{:.3g}", *summary.seconds_per_update * static_cast<double>(summary.budget));
}

/// Names of the columns of compared options, or of the one column that counts the conditions.
Rows table_rows(const ComparedStudy& study, bool numbered) {
  const std::vector<std::string> values{"reached [%]", study.on_the_clock ? "ms of training" : "updates",
                                        "p (Holm)",    "Cliff's delta",
                                        "ms/update",   "wall s",
                                        "cosine"};
  Rows rows(1);
  if (numbered || study.options.empty())
    rows.front().push_back("condition");
  else
    rows.front() = short_names(study.groups.front().conditions.front().compared);
  rows.front().insert(rows.front().end(), values.begin(), values.end());
  for (const auto& group : study.groups)
    for (const auto& condition : group.conditions) {
      std::vector<std::string> row;
      if (numbered)
        row.push_back(fmt::format("#{}", rows.size()));
      else if (study.options.empty())
        row.push_back(condition_label(condition.varied));
      else
        for (const auto& [name, value] : condition.compared) row.push_back(value);
      const auto& summary = condition.summary;
      for (const auto& cell :
           {reached_cell(summary), updates_cell(summary, study.on_the_clock), p_cell(condition.comparison),
            delta_cell(condition.comparison), milliseconds_cell(summary), seconds_cell(summary, study.on_the_clock),
            or_dash(summary.own_cosine, 3)})
        row.push_back(cell);
      rows.push_back(std::move(row));
    }
  return rows;
}

/// "dt_ms = 5: compared with none"; nothing where no option is compared: rows then say all that varies.
std::string heading(const ComparedStudy& study, const ComparedGroup& group, std::size_t first_number, bool numbered) {
  if (study.options.empty()) return "";
  const auto shared = group.shared.empty() ? "" : condition_label(group.shared);
  if (group.conditions.size() == 1) return shared;
  const auto reference =
      numbered ? fmt::format("#{}", first_number) : condition_label(group.conditions.front().compared);
  return shared + (shared.empty() ? "" : ": ") + "compared with " + reference;
}

std::string legend(const ComparedStudy& study) {
  const std::string when = study.on_the_clock ? "ms of training" : "updates";
  std::string text =
      "reached: runs at criterion / runs [Wilson 95 % interval in %]. " + when +
      ": median to criterion\n"
      "  [bootstrap 95 %], > means beyond the budget. ms/update: median of runs. wall s: seconds of training to\n"
      "  criterion, median. cosine: mean alignment with the true gradient, where it was measured.\n";
  if (study.on_the_clock)
    text +=
        "All conditions of a group are followed for the same time of training, that of the one given least;\n"
        "  an update counts as the median of its condition.\n";
  if (study.comparisons > 0)
    return text + "p: log-rank test against the first condition of the group, corrected by Holm over " +
           (study.comparisons == 1 ? std::string("the one comparison")
                                   : fmt::format("the {} comparisons", study.comparisons)) +
           "\n"
           "  of this table; - where the times cannot tell, as when no run reached. Cliff's delta [95 %]: of\n  " +
           when +
           " to criterion, from -1 (every run faster than every run of the first condition) to +1\n"
           "  (slower). Runs that did not reach count as slower than all that did; two conditions are followed\n"
           "  to the smaller budget.\n";
  return text + "Nothing is compared: no two conditions differ in compared options only; --by OPTION names others.\n";
}

}  // namespace

std::string comparison_json(const ComparedStudy& study) {
  Json list = Json::array();
  for (const auto& group : study.groups)
    for (const auto& condition : group.conditions) {
      const auto& summary = condition.summary;
      const auto interval = summary.median_interval.value_or(CensoredInterval{});
      list.push_back({{"task", group.task.empty() ? Json(nullptr) : Json(group.task)},
                      {"condition", options_json(condition.varied)},
                      {"unit", unit_of(study)},
                      {"runs", summary.runs},
                      {"reached", summary.reached},
                      {"diverged", summary.diverged},
                      {"unmatched", summary.unmatched},
                      {"reached_interval", {summary.reached_interval.low, summary.reached_interval.high}},
                      {"budget", budget_json(study, summary.budget)},
                      {"median_updates", number_or_null(in_unit(study, summary.median_updates))},
                      {"median_updates_interval",
                       {number_or_null(in_unit(study, interval.low)), number_or_null(in_unit(study, interval.high))}},
                      {"seconds_per_update", number_or_null(summary.seconds_per_update)},
                      {"seconds_to_criterion", number_or_null(summary.seconds_to_criterion)},
                      {"cosine", number_or_null(summary.own_cosine)},
                      {"comparison", comparison_of(study, group, condition)}});
    }
  return json_text(list);
}

std::string comparison_csv(const ComparedStudy& study) {
  std::string text = "task,";
  if (!study.groups.empty())
    for (const auto& [name, value] : study.groups.front().conditions.front().varied) text += csv_field(name) + ',';
  text +=
      "unit,runs,reached,diverged,unmatched,reached_low,reached_high,budget,median_updates,median_updates_low,"
      "median_updates_high,seconds_per_update,seconds_to_criterion,cosine,against,common_budget,log_rank,p,p_holm,"
      "comparisons,cliffs_delta,cliffs_delta_low,cliffs_delta_high\n";
  for (const auto& group : study.groups)
    for (const auto& condition : group.conditions) {
      const auto& summary = condition.summary;
      const auto interval = summary.median_interval.value_or(CensoredInterval{});
      text += csv_field(group.task) + ',';
      for (const auto& [name, value] : condition.varied) text += csv_field(value) + ',';
      text += fmt::format("{},{},{},{},{},{},{},{}", unit_of(study), summary.runs, summary.reached, summary.diverged,
                          summary.unmatched, summary.reached_interval.low, summary.reached_interval.high,
                          in_unit(study, static_cast<double>(summary.budget)));
      for (const auto& value :
           {in_unit(study, summary.median_updates), in_unit(study, interval.low), in_unit(study, interval.high),
            summary.seconds_per_update, summary.seconds_to_criterion, summary.own_cosine})
        text += ',' + csv_field(value);
      if (!condition.comparison) {
        text += std::string(9, ',') + '\n';
        continue;
      }
      const auto& [budget, test, p_holm, delta] = *condition.comparison;
      text += fmt::format(",{},{}", csv_field(condition_label(group.conditions.front().compared)),
                          in_unit(study, static_cast<double>(budget)));
      for (const auto& value :
           {test ? std::optional(test->statistic) : std::nullopt, test ? std::optional(test->p) : std::nullopt, p_holm})
        text += ',' + csv_field(value);
      text += fmt::format(",{},{},{},{}\n", study.comparisons, delta.value, csv_field(low_of(delta.interval)),
                          csv_field(high_of(delta.interval)));
    }
  return text;
}

std::string comparison_table(const ComparedStudy& study) {
  auto rows = table_rows(study, false);
  const bool numbered = table_width(rows) > terminal_width;
  if (numbered) rows = table_rows(study, true);
  const auto left = rows.front().size() - 7;

  std::set<std::string> tasks;
  for (const auto& group : study.groups) tasks.insert(group.task);
  auto text = fmt::format("study {}, task {}\n\n", study.name, fmt::join(tasks, " "));
  if (numbered) {
    std::size_t number = 0;
    for (const auto& group : study.groups)
      for (const auto& condition : group.conditions)
        text += fmt::format("#{}  {}\n", ++number, condition_label(condition.varied));
    text += '\n';
  }
  std::istringstream lines(aligned(rows, left));
  std::string line;
  std::getline(lines, line);
  text += line + '\n';
  std::size_t number = 1;
  for (const auto& group : study.groups) {
    if (const auto title = heading(study, group, number, numbered); !title.empty()) text += '\n' + title + '\n';
    for (std::size_t i = 0; i < group.conditions.size(); ++i, ++number) {
      std::getline(lines, line);
      text += line + '\n';
    }
  }
  return text + '\n' + legend(study) + study.notes;
}

}  // namespace stillpoint
