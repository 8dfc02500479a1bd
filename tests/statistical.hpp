// Tests of statements about rates: exact binomial tails, at a level at which a correct method fails once in ten
// thousand. Of 2000 repetitions at a rate of 5 % up to 138 are compatible with it, 6.9 %.
#pragma once

#include <boost/math/distributions/binomial.hpp>

#include "sim/random.hpp"

namespace stillpoint::testing {

constexpr double binomial_level = 1e-4;

/// Whether `count` of `trials` is compatible with a probability of `rate` or less.
inline bool not_above(long count, long trials, double rate, double level = binomial_level) {
  if (count == 0) return true;
  const boost::math::binomial law(static_cast<double>(trials), rate);
  return boost::math::cdf(boost::math::complement(law, static_cast<double>(count - 1))) > level;
}
/// Whether `count` of `trials` is compatible with a probability of `rate` or more.
inline bool not_below(long count, long trials, double rate, double level = binomial_level) {
  return not_above(trials - count, trials, 1 - rate, level);
}
/// Whether `count` of `trials` shows a probability above `rate`.
inline bool shown_above(long count, long trials, double rate) { return !not_above(count, trials, rate); }
/// Whether `count` of `trials` shows a probability below `rate`.
inline bool shown_below(long count, long trials, double rate) { return !not_below(count, trials, rate); }

/// Stationary n(t) = rho n(t-1) + e(t), e of standard deviation sigma.
inline Vector<double> ar1_noise(Index samples, double rho, double sigma, Stream& stream) {
  Vector<double> noise(samples);
  double value = sigma / std::sqrt(1 - rho * rho) * stream.normal();
  for (auto& each : noise) {
    each = value;
    value = rho * value + sigma * stream.normal();
  }
  return noise;
}

}  // namespace stillpoint::testing
