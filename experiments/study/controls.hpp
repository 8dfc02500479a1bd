// Matched controls: a network without TCR that shares one property with the TCR network of the same seed at update 0.
#pragma once

#include "plasticity/trainer.hpp"

namespace stillpoint {

struct Match {
  std::string property = "none";  // "speed" [1/s], "chaos" (leading Lyapunov exponent [1/s]), or "none"
  double factor = 1;              // by which all tau (speed) or all W (chaos) were multiplied
  double target = 0;              // of the TCR network
  double before = 0;              // of the network without TCR, unmatched
  double achieved = 0;            // of the matched network
  bool matched = true;            // achieved is as close to the target as asked for
};

/// Changes `network` as control.match says:
///   speed  all time constants times one factor, until V on 256 trials is within 2 % of the TCR network's
///   chaos  all recurrent weights times one factor <= 1, until the leading Lyapunov exponent under task input is within
///   .2 /s:
///          .05 of the estimate, whose standard error is below .1
/// Of several such factors the one nearest to 1. When there is none the best one is taken and `matched` is false.
/// synapse.* of the options describe the TCR network.
Match match_control(const TrainingSetting& setting, Network<double>& network);

}  // namespace stillpoint
