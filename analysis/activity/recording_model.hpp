// What an electrode or a microscope sees of simulated rates.
//
// Spikes are a renewal process in operational time (Cox & Lewis 1966; Brown et al. 2002,
// doi:10.1162/08997660252741149): its intervals are gamma with mean 1 and shape k, so CV^2 = 1/k, and k = 1 is a
// Poisson process. Operational time is
//
//   Lambda(t) = int g(t') f(t') dt'         f the rate [Hz], constant within a bin of the simulation, g the shared gain
//
// so that spikes lie where they lie within a bin. The process is stationary from the first moment: the first interval
// is that of an equilibrium process. g is common to all neurons of a trial (Goris et al. 2014, doi:10.1038/nn.3711),
// log-normal with mean 1; its logarithm is one number per trial, or an Ornstein-Uhlenbeck process.
//
// A neuron's noise is named by (seed, session, trial, neuron): the intervals of its spikes in operational time and the
// noise of its frames are the same whatever its rates, so that arms of a study are recorded with the same noise.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/activity/session.hpp"
#include "sim/network.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

/// Firing rate of a unit's activity r: f_max r, or where activity has a sign f_max (r + 1) / 2, silent at r = -1. Below
/// silence (noise on activity) is silence.
struct RateMap {
  double f_max_hz = 20;    // rate at r = 1 [Hz]
  bool is_signed = false;  // r lies between -1 and 1
  double hz(double r) const;
  Matrix<double> hz(const Matrix<double>& r) const;
  /// The activity of a silent unit: -1 or 0.
  double silence() const { return is_signed ? -1 : 0; }
};
/// Signed for tanh networks and lstm; of a network that says what r = 1 means (network.rate_hz) that, else f_max_hz.
RateMap rate_map_of(const Network<double>& network, double f_max_hz = 20);

/// Fluorescence of an indicator that adds up spikes, by frames: each frame is the mean over its time of
///
///   dF/F = baseline + peak sum_s h(t - t_s),   h(t) = (exp(-t / decay) - exp(-t / rise)) / (the largest of that)
///
/// plus normal noise. Spikes from before the recording are seen, of a neuron that was as active as in its first bin.
/// Left out: saturation and supralinearity of indicators, neuropil, movement. Defaults: the response to one spike peaks
/// after 44 ms and has halved 143 ms later, as GCaMP6f's (45 and 142 ms: Chen et al. 2013, doi:10.1038/nature12354,
/// supplementary table 3); noise is assumed.
struct CalciumImaging {
  double rise_ms = 17;    // time constant [ms], below decay_ms
  double decay_ms = 180;  // time constant [ms]
  double frame_hz = 30;   // frames per second [Hz]
  double peak = 0.2;      // of one spike [dF/F]
  double noise = 0.5;     // standard deviation of a frame, of one spike's peak
  double baseline = 0;    // [dF/F]
};

struct RecordingModel {
  enum class Signal { spikes, calcium };

  Signal signal = Signal::spikes;
  double bin_ms = 0;               // bins that spikes are counted in [ms]; 0: those of the rates
  double shape = 1;                // k of the intervals between spikes: 1 is Poisson
  double gain_sd = 0;              // standard deviation of the shared gain, whose mean is 1
  double gain_correlation_ms = 0;  // correlation time of its logarithm [ms]; 0: constant in a trial
  CalciumImaging calcium;
};
/// recording.*: names, bounds and help.
const ParameterList<RecordingModel>& recording_list();
/// Throws ParameterError where a parameter is out of its bounds, or two do not go together.
void check(const RecordingModel& model);

/// Times [ms, from the event, as the session's] of the spikes of each trial and neuron, rising: [trial][neuron].
using SpikeTimes = std::vector<std::vector<std::vector<double>>>;

/// rates_hz: firing rates [Hz], >= 0. Throw ParameterError "recording.*" where a field is out of its bounds, "neurons"
/// or "trials" where one is asked for that the session does not have, "rates" where one is below 0, no number or above
/// 1e5. `first`: the number of the first trial, where the rates are part of a session.
SpikeTimes spike_times(const Session& rates_hz, const std::vector<Index>& neurons, const std::vector<Index>& trials,
                       const RecordingModel& model, std::uint64_t seed, std::uint64_t session, Index first = 0);
/// Spike counts per bin (of the times that spike_times returns), or dF/F per frame, of these neurons and trials in this
/// order, with their conditions. What is left of the rates after the last whole bin or frame is dropped. Throws also
/// "window" where there is not one.
Session record(const Session& rates_hz, const std::vector<Index>& neurons, const std::vector<Index>& trials,
               const RecordingModel& model, std::uint64_t seed, std::uint64_t session, Index first = 0);

/// dF/F without noise in `frames` frames from start_ms on, of spikes at these rising times [ms].
Vector<double> fluorescence(const std::vector<double>& spikes_ms, double start_ms, Index frames,
                            const CalciumImaging& imaging);

}  // namespace stillpoint
