// Recordings of known truth: doubly stochastic spikes, and responses of a given shape.
#pragma once

#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "analysis/activity/session.hpp"
#include "sim/random.hpp"

namespace stillpoint::testing {

/// Spikes in a bin where `mean` are expected.
inline double poisson(Stream& stream, double mean) {
  const double least = std::exp(-mean);
  double product = stream.uniform();
  int count = 0;
  for (; product > least; ++count) product *= stream.uniform();
  return count;
}

/// What makes rates vary: Ornstein-Uhlenbeck processes with these time constants [ms] and standard deviations [Hz].
struct Fluctuation {
  double tau_ms, sd_hz;
};

/// Rates about `hz` of independent neurons, not below 0, in steps of 5 ms: spikes per bin, or their rates.
inline Session ornstein_uhlenbeck(Index neurons, Index trials, Index bins, double bin_ms, double hz,
                                  const std::vector<Fluctuation>& fluctuations, std::uint64_t seed,
                                  Signal signal = Signal::spikes) {
  const double step_ms = 5;
  Session session{bin_ms, 0, {}, {}};
  for (Index k = 0; k < trials; ++k) {
    Matrix<double> counts(neurons, bins);
    for (Index n = 0; n < neurons; ++n) {
      Stream stream(seed, Purpose::estimate, static_cast<std::uint64_t>(k), static_cast<std::uint64_t>(n));
      std::vector<double> x;
      for (std::size_t i = 0; i < fluctuations.size(); ++i) x.push_back(stream.normal());
      for (Index t = 0; t < bins; ++t) {
        double expected = 0;
        for (double ms = 0; ms < bin_ms - 1e-9; ms += step_ms) {
          double rate = hz;
          for (std::size_t i = 0; i < x.size(); ++i) {
            const double keep = std::exp(-step_ms / fluctuations[i].tau_ms);
            x[i] = keep * x[i] + std::sqrt(1 - keep * keep) * stream.normal();
            rate += fluctuations[i].sd_hz * x[i];
          }
          expected += std::max(rate, 0.) * step_ms / 1000;
        }
        counts(n, t) = signal == Signal::spikes ? poisson(stream, expected) : expected / bin_ms * 1000;
      }
    }
    session.trials.push_back(std::move(counts));
  }
  return session;
}

/// Poisson spikes at `rate_hz`(time from the start in ms), a gain of every trial common to its neurons.
inline Session poisson_session(Index neurons, Index trials, Index bins, double bin_ms,
                               const std::function<double(double)>& rate_hz, std::uint64_t seed, double gain_sd = 0) {
  Session session{bin_ms, 0, {}, {}};
  std::vector<double> expected;
  for (Index t = 0; t < bins; ++t) expected.push_back(rate_hz(bin_ms * (static_cast<double>(t) + 0.5)) * bin_ms / 1000);
  for (Index k = 0; k < trials; ++k) {
    Stream stream(seed, Purpose::estimate, static_cast<std::uint64_t>(k));
    const double gain = std::max(0., 1 + gain_sd * stream.normal());
    Matrix<double> counts(neurons, bins);
    for (Index t = 0; t < bins; ++t)
      for (Index n = 0; n < neurons; ++n) counts(n, t) = poisson(stream, gain * expected[static_cast<std::size_t>(t)]);
    session.trials.push_back(std::move(counts));
  }
  return session;
}

/// The same values in every trial and neuron: nothing but the shape.
inline Session noiseless(Index trials, Index bins, double bin_ms, const std::function<double(double)>& value) {
  Matrix<double> one(1, bins);
  for (Index t = 0; t < bins; ++t) one(0, t) = value(bin_ms * (static_cast<double>(t) + 0.5));
  return {bin_ms, 0, std::vector<Matrix<double>>(static_cast<std::size_t>(trials), one), {}};
}

/// Mean of values, and its standard error.
struct Sample {
  double mean, error;
  double sd;
};
inline Sample sample_of(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  const double n = static_cast<double>(values.size());
  for (const double value : values) sum += value;
  for (const double value : values) squares += (value - sum / n) * (value - sum / n);
  const double sd = std::sqrt(squares / (n - 1));
  return {sum / n, sd / std::sqrt(n), sd};
}

/// Whether intervals that held the truth in `held` of `trials` are compatible with a coverage of `nominal` or more,
/// one-sided at 1e-3.
inline bool covers(long held, long trials, double nominal = 0.95) {
  return boost::math::cdf(boost::math::binomial(static_cast<double>(trials), nominal), static_cast<double>(held)) >
         1e-3;
}

}  // namespace stillpoint::testing
