// Activity in the delay of the task.
#include <algorithm>

#include "analysis/activity/coding_stability.hpp"
#include "analysis/activity/decoding.hpp"
#include "analysis/activity/population_dimension.hpp"
#include "analysis/activity/population_speed.hpp"
#include "analysis/activity/ramping.hpp"
#include "analysis/activity/tangling.hpp"
#include "experiments/predictions/families/families.hpp"

namespace stillpoint {

namespace {

constexpr double bin_ms = 20, end_ms = 60;

Window delay_in(const Evidence& of, const std::string& experiment) { return {0, of.delay.at(experiment).length_ms}; }

Prediction decoded(const std::string& name, const std::string& question, const std::string& experiment,
                   const std::string& control) {
  return {name,
          "",
          question,
          "cross-validated discriminant analysis with shrunk covariance, (accuracy - chance) / (1 - chance)",
          "last 60 ms of the delay",
          "spikes of as many neurons as possible in trials of the task",
          control,
          {"trial", experiment},
          Prediction::Cells::any,
          [=](const Evidence& of) { return difference(decoded_at_end(of, experiment), decoded_at_end(of, "trial")); },
          "the same cells in two kinds of trials"};
}

}  // namespace

std::optional<double> decoded_at_end(const Evidence& of, const std::string& experiment) {
  const double end = of.delay.at(experiment).length_ms;
  const auto found = decoding_accuracy(of.sessions.at(experiment), {end - end_ms, end});
  return (found.accuracy - found.chance) / (1 - found.chance);
}

std::vector<Prediction> delay_predictions() {
  constexpr auto any = Prediction::Cells::any;
  const std::string task = "spikes of as many neurons as possible in trials of the task";
  return {
      {"delay_speed",
       "1/s",
       "Speed of the population in the delay, over the spread of its states",
       "cross-validated over halves of trials, condition means, 20-ms bins",
       "the delay",
       task,
       "the sign of TCR by definition: says that there is pressure, not what makes it",
       {"trial"},
       any,
       [](const Evidence& of) {
         return population_speed(binned(of.sessions.at("trial"), bin_ms, of.signal), delay_in(of, "trial"), of.signal)
             .relative;
       }},
      {"delay_dimension",
       "",
       "Participation ratio of condition means in the delay",
       "cross-validated over quarters of trials",
       "the delay",
       task,
       "grows with the number of conditions",
       {"trial"},
       any,
       [](const Evidence& of) {
         return signal_dimension(binned(of.sessions.at("trial"), bin_ms, of.signal), delay_in(of, "trial"));
       }},
      {"delay_tangling",
       "1/s^2",
       "Tangling of the population's path in the delay, 90th percentile",
       "Russo et al. 2018, doi:10.1016/j.neuron.2018.01.004",
       "the delay",
       task,
       "noise of spikes raises it by more than hypotheses differ: read it from rates, or match neurons and trials",
       {"trial"},
       any,
       [](const Evidence& of) -> std::optional<double> {
         TanglingSetting setting;
         setting.smooth_bins = 5;
         const auto found = tangling(of.sessions.at("trial"), delay_in(of, "trial"), of.signal, setting);
         return found ? std::optional(found->percentile_90) : std::nullopt;
       }},
      {"delay_stability",
       "",
       "How much of what tells conditions apart is the same half a delay later",
       "coding at two times over the split-half ceiling (as Murray et al. 2017, doi:10.1073/pnas.1619449114)",
       "the delay",
       task,
       "any stable code does it: attractors as well",
       {"trial"},
       any,
       [](const Evidence& of) {
         const auto window = delay_in(of, "trial");
         return coding_stability(binned(of.sessions.at("trial"), 2 * bin_ms, of.signal), window, window.to_ms / 2)
             .stability;
       }},
      {"delay_ramping",
       "",
       "Share of the variance over the delay that is linear in time",
       "cross-validated over halves of trials",
       "the delay",
       task,
       "steps at jittered times look like ramps in means (Latimer et al. 2015, doi:10.1126/science.aaa4056)",
       {"trial"},
       any,
       [](const Evidence& of) {
         return ramping(binned(of.sessions.at("trial"), bin_ms, of.signal), delay_in(of, "trial"), of.signal).index;
       }},
      decoded("long_delay",
              "Decoding at the end of a delay three times as long, less that at the end of the trained one",
              "trial_long", "none of the hypotheses alone: forgetting of any kind"),
      decoded("distractor", "Decoding at the end of the delay after a distractor in its first half, less that without",
              "trial_distracted", "gating of inputs: give distractors outside of the task as well"),
      decoded("delay_silencing",
              "Decoding at the end of the delay after silencing 30 % of the neurons in it, less that without",
              "trial_silenced", "other areas may hold the memory (Inagaki et al. 2019, doi:10.1038/s41586-019-0919-7)"),
      decoded("delay_block",
              "Decoding at the end of the delay with short-term plasticity blocked in it, less that without",
              "trial_blocked", "no change without short-term plasticity"),
  };
}

}  // namespace stillpoint
