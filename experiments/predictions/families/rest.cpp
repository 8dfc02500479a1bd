// Spontaneous activity: how long it remembers itself, how it varies, how many dimensions it fills.
#include "analysis/activity/fano.hpp"
#include "analysis/activity/intrinsic_timescale.hpp"
#include "analysis/activity/population_dimension.hpp"
#include "experiments/predictions/families/families.hpp"

namespace stillpoint {

namespace {

constexpr double long_lag_ms = 400;

std::optional<double> slowest(const Evidence& of) {
  const auto scale = intrinsic_timescale(binned(of.sessions.at("rest"), count_bin_ms, of.signal), at_rest);
  return scale.second_tau_ms ? scale.second_tau_ms : scale.tau_ms;
}

}  // namespace

std::vector<Prediction> rest_predictions() {
  return {
      {"autocorrelation_400",
       "",
       "Autocorrelation of single neurons across trials of rest at a lag of 400 ms",
       "correlation across trials of counts in 50-ms bins (Murray et al. 2014, doi:10.1038/nn.3862)",
       "0 to 1500 ms",
       "spikes of single neurons at rest",
       "slow membranes raise it as well: measure the membrane time constant; silence inputs that drift",
       {"rest"},
       Prediction::Cells::any,
       [](const Evidence& of) {
         return autocorrelation_at(binned(of.sessions.at("rest"), count_bin_ms, of.signal), at_rest, long_lag_ms);
       }},
      within(
          0, no_end,
          {"intrinsic_timescale",
           "ms",
           "Longest time constant of the autocorrelation of single neurons at rest",
           "A (exp(-lag / tau) + B), one or two tau (Murray et al. 2014); short windows bias it (Zeraati et al. 2022)",
           "0 to 1500 ms",
           "spikes of single neurons at rest",
           "slow membranes raise it as well: measure the membrane time constant; silence inputs that drift",
           {"rest"},
           Prediction::Cells::any,
           slowest}),
      {"fano",
       "",
       "Fano factor of spontaneous counts in windows of 250 ms",
       "variance over mean across trials, mean over neurons and windows",
       "0 to 1500 ms",
       "spikes of single neurons at rest",
       "depends on the rate: compare neurons of the same mean count",
       {"rest"},
       Prediction::Cells::any,
       [](const Evidence& of) -> std::optional<double> {
         if (of.signal != Signal::spikes) return std::nullopt;
         std::vector<CountMoments> all;
         for (double from_ms = 0; from_ms < at_rest.to_ms; from_ms += 250) {
           const auto some = count_moments(of.sessions.at("rest"), {from_ms, from_ms + 250});
           all.insert(all.end(), some.begin(), some.end());
         }
         return fano_factor(all);
       },
       "",
       true},
      {"dimension_at_rest",
       "",
       "Participation ratio of spontaneous activity in 100-ms bins",
       "U-statistics of trials (Li & Chen 2012, doi:10.1214/12-AOS993)",
       "0 to 1500 ms",
       "as many neurons at once as possible, at rest",
       "grows with neurons and noise: match both",
       {"rest"},
       Prediction::Cells::any,
       [](const Evidence& of) -> std::optional<double> {
         const auto found = population_dimension(binned(of.sessions.at("rest"), 100, of.signal), at_rest);
         return found.participation_ratio ? std::optional(found.participation_ratio->value) : std::nullopt;
       }},
  };
}

}  // namespace stillpoint
