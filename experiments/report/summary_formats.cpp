// The summary of a study for programs: JSON and CSV.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "experiments/report/comparison_block.hpp"
#include "experiments/report/summary.hpp"

namespace stillpoint {

namespace {

Json alignment_json(const Summary& summary) {
  Json rules = Json::object();
  for (const auto& each : summary.alignment)
    rules[each.rule] = {{"cosine", number_or_null(each.cosine)}, {"norm_ratio", number_or_null(each.norm_ratio)}};
  return rules;
}

std::vector<std::string> programs_of(const Condition& condition) {
  std::set<ProgramFacts> programs;
  for (const auto& run : condition.runs) programs.insert(*run.program);
  std::set<std::string> texts;
  for (const auto& program : programs) texts.insert(program_text(program));
  return {texts.begin(), texts.end()};
}

Json controlled_json(const Summary& summary) {
  if (!summary.controlled) return nullptr;
  return {{"set_point", summary.controlled->set_point},
          {"speed", number_or_null(summary.controlled->reached)},
          {"missed", summary.set_point_missed}};
}

std::string finite_field(double value) { return csv_field(std::isfinite(value) ? std::optional(value) : std::nullopt); }

/// Rules whose gradients were compared with BPTT's in any condition.
std::vector<std::string> aligned_rules(const std::vector<Summary>& summaries) {
  std::vector<std::string> rules;
  for (const auto& summary : summaries)
    for (const auto& each : summary.alignment)
      if (std::find(rules.begin(), rules.end(), each.rule) == rules.end()) rules.push_back(each.rule);
  return rules;
}

}  // namespace

std::string summary_json(const ComparedStudy& study) {
  Json list = Json::array();
  for (std::size_t i = 0; i < study.study.conditions.size(); ++i) {
    const auto& condition = study.study.conditions[i];
    const auto& summary = study.summaries[i];
    const auto interval = summary.median_interval.value_or(CensoredInterval{});
    auto entry = identity_json(condition);
    entry.update(
        {{"reached", summary.reached},
         {"diverged", summary.diverged},
         {"budget", summary.budget},
         {"collapsed", summary.collapsed},
         {"reached_interval", {summary.reached_interval.low, summary.reached_interval.high}},
         {"median_updates", number_or_null(summary.median_updates)},
         {"median_updates_interval", {number_or_null(interval.low), number_or_null(interval.high)}},
         {"final_accuracy", number_or_null(summary.final_accuracy)},
         {"final_loss", number_or_null(summary.final_loss)},
         {"speed", {{"start", number_or_null(summary.speed_start)}, {"end", number_or_null(summary.speed_end)}}},
         {"over_stability_bound", number_or_null(summary.over_stability_bound)},
         {"seconds_per_update", number_or_null(summary.seconds_per_update)},
         {"controlled", controlled_json(summary)},
         {"tuned_edge", condition.tuned_edge.empty() ? Json() : Json(condition.tuned_edge)},
         {"alignment", alignment_json(summary)},
         {"programs", programs_of(condition)},
         {"comparison", comparison_json(study, i)}});
    list.push_back(std::move(entry));
  }
  return json_text(list);
}

std::string summary_csv(const ComparedStudy& study) {
  auto text = identity_header(study.study) +
              "reached,diverged,budget,collapsed,reached_low,reached_high,median_updates,median_updates_low,"
              "median_updates_high,final_accuracy,final_loss,speed_start,speed_end,over_stability_bound,"
              "seconds_per_update,set_point,controlled_speed,set_point_missed,tuned_edge,programs" +
              comparison_header();
  const auto rules = aligned_rules(study.summaries);
  for (const auto& rule : rules) text += fmt::format(",alignment.{0}.cosine,alignment.{0}.norm_ratio", rule);
  text += '\n';
  for (std::size_t i = 0; i < study.study.conditions.size(); ++i) {
    const auto& condition = study.study.conditions[i];
    const auto& summary = study.summaries[i];
    const auto interval = summary.median_interval.value_or(CensoredInterval{});
    text += identity_fields(condition) + fmt::format("{},{},{},{},{},{}", summary.reached, summary.diverged,
                                                     summary.budget, summary.collapsed, summary.reached_interval.low,
                                                     summary.reached_interval.high);
    for (const auto& value :
         {summary.median_updates, interval.low, interval.high, summary.final_accuracy, summary.final_loss,
          summary.speed_start, summary.speed_end, summary.over_stability_bound, summary.seconds_per_update})
      text += ',' + csv_field(value);
    if (const auto& controlled = summary.controlled)
      text +=
          fmt::format(",{},{},{}", controlled->set_point, finite_field(controlled->reached), summary.set_point_missed);
    else
      text += ",,,";
    for (const auto& field : {condition.tuned_edge, fmt::format("{}", fmt::join(programs_of(condition), "; "))})
      text += ',' + csv_field(field);
    text += comparison_fields(study, i);
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

}  // namespace stillpoint
