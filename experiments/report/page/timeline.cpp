#include "experiments/report/page/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "experiments/results/result_file.hpp"
#include "experiments/study/measuring.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

using Verdict = LearningPhases::Verdict;

constexpr double left_margin = 10, right_margin = 10, line_height = 10, row_height = 6, bar = 3.4, gap = 4,
                 axis_height = 30, key_height = 11;
constexpr std::size_t letters = 50;  // of a condition's name in a line
const std::string event_colour = "#000000";

struct Colour {
  const char *phase, *colour;
};
constexpr Colour colours[] = {{"search", "#BBBBBB"},  {"drop", "#D55E00"},          {"plateau", "#E69F00"},
                              {"descent", "#56B4E9"}, {"comprehension", "#009E73"}, {"return", "#CC79A7"}};

const char* colour_of(const std::string& phase) {
  for (const auto& each : colours)
    if (each.phase == phase) return each.colour;
  return "#999999";
}

double onset(const RunTimeline& run) {
  for (const auto& phase : run.phases)
    if (phase.name == "drop") return phase.from;
  return std::numeric_limits<double>::infinity();
}

std::string verdict_of(const ConditionTimeline& condition) {
  const auto abrupt = std::count_if(condition.runs.begin(), condition.runs.end(),
                                    [](const auto& run) { return run.verdict == Verdict::abrupt; });
  return fmt::format("abrupt: {} of {}", abrupt, condition.runs.size());
}

void add_events(RunTimeline& run, const ConditionRestructuring& condition) {
  for (const auto& measured : condition.runs) {
    if (measured.seed != run.seed) continue;
    for (const auto& event : measured.events) run.events.push_back(measured.update[static_cast<std::size_t>(event.at)]);
    if (measured.lead) {
      run.lead = measured.lead->value;
      run.drop = measured.drop->value;
    }
  }
}

double height_of(const ConditionTimeline& timeline, const std::string& name) {
  return line_height * static_cast<double>(in_lines(name, letters).size()) +
         row_height * static_cast<double>(timeline.runs.size()) + gap;
}

void draw_key(Drawing& drawing, double y, const std::vector<std::string>& names, bool events, bool reached) {
  double x = left_margin;
  const auto entry = [&](const std::string& name, double mark) {
    drawing.text({x + mark + 3, y + 2.5}, name);
    x += mark + 12 + 3.6 * static_cast<double>(name.size());
  };
  for (const auto& name : names) {
    drawing.rect({x, y - bar / 2}, 8, bar, colour_of(name));
    entry(name, 8);
  }
  if (events) {
    drawing.circle({x + 2, y}, 1.6, event_colour);
    entry("restructuring", 4);
  }
  if (reached) {
    drawing.line({x + 1, y - 3}, {x + 1, y + 3}, {"#000000", 0.9, ""});
    entry("criterion", 2);
  }
}

}  // namespace

std::vector<ConditionTimeline> timelines_of(const std::string& directory, const StudyRecord& study,
                                            const std::vector<ConditionRestructuring>& restructuring) {
  struct Job {
    std::size_t condition, run;
  };
  std::vector<Job> jobs;
  std::vector<std::vector<std::optional<RunTimeline>>> found(
      std::min(study.conditions.size(), ConditionTimeline::most_conditions));
  for (std::size_t i = 0; i < found.size(); ++i) {
    found[i].resize(std::min(study.conditions[i].runs.size(), ConditionTimeline::most_runs));
    for (std::size_t k = 0; k < found[i].size(); ++k)
      if (const auto& run = study.conditions[i].runs[k];
          !run.diverged() && run.curve->updates >= static_cast<long>(LearningPhases::fewest_points))
        jobs.push_back({i, k});
  }
  measure_runs(
      jobs, 0, jobs.empty(), [](const Job&) { return false; },
      [&](const Job& job) {
        const auto& condition = study.conditions[job.condition];
        const auto seed = condition.runs[job.run].seed;
        const auto curve =
            read_run_of_study(run_path(directory, static_cast<std::size_t>(condition.number), seed)).curve;
        if (curve.update.size() < LearningPhases::fewest_points) return;
        auto phases = find_learning_phases({curve.update, curve.loss, {}});
        auto& run = found[job.condition][job.run];
        run = RunTimeline{seed, phases.verdict, std::move(phases.phases)};
        run->reached_at = condition.runs[job.run].reached_at;
      },
      [](const Job&, const UserError&) {},  // a loss that is not finite: the run has no phases
      [](const Job&) {});
  std::vector<ConditionTimeline> timelines;
  for (std::size_t i = 0; i < found.size(); ++i) {
    ConditionTimeline timeline{i, {}};
    for (auto& run : found[i])
      if (run) timeline.runs.push_back(std::move(*run));
    for (const auto& condition : restructuring)
      if (condition.condition.number == study.conditions[i].number)
        for (auto& run : timeline.runs) add_events(run, condition);
    std::stable_sort(timeline.runs.begin(), timeline.runs.end(),
                     [](const auto& a, const auto& b) { return onset(a) < onset(b); });
    if (!timeline.runs.empty()) timelines.push_back(std::move(timeline));
  }
  return timelines;
}

