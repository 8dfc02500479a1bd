// The learning rules with their parameters: what makes a RuleModel (plasticity/rule.hpp). Equations and sources are in the
// file of each rule.
#pragma once

#include "plasticity/rule.hpp"

namespace stillpoint {

/// Backpropagation through time: the exact gradient.
RuleModel bptt();
/// Real-time recurrent learning: the exact gradient, forward in time; at most 32 neurons.
RuleModel rtrl();
/// Unbiased rank-one estimate of real-time recurrent learning.
RuleModel uoro();
/// Unbiased Kronecker-factored estimate of real-time recurrent learning.
RuleModel kf_rtrl();

struct EPropParameters {
  FeedbackParameters feedback;
  /// batched: one product per trial set; online: traces as state, factorised where valid; online_full: never.
  enum class Form { batched, online, online_full } form = Form::batched;
};
/// Local eligibility traces and a broadcast learning signal.
RuleModel e_prop(const EPropParameters& parameters = {});

struct NodePerturbationParameters {
  double sigma = 0.01;  // SD of the perturbation of each drive
};
RuleModel node_perturbation(const NodePerturbationParameters& parameters = {});

struct RewardHebbianParameters {
  double rate = 0.1;             // eta
  double amplitude = 0.5;        // kick of the state, uniform from -amplitude to amplitude
  double frequency_hz = 3;       // kicks per neuron and second [Hz]
  double mean_tau_ms = 0.334;    // time constant of the running mean of x [ms]
  double memory = 0.75;          // m: what is kept of the expected error per trial
  double largest_change = 1e-4;  // clip of each weight's change per trial
};
/// Rare kicks of single neurons, a supralinear trace, and one scalar at the end of the trial.
RuleModel reward_hebbian(const RewardHebbianParameters& parameters = {});

struct ForceParameters {
  double regularisation = 1;  // a: P starts as I / a
  Index every = 2;            // steps between two changes
};
/// Recursive least squares on the readout, whose output is fed back.
RuleModel force(const ForceParameters& parameters = {});

struct FullForceParameters {
  double regularisation = 1;  // a: P starts as I / a
  Index every = 2;            // steps between two changes
  double gain = 1.5;          // of the target-driven network
};
/// Recursive least squares on recurrent weights and readout, towards a network driven by the target.
RuleModel full_force(const FullForceParameters& parameters = {});

struct AntiHebbianParameters {
  double rate = 1e-3;  // eta per update
};
/// Unsupervised: synapses onto a rising neuron weaken.
RuleModel anti_hebbian(const AntiHebbianParameters& parameters = {});

struct OjaParameters {
  double rate = 1e-3;  // eta per update
};
/// Unsupervised: Hebbian growth that bounds itself.
RuleModel oja(const OjaParameters& parameters = {});

}  // namespace stillpoint
