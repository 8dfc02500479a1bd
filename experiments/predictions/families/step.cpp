// Responses to steps of current and to silencing.
#include <fmt/format.h>

#include "experiments/predictions/families/families.hpp"

namespace stillpoint {

namespace {

/// Silencing from 0 to `length_ms`; responses over the shorter of 50 ms and the half of it.
Step silence_of(double length_ms) { return {0, length_ms, std::min(50.0, length_ms / 2)}; }
constexpr double followed_ms = 600;  // after the offset

std::optional<double> settling_after(const Evidence& of, const std::string& silence, double length_ms) {
  return settling_ms(of.response(silence, "rest"), silence_of(length_ms), followed_ms);
}

}  // namespace

std::vector<Prediction> step_predictions() {
  constexpr auto stimulated = Prediction::Cells::stimulated;
  const std::string optogenetics = fmt::format("optogenetic current into {}; their spikes", some_neurons);
  return {
      {"creep",
       "",
       "Response late in a step of current of 1 s over the response early in it",
       "ratio of means over cells (Kim & Alger 2001, doi:10.1523/JNEUROSCI.21-24-09608.2001)",
       window_of_creep,
       optogenetics,
       "slow membranes creep: only up to 200 ms of membrane time constant; derivative feedback creeps alike: "
       "background",
       {"rest", "step"},
       stimulated,
       [](const Evidence& of) { return creep_index(of.response("step", "rest"), step_of_current, of.membrane()); },
       one_over_another},
      {"residual_200",
       "",
       "What is left of the response 200 ms after the step, over its end",
       "ratio of means over cells",
       "1150 to 1250 ms over 900 to 1000 ms",
       optogenetics,
       "facilitation leaves a residual as well: the sign of the rebound and the paired pulses part them",
       {"rest", "step"},
       stimulated,
       [](const Evidence& of) { return residual_after_offset(of.response("step", "rest"), step_of_current, 200); },
       one_over_another},
      {"step_over_ramp",
       "",
       "Peak of the response to a step over the peak to a ramp of 1 s to the same current",
       "ratio of means over cells and 50 ms",
       "0 to 1000 ms",
       optogenetics,
       "adaptation of single neurons does the same: repeat with synapses blocked",
       {"rest", "step", "ramp"},
       stimulated,
       [](const Evidence& of) {
         const Window window{0, 1000};
         return step_ramp_ratio(of.response("step", "rest"), window, of.response("ramp", "rest"), window, 50);
       },
       one_over_another},
      within(0, followed_ms,
             {"settling_200",
              "ms",
              "Time to settle within 10 % after 200 ms of silencing",
              "censored at 600 ms",
              "200 to 800 ms",
              optogenetics,
              "slow membranes settle late after any silencing: vary its length",
              {"rest", "silence_200"},
              stimulated,
              [](const Evidence& of) { return settling_after(of, "silence_200", 200); }}),
      {"settling_growth",
       "",
       "Log of the time to settle after 800 ms of silencing over that after 50 ms",
       "censored at 600 ms",
       "to 600 ms after the offset",
       optogenetics,
       "0 where the membrane alone decides",
       {"rest", "silence_50", "silence_800"},
       stimulated,
       [](const Evidence& of) {
         return log_ratio(settling_after(of, "silence_800", 800), settling_after(of, "silence_50", 50));
       },
       "one time over another of the same cells"},
      {"rebound_800",
       "",
       "Largest response of opposite sign after 800 ms of silencing, over the size of the silencing",
       "means over cells and 50 ms",
       "800 to 1400 ms",
       optogenetics,
       "a rebound of single neurons (hyperpolarisation-activated currents) looks alike: block synapses",
       {"rest", "silence_800"},
       stimulated,
       [](const Evidence& of) { return rebound(of.response("silence_800", "rest"), silence_of(800), followed_ms); },
       one_over_another},
  };
}

}  // namespace stillpoint
