// Current that switches the remembered state, by its duration.
#include <fmt/format.h>

#include "analysis/activity/strength_duration.hpp"
#include "experiments/predictions/families/families.hpp"

namespace stillpoint {

namespace {

SwitchTrials switched(const Evidence& of, const std::string& duration, double length_ms) {
  SwitchTrials trials{length_ms, {}, {}, {}};
  for (const double amplitude : switch_amplitudes()) {
    const auto& right = of.right.at(fmt::format("switch_{}_{:g}", duration, amplitude));
    trials.amplitude.push_back(amplitude);
    trials.switched.push_back(std::count(right.begin(), right.end(), false));
    trials.trials.push_back(static_cast<long>(right.size()));
  }
  return trials;
}

}  // namespace

const std::vector<double>& switch_amplitudes() {
  static const std::vector<double> all = {0.5, 1, 2, 4, 8, 16};
  return all;
}

std::vector<Prediction> switching_predictions() {
  std::vector<std::string> experiments = {"trial"};
  for (const char* duration : {"brief", "long"})
    for (const double amplitude : switch_amplitudes())
      experiments.push_back(fmt::format("switch_{}_{:g}", duration, amplitude));
  return {{"strength_duration", "",
           "Log of the current that makes half of the answers wrong in a tenth of the delay, over that in four fifths",
           "amplitude at one half, monotone regression (Lapicque 1907 for its law)", "from a tenth of the delay on",
           "behaviour; current into a third of the neurons in the delay",
           "membranes alone give a ratio as well: their law is known (Lapicque)", experiments, Prediction::Cells::any,
           [](const Evidence& of) {
             const double delay = of.delay.at("trial").length_ms;
             const auto found =
                 strength_duration(switched(of, "brief", 0.1 * delay), switched(of, "long", 0.8 * delay));
             return log_ratio(found.brief, found.prolonged);
           }}};
}

}  // namespace stillpoint
