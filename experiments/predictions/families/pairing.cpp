// Efficacy of connections after presynaptic activity was paired with a rising, flat or falling postsynaptic rate.
#include "experiments/predictions/families/families.hpp"

namespace stillpoint {

std::vector<Prediction> pairing_predictions() {
  const std::string pairs =
      "paired intracellular recordings of excitatory connections, the strong ones (of a weight above the root mean "
      "square "
      "of all connections, none and inhibitory ones among them), the postsynaptic rate clamped";
  const auto dependence = [](const Evidence& of) {
    return efficacy_dependence(of.efficacy.at("pairing_rising"), of.efficacy.at("pairing_flat"),
                               of.efficacy.at("pairing_falling"));
  };
  const std::vector<std::string> all = {"pairing_rising", "pairing_flat", "pairing_falling"};
  const auto value_of = [](const std::optional<Estimate>& of) { return of ? std::optional(of->value) : std::nullopt; };
  return {
      {"pairing_contrast", "", "Log efficacy after a falling postsynaptic rate less that after a rising one",
       "mean over targets of log ratios of their connections", "at the end of 400 ms of pairing", pairs,
       "depends on change, not level: the mean rate is the same in both; the same change is more of a weaker "
       "connection",
       all, Prediction::Cells::connections, [=](const Evidence& of) { return value_of(dependence(of).contrast); },
       "logarithms of efficacies, of one pairing less another"},
      {"pairing_flat", "", "Log efficacy after a flat postsynaptic rate of the same mean",
       "mean over targets of log ratios of their connections", "at the end of 400 ms of pairing", pairs,
       "suppression by depolarisation (DSE) and presynaptic plasticity change it", all, Prediction::Cells::connections,
       [=](const Evidence& of) { return value_of(dependence(of).flat); }, "logarithm of an efficacy over that before"},
  };
}

}  // namespace stillpoint
