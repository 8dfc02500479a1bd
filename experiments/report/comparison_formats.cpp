#include "experiments/report/comparison_formats.hpp"

#include <fmt/format.h>

#include <set>

#include "experiments/report/comparison_block.hpp"

namespace stillpoint {

namespace {

/// What `compare` says of a condition alone. Budgets and times are milliseconds where they are on the clock.
struct Row {
  std::string task;
  Summary summary;
  double budget;
  std::optional<double> median, low, high;
};

Row row_of(const ComparedStudy& study, std::size_t condition) {
  Row row{task_of(study.study.conditions[condition]), study.summaries[condition], 0, {}, {}, {}};
  auto& summary = row.summary;
  const double unit = study.on_the_clock ? 1e-3 : 1;
  const auto scaled = [&](const std::optional<double>& value) {
    return value ? std::optional(unit * *value) : std::nullopt;
  };
  row.budget = unit * static_cast<double>(summary.budget);
  row.median = scaled(summary.median_updates);
  if (study.on_the_clock)
    summary.seconds_to_criterion =
        summary.median_updates ? std::optional(1e-6 * *summary.median_updates) : std::nullopt;
  const auto interval = summary.median_interval.value_or(CensoredInterval{});
  row.low = scaled(interval.low);
  row.high = scaled(interval.high);
  return row;
}

const char* unit_of(const ComparedStudy& study) { return study.on_the_clock ? "ms" : "updates"; }

std::string seconds_cell(const Summary& summary, bool on_the_clock) {
  if (summary.seconds_to_criterion) return fmt::format("{:.3g}", *summary.seconds_to_criterion);
  if (!summary.seconds_per_update) return "-";
  const auto budget = static_cast<double>(summary.budget);
  return fmt::format(">{:.3g}", on_the_clock ? 1e-6 * budget : *summary.seconds_per_update * budget);
}

Block conditions_block(const ComparedStudy& study) {
  const StateColumns state(study.study);
  Block block{{state.header()}, {}};
  for (const auto* name :
       {"reached [%]", study.on_the_clock ? "ms of training" : "updates", "ms/update", "wall s", "cosine"})
    block.rows.front().push_back(name);
  for (std::size_t i = 0; i < study.study.conditions.size(); ++i) {
    const auto& condition = study.study.conditions[i];
    const auto row = row_of(study, i);
    block.rows.push_back(state.cells(condition));
    for (const auto& cell :
         {reached_cell(row.summary), updates_cell(row.summary, study.on_the_clock), milliseconds_cell(row.summary),
          seconds_cell(row.summary, study.on_the_clock), or_dash(row.summary.own_cosine, 3)})
      block.rows.back().push_back(cell);
    block.conditions.push_back(i);
  }
  return block;
}

std::string conditions_legend(const ComparedStudy& study) {
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
  return text;
}

}  // namespace

std::string comparison_json(const ComparedStudy& study) {
  Json list = Json::array();
  for (std::size_t i = 0; i < study.study.conditions.size(); ++i) {
    const auto& condition = study.study.conditions[i];
    const auto row = row_of(study, i);
    const auto& summary = row.summary;
    auto entry = identity_json(condition);
    entry.update({{"task", row.task.empty() ? Json(nullptr) : Json(row.task)},
                  {"unit", unit_of(study)},
                  {"reached", summary.reached},
                  {"diverged", summary.diverged},
                  {"reached_interval", {summary.reached_interval.low, summary.reached_interval.high}},
                  {"budget", study.on_the_clock ? Json(row.budget) : Json(summary.budget)},
                  {"median_updates", number_or_null(row.median)},
                  {"median_updates_interval", {number_or_null(row.low), number_or_null(row.high)}},
                  {"seconds_per_update", number_or_null(summary.seconds_per_update)},
                  {"seconds_to_criterion", number_or_null(summary.seconds_to_criterion)},
                  {"cosine", number_or_null(summary.own_cosine)},
                  {"comparison", comparison_json(study, i)}});
    list.push_back(std::move(entry));
  }
  return json_text(list);
}

std::string comparison_csv(const ComparedStudy& study) {
  auto text = identity_header(study.study) +
              "task,unit,reached,diverged,reached_low,reached_high,budget,median_updates,median_updates_low,"
              "median_updates_high,seconds_per_update,seconds_to_criterion,cosine" +
              comparison_header() + '\n';
  for (std::size_t i = 0; i < study.study.conditions.size(); ++i) {
    const auto& condition = study.study.conditions[i];
    const auto row = row_of(study, i);
    const auto& summary = row.summary;
    text += identity_fields(condition) + fmt::format("{},{},{},{},{},{},{}", csv_field(row.task), unit_of(study),
                                                     summary.reached, summary.diverged, summary.reached_interval.low,
                                                     summary.reached_interval.high, row.budget);
    for (const auto& value :
         {row.median, row.low, row.high, summary.seconds_per_update, summary.seconds_to_criterion, summary.own_cosine})
      text += ',' + csv_field(value);
    text += comparison_fields(study, i) + '\n';
  }
  return text;
}

std::string comparison_table(const ComparedStudy& study, const std::string& sources, std::size_t width) {
  std::set<std::string> tasks;
  for (const auto& condition : study.study.conditions)
    if (const auto task = task_of(condition); !task.empty()) tasks.insert(task);
  const auto named = with_names(study.study, {conditions_block(study), comparisons_block(study)}, width);
  auto text = fmt::format("study {}, task {}\n", study.study.name, fmt::join(tasks, " ")) + sources +
              completion_line(study.study) + '\n' + named.key + named.blocks[0] + conditions_legend(study) +
              left_out_lines(study.study) + unmatched_lines(study.study) + '\n';
  if (study.count == 0)
    return text + "Nothing is compared: no two conditions differ in compared options only; --by OPTION names others.\n";
  return text + named.blocks[1] + comparisons_legend(study);
}

}  // namespace stillpoint
