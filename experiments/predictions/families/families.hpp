// What the families of predictions share.
#pragma once

#include <cmath>
#include <optional>

#include "experiments/predictions/prediction.hpp"

namespace stillpoint {

/// log(a / b); absent where one is absent or not positive.
inline std::optional<double> log_ratio(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a || !b || !(*a > 0) || !(*b > 0)) return std::nullopt;
  return std::log(*a / *b);
}
inline std::optional<double> difference(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a || !b) return std::nullopt;
  return *a - *b;
}
/// Bins of about so many ms.
inline Session binned(const Session& session, double bin_ms, Signal signal) {
  return coarser(session, std::max<Index>(1, static_cast<Index>(std::lround(bin_ms / session.bin_ms))), signal);
}

inline constexpr double count_bin_ms = 50;  // of autocorrelations of counts

/// Condition decoded from the last 60 ms of the delay, above chance as a share of what is possible.
std::optional<double> decoded_at_end(const Evidence& of, const std::string& experiment);

/// With the values that there can be.
inline Prediction within(double least, double most, Prediction of) {
  of.least = least;
  of.most = most;
  return of;
}
constexpr double no_end = std::numeric_limits<double>::infinity();

/// Neurons that a stimulus reaches (Protocol::fraction).
constexpr const char* some_neurons = "an identified 30 % of the neurons";

/// Why a ratio of responses is a contrast.
constexpr const char* one_over_another = "one response over another of the same cells";

/// Amplitudes of the pulses that are to switch a memory.
const std::vector<double>& switch_amplitudes();

/// Of the step experiments: onset and offset from the event, and when creep in them is read.
constexpr Step step_of_current{0, 1000, 100};
constexpr const char* window_of_creep = "900 to 1000 ms over 100 ms from 3 membrane time constants on";
/// Of counts at rest [ms].
constexpr Window at_rest{0, 1500};

}  // namespace stillpoint
