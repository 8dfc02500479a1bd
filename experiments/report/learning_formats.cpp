#include "experiments/report/learning_formats.hpp"

#include <fmt/format.h>

#include "analysis/learning/daily_change.hpp"
#include "experiments/report/prediction_cells.hpp"

namespace stillpoint {

namespace {

const std::string& name_of(std::size_t statistic) { return learning_statistics()[statistic].name; }

Json value_json(const std::optional<Estimate>& of) { return of ? Json(of->value) : Json(nullptr); }
Json bounds_json(const std::optional<Estimate>& of) { return of ? interval_json(of->interval) : Json(nullptr); }

Json row_json(const LearningRow& row) {
  Json json = {{"hypothesis", row.group.hypothesis},
               {"verdict", verdict_name(row.group.verdict)},
               {"statistic", name_of(row.statistic)},
               {"unit", learning_statistics()[row.statistic].unit},
               {"measured", row.recorded ? "sessions" : "rates"},
               {"networks", row.networks},
               {"without_both", row.without_both}};
  for (const auto& [name, value] : {std::pair("before", &row.before),
                                    {"during", &row.during},
                                    {"after", &row.after},
                                    {"during_less_before", &row.during_less_before},
                                    {"after_less_before", &row.after_less_before}}) {
    json[name] = value_json(*value);
    json[std::string(name) + "_interval"] = bounds_json(*value);
  }
  return json;
}

Json lead_json(const LeadRow& row, double trials_per_day) {
  Json null = nullptr;
  if (const auto& chance = row.by_chance)
    null = {{"lead_days", chance->mean}, {"high", chance->high}, {"p", chance->p}, {"beyond", chance->beyond}};
  return {{"hypothesis", row.group.hypothesis},
          {"verdict", verdict_name(row.group.verdict)},
          {"statistic", name_of(row.statistic)},
          {"sessions_per_day", row.sessions_per_day},
          {"trials_per_day", trials_per_day},
          {"lead_days", value_json(row.lead)},
          {"interval", bounds_json(row.lead)},
          {"found", row.found},
          {"networks", row.networks},
          {"too_few_days", row.too_few},
          {"null", null}};
}

std::string learning_lines(const LearningTable& table) {
  std::string text =
      "| hypothesis | loss falls | statistic | by | before | during | after | during - before | after - before | "
      "networks (without a change) |\n|---|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& row : table.rows)
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} ({}) |\n", row.group.hypothesis,
                        verdict_name(row.group.verdict), name_of(row.statistic), row.recorded ? "sessions" : "rates",
                        estimate_cell(row.before), estimate_cell(row.during), estimate_cell(row.after),
                        estimate_cell(row.during_less_before), estimate_cell(row.after_less_before), row.networks,
                        row.without_both);
  return text;
}

std::string lead_lines(const LearningTable& table) {
  std::string text =
      "| hypothesis | loss falls | statistic | sessions per day | lead [days] | found in | at random [days], 95 % "
      "below "
      "| p | beyond their own |\n|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& row : table.leads) {
    const auto& chance = row.by_chance;
    text += fmt::format("| {} | {} | {} | {} | {} | {} of {} | {} | {} | {} |\n", row.group.hypothesis,
                        verdict_name(row.group.verdict), name_of(row.statistic), row.sessions_per_day,
                        estimate_cell(row.lead), row.found, row.networks,
                        chance ? fmt::format("{:.1f}, {:.1f}", chance->mean, chance->high) : "-",
                        chance ? fmt::format("{:.3f}", chance->p) : "-",
                        chance ? fmt::format("{} of {}", chance->beyond, row.found) : "-");
  }
  return text;
}

}  // namespace

Json learning_json(const LearningStudy& study, const LearningTable& table) {
  Json json = {{"trials_per_day", study.trials_per_day},
               {"learning_left_out", study.too_few_days},
               {"learning_verdicts", Json::array()},
               {"learning", Json::array()},
               {"lead", Json::array()}};
  for (const auto& each : table.verdicts)
    json["learning_verdicts"].push_back(
        {{"hypothesis", each.hypothesis}, {"abrupt", each.abrupt}, {"gradual", each.gradual}, {"none", each.none}});
  for (const auto& row : table.rows) json["learning"].push_back(row_json(row));
  for (const auto& row : table.leads) json["lead"].push_back(lead_json(row, study.trials_per_day));
  return json;
}

std::string learning_text(const LearningStudy& study, const LearningTable& table, bool figure) {
  const auto& size = study.setting.sizes.front();
  std::string text = fmt::format(
      "## Learning\n\nThe network of each day of training, {:g} trials a day, recorded in up to {} sessions of {} "
      "neurons and {} trials of task and rest. How the loss fell (`stillpoint analyze phases`):\n\n",
      study.trials_per_day, most_sessions_per_day, size.neurons, size.trials);
  for (const auto& each : table.verdicts)
    text += fmt::format("- {}: abruptly in {}, gradually in {}, not in {}\n", each.hypothesis, each.abrupt,
                        each.gradual, each.none);
  if (study.too_few_days > 0)
    text += fmt::format("- left out, for their files have networks of fewer than {} days: {}\n",
                        DailyChange::fewest_days, study.too_few_days);
  text += "\n";
  if (figure) text += "![learning](learning.svg)\n\n";
  text += learning_lines(table);
  text +=
      "\nMeans over the recordings of a phase, then over networks, interval: Student's t over seeds. Before and after: "
      "beyond the intervals of the drop's begin and end; a gradual fall begins and ends with a tenth and nine tenths "
      "of "
      "the fitted curve's.\n\n"
      "### Lead\n\nThe day in which the fall begins, less the first day after the statistic changed, where it did: one "
      "cut of the daily series, at .05 by permutation of its days. A trend counts as a change, near its middle. \"At "
      "random\": the same networks with their days in random order; only a lead above 0 and above it warns of the "
      "fall.\n\n";
  return text + lead_lines(table) + "\n";
}

}  // namespace stillpoint
