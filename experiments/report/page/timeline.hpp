// When each run searched, fell and comprehended, and when its phase space restructured: a bar per run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/learning/learning_phases.hpp"
#include "experiments/report/cells.hpp"
#include "experiments/report/page/study_panels.hpp"
#include "experiments/study/restructuring_study.hpp"

namespace stillpoint {

struct RunTimeline {
  std::uint64_t seed;
  LearningPhases::Verdict verdict;
  std::vector<Phase> phases;            // of the loss, one after the other, in updates
  std::vector<double> events = {};      // updates at which restructuring was seen
  std::optional<double> lead = {};      // of the last of them before the drop [updates]
  std::optional<double> drop = {};      // that it leads
  std::optional<long> reached_at = {};  // update at which criterion was reached
};

struct ConditionTimeline {
  static constexpr std::size_t most_conditions = 8, most_runs = 12;  // of a study, of each of them
  std::size_t condition;                                             // its place in the study
  std::vector<RunTimeline> runs;                                     // by the onset of their drops, the others last
};

/// Phases of the runs of the lowest seeds, as `analyze phases` finds them, those that diverged or are shorter than it asks for
/// left out; events: of `analyze restructuring`, where it measured them. Shows progress.
std::vector<ConditionTimeline> timelines_of(const std::string& directory, const StudyRecord& study,
                                            const std::vector<ConditionRestructuring>& restructuring);

/// Absent where no run fell abruptly and none restructured. `timelines` and `study` must outlive it.
std::optional<StudyPanel> timeline_panel(const std::vector<ConditionTimeline>& timelines, const StudyRecord& study,
                                         double width = column_width);

/// {"columns", "rows"}: what the panel shows.
Json timeline_table(const std::vector<ConditionTimeline>& timelines, const StudyRecord& study);

}  // namespace stillpoint
