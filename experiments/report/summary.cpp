#include "experiments/report/summary.hpp"

#include <fmt/format.h>

#include "experiments/report/comparison_block.hpp"

namespace stillpoint {

namespace {

Block conditions_block(const ComparedStudy& compared) {
  const auto& study = compared.study;
  const StateColumns state(study);
  Block block{{state.header()}, {}};
  for (const auto* name : {"reached [%]", "updates", "diverged", "accuracy", "V start", "V end", "over", "ms/update"})
    block.rows.front().push_back(name);
  for (std::size_t i = 0; i < study.conditions.size(); ++i) {
    const auto& condition = study.conditions[i];
    const auto& summary = compared.summaries[i];
    const auto over = summary.over_stability_bound;
    block.rows.push_back(state.cells(condition));
    for (const auto& cell :
         {reached_cell(summary), updates_cell(summary), fmt::format("{}", summary.diverged),
          or_dash(summary.final_accuracy, 3), or_dash(summary.speed_start, 2), or_dash(summary.speed_end, 2),
          over ? fmt::format("{:.0f}%", 100 * *over) : "-", milliseconds_cell(summary)})
      block.rows.back().push_back(cell);
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

/// What was chosen for each condition, and what could not be run.
std::string choice_lines(const StudyRecord& study) {
  std::string text;
  for (const auto& condition : study.conditions)
    if (!condition.tuned.empty()) text += fmt::format("tuned, {}: {}\n", condition.name(), condition.tuned);
  return text + left_out_lines(study);
}

/// One line per condition some of whose networks collapsed during freeze-in.
std::string collapsed_lines(const ComparedStudy& compared) {
  std::string text;
  for (std::size_t i = 0; i < compared.summaries.size(); ++i)
    if (const long runs = compared.summaries[i].collapsed; runs > 0)
      text += fmt::format(
          "collapsed: in {} of {} runs of {}, after freeze-in, all trials end alike or hardly depend on their input\n"
          "  (/freeze_in of the run files)\n",
          runs, compared.summaries[i].runs, compared.study.conditions[i].name());
  return text;
}

/// One line per condition whose controlled schedule did not hold its set point.
std::string set_point_lines(const ComparedStudy& compared) {
  std::string text;
  for (std::size_t i = 0; i < compared.summaries.size(); ++i)
    if (const auto& summary = compared.summaries[i]; summary.set_point_missed > 0)
      text += fmt::format(
          "set point missed: {} of {} runs of {}: V = {:.3g} /s in the last tenth of the updates (mean of runs),\n"
          "  schedule.speed = {:g}\n",
          summary.set_point_missed, summary.runs, compared.study.conditions[i].name(), summary.controlled->reached,
          summary.controlled->set_point);
  return text;
}

/// One line per condition whose gradients were compared with BPTT's.
std::string alignment_lines(const ComparedStudy& compared) {
  std::string text;
  for (std::size_t i = 0; i < compared.summaries.size(); ++i)
    for (const auto& each : compared.summaries[i].alignment)
      text += fmt::format("alignment with BPTT, {}: {} cosine {:.3f}, norm ratio {:.3g}\n",
                          compared.study.conditions[i].name(), each.rule, each.cosine, each.norm_ratio);
  return text;
}

}  // namespace

std::string notes_on_conditions(const ComparedStudy& compared) {
  return choice_lines(compared.study) + unmatched_lines(compared.study) + collapsed_lines(compared) +
         set_point_lines(compared);
}

std::string summary_table(const ComparedStudy& compared, std::size_t width) {
  const auto& study = compared.study;
  const auto named = with_names(study, {conditions_block(compared), comparisons_block(compared)}, width);
  auto text = fmt::format("study {}\n", study.name) + completion_line(study) + '\n' + named.key + named.blocks[0] +
              conditions_legend + notes_on_conditions(compared) + alignment_lines(compared);
  if (compared.count == 0) return text;
  return text + '\n' + named.blocks[1] + comparisons_legend(compared);
}

}  // namespace stillpoint
