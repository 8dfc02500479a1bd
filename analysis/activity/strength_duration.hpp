// How strong a pulse must be to switch a state, by its duration.
#pragma once

#include <optional>
#include <vector>

namespace stillpoint {

/// Trials in which pulses of one duration switched the state.
struct SwitchTrials {
  double duration_ms;
  std::vector<double> amplitude;       // rising, of one sign's size
  std::vector<long> switched, trials;  // at each amplitude
};

/// Amplitude at which half of the trials switch; absent where it is not between two of the amplitudes.
std::optional<double> switching_amplitude(const SwitchTrials& trials);

struct StrengthDuration {
  std::optional<double> brief, prolonged;  // switching amplitudes
  std::optional<double> ratio;             // brief over prolonged
  std::optional<double> rheobase, chronaxie_ms;
};
StrengthDuration strength_duration(const SwitchTrials& brief, const SwitchTrials& prolonged);

}  // namespace stillpoint
