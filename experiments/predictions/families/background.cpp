// A step of current while all other neurons are held at rates of the experimenter's choice: what a synapse of
// presynaptic rate r and postsynaptic change does depends on r(k) . r(t); feedback of the neuron's own past does not.
#include <fmt/format.h>

#include "experiments/predictions/families/families.hpp"

namespace stillpoint {

namespace {

constexpr Step probe{0, 500, 100};

std::optional<double> creep_at(const Evidence& of, const std::string& background) {
  return creep_index(of.response("probe_" + background, "hold_" + background), probe, of.membrane());
}

}  // namespace

std::vector<Prediction> background_predictions() {
  constexpr auto stimulated = Prediction::Cells::stimulated;
  const auto holography = fmt::format("all-optical: current into {}, all others held by patterned light", some_neurons);
  return {
      {"background_creep",
       "",
       "Creep within a step while presynaptic neurons are active, less that while they are silent",
       "difference of ratios of means over cells",
       "400 to 500 ms over 100 ms from 3 membrane time constants on",
       holography,
       "derivative feedback and slow membranes: no difference",
       {"hold_matched", "probe_matched", "hold_silent", "probe_silent"},
       stimulated,
       [](const Evidence& of) { return difference(creep_at(of, "matched"), creep_at(of, "silent")); },
       "creep under one background less that under another"},
      {"background_turned",
       "",
       "Early response after the presynaptic pattern has turned to an orthogonal one, over that where it stayed",
       "ratio of means over cells",
       "150 to 250 ms, the pattern turns at 100 ms",
       holography,
       "not 1 without plasticity (1.06 in static networks): compare with short-term plasticity blocked",
       {"hold_matched", "probe_matched", "hold_orthogonal", "probe_orthogonal"},
       stimulated,
       [](const Evidence& of) -> std::optional<double> {
         const Window early{150, 250};
         const auto turned = population_response(of.response("probe_orthogonal", "hold_orthogonal"), early),
                    stayed = population_response(of.response("probe_matched", "hold_matched"), early);
         if (stayed.interval_holds_zero()) return std::nullopt;
         return turned.value / stayed.value;
       },
       one_over_another},
  };
}

}  // namespace stillpoint
