// Acute block of short-term plasticity.
#include <fmt/format.h>

#include "analysis/activity/fano.hpp"
#include "analysis/activity/intrinsic_timescale.hpp"
#include "experiments/predictions/families/families.hpp"

namespace stillpoint {

namespace {

/// The block begins 200 ms before the event: its own onset is over.
constexpr const char* drug =
    "a drug or a light-switched inhibitor of short-term plasticity, before and after in one animal";

constexpr const char* with_and_without = "the same cells with the block and without it";

std::optional<double> at_lag(const Evidence& of, const std::string& experiment) {
  return autocorrelation_at(binned(of.sessions.at(experiment), count_bin_ms, of.signal), at_rest, 200);
}
std::optional<double> mean_fano(const Evidence& of, const std::string& experiment) {
  if (of.signal != Signal::spikes) return std::nullopt;
  return fano_factor(of.sessions.at(experiment), {500, 1000});
}

}  // namespace

std::vector<Prediction> block_predictions() {
  return {
      {"block_autocorrelation",
       "",
       "Change of the autocorrelation at 200 ms when short-term plasticity is blocked",
       "difference of correlations across trials",
       "0 to 1500 ms after a block at -200 ms",
       drug,
       "no change without plasticity, derivative feedback and slow membranes among them",
       {"rest", "rest_blocked"},
       Prediction::Cells::any,
       [](const Evidence& of) { return difference(at_lag(of, "rest_blocked"), at_lag(of, "rest")); },
       with_and_without},
      {"block_fano",
       "",
       "Log of the Fano factor under the block over that without",
       "variance over mean of counts in 500 ms",
       "500 to 1000 ms after a block at -200 ms",
       drug,
       "no change without plasticity, derivative feedback and slow membranes among them",
       {"rest", "rest_blocked"},
       Prediction::Cells::any,
       [](const Evidence& of) { return log_ratio(mean_fano(of, "rest_blocked"), mean_fano(of, "rest")); },
       with_and_without,
       true},
      {"induction_autocorrelation",
       "",
       "Change of the autocorrelation at 200 ms when induction alone is blocked, and what is there fades",
       "difference of correlations across trials",
       "0 to 1500 ms after a block at -200 ms",
       drug,
       "compare with the block of expression: the same end, reached later",
       {"rest", "rest_uninduced"},
       Prediction::Cells::any,
       [](const Evidence& of) { return difference(at_lag(of, "rest_uninduced"), at_lag(of, "rest")); },
       with_and_without},
      {"block_creep",
       "",
       "Change of creep within a step when short-term plasticity is blocked",
       "difference of ratios of means over cells",
       window_of_creep,
       fmt::format("{}; current into {}", drug, some_neurons),
       "creep of membranes and derivative feedback stays",
       {"rest", "step", "rest_blocked", "step_blocked"},
       Prediction::Cells::stimulated,
       [](const Evidence& of) {
         return difference(creep_index(of.response("step_blocked", "rest_blocked"), step_of_current, of.membrane()),
                           creep_index(of.response("step", "rest"), step_of_current, of.membrane()));
       },
       with_and_without},
  };
}

}  // namespace stillpoint
