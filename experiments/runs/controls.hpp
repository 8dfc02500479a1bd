// Matched controls: a network without TCR that shares one property with the TCR network of the same seed at update 0.
#pragma once

#include "experiments/results/records.hpp"
#include "plasticity/trainer.hpp"

namespace stillpoint {

struct SearchStopped {};

/// Trials on which V is compared.
constexpr Index match_trials = 256;

/// Changes `network` as control.match says:
///   speed  all time constants times one factor, until V on 256 trials is within 2 % of the TCR network's; with a
///          synapse that is matched (SynapseKind::matched_by), in place of them an option of it: as_matched sets it
///   chaos  all recurrent weights times one factor <= 1, until the leading Lyapunov exponent under task input is within
///   .2 /s:
///          .05 of the estimate, whose standard error is below .1
/// Of several such factors the one nearest to 1. When there is none the best one is taken and `matched` is false.
/// setting: of the options; their synapse.* describe the TCR network. Throws SearchStopped where a signal asks to stop.
Match match_control(const Options& options, const TrainingSetting& setting, Network<double>& network);

}  // namespace stillpoint
