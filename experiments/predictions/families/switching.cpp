// Current that switches the remembered state, by its duration.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/activity/strength_duration.hpp"
#include "experiments/predictions/families/families.hpp"

namespace stillpoint {

namespace {

/// Pulses of one duration, in trials of one condition.
SwitchTrials switched(const Evidence& of, const std::string& duration, double length_ms, int condition) {
  SwitchTrials trials{length_ms, {}, {}, {}};
  for (const double amplitude : switch_amplitudes()) {
    const auto name = fmt::format("switch_{}_{:g}", duration, amplitude);
    const auto& conditions = of.sessions.at(name).condition;
    const auto& right = of.answers(name);
    long wrong = 0, all = 0;
    for (std::size_t i = 0; i < conditions.size(); ++i)
      if (conditions[i] == condition) {
        ++all;
        wrong += right[i] ? 0 : 1;
      }
    trials.amplitude.push_back(amplitude);
    trials.switched.push_back(wrong);
    trials.trials.push_back(all);
  }
  return trials;
}

/// Current into some neurons pushes one way: out of this condition, where the strongest long pulses make most answers
/// wrong.
int pushed_condition(const Evidence& of) {
  const auto name = fmt::format("switch_long_{:g}", switch_amplitudes().back());
  std::map<int, std::pair<double, double>> wrong;
  const auto& conditions = of.sessions.at(name).condition;
  const auto& right = of.answers(name);
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    wrong[conditions[i]].first += right[i] ? 0 : 1;
    wrong[conditions[i]].second += 1;
  }
  return std::max_element(wrong.begin(), wrong.end(),
                          [](const auto& a, const auto& b) {
                            return a.second.first * b.second.second < b.second.first * a.second.second;
                          })
      ->first;
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
           "Log of the current that makes half of the answers wrong in a tenth of the delay, over that in four fifths, "
           "in the condition that it pushes away from",
           "amplitude at one half, monotone regression (Lapicque 1907 for its law)", "from a tenth of the delay on",
           fmt::format("behaviour; current into {} in the delay", some_neurons),
           "membranes alone give a ratio as well: their law is known (Lapicque)", experiments, Prediction::Cells::any,
           [](const Evidence& of) {
             const double delay = of.delay.at("trial").length_ms;
             const int condition = pushed_condition(of);
             const auto found = strength_duration(switched(of, "brief", 0.1 * delay, condition),
                                                  switched(of, "long", 0.8 * delay, condition));
             return log_ratio(found.brief, found.prolonged);
           },
           "one current over another, of the same cells"}};
}

}  // namespace stillpoint
