// Pairs and trains of pulses of current.
#include <fmt/format.h>

#include "experiments/predictions/families/families.hpp"

namespace stillpoint {

namespace {

constexpr Window first_pulse{20, 100}, second_pulse{120, 200};  // pulses of 50 ms at 0 and 100 ms

}  // namespace

std::vector<Prediction> pulses_predictions() {
  constexpr auto stimulated = Prediction::Cells::stimulated;
  const std::string optogenetics = fmt::format("optogenetic pulses into {}; their spikes", some_neurons);
  return {
      {"paired_pulse",
       "",
       "Response to the second of two pulses 100 ms apart over that to the first",
       "ratio of means (Kim & Alger 2001, doi:10.1523/JNEUROSCI.21-24-09608.2001)",
       "120 to 200 ms over 20 to 100 ms",
       optogenetics,
       "presynaptic plasticity changes it: fit trains, not pairs",
       {"rest", "pulse_first", "pulse_pair"},
       stimulated,
       [](const Evidence& of) {
         return paired_pulse_ratio(of.sessions.at("pulse_pair"), of.sessions.at("pulse_first"), of.sessions.at("rest"),
                                   of.cells, first_pulse, second_pulse);
       },
       one_over_another},
      {"additivity_100",
       "",
       "Response to two pulses 100 ms apart over the sum of the responses to each alone",
       "ratio of means over cells",
       "120 to 300 ms",
       optogenetics,
       "saturation: repeat with short-term plasticity blocked; half the current parts nothing, it takes four fifths of "
       "what TCR does as well",
       {"rest", "pulse_first", "pulse_second", "pulse_pair"},
       stimulated,
       [](const Evidence& of) {
         return additivity(of.sessions.at("pulse_pair"), of.sessions.at("pulse_first"), of.sessions.at("pulse_second"),
                           of.sessions.at("rest"), of.cells, {120, 300});
       },
       one_over_another},
      {"train",
       "",
       "Response to the last of ten pulses at 10 Hz over that to the first",
       "ratio of means over cells",
       "20 to 100 ms from each pulse",
       optogenetics,
       "saturation: repeat with short-term plasticity blocked; what synapses do goes with the current as well",
       {"rest", "pulse_train"},
       stimulated,
       [](const Evidence& of) {
         std::vector<Window> pulses;
         for (int i = 0; i < 10; ++i) pulses.push_back({100.0 * i + 20, 100.0 * i + 100});
         return train_ratio(of.response("pulse_train", "rest"), pulses);
       },
       one_over_another},
  };
}

}  // namespace stillpoint
