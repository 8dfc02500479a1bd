// Activity of a window as rates, smoothed, as the statistics of populations take it.
#pragma once

#include "analysis/activity/session.hpp"

namespace stillpoint {

/// Means over `bins` bins that follow each other, at all places where they are whole: bins - 1 columns fewer. Unit
/// stays.
Matrix<double> smoothed(const Matrix<double>& activity, Index bins);

/// Trial by trial what is recorded in the window, smoothed; spikes per bin become rates [Hz]. Throws ParameterError
/// "smooth_bins" below 1, "window" where fewer than `least` bins are left.
Session rates_in(const Session& session, const Window& window, Signal signal, Index smooth_bins, Index least);

}  // namespace stillpoint
