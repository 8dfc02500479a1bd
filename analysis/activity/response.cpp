#include "analysis/activity/response.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

const Contrast::Coefficients difference = {1, -1};

Contrast contrast_of(const ResponseSessions& recorded) { return Contrast({&recorded.stimulated, &recorded.control}); }

std::optional<double> told(const MeanWithError& ratio, double* standard_error) {
  if (std::isnan(ratio.value)) return std::nullopt;
  if (standard_error) *standard_error = ratio.standard_error;
  return ratio.value;
}

/// Of two windows of the same recording.
std::optional<double> ratio_of_windows(const ResponseSessions& recorded, const Window& above, const Window& below,
                                       double* standard_error) {
  const auto contrast = contrast_of(recorded);
  return told(contrast.ratio(difference, contrast.means(recorded.cells, above), difference,
                             contrast.means(recorded.cells, below)),
              standard_error);
}

Index bins_in(const ResponseSessions& recorded, double width_ms) {
  return std::max<Index>(1, std::lround(width_ms / recorded.stimulated.bin_ms));
}

Window last_of(const Step& step) { return {step.offset_ms - step.width_ms, step.offset_ms}; }

/// Largest response in the direction of `sign`: where it is, one half of the trials says, how large, the other.
double largest(const Contrast& contrast, const Contrast::Values& values, double sign) {
  const Vector<double> halves[] = {contrast.of_half(difference, values, 0), contrast.of_half(difference, values, 1)};
  double sum = 0;
  for (const int half : {0, 1}) {
    Index at = 0;
    (sign * halves[half]).maxCoeff(&at);
    sum += halves[1 - half](at) / 2;
  }
  return sum;
}

}  // namespace

Vector<double> mean_response(const ResponseSessions& recorded, const Window& window) {
  return contrast_of(recorded).of_neurons(difference, window);
}

MeanWithError population_response(const ResponseSessions& recorded, const Window& window) {
  const auto contrast = contrast_of(recorded);
  return contrast.with_error(difference, contrast.means(recorded.cells, window));
}

std::optional<double> creep_index(const ResponseSessions& recorded, const Step& step, double membrane_ms,
                                  double* standard_error) {
  const double early_ms = step.onset_ms + 3 * membrane_ms;
  if (membrane_ms > slowest_membrane_ms) return std::nullopt;
  require_parameter(early_ms + step.width_ms <= step.offset_ms - step.width_ms + 1e-6, "window",
                    fmt::format("{:g} to {:g} ms", step.onset_ms, step.offset_ms),
                    fmt::format("the step must last at least {:g} ms, three membrane time constants and two windows",
                                3 * membrane_ms + 2 * step.width_ms));
  return ratio_of_windows(recorded, last_of(step), {early_ms, early_ms + step.width_ms}, standard_error);
}

std::optional<double> residual_after_offset(const ResponseSessions& recorded, const Step& step, double after_ms,
                                            double* standard_error) {
  require_parameter(after_ms >= step.width_ms / 2, "after_ms", fmt::format("{:g}", after_ms),
                    fmt::format("must be at least {:g} ms, half a window: it would hold what is before the offset",
                                step.width_ms / 2));
  const double at = step.offset_ms + after_ms, half = step.width_ms / 2;
  return ratio_of_windows(recorded, {at - half, at + half}, last_of(step), standard_error);
}

std::optional<double> settling_ms(const ResponseSessions& recorded, const Step& step, double until_ms, double share) {
  require_parameter(share > 0 && share < 1, "share", fmt::format("{:g}", share), "must be between 0 and 1");
  const auto contrast = contrast_of(recorded);
  const auto size = contrast.with_error(difference, contrast.means(recorded.cells, last_of(step)));
  if (size.interval_holds_zero()) return std::nullopt;
  const Window after{step.offset_ms, step.offset_ms + until_ms};
  const auto values = contrast.running_means(recorded.cells, after, 1);
  const Vector<double> response = contrast.of(difference, values).cwiseAbs();
  double variance = 0;
  for (Index t = 0; t < response.size(); ++t)
    variance += std::pow(contrast.with_error(difference, values, t).standard_error, 2);
  // Beyond this noise alone takes one of all bins in 1 % of recordings.
  const double times = static_cast<double>(response.size()),
               noise = boost::math::quantile(boost::math::normal(), 1 - 0.005 / times) * std::sqrt(variance / times);
  const double band = std::max(share * std::abs(size.value), noise);
  if (band > std::abs(size.value) / 2) return std::nullopt;
  Index last = response.size() - 1;
  while (last >= 0 && response(last) <= band) --last;
  if (last == response.size() - 1) return until_ms;
  // Between the middles of bins; before the first of them it is what it was at the offset.
  const double bin = recorded.stimulated.bin_ms, first = static_cast<double>(bins_of(recorded.stimulated, after).first),
               middle = recorded.stimulated.start_ms + bin * (first + 0.5) - step.offset_ms;
  const double before = last >= 0 ? response(last) : std::abs(size.value);
  const double part = (before - band) / (before - response(last + 1));
  return last >= 0 ? middle + bin * (static_cast<double>(last) + part) : middle * part;
}

std::optional<double> rebound(const ResponseSessions& recorded, const Step& step, double until_ms) {
  const auto contrast = contrast_of(recorded);
  const auto size = contrast.with_error(difference, contrast.means(recorded.cells, last_of(step)));
  if (size.interval_holds_zero()) return std::nullopt;
  const auto values = contrast.running_means(recorded.cells, {step.offset_ms, step.offset_ms + until_ms},
                                             bins_in(recorded, step.width_ms));
  return -largest(contrast, values, -size.value) / size.value;
}

double peak_response(const ResponseSessions& recorded, const Window& window, double width_ms) {
  const auto contrast = contrast_of(recorded);
  const auto values = contrast.running_means(recorded.cells, window, bins_in(recorded, width_ms));
  return largest(contrast, values, contrast.of(difference, values).mean());
}

std::optional<double> step_ramp_ratio(const ResponseSessions& step, const Window& step_window,
                                      const ResponseSessions& ramp, const Window& ramp_window, double width_ms) {
  if (population_response(ramp, ramp_window).interval_holds_zero()) return std::nullopt;
  return peak_response(step, step_window, width_ms) / peak_response(ramp, ramp_window, width_ms);
}

std::optional<double> additivity(const Session& both, const Session& first, const Session& second,
                                 const Session& control, const std::vector<Index>& cells, const Window& window,
                                 double* standard_error) {
  const Contrast contrast({&both, &first, &second, &control});
  const auto values = contrast.means(cells, window);
  return told(contrast.ratio({1, 0, 0, -1}, values, {0, 1, 1, -2}, values), standard_error);
}

std::optional<double> paired_pulse_ratio(const Session& pair, const Session& single, const Session& control,
                                         const std::vector<Index>& cells, const Window& first, const Window& second,
                                         double* standard_error) {
  const Contrast contrast({&pair, &single, &control});
  return told(contrast.ratio({1, -1, 0}, contrast.means(cells, second), {0, 1, -1}, contrast.means(cells, first)),
              standard_error);
}

std::optional<double> train_ratio(const ResponseSessions& train, const std::vector<Window>& pulses,
                                  double* standard_error) {
  require_parameter(pulses.size() >= 2, "pulses", fmt::format("{}", pulses.size()), "must be two or more");
  return ratio_of_windows(train, pulses.back(), pulses.front(), standard_error);
}

}  // namespace stillpoint
