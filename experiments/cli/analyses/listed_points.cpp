#include "experiments/cli/analyses/listed_points.hpp"

#include <algorithm>

namespace stillpoint {

FixedPointSearch search_of(SubjectFile& file, long starts, std::uint64_t seed, const std::string& visited,
                           std::optional<long> budget) {
  FixedPointSearch search;
  search.starts = starts;
  search.seed = seed;
  search.synapse = file.subject.continuous();
  search.budget = budget.value_or(usual_budget(starts));
  // Of phase 1, of phase 2, a quarter as many starts, and of the looks after them.
  search.visited =
      visited_in_trials(file, visited, std::max((starts + 1) / 2 + (starts + 7) / 8, (*search.budget + 1) / 2), seed);
  return search;
}

FixedPoints listed_points(SubjectFile file, bool with_synapse) {
  const bool own_current =
      !file.synapse.knows("synapse.current") ||
      (file.synapse.text("synapse.current") == "own" && file.synapse.text("synapse.postsynaptic") == "own");
  if (with_synapse || own_current) file.take_synapse(file.synapse);
  const auto* synapse = file.subject.continuous();
  if (!with_synapse && synapse && !synapse->silent_at_rest()) file.subject.synapse = {};
  const auto search = search_of(file, default_starts, 1, "");
  return find_fixed_points(file.subject.system(), search);
}

}  // namespace stillpoint
