#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "experiments/report/cells.hpp"
#include "experiments/report/network_comparison.hpp"
#include "experiments/report/summary.hpp"
#include "experiments/report/text_table.hpp"

namespace stillpoint {

namespace {

Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

std::string with_interval(const std::optional<double>& value, const std::optional<Interval>& interval) {
  if (!value) return "-";
  return interval ? fmt::format("{:.4g} [{:.4g}, {:.4g}]", *value, interval->low, interval->high)
                  : fmt::format("{:.4g}", *value);
}

std::string p_cell(const std::optional<double>& p) {
  if (!p) return "-";
  return *p < 0.001 ? "<.001" : fmt::format("{:.3f}", *p);
}

std::string header(const NetworkNumber& number) {
  return number.unit.empty() ? number.name : fmt::format("{} [{}]", number.name, number.unit);
}

long analysed(const std::vector<AnalysedNetwork>& networks) {
  return std::count_if(networks.begin(), networks.end(), [](const auto& each) { return each.problem.empty(); });
}

long diverged(const Condition& condition) {
  return std::count_if(condition.runs.begin(), condition.runs.end(), [](const auto& run) { return run.diverged(); });
}

/// What is left out of any network, once each.
std::vector<std::string> left_out_of(const NetworkComparison& compared) {
  std::vector<std::string> names;
  for (const auto& condition : compared.networks)
    for (const auto& network : condition)
      for (const auto& name : network.left_out)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

std::string first_line(const NetworkComparison& compared) {
  long count = 0;
  for (const auto& networks : compared.networks) count += analysed(networks);
  const auto left_out = left_out_of(compared);
  return fmt::format("study {}, {}: {} network{} in {} condition{}{}{}\n\n", compared.study.name,
                     compared.analysis.kind, count, count == 1 ? "" : "s", compared.networks.size(),
                     compared.networks.size() == 1 ? "" : "s",
                     left_out.empty() ? "" : "; left out, where a network has it: ", fmt::join(left_out, ", "));
}

Rows means(const NetworkComparison& compared, const std::vector<std::string>& names) {
  const auto& numbers = compared.analysis.numbers;
  Rows rows{{"condition", "networks"}};
  for (std::size_t c = 0; c < names.size(); ++c)
    rows.push_back({names[c], fmt::format("{}", analysed(compared.networks[c]))});
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    rows[0].push_back(header(numbers[k]));
    bool any_undefined = false;
    for (std::size_t c = 0; c < names.size(); ++c) {
      const auto& summary = compared.summaries[c][k];
      rows[c + 1].push_back(with_interval(summary.mean, summary.interval));
      any_undefined = any_undefined || summary.undefined > 0;
    }
    if (!any_undefined) continue;
    rows[0].push_back("undefined");
    for (std::size_t c = 0; c < names.size(); ++c)
      rows[c + 1].push_back(fmt::format("{}", compared.summaries[c][k].undefined));
  }
  return rows;
}

Rows differences(const NetworkComparison& compared, const std::vector<std::string>& names) {
  Rows rows{{"condition", "against", "number", "pairs", "difference", "p", "p (Holm)"}};
  for (const auto& each : compared.differences)
    rows.push_back(
        {names[each.condition], compared.study.conditions[each.against].tag(),
         header(compared.analysis.numbers[each.number]), fmt::format("{}", each.test.pairs),
         with_interval(each.test.pairs > 0 ? std::optional(each.test.mean) : std::nullopt, each.test.interval),
         p_cell(each.test.p), p_cell(each.p_holm)});
  return rows;
}

/// One line per condition and reason.
std::string not_analysed_lines(const NetworkComparison& compared) {
  std::string text;
  for (std::size_t c = 0; c < compared.networks.size(); ++c) {
    const auto& condition = compared.study.conditions[c];
    std::map<std::string, std::vector<std::uint64_t>> seeds;  // by what was wrong
    for (std::size_t i = 0; i < compared.networks[c].size(); ++i)
      if (const auto& problem = compared.networks[c][i].problem; !problem.empty())
        seeds[problem].push_back(condition.runs[i].seed);
    for (const auto& [problem, of] : seeds)
      text +=
          fmt::format("not analysed: {} of {} networks of {} (seed{} {}): {}\n", of.size(), compared.networks[c].size(),
                      condition.name(), of.size() == 1 ? "" : "s", fmt::join(of, ", "), problem);
    if (const long runs = diverged(condition); runs > 0)
      text += fmt::format("diverged: {} of {} runs of {}; the network is that before the update that did\n", runs,
                          condition.done(), condition.name());
  }
  return text;
}

const char* const legend =
    "mean over networks [95 % by Student's t, of shares Wilson's]; no interval: fewer than two values, or all alike\n";
const char* const undefined_legend = "undefined: networks without a value, which their mean leaves out\n";
const char* const differences_legend =
    "condition minus the other, mean over seeds [95 % by subset means, from 6 pairs on]; p: signs turned; Holm: for "
    "all "
    "p of this table\n";

}  // namespace

nlohmann::ordered_json network_json(const NetworkComparison& compared) {
  const auto& [study, analysis, networks, summaries, differences] = compared;
  Json numbers = Json::array(), conditions = Json::array(), not_analysed = Json::array(), paired = Json::array();
  for (const auto& number : analysis.numbers) numbers.push_back({{"name", number.name}, {"unit", number.unit}});
  for (std::size_t c = 0; c < networks.size(); ++c) {
    const auto& condition = study.conditions[c];
    Json of = Json::object();
    for (std::size_t k = 0; k < analysis.numbers.size(); ++k) {
      Json values = Json::array();
      for (std::size_t i = 0; i < networks[c].size(); ++i)
        if (networks[c][i].problem.empty())
          values.push_back({{"seed", condition.runs[i].seed}, {"value", number_or_null(networks[c][i].values[k])}});
      const auto& summary = summaries[c][k];
      of[analysis.numbers[k].name] = {{"mean", number_or_null(summary.mean)},
                                      {"interval", interval_json(summary.interval)},
                                      {"median", number_or_null(summary.median)},
                                      {"undefined", summary.undefined},
                                      {"values", values}};
    }
    for (std::size_t i = 0; i < networks[c].size(); ++i)
      if (const auto& problem = networks[c][i].problem; !problem.empty())
        not_analysed.push_back({{"condition", c}, {"seed", condition.runs[i].seed}, {"problem", problem}});
    conditions.push_back({{"number", condition.number},
                          {"label", condition.label()},
                          {"condition", options_json(condition.varied)},
                          {"networks", analysed(networks[c])},
                          {"diverged", diverged(condition)},
                          {"unmatched", condition.unmatched()},
                          {"numbers", of}});
  }
  for (const auto& each : differences)
    paired.push_back({{"condition", each.condition},
                      {"against", each.against},
                      {"number", analysis.numbers[each.number].name},
                      {"pairs", each.test.pairs},
                      {"undefined", each.undefined},
                      {"set_apart", each.set_apart},
                      {"mean", each.test.pairs > 0 ? Json(each.test.mean) : Json(nullptr)},
                      {"interval", interval_json(each.test.interval)},
                      {"p", number_or_null(each.test.p)},
                      {"p_holm", number_or_null(each.p_holm)}});
  return {{"kind", "study"},
          {"analysis", analysis.kind},
          {"study", study.name},
          {"options", analysis.options},
          {"left_out", left_out_of(compared)},
          {"numbers", numbers},
          {"conditions", conditions},
          {"not_analysed", not_analysed},
          {"paired", paired}};
}

std::string network_text(const NetworkComparison& compared) {
  const auto& conditions = compared.study.conditions;
  std::vector<std::string> names;
  for (const auto& condition : conditions) names.push_back(condition.name());
  auto text = first_line(compared);
  const auto width = std::max(table_width(means(compared, names)), table_width(differences(compared, names)));
  if (width > terminal_width)
    for (std::size_t c = 0; c < names.size(); ++c) {
      text += names[c] + "\n" + (c + 1 == names.size() ? "\n" : "");
      names[c] = conditions[c].tag();
    }
  text += aligned(means(compared, names), 1) + legend;
  const auto any_undefined = [](const auto& summaries) {
    return std::any_of(summaries.begin(), summaries.end(), [](const auto& each) { return each.undefined > 0; });
  };
  if (std::any_of(compared.summaries.begin(), compared.summaries.end(), any_undefined)) text += undefined_legend;
  text += not_analysed_lines(compared) + unmatched_lines(compared.study);
  if (compared.differences.empty())
    return compared.networks.size() < 2
               ? text
               : text +
                     "no paired differences: conditions differ in more than rule.*, study.arm, synapse.* and tcr.*; "
                     "--against #0 compares them with #0\n";
  return text + "\npaired differences (same seeds)\n\n" + aligned(differences(compared, names), 3) + differences_legend;
}

}  // namespace stillpoint
