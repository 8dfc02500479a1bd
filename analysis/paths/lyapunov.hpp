// Leading Lyapunov exponent of a driven network, its short-term synapses included.
#pragma once

#include "sim/simulation.hpp"

namespace stillpoint {

struct LyapunovEstimate {
  double per_second = 0;      // leading exponent [1/s], mean over replicas
  double standard_error = 0;  // over replicas [1/s]
};

struct LyapunovSetting {
  Index replicas = 32;         // independent trajectories
  double duration_ms = 14000;  // of each; with the above the standard error is below .1 /s for networks of 100 neurons
  double discard_ms = 2000;    // at the start, while the perturbation turns into the leading direction
  static constexpr Index steps_held = 50;  // at a time: what is held of thousands leaves every cache
};

/// Growth rate of a small perturbation of the joint state (x, S) under the input of the task's trials, played back to
/// back without resetting x or S (Benettin et al. 1980, doi:10.1007/BF02128236: a twin trajectory, pulled back to
/// distance 1e-7 every few steps, and at once where it has come a thousand times nearer; -infinity where the twins of a
/// replica coincide). Of the network as it is stepped (euler or exponential euler), without noise. Throws
/// UserError when the synapse is neither static nor given by a differential equation (use synapse.form = dense).
LyapunovEstimate leading_lyapunov_exponent(const Network<double>& network, const Integration& integration,
                                           Synapse<double>& synapse, const TrialSource& trials, std::uint64_t seed,
                                           const LyapunovSetting& setting = {});

}  // namespace stillpoint
