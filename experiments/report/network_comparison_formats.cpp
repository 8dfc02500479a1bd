#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "experiments/report/naming.hpp"
#include "experiments/report/network_comparison.hpp"

namespace stillpoint {

namespace {

std::string with_interval(const std::optional<double>& value, const std::optional<Interval>& interval) {
  if (!value) return "-";
  return interval ? fmt::format("{:.4g} [{:.4g}, {:.4g}]", *value, interval->low, interval->high)
                  : fmt::format("{:.4g}", *value);
}

std::string p_cell(const std::optional<double>& p) { return p ? fmt::format("{:.2g}", *p) : "-"; }

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
  return fmt::format("study {}, {}: {} network{} in {} condition{}{}{}\n", compared.study.name, compared.analysis.kind,
                     count, count == 1 ? "" : "s", compared.networks.size(), compared.networks.size() == 1 ? "" : "s",
                     left_out.empty() ? "" : "; left out, where a network has it: ", fmt::join(left_out, ", "));
}

/// The columns of a number: its means, and where any network has no value how many.
Rows columns_of(const NetworkComparison& compared, std::size_t number) {
  const auto undefined = [&](std::size_t c) { return compared.summaries[c][number].undefined; };
  bool any_undefined = false;
  for (std::size_t c = 0; c < compared.summaries.size(); ++c) any_undefined = any_undefined || undefined(c) > 0;
  Rows rows{{header(compared.analysis.numbers[number])}};
  if (any_undefined) rows[0].push_back("undefined");
  for (std::size_t c = 0; c < compared.summaries.size(); ++c) {
    const auto& summary = compared.summaries[c][number];
    rows.push_back({with_interval(summary.mean, summary.interval)});
    if (any_undefined) rows.back().push_back(fmt::format("{}", undefined(c)));
  }
  return rows;
}

void append(Rows& rows, const Rows& columns) {
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].insert(rows[i].end(), columns[i].begin(), columns[i].end());
}

/// As many numbers side by side as a terminal has room for.
std::vector<Block> means_blocks(const NetworkComparison& compared) {
  const auto& conditions = compared.study.conditions;
  const StateColumns state(compared.study);
  Block start{{state.header()}, {}};
  start.rows[0].push_back("networks");
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    start.rows.push_back(state.cells(conditions[c]));
    start.rows.back().push_back(fmt::format("{}", analysed(compared.networks[c])));
    start.conditions.push_back(c);
  }
  constexpr std::size_t name_width = 11;  // "condition  "
  std::vector<Block> blocks;
  for (std::size_t k = 0; k < compared.analysis.numbers.size(); ++k) {
    const auto columns = columns_of(compared, k);
    if (blocks.empty() || name_width + table_width(blocks.back().rows) + 2 + table_width(columns) > usual_width)
      blocks.push_back(start);
    append(blocks.back().rows, columns);
  }
  return blocks;
}

Block differences_block(const NetworkComparison& compared) {
  Block block{{{"against", "number", "pairs", "difference", "p", "p (Holm)"}}, {}};
  for (const auto& each : compared.differences) {
    const auto mean = each.test.pairs > 0 ? std::optional(each.test.mean) : std::nullopt;
    block.rows.push_back({compared.study.conditions[each.against].tag(), header(compared.analysis.numbers[each.number]),
                          each.set_apart > 0 ? fmt::format("{} (-{})", each.test.pairs, each.set_apart)
                                             : fmt::format("{}", each.test.pairs),
                          with_interval(mean, each.test.interval), p_cell(each.test.p), p_cell(each.p_holm)});
    block.conditions.push_back(each.condition);
  }
  return block;
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

/// How many networks of a condition the analysis had each hint of.
std::map<std::string, long> hints_of(const std::vector<AnalysedNetwork>& networks) {
  std::map<std::string, long> counts;
  for (const auto& network : networks)
    for (const auto& hint : network.hints) ++counts[hint];
  return counts;
}

std::string hint_lines(const NetworkComparison& compared) {
  std::string text;
  for (std::size_t c = 0; c < compared.networks.size(); ++c)
    for (const auto& [hint, count] : hints_of(compared.networks[c]))
      text += fmt::format("hint, {} of {} networks of {}: {}\n", count, analysed(compared.networks[c]),
                          compared.study.conditions[c].name(), hint);
  return text;
}

std::string legend(const NetworkComparison& compared) {
  std::string text =
      "Means over networks with 95 % intervals, Student's t, of shares Wilson's; none where fewer than two have a\n"
      "  value or all have the same.";
  const auto any_undefined = [](const auto& summaries) {
    return std::any_of(summaries.begin(), summaries.end(), [](const auto& each) { return each.undefined > 0; });
  };
  if (std::any_of(compared.summaries.begin(), compared.summaries.end(), any_undefined))
    text += " undefined: networks without a value, left out of mean and pairs.";
  return text + '\n';
}

std::string differences_legend(const NetworkComparison& compared) {
  const auto apart = std::any_of(compared.differences.begin(), compared.differences.end(),
                                 [](const auto& each) { return each.set_apart > 0; });
  return fmt::format(
      "Differences to the condition `against`, means over seeds that both have a value of. p: signs of the "
      "differences\n"
      "  turned, the interval holds 0 where p > .05; fewer than 6 pairs have none and no p below. p (Holm): corrected\n"
      "  over the {} comparisons here.{}\n",
      compared.differences.size(), apart ? " (-n): n are set apart, because a control of theirs is unmatched." : "");
}

}  // namespace

nlohmann::ordered_json network_json(const NetworkComparison& compared) {
  const auto& [study, analysis, networks, summaries, differences] = compared;
  Json numbers = Json::array(), conditions = Json::array(), not_analysed = Json::array(), hints = Json::array(),
       paired = Json::array();
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
        not_analysed.push_back(
            {{"condition", condition.number}, {"seed", condition.runs[i].seed}, {"problem", problem}});
    for (const auto& [hint, count] : hints_of(networks[c]))
      hints.push_back({{"hint", hint}, {"condition", condition.number}, {"networks", count}});
    conditions.push_back(identity_json(condition));
    conditions.back().update({{"networks", analysed(networks[c])}, {"diverged", diverged(condition)}, {"numbers", of}});
  }
  for (const auto& each : differences)
    paired.push_back({{"condition", study.conditions[each.condition].number},
                      {"against", study.conditions[each.against].number},
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
          {"hints", hints},
          {"paired", paired}};
}

std::string network_text(const NetworkComparison& compared) {
  auto blocks = means_blocks(compared);
  blocks.push_back(differences_block(compared));
  const auto named = with_names(compared.study, blocks);
  auto text = first_line(compared) + completion_line(compared.study) + '\n' + named.key;
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) text += named.blocks[i] + (i + 2 < blocks.size() ? "\n" : "");
  text += legend(compared) + hint_lines(compared) + not_analysed_lines(compared) + unmatched_lines(compared.study);
  if (!compared.differences.empty())
    return text + "\npaired differences\n\n" + named.blocks.back() + differences_legend(compared);
  if (compared.networks.size() > 1)
    text +=
        "no paired differences: no condition has another that differs in rule.*, study.arm, synapse.* and tcr.* alone; "
        "--against #0 compares all with #0\n";
  return text;
}

}  // namespace stillpoint
