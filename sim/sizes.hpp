// How large a run is: what estimates of its memory are made of, before anything is allocated.
#pragma once

namespace stillpoint {

/// Letters as in sim/types.hpp; D entries of state and U of drive per trial. Products of them need not fit an integer.
struct Sizes {
  double N = 0, D = 0, U = 0, K = 0, O = 0, T = 0, B = 0;
  bool rate_is_state = true;   // as of Dynamics
  bool constant_gain = false;  // as of Dynamics

  /// Numbers in a TrialSet, and in a Trajectory but for what a synapse adds to it.
  double trial_set() const { return (K + 2 * O) * T * B; }
  double trajectory() const { return (D * (T + 1) + (U + O) * T + (rate_is_state ? 0 : N * (T + 1))) * B; }
};

}  // namespace stillpoint
