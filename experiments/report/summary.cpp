#include "experiments/report/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/report/statistics.hpp"

namespace stillpoint {

namespace {

using Json = nlohmann::ordered_json;
using Varied = std::vector<std::pair<std::string, std::string>>;
using Rows = std::vector<std::vector<std::string>>;

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

// ---- text table

/// Characters, not bytes, of UTF-8 text.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<std::size_t> column_widths(const Rows& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows)
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], width_of(row[column]));
  return widths;
}

std::size_t table_width(const Rows& rows) {
  std::size_t total = 0;
  for (const auto width : column_widths(rows)) total += width + 2;
  return total - 2;
}

/// The first `left` columns are aligned left, the others right.
std::string aligned(const Rows& rows, std::size_t left) {
  const auto widths = column_widths(rows);
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::string padding(widths[column] - width_of(row[column]), ' ');
      line += (column == 0 ? "" : "  ") + (column < left ? row[column] + padding : padding + row[column]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

/// "g" for "network.g", unless another varied option ends in the same word.
std::vector<std::string> short_names(const Varied& varied) {
  const auto last_word = [](const std::string& name) { return name.substr(name.rfind('.') + 1); };
  std::vector<std::string> names;
  for (const auto& [name, value] : varied) {
    const auto word = last_word(name);
    const auto alike =
        std::count_if(varied.begin(), varied.end(), [&](const auto& other) { return last_word(other.first) == word; });
    names.push_back(alike > 1 ? name : word);
  }
  return names;
}

/// Puts columns that name the condition before `rows` (a header, then one row per condition). Where that gets too wide,
/// the conditions are numbered there and spelled out above.
std::string table_of(const std::vector<Varied>& conditions, const Rows& rows) {
  const auto names = conditions.empty() ? std::vector<std::string>{} : short_names(conditions.front());
  Rows named(rows.size()), numbered(rows.size());
  named[0] = names;
  numbered[0] = {"condition"};
  std::string key;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    numbered[i + 1] = {fmt::format("#{}", i + 1)};
    key += numbered[i + 1].front();
    for (const auto& [name, value] : conditions[i]) {
      named[i + 1].push_back(value);
      key += fmt::format("  {} = {}", name, value);
    }
    key += '\n';
  }
  if (names.empty()) {
    named = numbered;
    for (std::size_t i = 0; i < conditions.size(); ++i) named[i + 1] = {"all runs"};
  }
  const auto join = [&rows](Rows& labels) {
    for (std::size_t i = 0; i < rows.size(); ++i) labels[i].insert(labels[i].end(), rows[i].begin(), rows[i].end());
  };
  join(named);
  join(numbered);
  if (table_width(named) <= terminal_width) return aligned(named, std::max<std::size_t>(names.size(), 1));
  return key + '\n' + aligned(numbered, 1);
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

std::string conditions_block(const StudyRecord& study) {
  Rows rows = {{"reached [%]", "updates", "diverged", "accuracy", "V start", "V end", "over", "ms/update"}};
  std::vector<Varied> conditions;
  for (const auto& condition : study.conditions) {
    const auto summary = summarise(condition.runs);
    const auto percent = [](double share) { return 100 * share; };
    const auto& share = summary.reached_interval;
    const auto over = summary.over_stability_bound, seconds = summary.seconds_per_update;
    rows.push_back(
        {fmt::format("{}/{} [{:.0f}, {:.0f}]", summary.reached, summary.runs, percent(share.low), percent(share.high)),
         updates_cell(summary), fmt::format("{}", summary.diverged), or_dash(summary.final_accuracy, 3),
         or_dash(summary.speed_start, 2), or_dash(summary.speed_end, 2),
         over ? fmt::format("{:.0f}%", percent(*over)) : "-", seconds ? fmt::format("{:.3g}", 1000 * *seconds) : "-"});
    conditions.push_back(condition.varied);
  }
  return table_of(conditions, rows) +
         "reached: runs at criterion / runs [Wilson 95 % interval in %]. updates: median to criterion [bootstrap\n"
         "  95 %], > means beyond the budget. diverged: runs whose loss or gradient was not finite; those that had\n"
         "  not reached criterion by then never will. accuracy: final, mean of runs that did not diverge.\n"
         "  V: population speed [1/s] at update 0 and at the end. over: runs past the stability bound of the step.\n"
         "  ms/update: wall time, median of runs.\n";
}

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

std::string pairs_block(const StudyRecord& study) {
  const auto first = study.conditions.empty() ? std::nullopt : arm_of(study.conditions.front());
  if (!first) return "";
  Rows rows = {{"pairs", "reached [points]", "updates"}};
  std::vector<Varied> conditions;
  for (const auto& condition : study.conditions) {
    if (arm_of(condition) == first) continue;
    const auto reference = std::find_if(study.conditions.begin(), study.conditions.end(), [&](const Condition& other) {
      return arm_of(other) == first && without_arm(other.varied) == without_arm(condition.varied);
    });
    const auto difference =
        reference == study.conditions.end() ? PairedDifference{} : paired_difference(condition.runs, reference->runs);
    rows.push_back(
        {fmt::format("{}", difference.pairs), signed_cell(difference.share_reached), signed_cell(difference.updates)});
    conditions.push_back(condition.varied);
  }
  if (conditions.empty()) return "";
  return fmt::format("\npaired differences to {} (same seeds)\n\n", *first) + table_of(conditions, rows) +
         "reached: difference in the share of runs at criterion, percentage points. updates: difference in the mean\n"
         "  of min(updates to criterion, budget); negative is faster. Brackets: bootstrap 95 % interval over pairs,\n"
         "  of no width where all pairs differ alike (then see the Wilson intervals above).\n";
}

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

std::string summary_json(const StudyRecord& study) {
  Json list = Json::array();
  for (const auto& condition : study.conditions) {
    const auto summary = summarise(condition.runs);
    const auto interval = summary.median_interval.value_or(CensoredInterval{});
    Json options = Json::object();
    for (const auto& [name, value] : condition.varied) options[name] = option_value(value);
    list.push_back(
        {{"condition", options},
         {"runs", summary.runs},
         {"reached", summary.reached},
         {"diverged", summary.diverged},
         {"reached_interval", {summary.reached_interval.low, summary.reached_interval.high}},
         {"median_updates", number_or_null(summary.median_updates)},
         {"median_updates_interval", {number_or_null(interval.low), number_or_null(interval.high)}},
         {"final_accuracy", number_or_null(summary.final_accuracy)},
         {"final_loss", number_or_null(summary.final_loss)},
         {"speed", {{"start", number_or_null(summary.speed_start)}, {"end", number_or_null(summary.speed_end)}}},
         {"over_stability_bound", number_or_null(summary.over_stability_bound)},
         {"seconds_per_update", number_or_null(summary.seconds_per_update)}});
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string summary_csv(const StudyRecord& study) {
  std::string text;
  if (!study.conditions.empty())
    for (const auto& [name, value] : study.conditions.front().varied) text += csv_field(name) + ',';
  text +=
      "runs,reached,diverged,reached_low,reached_high,median_updates,median_updates_low,median_updates_high,"
      "final_accuracy,final_loss,speed_start,speed_end,over_stability_bound,seconds_per_update\n";
  for (const auto& condition : study.conditions) {
    const auto summary = summarise(condition.runs);
    const auto interval = summary.median_interval.value_or(CensoredInterval{});
    for (const auto& [name, value] : condition.varied) text += csv_field(value) + ',';
    text += fmt::format("{},{},{},{},{}", summary.runs, summary.reached, summary.diverged, summary.reached_interval.low,
                        summary.reached_interval.high);
    for (const auto& value :
         {summary.median_updates, interval.low, interval.high, summary.final_accuracy, summary.final_loss,
          summary.speed_start, summary.speed_end, summary.over_stability_bound, summary.seconds_per_update})
      text += ',' + csv_field(value);
    text += '\n';
  }
  return text;
}

std::string summary_table(const StudyRecord& study) {
  return fmt::format("study {}\n\n", study.name) + conditions_block(study) + pairs_block(study);
}

}  // namespace stillpoint
