#include "experiments/report/learning_curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "experiments/options/argument.hpp"
#include "experiments/report/condition_rows.hpp"
#include "experiments/report/svg.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

constexpr double top_margin = 24, beneath_panels = 40, header_height = 14, group_gap = 20, note_row = 9;
constexpr std::size_t most_in_one_row = 8;

/// Conditions by the value of one option, in the order of the study.
struct Group {
  std::string title;
  std::vector<std::size_t> conditions;
};

std::vector<Group> grouped_by(const StudyRecord& study, std::size_t option) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < study.conditions.size(); ++i) {
    const auto& varied = study.conditions[i].varied;
    const auto title = short_names(varied)[option] + " = " + varied[option].second;
    const auto found =
        std::find_if(groups.begin(), groups.end(), [&](const Group& each) { return each.title == title; });
    auto& group = found == groups.end() ? groups.emplace_back(Group{title, {}}) : *found;
    group.conditions.push_back(i);
  }
  return groups;
}

std::size_t most_in(const std::vector<Group>& groups) {
  std::size_t most = 0;
  for (const auto& group : groups) most = std::max(most, group.conditions.size());
  return most;
}

/// The option that stands for rows of panels; none for one row.
std::optional<std::size_t> choose_option(const StudyRecord& study, const std::string& panels) {
  if (study.conditions.empty() || panels == "none") return std::nullopt;
  const auto& varied = study.conditions.front().varied;
  const auto names = short_names(varied);
  if (!panels.empty()) {
    for (std::size_t i = 0; i < varied.size(); ++i)
      if (panels == varied[i].first || panels == names[i]) return i;
    std::vector<std::string> allowed{"none"};
    for (const auto& [option, value] : varied) allowed.push_back(option);
    throw ParameterError("--panels", panels, must_be_one_of(panels, allowed));
  }
  if (study.conditions.size() <= most_in_one_row) return std::nullopt;
  std::optional<std::size_t> best;
  std::size_t fewest = study.conditions.size();
  for (const bool arm : {false, true})
    for (std::size_t i = 0; i < varied.size(); ++i) {
      if ((varied[i].first == arm_option) != arm || (arm && best)) continue;
      const auto most = most_in(grouped_by(study, i));
      if (most < 2 || most >= fewest) continue;
      fewest = most;
      best = i;
    }
  return best;
}

/// Conditions that differ in the option of the panels alone are drawn alike.
std::vector<Series> series_of(const StudyRecord& study, const std::vector<Group>& groups,
                              const std::optional<std::size_t>& option) {
  std::map<Varied, std::size_t> places;
  std::vector<Series> all(study.conditions.size());
  for (const auto& group : groups)
    for (const auto i : group.conditions) {
      auto others = study.conditions[i].varied;
      if (option) others.erase(others.begin() + static_cast<std::ptrdiff_t>(*option));
      const auto place = option ? places.emplace(others, places.size()).first->second : i;
      all[i] = {i, series_stroke(place)};
    }
  return all;
}

bool stopped_early(const RunRecord& run) {
  return !run.diverged() && run.curve->updates > 0 && run.curve->updates < run.updates;
}

std::vector<std::string> notes_on(const std::vector<Condition>& conditions, long bin_width) {
  std::vector<std::string> notes{
      fmt::format("a: median (line) and quartiles (band) over runs, each averaged in bins of {} update{}; a run that "
                  "diverged counts as the worst from then on.",
                  bin_width, bin_width > 1 ? "s" : ""),
      "b: 1 − Kaplan–Meier estimate; points: share of all runs that reached, with Wilson 95 % interval.",
      "c: median of all runs, with bootstrap 95 % interval; an arrow: its end lies beyond the budget."};
  const auto any = [&](auto&& of_condition) { return std::any_of(conditions.begin(), conditions.end(), of_condition); };
  if (any(is_hollow)) notes.push_back("Hollow points: runs of the condition are missing, or controls are not matched.");
  if (any([](const Condition& each) { return std::any_of(each.runs.begin(), each.runs.end(), stopped_early); }))
    notes.push_back("A run that stopped early goes on with its final value on the evaluation trials.");
  return notes;
}

}  // namespace

std::string learning_curve_figure(const StudyRecord& study, const std::string& panels) {
  const auto option = choose_option(study, panels);
  std::vector<Group> groups{{"", std::vector<std::size_t>(study.conditions.size())}};
  std::iota(groups[0].conditions.begin(), groups[0].conditions.end(), 0);
  if (option) groups = grouped_by(study, *option);

  const CurvePanels curves(study.conditions);
  const auto series = series_of(study, groups, option);
  const auto summaries = summarise(study.conditions);
  std::vector<std::vector<Series>> drawn;
  std::vector<ConditionRows> rows;
  double height = group_gap * static_cast<double>(groups.size() - 1);
  for (const auto& group : groups) {
    auto& own = drawn.emplace_back();
    for (const auto i : group.conditions) own.push_back(series[i]);
    rows.emplace_back(study.conditions, summaries, own, curves.updates());
    height += top_margin + (option ? header_height : 0) + CurvePanels::height + beneath_panels + rows.back().height();
  }
  const auto notes = notes_on(study.conditions, curves.bin_width());
  constexpr double notes_gap = 14;
  Svg svg(page_width, height + notes_gap + note_row * static_cast<double>(notes.size()), study.name);
  double y = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (option) {
      svg.text({CurvePanels::left - 34, y + 12}, groups[i].title, {9, "start", 0, "#000000", true});
      y += header_height;
    }
    curves.draw(svg, y + top_margin, drawn[i]);
    y += top_margin + CurvePanels::height + beneath_panels;
    rows[i].draw(svg, y);
    y += rows[i].height() + group_gap;
  }
  for (std::size_t i = 0; i < notes.size(); ++i)
    svg.text({CurvePanels::left, height + notes_gap + note_row * static_cast<double>(i)}, notes[i],
             {6, "start", 0, "#555555"});
  return svg.str();
}

}  // namespace stillpoint
