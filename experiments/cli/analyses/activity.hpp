// Whose activity an analysis takes statistics of: of runs that are left alone, under noise, or in trials of the task.
#pragma once

#include "analysis/paths/driven_runs.hpp"
#include "analysis/paths/timescales.hpp"
#include "experiments/cli/analyses/stepping.hpp"

namespace stillpoint {

struct Activity {
  enum class Of { free, noise, trials } of;
  FreeRuns runs;
  About about;
  Motion motion;
};

/// --noise, --trials, --sample-ms
void add_activity_options(boost::program_options::options_description& options, const std::string& default_sample);
/// Counts as taken what it takes; adds activity, noise, trials, sample_ms and rates_sd to the result. Throws UserError
/// where the network is not to be stepped as it was trained, but noise and trials are.
/// condition_means: what trials of a condition do alike counts as well.
Activity activity_of(const Stepped& of, double default_sample_ms, bool condition_means, nlohmann::ordered_json& result);
/// "free runs", "runs under noise", "trials"
std::string name_of(Activity::Of of);
/// Throws UserError where the activity is at rest or dies out and has no `what`, and says what to ask for; `or_else`: one
/// more way.
void require_lasting(const Stepped& of, Activity::Of activity, const Motion& motion, const std::string& what,
                     const std::string& or_else = "");

}  // namespace stillpoint
