#include "experiments/report/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/report/statistics.hpp"
#include "experiments/report/text_table.hpp"
#include "sim/option.hpp"

namespace stillpoint {

namespace {

using Json = nlohmann::ordered_json;
using Varied = std::vector<std::pair<std::string, std::string>>;

const std::string arm_option = "study.arm";
constexpr std::size_t terminal_width = 110;

struct Summary {
  long runs = 0, reached = 0, diverged = 0, budget = 0;
  Interval reached_interval{};
  std::optional<double> median_updates;
  std::optional<CensoredInterval> median_interval;
  std::optional<double> final_accuracy, final_loss, speed_start, speed_end, over_stability_bound, seconds_per_update;
};

std::vector<double> finite_only(std::vector<double> values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value); }),
               values.end());
  return values;
}

std::optional<double> mean(const std::vector<double>& all) {
  const auto values = finite_only(all);
  if (values.empty()) return std::nullopt;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> median(const std::vector<double>& all) {
  auto values = finite_only(all);
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

Summary summarise(const std::vector<RunRecord>& runs) {
  Summary summary;
  std::vector<double> accuracy, loss, start, end, over, seconds;
  for (const auto& run : runs) {
    ++summary.runs;
    summary.budget = std::max(summary.budget, run.updates);
    if (run.reached_at) ++summary.reached;
    start.push_back(run.speed_at_start);
    over.push_back(run.over_stability_bound ? 1 : 0);
    seconds.push_back(run.seconds_per_update);
    if (diverged(run)) {
      ++summary.diverged;
      continue;
    }
    accuracy.push_back(run.final_accuracy);
    loss.push_back(run.final_loss);
    end.push_back(run.speed_at_end);
  }
  const auto times = times_to_criterion(runs);
  summary.reached_interval = wilson_interval(summary.reached, summary.runs);
  summary.median_updates = median_time(times);
  summary.median_interval = median_time_interval(times);
  summary.final_accuracy = mean(accuracy);
  summary.final_loss = mean(loss);
  summary.speed_start = mean(start);
  summary.speed_end = mean(end);
  summary.over_stability_bound = mean(over);
  summary.seconds_per_update = median(seconds);
  return summary;
}

Json number_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

template <class Number>
bool parse_whole(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Json option_value(const std::string& text) {
  long integer = 0;
  double number = 0;
  if (text == "true" || text == "false") return text == "true";
  if (parse_whole(text, integer)) return integer;
  if (parse_whole(text, number) && std::isfinite(number)) return number;
  return text;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string csv_field(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : ""; }

/// "g" for "network.g", unless another varied option ends in the same word; "rule" for "rule.name".
std::vector<std::string> short_names(const Varied& varied) {
  const auto last_word = [](const std::string& name) {
    const auto word = name.substr(name.rfind('.') + 1);
    return word == "name" || word == "kind" ? name.substr(0, name.rfind('.')) : word;
  };
  std::vector<std::string> names;
  for (const auto& [name, value] : varied) {
    const auto word = last_word(name);
    const auto alike =
        std::count_if(varied.begin(), varied.end(), [&](const auto& other) { return last_word(other.first) == word; });
    names.push_back(alike > 1 ? name : word);
  }
  return names;
}

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

std::string or_dash(const std::optional<double>& value, int decimals) {
  return value ? fmt::format("{:.{}f}", *value, decimals) : "-";
}

std::string updates_cell(const Summary& summary) {
  if (summary.runs == 0) return "-";
  const auto bounded = [&summary](const std::optional<double>& time) {
    return time ? fmt::format("{:.0f}", *time) : fmt::format(">{}", summary.budget);
  };
  const auto median_text = bounded(summary.median_updates);
  if (!summary.median_interval) return median_text;
  return fmt::format("{} [{}, {}]", median_text, bounded(summary.median_interval->low),
                     bounded(summary.median_interval->high));
}

Block conditions_block(const StudyRecord& study) {
  Block block{{{"reached [%]", "updates", "diverged", "accuracy", "V start", "V end", "over", "ms/update"}}, {}};
  const auto percent = [](double share) { return 100 * share; };
  for (std::size_t i = 0; i < study.conditions.size(); ++i) {
    const auto summary = summarise(study.conditions[i].runs);
    const auto& share = summary.reached_interval;
    const auto over = summary.over_stability_bound, seconds = summary.seconds_per_update;
    block.rows.push_back(
        {fmt::format("{}/{} [{:.0f}, {:.0f}]", summary.reached, summary.runs, percent(share.low), percent(share.high)),
         updates_cell(summary), fmt::format("{}", summary.diverged), or_dash(summary.final_accuracy, 3),
         or_dash(summary.speed_start, 2), or_dash(summary.speed_end, 2),
         over ? fmt::format("{:.0f}%", percent(*over)) : "-", seconds ? fmt::format("{:.3g}", 1000 * *seconds) : "-"});
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
  require_option(
      against.empty() || std::find(arms.begin(), arms.end(), against) != arms.end(), "--against", against,
      arms.empty() ? "this study has no study.arm axis" : fmt::format("must be one of: {}", fmt::join(arms, ", ")));
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
  for (const auto& condition : study.conditions) {
    const auto names = short_names(condition.varied);
    std::string label;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto& [name, value] = condition.varied[i];
      label += (i == 0 ? "" : ", ") + (name == arm_option ? value : names[i] + " = " + value);
    }
    labels.push_back(names.empty() ? "all runs" : label);
  }
  return labels;
}

namespace {

long unmatched_runs(const Condition& condition) {
  return std::count_if(condition.runs.begin(), condition.runs.end(),
                       [](const RunRecord& run) { return run.unmatched; });
}

/// One line per condition whose matched control is not matched in every run.
std::string unmatched_lines(const StudyRecord& study) {
  const auto labels = condition_labels(study);
  std::string text;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (const long runs = unmatched_runs(study.conditions[i]); runs > 0)
      text += fmt::format(
          "unmatched: {} of {} runs of {} could not be matched to the TCR network (/control of the run files)\n", runs,
          study.conditions[i].runs.size(), labels[i]);
  return text;
}

}  // namespace

std::string summary_json(const StudyRecord& study, const std::string& against) {
  const auto reference = reference_arm(study, against);
  Json list = Json::array();
  for (const auto& condition : study.conditions) {
    const auto summary = summarise(condition.runs);
    const auto interval = summary.median_interval.value_or(CensoredInterval{});
    Json options = Json::object();
    for (const auto& [name, value] : condition.varied) options[name] = option_value(value);
    Json paired = nullptr;
    if (const auto difference = difference_to(study, reference, condition))
      paired = {{"against", *reference},
                {"pairs", difference->pairs},
                {"reached_points", estimate_json(difference->share_reached)},
                {"updates", estimate_json(difference->updates)}};
    list.push_back(
        {{"condition", options},
         {"runs", summary.runs},
         {"reached", summary.reached},
         {"diverged", summary.diverged},
         {"budget", summary.budget},
         {"unmatched", unmatched_runs(condition)},
         {"reached_interval", {summary.reached_interval.low, summary.reached_interval.high}},
         {"median_updates", number_or_null(summary.median_updates)},
         {"median_updates_interval", {number_or_null(interval.low), number_or_null(interval.high)}},
         {"final_accuracy", number_or_null(summary.final_accuracy)},
         {"final_loss", number_or_null(summary.final_loss)},
         {"speed", {{"start", number_or_null(summary.speed_start)}, {"end", number_or_null(summary.speed_end)}}},
         {"over_stability_bound", number_or_null(summary.over_stability_bound)},
         {"seconds_per_update", number_or_null(summary.seconds_per_update)},
         {"paired", paired}});
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string summary_csv(const StudyRecord& study, const std::string& against) {
  const auto reference = reference_arm(study, against);
  std::string text;
  if (!study.conditions.empty())
    for (const auto& [name, value] : study.conditions.front().varied) text += csv_field(name) + ',';
  text +=
      "runs,reached,diverged,budget,reached_low,reached_high,median_updates,median_updates_low,median_updates_high,"
      "final_accuracy,final_loss,speed_start,speed_end,over_stability_bound,seconds_per_update,"
      "paired_against,pairs,reached_points,reached_points_low,reached_points_high,updates_difference,"
      "updates_difference_low,updates_difference_high\n";
  for (const auto& condition : study.conditions) {
    const auto summary = summarise(condition.runs);
    const auto interval = summary.median_interval.value_or(CensoredInterval{});
    for (const auto& [name, value] : condition.varied) text += csv_field(value) + ',';
    text += fmt::format("{},{},{},{},{},{}", summary.runs, summary.reached, summary.diverged, summary.budget,
                        summary.reached_interval.low, summary.reached_interval.high);
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
              conditions_legend + unmatched_lines(study);

  const auto reference = reference_arm(study, against);
  const auto pairs = pairs_block(study, reference);
  if (pairs.conditions.empty()) return text;
  return text + fmt::format("\npaired differences to {} (same seeds)\n\n", *reference) +
         aligned(with_names(naming, pairs), left) + pairs_legend;
}

}  // namespace stillpoint
