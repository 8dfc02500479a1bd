// Is a rule's gradient the derivative of the loss? Central differences, coordinate by coordinate, in double.
#pragma once

#include "plasticity/learner.hpp"

namespace stillpoint {

struct GradientCheck {
  double largest_difference = 0;  // max |rule - central difference| over the checked coordinates
  double largest_gradient = 0;    // max |central difference|
  Index checked = 0;
  Index skipped = 0;  // coordinates whose perturbation changes which relu units are active: no derivative there

  /// The difference as a share of the gradient; exact rules stay below 1e-6.
  double relative() const { return largest_difference / largest_gradient; }
};

/// Checks W, W_in, b, W_out and b_out of one trial set (masked connections left out). The synapse's current S r and
/// efficacy a are frozen at what they are in the unperturbed run, as the long-term gradient takes them. Noise is the
/// same in every run.
GradientCheck check_gradient(const Network<double>& network, const Integration& integration, const Noise& noise,
                             const TrialSet<double>& trials, TrialKey key, Synapse<double>& synapse,
                             Rule<double>& rule);

}  // namespace stillpoint
