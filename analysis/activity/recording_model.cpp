#include "analysis/activity/recording_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <cmath>
#include <limits>

#include "sim/random.hpp"

namespace stillpoint {

namespace {

/// Beyond this the map to Hz is at fault, and spikes would be without end.
constexpr double most_hz = 1e5;
/// How long before the recording spikes are still seen, in decay times of the indicator: the first of them by exp(-7).
constexpr double lead_decays = 7;

/// What the noise of a trial is drawn from: shared by its neurons, of a neuron's spikes, of its frames.
Stream shared_stream(std::uint64_t seed, std::uint64_t session, Index trial) {
  return Stream(seed, Purpose::recording, session, static_cast<std::uint64_t>(trial));
}
Stream spike_stream(std::uint64_t seed, std::uint64_t session, Index trial, Index neuron) {
  return Stream(seed, Purpose::recording, session, static_cast<std::uint64_t>(trial),
                2 * static_cast<std::uint64_t>(neuron) + 1);
}
Stream frame_stream(std::uint64_t seed, std::uint64_t session, Index trial, Index neuron) {
  return Stream(seed, Purpose::recording, session, static_cast<std::uint64_t>(trial),
                2 * static_cast<std::uint64_t>(neuron) + 2);
}

/// A stream as Boost's distributions take it.
struct Bits {
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() { return stream.bits(); }
  Stream stream;
};

/// Intervals of a stationary renewal process in operational time, in which its rate is 1.
class Intervals {
 public:
  Intervals(double shape, Stream stream) : gamma_(shape, 1 / shape), shape_(shape), bits_{std::move(stream)} {}
  /// To the first event: an interval chosen in proportion to its length, from a place within it.
  double first() {
    const double chosen = boost::random::gamma_distribution<double>(shape_ + 1, 1 / shape_)(bits_);
    return boost::random::uniform_01<double>()(bits_) * chosen;
  }
  double next() { return gamma_(bits_); }

