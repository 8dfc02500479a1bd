// Smooth decays of a loss, fitted to its logarithm in autoregressive noise. t: since the first sample.
//
//   constant               log L = a
//   exponential            log L = a - t / tau
//   exponential to floor   log L = a + log(exp(-t / tau) + q)
//   two exponentials       log L = a + log(exp(-t / tau) + q exp(-t / tau'))
//   power law              log L = a - p log(1 + t / t0)
//   power law to floor     log L = a + log((1 + t / t0)^-p + q)
#pragma once

#include <string>
#include <vector>

#include "analysis/learning/autoregression.hpp"

namespace stillpoint {

struct Decay {
  std::string name;
  int parameters = 1;   // of the mean
  Vector<double> mean;  // log L of every sample
  double rho = 0;       // of the noise
  double residual = 0;  // sum of the squared innovations over their scale
};

/// Each of the six: least squares of the innovations, by Levenberg-Marquardt from the best points of a grid,
/// alternating with rho until it stays. log_loss: T >= 4, at increasing times; scale: T,
/// relative standard deviation of the innovations.
std::vector<Decay> fit_decays(const Vector<double>& time, const Vector<double>& log_loss, const Vector<double>& scale,
                              double least_rho = -largest_rho);

}  // namespace stillpoint
