// What is recorded in a session, simulated or real: the activity of the same neurons in trials that are aligned to one
// event. Everything in this room is computed from it, by the estimators that experimenters use.
#pragma once

#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

/// Times from the event that trials are aligned to [ms]; a bin belongs to it where the whole of it does.
struct Window {
  double from_ms = 0, to_ms = 0;
};

struct Session {
  double bin_ms = 0;                   // width of a bin
  double start_ms = 0;                 // where the first bin starts, from the event
  std::vector<Matrix<double>> trials;  // one per trial, neurons x bins: spikes, rates [Hz] or fluorescence [dF/F]
  std::vector<int> condition = {};     // of each trial, as many as trials

  Index neurons() const { return trials.empty() ? 0 : trials.front().rows(); }
  Index bins() const { return trials.empty() ? 0 : trials.front().cols(); }
};

/// The bins of a window: first and number. Throws ParameterError "window" where the session does not hold it, or where
/// it has fewer than `least` bins: says how long it must be.
struct Bins {
  Index first, count;
};
Bins bins_of(const Session& session, const Window& window, Index least = 1);
/// The same session between these times; trials and conditions stay.
Session within(const Session& session, const Window& window);
/// These neurons and trials, in this order.
Session chosen(const Session& session, const std::vector<Index>& neurons, const std::vector<Index>& trials);
/// Bins of `factor` bins each, summed where they hold spikes and averaged where they hold rates; what is left over at
/// the end is dropped.
enum class Signal { spikes, rates };
Session coarser(const Session& session, Index factor, Signal signal);

/// Mean over trials, of all, of one condition or of these, neurons x bins. Throws ParameterError "trials" where there
/// is none.
Matrix<double> mean_over_trials(const Session& session);
Matrix<double> mean_over_trials(const Session& session, int condition);
Matrix<double> mean_over_trials(const Session& session, const std::vector<Index>& trials);

}  // namespace stillpoint