 private:
  boost::random::gamma_distribution<double> gamma_;
  double shape_;
  Bits bits_;
};

/// g of every bin of the rates.
Vector<double> shared_gain(const Session& rates, const RecordingModel& model, Stream stream) {
  if (model.gain_sd == 0) return Vector<double>::Ones(rates.bins());
  const double sigma = std::sqrt(std::log1p(model.gain_sd * model.gain_sd)),
               kept = model.gain_correlation_ms == 0 ? 1 : std::exp(-rates.bin_ms / model.gain_correlation_ms);
  Vector<double> gain(rates.bins());
  double z = stream.normal();
  for (double& each : gain) {
    each = std::exp(sigma * z - sigma * sigma / 2);
    if (kept < 1) z = kept * z + std::sqrt(1 - kept * kept) * stream.normal();
  }
  return gain;
}

/// The spikes [ms] of one neuron in one trial, in which it was for lead_ms before as active as in the first bin.
void draw_spikes(std::vector<double>& spikes, const Session& rates, Index trial, Index neuron,
                 const Vector<double>& gain, double lead_ms, Intervals intervals) {
  spikes.clear();
  const auto hz = rates.trials[static_cast<std::size_t>(trial)].row(neuron);
  double ahead = intervals.first();  // operational time to the next spike
  const auto pass = [&](Index bin, double from_ms, double width_ms) {
    const double passes = hz(bin) * gain(bin) * width_ms / 1000;
    double at = ahead;
    for (; at < passes; at += intervals.next()) spikes.push_back(from_ms + width_ms * at / passes);
    ahead = at - passes;
  };
  if (lead_ms > 0) pass(0, rates.start_ms - lead_ms, lead_ms);
  for (Index bin = 0; bin < gain.size(); ++bin)
    pass(bin, rates.start_ms + static_cast<double>(bin) * rates.bin_ms, rates.bin_ms);
}

void check(const Session& rates, const std::vector<Index>& neurons, const std::vector<Index>& trials,
           const RecordingModel& model) {
  check(model);
  const auto count = static_cast<Index>(rates.trials.size());
  for (const Index trial : trials)
    require_parameter(trial >= 0 && trial < count, "trials", std::to_string(trial),
                      fmt::format("the session has {}, numbered from 0", count));
  for (const Index neuron : neurons)
    require_parameter(neuron >= 0 && neuron < rates.neurons(), "neurons", std::to_string(neuron),
                      fmt::format("the session has {}, numbered from 0", rates.neurons()));
  for (const Index trial : trials)
    for (const Index neuron : neurons) {
      const auto hz = rates.trials[static_cast<std::size_t>(trial)].row(neuron).array();
      require_parameter(
          (hz >= 0 && hz <= most_hz).all(), "rates", fmt::format("{:g} to {:g} Hz", hz.minCoeff(), hz.maxCoeff()),
          fmt::format("firing rates lie between 0 and {:g} Hz (neuron {}, trial {})", most_hz, neuron, trial));
    }
}

/// use(trial's place, neuron's place, spikes) for every trial and neuron.
template <class Use>
void for_each_train(const Session& rates, const std::vector<Index>& neurons, const std::vector<Index>& trials,
                    const RecordingModel& model, std::uint64_t seed, std::uint64_t session, Index first, Use&& use) {
  check(rates, neurons, trials, model);
  const double lead_ms = model.signal == RecordingModel::Signal::calcium ? lead_decays * model.calcium.decay_ms : 0;
  std::vector<double> spikes;
  for (std::size_t t = 0; t < trials.size(); ++t) {
    const auto gain = shared_gain(rates, model, shared_stream(seed, session, first + trials[t]));
    for (std::size_t n = 0; n < neurons.size(); ++n) {
      draw_spikes(spikes, rates, trials[t], neurons[n], gain, lead_ms,
                  Intervals(model.shape, spike_stream(seed, session, first + trials[t], neurons[n])));
      use(t, n, spikes);
    }
  }
}

}  // namespace

double RateMap::hz(double r) const { return std::max(0.0, f_max_hz * (is_signed ? (r + 1) / 2 : r)); }

Matrix<double> RateMap::hz(const Matrix<double>& r) const {
  return r.unaryExpr([this](double each) { return hz(each); });
}

RateMap rate_map_of(const Network<double>& network, double f_max_hz) {
  return {network.rate_hz > 0 ? network.rate_hz : f_max_hz, network.nonlinearity == Nonlinearity::tanh};
}

const ParameterList<RecordingModel>& recording_list() {
  using C = CalciumImaging;
  using P = RecordingModel;
  static const auto calcium =
      ParameterList<C>()
          .number("recording.calcium_rise_ms", &C::rise_ms, "ms", positive, "rise of the indicator")
          .number("recording.calcium_decay_ms", &C::decay_ms, "ms", positive, "decay of the indicator")
          .number("recording.frame_hz", &C::frame_hz, "Hz", positive, "frames of the microscope per second")
          .number("recording.calcium_peak", &C::peak, "dF/F", positive, "peak of the response to one spike")
          .number("recording.calcium_noise", &C::noise, "", nonnegative,
                  "standard deviation of a frame's noise, of one spike's peak")
          .number("recording.calcium_baseline", &C::baseline, "dF/F", any_number, "fluorescence without spikes");
  static const auto all =
      ParameterList<P>()
          .choice("recording.signal", &P::signal, {"spikes", "calcium"}, "what is recorded")
          .number("recording.bin_ms", &P::bin_ms, "ms", nonnegative, "bins of spike counts; 0: those of the rates")
          .number("recording.shape", &P::shape, "", {0.1, 1000},
                  "k of the gamma intervals between spikes, CV^2 = 1/k; 1 is Poisson")
          .number("recording.gain_sd", &P::gain_sd, "", {0, 10},
                  "standard deviation of the gain that all neurons of a trial share, mean 1")
          .number("recording.gain_correlation_ms", &P::gain_correlation_ms, "ms", nonnegative,
                  "correlation time of the shared gain's logarithm; 0: constant in a trial")
          .part(&P::calcium, calcium);
  return all;
}

void check(const RecordingModel& model) {
  recording_list().check(model);
  require_parameter(model.calcium.rise_ms < model.calcium.decay_ms, "recording.calcium_rise_ms",
                    number_text(model.calcium.rise_ms),
                    fmt::format("must be below recording.calcium_decay_ms = {:g}", model.calcium.decay_ms));
}

SpikeTimes spike_times(const Session& rates_hz, const std::vector<Index>& neurons, const std::vector<Index>& trials,
                       const RecordingModel& model, std::uint64_t seed, std::uint64_t session, Index first) {
  SpikeTimes all(trials.size(), std::vector<std::vector<double>>(neurons.size()));
  for_each_train(rates_hz, neurons, trials, model, seed, session, first,
                 [&](std::size_t t, std::size_t n, auto& spikes) {
                   all[t][n].assign(std::lower_bound(spikes.begin(), spikes.end(), rates_hz.start_ms), spikes.end());
                 });
  return all;
}

Session record(const Session& rates_hz, const std::vector<Index>& neurons, const std::vector<Index>& trials,
               const RecordingModel& model, std::uint64_t seed, std::uint64_t session, Index first) {
  const bool calcium = model.signal == RecordingModel::Signal::calcium;
  Session recorded{rates_hz.bin_ms, rates_hz.start_ms, {}, {}};
  if (calcium)
    recorded.bin_ms = 1000 / model.calcium.frame_hz;
  else if (model.bin_ms > 0)
    recorded.bin_ms = model.bin_ms;
  const double length_ms = rates_hz.bin_ms * static_cast<double>(rates_hz.bins());
  const auto bins = static_cast<Index>(length_ms / recorded.bin_ms * (1 + 1e-9));
  require_parameter(bins > 0, "window", fmt::format("{:g} ms", length_ms),
                    fmt::format("a recording must be at least {:g} ms long", recorded.bin_ms));
  for (const Index trial : trials)
    if (!rates_hz.condition.empty())
      recorded.condition.push_back(rates_hz.condition.at(static_cast<std::size_t>(trial)));
  recorded.trials.assign(trials.size(), Matrix<double>::Zero(static_cast<Index>(neurons.size()), bins));

  for_each_train(rates_hz, neurons, trials, model, seed, session, first,
                 [&](std::size_t t, std::size_t n, auto& spikes) {
                   auto row = recorded.trials[t].row(static_cast<Index>(n));
                   if (!calcium) {
                     for (const double spike : spikes) {
                       const auto bin = static_cast<Index>((spike - recorded.start_ms) / recorded.bin_ms);
                       if (bin < bins) row(bin) += 1;
                     }
                     return;
                   }
                   row = fluorescence(spikes, recorded.start_ms, bins, model.calcium).transpose();
                   auto noise = frame_stream(seed, session, first + trials[t], neurons[n]);
                   for (Index frame = 0; frame < bins; ++frame)
                     row(frame) += model.calcium.noise * model.calcium.peak * noise.normal();
                 });
  return recorded;
}

Vector<double> fluorescence(const std::vector<double>& spikes_ms, double start_ms, Index frames,
                            const CalciumImaging& imaging) {
  const double frame_ms = 1000 / imaging.frame_hz, rise = imaging.rise_ms, decay = imaging.decay_ms,
               peak_ms = std::log(decay / rise) * rise * decay / (decay - rise),
               size = std::exp(-peak_ms / decay) - std::exp(-peak_ms / rise);
  // Of each exponential its sum over past spikes at a frame's start; that falls by the integral, over its time
  // constant.
  const auto mean = [&](double tau, Vector<double>& target, double sign) {
    auto next = spikes_ms.begin();
    double sum = 0;
    for (; next != spikes_ms.end() && *next < start_ms; ++next) sum += std::exp((*next - start_ms) / tau);
    for (Index frame = 0; frame < frames; ++frame) {
      const double end_ms = start_ms + static_cast<double>(frame + 1) * frame_ms;
      double after = sum * std::exp(-frame_ms / tau), within = 0;
      for (; next != spikes_ms.end() && *next < end_ms; ++next, ++within) after += std::exp((*next - end_ms) / tau);
      target(frame) += sign * tau / frame_ms * (sum + within - after);
      sum = after;
    }
  };
  Vector<double> result = Vector<double>::Zero(frames);
  mean(decay, result, 1);
  mean(rise, result, -1);
  return (imaging.baseline + imaging.peak / size * result.array()).matrix();
}

}  // namespace stillpoint
