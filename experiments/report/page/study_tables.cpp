// The tables of a study's page.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "experiments/report/comparison_block.hpp"
#include "experiments/report/page/findings.hpp"
#include "experiments/report/page/page_table.hpp"

namespace stillpoint {

namespace {

using Cell = PageTable::Cell;

Cell rounded(const Json& value, int decimals) {
  return {value, value.is_null() ? "" : fmt::format("{:.{}f}", value.get<double>(), decimals)};
}

/// "+65 [39, 80]" of {"value", "interval"}, sorted by the value.
Cell estimate_cell(const Json& estimate, int decimals) {
  if (estimate.is_null()) return {nullptr};
  const auto number = [&](const Json& value) { return signed_number(value.get<double>(), decimals); };
  auto text = number(estimate["value"]);
  if (const auto& interval = estimate["interval"]; !interval.is_null())
    text += fmt::format(" [{}, {}]", number(interval[0]), number(interval[1]));
  return {estimate["value"], text};
}

Json end_of(const Json& estimate, std::size_t end) {
  return estimate.is_null() || estimate["interval"].is_null() ? Json(nullptr) : estimate["interval"][end];
}

Json finite_or_nothing(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// Of a curve: what is drawn tells no more.
Json six_digits(double value) {
  return std::isfinite(value) ? Json(std::stod(fmt::format("{:.6g}", value))) : Json(nullptr);
}

void add_row(Json& table, Json row) { table["rows"].push_back(std::move(row)); }

}  // namespace

PageTable conditions_table(const ComparedStudy& study, const Json& summary) {
  PageTable table{
      "conditions",
      "Conditions",
      {{"number", "#", "", "The number of the condition, that of its files."},
       {"label", "condition", "", "What it differs in from the others."},
       {"runs", "runs", "", "Finished runs, those that diverged among them."},
       {"planned", "planned", "", "Runs that were asked for."},
       {"unmatched", "unmatched", "runs",
        "Of them, controls that are not matched: no runs of this control, though counted here."},
       {"reached", "reached", "runs", "Runs that reached criterion."},
       {"reached_share", "share", "95 %", "Share of the finished runs that reached, with Wilson's interval."},
       {"reached_low", "", ""},
       {"reached_high", "", ""},
       {"median_updates", "updates", "median, 95 %",
        "Updates to criterion: Kaplan-Meier median with bootstrap interval (too narrow below some 10 runs); > means "
        "beyond the budget."},
       {"median_updates_low", "", ""},
       {"median_updates_high", "", ""},
       {"diverged", "diverged", "runs", "Runs whose loss or gradient was not finite."},
       {"final_accuracy", "accuracy", "",
        "Final, on trials that training never saw; mean of runs that did not diverge."},
       {"final_loss", "loss", "", "Likewise."},
       {"speed_start", "V start", "1/s", "Mean speed of the population at update 0."},
       {"speed_end", "V end", "1/s", "The same at the end, of runs that did not diverge."},
       {"seconds_per_update", "time", "ms/update", "Wall time of an update, median over runs."}},
      {}};
  for (std::size_t i = 0; i < summary.size(); ++i) {
    const auto& entry = summary[i];
    const auto& own = study.summaries[i];
    const auto& interval = entry["reached_interval"];
    const auto& seconds = entry["seconds_per_update"];
    const Json share = own.runs > 0 ? Json(static_cast<double>(own.reached) / static_cast<double>(own.runs)) : Json();
    table.rows.push_back({{entry["number"]},
                          {entry["label"]},
                          {entry["runs"]},
                          {entry["planned"]},
                          {entry["unmatched"]},
                          {entry["reached"]},
                          {share, own.runs == 0 ? ""
                                                : fmt::format("{} [{}, {}]", share_text(share.get<double>()),
                                                              share_text(own.reached_interval.low),
                                                              share_text(own.reached_interval.high))},
                          {interval[0]},
                          {interval[1]},
                          {entry["median_updates"], updates_cell(own)},
                          {entry["median_updates_interval"][0]},
                          {entry["median_updates_interval"][1]},
                          {entry["diverged"]},
                          rounded(entry["final_accuracy"], 3),
                          rounded(entry["final_loss"], 4),
                          rounded(entry["speed"]["start"], 2),
                          rounded(entry["speed"]["end"], 2),
                          {seconds, seconds.is_null() ? "" : milliseconds_cell(own)}});
  }
  return table;
}

PageTable comparisons_table(const Json& summary) {
  PageTable table{
      "comparisons",
      "Comparisons",
      {{"condition", "condition", "", ""},
       {"against", "against", "", "What it is compared with."},
       {"pairs", "pairs", "", "Seeds that both have; 0 where the log-rank test takes all runs of each."},
       {"set_apart", "left out", "", "Pairs or runs whose control is not matched."},
       {"reached_points", "reached", "points, 95 %", "Difference of the share at criterion, percentage points."},
       {"reached_low", "", ""},
       {"reached_high", "", ""},
       {"p_reached_holm", "p (Holm)", "reached",
        "Of the difference of shares: by turned signs, corrected over all comparisons of the table."},
       {"updates", "updates", "95 %",
        "Difference of the mean of min(updates to criterion, budget); negative is faster. The interval is made to hold "
        "0 where "
        "the p that is not corrected is above .05; fewer than 6 pairs have none."},
       {"updates_low", "", ""},
       {"updates_high", "", ""},
       {"p", "", ""},
       {"p_holm", "p (Holm)", "updates",
        "Of the updates: paired test by turned signs, or log-rank; corrected over all comparisons of the table."},
       {"cliffs_delta", "Cliff's delta", "95 %", "-1: every run faster, +1: every run slower."},
       {"cliffs_delta_low", "", ""},
       {"cliffs_delta_high", "", ""}},
      {}};
  for (std::size_t i = 0; i < summary.size(); ++i) {
    const auto& entry = summary[i]["comparison"];
    if (entry.is_null()) continue;
    const auto p = [&](const char* name) {
      const auto& value = entry[name];
      return Cell{value, value.is_null() ? "" : fmt::format("{:.2g}", value.get<double>())};
    };
    const Json delta = entry["cliffs_delta"].is_null()
                           ? Json()
                           : Json{{"value", entry["cliffs_delta"]}, {"interval", entry["cliffs_delta_interval"]}};
    table.rows.push_back({{summary[i]["label"]},
                          {entry["against"]["label"]},
                          {entry["pairs"]},
                          {entry["set_apart"]},
                          estimate_cell(entry["reached_points"], 0),
                          {end_of(entry["reached_points"], 0)},
                          {end_of(entry["reached_points"], 1)},
                          p("p_reached_holm"),
                          estimate_cell(entry["updates"], 0),
                          {end_of(entry["updates"], 0)},
                          {end_of(entry["updates"], 1)},
                          p("p"),
                          p("p_holm"),
                          estimate_cell(delta, 2),
                          {end_of(delta, 0)},
                          {end_of(delta, 1)}});
  }
  return table;
}

PageTable runs_table(const StudyRecord& study) {
  PageTable table{"runs",
                  "Single runs",
                  {{"number", "#", ""},
                   {"condition", "condition", ""},
                   {"seed", "seed", ""},
                   {"outcome", "outcome", ""},
                   {"reached_at", "reached at", "update"},
                   {"diverged_at", "diverged at", "update"},
                   {"budget", "budget", "updates"},
                   {"final_accuracy", "accuracy", ""},
                   {"final_loss", "loss", ""}},
                  {}};
  std::size_t others = 0;
  for (const auto& condition : study.conditions)
    for (const auto& run : condition.runs) {
      if (!run.diverged() && ++others > most_listed_runs) continue;
      const auto outcome = run.diverged()   ? run.reached_at ? "reached, then diverged" : "diverged"
                           : run.reached_at ? "reached"
                                            : "not reached";
      table.rows.push_back({{condition.number},
                            {condition.label()},
                            {run.seed},
                            {outcome},
                            {run.reached_at ? Json(*run.reached_at) : Json()},
                            {run.diverged_at ? Json(*run.diverged_at) : Json()},
                            {run.updates},
                            rounded(finite_or_nothing(run.final_accuracy), 3),
                            rounded(finite_or_nothing(run.final_loss), 4)});
    }
  return table;
}

Json plotted_tables(const ComparedStudy& study, const CurvePanels& curves, std::size_t single_runs) {
  const auto measure = curves.of_accuracy() ? "accuracy" : "loss";
  const auto named = [](const char* what) { return std::string(what); };
  Json medians{{"columns",
                {"condition", "label", "update", named("lower_quartile_") + measure, named("median_") + measure,
                 named("upper_quartile_") + measure}},
               {"rows", Json::array()}};
  Json single{{"columns", {"condition", "label", "seed"}}, {"rows", Json::array()}};
  for (std::size_t bin = 0; bin < curves.bins(); ++bin)
    single["columns"].push_back(fmt::format("{} at {:g}", measure, curves.centre(bin)));
  Json reached{{"columns", {"condition", "label", "update", "percent"}}, {"rows", Json::array()}};
  for (std::size_t i = 0; i < study.study.conditions.size(); ++i) {
    const auto& condition = study.study.conditions[i];
    if (condition.runs.empty()) continue;
    const auto& quartiles = curves.quartiles(i);
    for (std::size_t bin = 0; bin < curves.bins(); ++bin)
      add_row(medians, {condition.number, condition.label(), curves.centre(bin), finite_or_nothing(quartiles.low[bin]),
                        finite_or_nothing(quartiles.middle[bin]), finite_or_nothing(quartiles.high[bin])});
    for (std::size_t k = 0; k < std::min(condition.runs.size(), single_runs); ++k) {
      Json row{condition.number, condition.label(), condition.runs[k].seed};
      for (const double value : curves.binned(condition.runs[k])) row.push_back(six_digits(value));
      add_row(single, std::move(row));
    }
    for (const auto& step : reached_steps(condition.runs))
      add_row(reached, {condition.number, condition.label(), step.x, step.y});
  }
  return {{"curves", medians}, {"single_curves", single}, {"reached_curves", reached}};
}

}  // namespace stillpoint
