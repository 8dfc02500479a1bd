// Runs of a study as a report reads them, made up.
#pragma once

#include <limits>
#include <optional>

#include "experiments/results/records.hpp"

namespace stillpoint::testing {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// So many updates of a run that was given `budget`.
inline RunCurve curve(long updates, long budget = 400) {
  RunCurve curve;
  for (long k = 0; k < updates; ++k) {
    curve.update.push_back(static_cast<double>(k));
    curve.accuracy.push_back(0.5 + 0.5 * static_cast<double>(k) / static_cast<double>(budget));
    curve.loss.push_back(1.0 / static_cast<double>(k + 1));
  }
  return curve;
}

inline void set_option(RunRecord& run, const std::string& name, const std::string& value) {
  auto options = *run.options;
  options[name] = value;
  run.options = std::move(options);
}

inline RunRecord run(std::uint64_t seed, std::optional<long> reached_at, long budget = 400) {
  RunRecord record;
  record.seed = seed;
  record.reached_at = reached_at;
  record.outcome = reached_at ? RunRecord::Outcome::reached : RunRecord::Outcome::not_reached;
  record.updates = budget;
  record.final_accuracy = 0.75;
  record.final_loss = 0.5;
  record.speed_at_start = 6;
  record.speed_at_end = 4;
  record.seconds_per_update = 0.004;
  record.curve = thinned(curve(budget, budget));
  return record;
}

inline RunRecord diverged_run(std::uint64_t seed, long at, long budget = 400) {
  auto record = run(seed, std::nullopt, budget);
  record.outcome = RunRecord::Outcome::diverged;
  record.diverged_at = at;
  record.final_accuracy = record.final_loss = record.speed_at_end = not_a_number;
  record.curve = thinned(curve(at, budget));
  return record;
}

/// Fields of a line of CSV: commas within quotes separate none.
inline long fields(const std::string& line) {
  long count = 1;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) ++count;
  }
  return count;
}

inline StudyRecord two_arms() {
  StudyRecord study{"evidence <two arms> & \"controls\"", {}};
  study.conditions.push_back({{{"study.arm", "none"}, {"network.g", "2.5"}, {"synapse.on", "false"}},
                              {run(1, std::nullopt), run(2, std::nullopt), run(3, 300), diverged_run(4, 50)}});
  study.conditions.push_back({{{"study.arm", "tcr"}, {"network.g", "2.5"}, {"synapse.on", "false"}},
                              {run(1, 100), run(2, 120), run(3, 90), run(4, 110)},
                              {},
                              1});
  return study;
}

/// Two arms of so many seeds, of which the first so many reached criterion: those of tcr, those of none.
inline StudyRecord arms_of(long reached, long others, long seeds) {
  StudyRecord study{"arms", {}};
  for (const auto& [arm, of] : {std::pair("none", others), std::pair("tcr", reached)}) {
    Condition condition{{{"study.arm", arm}}, {}};
    condition.number = static_cast<long>(study.conditions.size());
    for (long k = 0; k < seeds; ++k)
      condition.runs.push_back(
          run(static_cast<std::uint64_t>(k), k < of ? std::optional<long>(100 + k) : std::nullopt));
    study.conditions.push_back(std::move(condition));
  }
  return study;
}

}  // namespace stillpoint::testing
