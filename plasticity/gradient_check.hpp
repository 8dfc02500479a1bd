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
  Gradient<double> differences;  // the central differences, NaN where skipped
};

/// dL/dW, W_in, b, W_out and b_out of one trial set by central differences; 0 for masked connections, NaN where the
/// perturbation changes which relu units are active. step: of weights below 1, relative for larger ones. Noise is the
/// same in every run; the synapse runs as it is. With temporal consistency in the loss, L includes its lambda mean E.
Gradient<double> central_differences(const Network<double>& network, const Integration& integration, const Noise& noise,
                                     const TrialSet<double>& trials, TrialKey key, Synapse<double>& synapse,
                                     TemporalConsistency<double>* consistency = nullptr, double step = 1e-5);

/// Checks W, W_in, b, W_out and b_out of one trial set (masked connections left out). The synapse's current S r and
/// efficacy a are frozen at what they are in the unperturbed run, as the long-term gradient takes them. Where the rule
/// seems wrong, smaller steps are tried and the best kept: in long chaotic trials the loss bends within 1e-5, and no
/// step makes a wrong gradient right. consistency: in its loss form, or nullptr.
GradientCheck check_gradient(const Network<double>& network, const Integration& integration, const Noise& noise,
                             const TrialSet<double>& trials, TrialKey key, Synapse<double>& synapse, Rule<double>& rule,
                             TemporalConsistency<double>* consistency = nullptr);

}  // namespace stillpoint