std::optional<StudyPanel> timeline_panel(const std::vector<ConditionTimeline>& timelines, const StudyRecord& study,
                                         double width) {
  const auto has_something = [](const RunTimeline& run) {
    return run.verdict == Verdict::abrupt || run.verdict == Verdict::undone || !run.events.empty();
  };
  if (std::none_of(timelines.begin(), timelines.end(),
                   [&](const auto& each) { return std::any_of(each.runs.begin(), each.runs.end(), has_something); }))
    return std::nullopt;
  double height = 2, last = 1;
  bool events = false, reached = false;
  std::vector<std::string> names;  // of phases, in the order of `colours`
  for (const auto& each : colours)
    for (const auto& timeline : timelines)
      for (const auto& run : timeline.runs)
        for (const auto& phase : run.phases)
          if (phase.name == each.phase && (names.empty() || names.back() != phase.name)) names.push_back(phase.name);
  for (const auto& timeline : timelines) {
    last = std::max(last, static_cast<double>(largest_budget(study.conditions[timeline.condition].runs)));
    height += height_of(timeline, study.conditions[timeline.condition].name());
    for (const auto& run : timeline.runs) {
      events = events || !run.events.empty();
      reached = reached || run.reached_at;
    }
  }
  std::string caption =
      "Phases of the loss, a bar per run, by the onset of its first drop (`analyze phases`); one colour alone: no "
      "fall was "
      "found (search), or none that was abrupt (descent).";
  if (events)
    caption +=
        " Dots: restructuring events, when they were seen, of conditions that `analyze restructuring` looked at; by "
        "chance alone 1 run in 20 would have one.";
  if (study.conditions.size() > timelines.size() ||
      std::any_of(timelines.begin(), timelines.end(),
                  [&](const auto& each) { return study.conditions[each.condition].runs.size() > each.runs.size(); }))
    caption += fmt::format(" Of the first {} runs of each of the first {} conditions, without those that diverged.",
                           ConditionTimeline::most_runs, ConditionTimeline::most_conditions);
  const auto draw = [&timelines, &study, height, last, events, reached, names, width](Drawing& drawing) {
    const Panel track{
        {left_margin, 2}, width - left_margin - right_margin, height - 2, {"update", 0, last}, {"", 0, 1}};
    const auto across = [&](double update) { return track.at(update, 0).x; };
    double y = 2;
    for (const auto& timeline : timelines) {
      const auto& name = study.conditions[timeline.condition].name();
      drawing.begin("series row", "", static_cast<long>(timeline.condition), height_of(timeline, name));
      drawing.text({width - right_margin, y + line_height - 2}, verdict_of(timeline), {7, "end"});
      for (const auto& line : in_lines(name, letters)) drawing.text({left_margin, (y += line_height) - 2}, line);
      for (const auto& run : timeline.runs) {
        const double middle = y + row_height / 2;
        for (const auto& phase : run.phases)
          drawing.rect({across(phase.from), middle - bar / 2}, std::max(0.8, across(phase.to) - across(phase.from)),
                       bar, colour_of(phase.name));
        if (run.reached_at)
          drawing.line({across(static_cast<double>(*run.reached_at)), y},
                       {across(static_cast<double>(*run.reached_at)), y + row_height}, {"#000000", 0.9, ""});
        for (const double event : run.events) drawing.circle({across(event), middle}, 1.6, event_colour);
        y += row_height;
      }
      y += gap;
      drawing.end();
    }
    drawing.begin("axis", "", -1, axis_height + key_height);
    track.draw_x_axis(drawing);
    drawing.text({track.corner.x + track.width / 2, height + 20}, "update", {8, "middle"});
    draw_key(drawing, height + axis_height, names, events, reached);
    drawing.end();
  };
  return StudyPanel{"timeline", "Phases of learning", caption, "timeline", height + axis_height + key_height, draw, "",
                    false};
}

Json timeline_table(const std::vector<ConditionTimeline>& timelines, const StudyRecord& study) {
  Json table{{"columns", {"condition", "label", "seed", "verdict", "what", "from", "to", "lead"}},
             {"rows", Json::array()}};
  for (const auto& timeline : timelines) {
    const auto& condition = study.conditions[timeline.condition];
    for (const auto& run : timeline.runs) {
      const auto add = [&](const std::string& what, const Json& from, const Json& to, const Json& lead) {
        table["rows"].push_back(
            {condition.number, condition.label(), run.seed, verdict_name(run.verdict), what, from, to, lead});
      };
      for (const auto& phase : run.phases) add(phase.name, phase.from, phase.to, nullptr);
      for (std::size_t k = 0; k < run.events.size(); ++k) {
        const bool leads = run.lead && *run.drop - *run.lead == run.events[k];
        add("restructuring", nullptr, run.events[k], leads ? Json(*run.lead) : Json());
      }
    }
  }
  return table;
}

}  // namespace stillpoint
