// Sessions of known statistics, and moments with their errors.
#pragma once

#include <boost/math/distributions/poisson.hpp>
#include <numeric>

#include "analysis/activity/session.hpp"
#include "sim/random.hpp"

namespace stillpoint::testing {

inline std::vector<Index> first(Index count) {
  std::vector<Index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), Index{0});
  return all;
}

/// Trials that are all the same, from 100 ms before the event on.
inline Session alike(const Matrix<double>& rates_hz, Index trials, double bin_ms) {
  return {bin_ms, -100, std::vector<Matrix<double>>(static_cast<std::size_t>(trials), rates_hz), {}};
}

/// means[c] + sigma N(0, 1), `trials` trials of each condition c in turn, from 0 ms on.
inline Session noisy(const std::vector<Matrix<double>>& means, Index trials, double sigma, double bin_ms,
                     std::uint64_t repeat) {
  Session session{bin_ms, 0, {}, {}};
  for (Index i = 0; i < trials; ++i)
    for (std::size_t c = 0; c < means.size(); ++c) {
      Matrix<double> noise(means[c].rows(), means[c].cols());
      Stream(77, Purpose::estimate, repeat, static_cast<std::uint64_t>(i), c).fill_normal(noise, sigma);
      session.trials.push_back(means[c] + noise);
      session.condition.push_back(static_cast<int>(c));
    }
  return session;
}
inline Window whole(const Session& session) {
  return {session.start_ms, session.start_ms + session.bin_ms * static_cast<double>(session.bins())};
}

struct Moments {
  double mean, variance, mean_error, variance_error;  // standard errors
};
inline Moments moments(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const Eigen::Map<const Vector<double>> x(values.data(), static_cast<Index>(values.size()));
  const double mean = x.mean();
  const Vector<double> squares = (x.array() - mean).square();
  const double variance = squares.sum() / (n - 1);
  return {mean, variance, std::sqrt(variance / n),
          std::sqrt((squares.array() - squares.mean()).square().sum() / (n - 1) / n)};
}

/// Mean and variance of counts of an equilibrium renewal process of gamma intervals, whole k, at an expected count of
/// m: every k-th event of a Poisson process, begun anywhere between two of them.
struct CountLaw {
  double mean, variance;
};
inline CountLaw gamma_counts(int k, double m) {
  const boost::math::poisson law(k * m);
  double mean = 0, square = 0;
  for (int events = 0; events < 400; ++events)
    for (int begun = 0; begun < k; ++begun) {
      const int count = (events + begun) / k;
      const double share = boost::math::pdf(law, events) / k;
      mean += share * count;
      square += share * count * count;
    }
  return {mean, square - mean * mean};
}

}  // namespace stillpoint::testing
