// How strong a pulse must be to switch a state, by its duration.
#pragma once

#include <optional>
#include <vector>

namespace stillpoint {

/// Trials in which pulses of one duration switched the state.
struct SwitchTrials {
  double duration_ms;
  std::vector<double> amplitude;       // rising, in any unit
  std::vector<long> switched, trials;  // at each amplitude
};

/// Amplitude at which half of the trials switch: linear between the shares of centred isotonic regression (Oron &
/// Flournoy 2017, doi:10.1080/19466315.2017.1286256): amplitudes whose shares fall are pooled (pool adjacent violators:
/// Ayer et al. 1955, doi:10.1214/aoms/1177728423), and stand at their mean amplitude, both weighted by trials. Absent
/// where shares do not come from a half or below to a half or above.
///
/// Bias: below a thirtieth of the width w of a logistic law of switching, 1 / (1 + exp(-(I - half) / w)), for 5 to 30
/// trials at 5 or 9 amplitudes from 3.5 w below the half to 4.5 w above, with standard deviations of .7 w (5 trials at
/// 5) to .3 w (30 at 9).
///
/// Throws ParameterError "amplitude" where they do not rise, "trials" where there are none, or fewer than
/// switched.
std::optional<double> switching_amplitude(const SwitchTrials& trials);

/// Switching amplitudes I of two durations d, and from them rheobase b and chronaxie c of
///
///   I = b (1 + c / d),   I d = b d + b c
///
/// (Weiss 1901; Lapicque 1909; Geddes 2004, doi:10.1109/TBME.2003.820340), a law of membranes that charge: through two
/// points it goes whether it holds or not. Absent where an amplitude is, or where they would not be positive: the
/// charge I d must rise with the duration, and I fall.
struct StrengthDuration {
  std::optional<double> brief, prolonged;  // switching amplitudes
  std::optional<double> ratio;             // brief over prolonged
  std::optional<double> rheobase, chronaxie_ms;
};
/// Throws ParameterError "duration_ms" where the first does not last less long.
StrengthDuration strength_duration(const SwitchTrials& brief, const SwitchTrials& prolonged);

}  // namespace stillpoint
