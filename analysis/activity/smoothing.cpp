#include "analysis/activity/smoothing.hpp"

#include "sim/options/option.hpp"

namespace stillpoint {

Matrix<double> smoothed(const Matrix<double>& activity, Index bins) {
  if (bins == 1) return activity;
  const Index columns = activity.cols() - bins + 1;
  Matrix<double> mean = Matrix<double>::Zero(activity.rows(), columns);
  for (Index shift = 0; shift < bins; ++shift) mean += activity.middleCols(shift, columns);
  return mean / static_cast<double>(bins);
}

Session rates_in(const Session& session, const Window& window, Signal signal, Index smooth_bins, Index least) {
  require_parameter(smooth_bins >= 1, "smooth_bins", std::to_string(smooth_bins), "must be at least 1");
  bins_of(session, window, least + smooth_bins - 1);
  Session part = within(session, window);
  for (auto& trial : part.trials) {
    trial = smoothed(trial, smooth_bins);
    if (signal == Signal::spikes) trial *= 1000 / session.bin_ms;
  }
  part.start_ms += session.bin_ms * static_cast<double>(smooth_bins - 1) / 2;
  return part;
}

}  // namespace stillpoint
