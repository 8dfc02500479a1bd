// The synapses that there are, with typed parameters: what a program names to make one; options say the same in words.
#pragma once

#include "plasticity/short_term/short_term.hpp"

namespace stillpoint {

/// Temporal consistency as a synapse (plasticity/short_term/tcr.cpp).
struct TcrParameters {
  enum class Form { automatic, dense, history, chunked };
  enum class Postsynaptic { own, permuted };
  enum class Current { own, yoked };

  double beta = 100;                              // strength, dimensionless
  double tau_s_ms = 200;                          // time constant of S [ms]
  Form form = Form::automatic;                    // how S is computed: the same numbers at different cost
  Index chunk = 16;                               // chunked: steps between two additions to S
  double consolidation = 0;                       // kappa [1/ms]: what W gains of the integral of S over a trial
  Postsynaptic postsynaptic = Postsynaptic::own;  // control: the postsynaptic factor goes to the wrong neurons
  Current current = Current::own;                 // control: the current is that of another trial
};

/// Tsodyks, Pawelzik & Markram 1998 (plasticity/short_term/tsodyks_markram.cpp).
struct TsodyksMarkramParameters {
  enum class Normalise { rest, none };

  double use = 0.2;                       // U: use of resources by one spike at rest, 0 < U <= 1
  double tau_f_ms = 1500;                 // time constant of facilitation [ms]
  double tau_d_ms = 200;                  // time constant of recovery from depression [ms]
  double f_max_hz = 20;                   // firing rate that r = 1 stands for [Hz]
  Normalise normalise = Normalise::rest;  // whether a is 1 at r = 0
};

/// Lim & Goldman 2013 (plasticity/short_term/derivative_feedback.cpp).
struct DerivativeFeedbackParameters {
  double tau_e_ms = 100;  // time constant of excitation [ms], above that of inhibition
  double tau_i_ms = 10;   // time constant of inhibition [ms]
};

/// Each neuron against change of its own rate (plasticity/short_term/high_pass.cpp).
struct HighPassParameters {
  double strength = 1;    // k: current per rate
  double tau_h_ms = 200;  // time constant of what the rate is compared with [ms]
};

/// Throw ParameterError where a parameter is out of its bounds or two of them contradict each other.
SynapseModel static_synapse();
SynapseModel tcr_synapse(const TcrParameters& parameters);
SynapseModel tsodyks_markram_synapse(const TsodyksMarkramParameters& parameters);
SynapseModel derivative_feedback_synapse(const DerivativeFeedbackParameters& parameters);
SynapseModel high_pass_synapse(const HighPassParameters& parameters);

/// The same as a differential equation of one trial's state. Throws ParameterError for controls, which are none.
TcrParameters as_equation(TcrParameters parameters);

/// What synapse.* says of them.
TcrParameters tcr_parameters(const Options& options);
TsodyksMarkramParameters tsodyks_markram_parameters(const Options& options);
DerivativeFeedbackParameters derivative_feedback_parameters(const Options& options);
HighPassParameters high_pass_parameters(const Options& options);

}  // namespace stillpoint
