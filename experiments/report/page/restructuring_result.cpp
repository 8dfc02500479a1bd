// Restructuring events that were measured before, as a result beside the study.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "experiments/options/message.hpp"
#include "experiments/options/shell_word.hpp"
#include "experiments/report/page/results_beside.hpp"
#include "experiments/report/restructuring_figure.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

/// "#1 tcr: 3 of 4 runs have an event"
std::string events_line(const ConditionRestructuring& condition) {
  const auto measured = static_cast<Index>(condition.runs.size()) - condition.not_measured;
  if (measured == 0)
    return fmt::format("{}: none of its {} runs could be judged ({}).", condition.condition.name(),
                       condition.runs.size(), condition.runs.empty() ? "" : condition.runs.front().problem);
  auto text = fmt::format("{}: {} of {} measured runs have an event", condition.condition.name(), condition.with_event,
                          measured);
  if (condition.lead)
    text += fmt::format(
        ", the last of them on average {:.0f} updates before the drop of the loss{}", condition.lead->value,
        condition.lead->interval
            ? fmt::format(" [{:.0f}, {:.0f}]", condition.lead->interval->low, condition.lead->interval->high)
            : "");
  return text + (condition.note.empty() ? "." : fmt::format(" ({}).", condition.note));
}

/// "#1 tcr: seeds 3, 4", of each condition with runs whose measurement is not kept.
std::vector<std::string> not_kept(const std::vector<ConditionRestructuring>& conditions) {
  constexpr std::size_t most = 20;
  std::vector<std::string> lines;
  for (const auto& condition : conditions) {
    std::vector<std::uint64_t> seeds;
    for (const auto& run : condition.runs)
      if (run.problem == RunRestructuring::is_not_kept) seeds.push_back(run.seed);
    if (seeds.empty()) continue;
    const auto more = seeds.size() > most ? fmt::format(" and {} more", seeds.size() - most) : "";
    const char* word = seeds.size() == 1 ? "seed" : "seeds";
    seeds.resize(std::min(seeds.size(), most));
    lines.push_back(fmt::format("{}: {} {}{}", condition.condition.name(), word, fmt::join(seeds, ", "), more));
  }
  return lines;
}

Json events_table(const std::vector<ConditionRestructuring>& conditions) {
  Json table{
      {"columns", {"condition", "label", "seed", "drop_onset", "event_after", "event_seen", "event_over", "p", "lead"}},
      {"rows", Json::array()}};
  for (const auto& condition : conditions)
    for (const auto& run : condition.runs)
      for (const auto& event : run.events) {
        const auto at = [&](Index checkpoint) { return run.update[static_cast<std::size_t>(checkpoint)]; };
        const bool leads = run.lead && run.drop && at(event.at) == run.drop->value - run.lead->value;
        table["rows"].push_back({condition.condition.number, condition.condition.label(), run.seed,
                                 run.drop ? Json(run.drop->value) : Json(), at(event.low), at(event.at), at(event.high),
                                 event.p, leads ? Json(run.lead->value) : Json()});
      }
  return table;
}

}  // namespace

KeptRestructuring kept_restructuring(const std::string& directory) {
  std::error_code none;
  if (!fs::exists(fs::path(directory) / "restructuring", none)) return {};
  try {
    RestructuringSetting setting;
    setting.kept_only = true;
    KeptRestructuring kept{find_restructuring_of_study(directory, setting), ""};
    if (const auto left_out = not_kept(kept.conditions); !left_out.empty())
      kept.problem = fmt::format(
          "Restructuring events are without runs that are not measured yet, {}; `stillpoint analyze restructuring {}` "
          "measures them.",
          fmt::join(left_out, "; "), shell_word(directory));
    return kept;
  } catch (const UserError& problem) {
    return {{},
            fmt::format("Restructuring events are not shown: {}. `stillpoint analyze restructuring {}` "
                        "measures what is missing.",
                        problem.what(), shell_word(directory))};
  }
}

std::optional<ResultBeside> restructuring_beside(const KeptRestructuring& kept) {
  if (kept.conditions.empty()) return std::nullopt;
  std::string caption = "A row per run.", without;
  for (const auto& condition : kept.conditions) {
    caption += ' ' + events_line(condition);
    if (condition.synapse != "none") without = condition.synapse;
  }
  caption += fmt::format(" By chance alone {:g} % of runs would have an event.",
                         100 * RestructuringSetting().false_positive_rate);
  if (!without.empty())
    caption += fmt::format(
        " Five of the eight descriptors (attractors, settled, field, slowest, exponent) look at networks without their "
        "synapse {}: "
        "conditions with and without it are not alike in what is measured.",
        without);
  auto figure = restructuring_figure(kept.conditions);
  figure.title = "Restructuring events";
  ResultBeside result;
  result.path = "analyze restructuring";
  result.panels.push_back(
      result_panel(std::move(figure), "restructuring", std::move(caption), events_table(kept.conditions)));
  return result;
}

}  // namespace stillpoint
