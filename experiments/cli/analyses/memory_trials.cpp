#include "experiments/cli/analyses/memory_trials.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/paths/memories.hpp"

namespace stillpoint {

namespace {

constexpr Index least_trials = 8, most_drawn = 4096;

/// What of a trial's condition is to be remembered, and until when.
struct Content {
  const char* until = "answer";
  int merged = 1;  // so many conditions in a row are one memory
};

Content content_of(const Options& options) {
  const auto& task = options.text("task.name");
  require_parameter(task != "sine_generation" || options.text("task.cue") == "onset", "task.name", task,
                    "the input tells its condition throughout (task.cue = constant): nothing is remembered");
  if (task == "sine_generation" || task == "flip_flop") return {"end"};  // graded while it is held
  if (task == "delayed_match_to_sample") return {"test", 2};             // the sample, before the test is seen
  if (task == "context_integration") return {"answer", 2};               // whether the streams agreed is not asked
  return {};
}

std::vector<Index> ends_of(const TrialSet<double>& trials, const std::string& until) {
  if (until == "end") return trials.length;
  auto ends = answer_begins(trials);
  if (until == "test")
    for (std::size_t b = 0; b < ends.size(); ++b)
      while (ends[b] > 0 && trials.inputs.col(trials.column(ends[b] - 1, static_cast<Index>(b))).any()) --ends[b];
  return ends;
}

}  // namespace

MemoryTrials memory_trials(const TrainedRun& run, Index each) {
  require_parameter(each >= least_trials, "--trials", fmt::format("{}", each),
                    fmt::format("must be {} or more, of each memory", least_trials));
  const auto content = content_of(run.options);
  std::map<int, std::vector<Index>> of;
  const auto is_full = [&](const auto& one) { return static_cast<Index>(one.second.size()) >= each; };
  TrialSet<double> all;
  for (Index drawn = 4 * each;; drawn *= 4) {
    drawn = std::min(drawn, std::max(most_drawn, each));
    all = run.trials(drawn);
    of.clear();
    for (Index b = 0; b < drawn; ++b) of[all.condition[static_cast<std::size_t>(b)] / content.merged].push_back(b);
    if (drawn >= most_drawn || (of.size() > 1 && std::all_of(of.begin(), of.end(), is_full))) break;
  }
  const auto& task = run.options.text("task.name");
  require_parameter(of.size() > 1, "task.name", task, "its trials have one condition: nothing to tell apart");

  MemoryTrials result;
  result.until = content.until;
  result.first = {0};
  std::vector<Index> chosen;
  for (auto& [memory, seen] : of) {
    if (static_cast<Index>(seen.size()) < least_trials) {
      result.rare[memory] = static_cast<Index>(seen.size());
      continue;
    }
    seen.resize(static_cast<std::size_t>(std::min<Index>(each, static_cast<Index>(seen.size()))));
    chosen.insert(chosen.end(), seen.begin(), seen.end());
    result.memories.push_back(memory);
    result.first.push_back(static_cast<Index>(chosen.size()));
  }
  require_parameter(result.memories.size() > 1, "task.name", task,
                    fmt::format("all conditions but one have fewer than {} of {} trials", least_trials, all.batch));
  result.trials = chosen_trials(all, chosen);
  result.ends = ends_of(result.trials, result.until);
  require_parameter(*std::min_element(result.ends.begin(), result.ends.end()) > 0, "task.name", task,
                    "its trials are graded from their first step on: there is no time over which to remember");
  return result;
}

}  // namespace stillpoint
