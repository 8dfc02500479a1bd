// Short-term plasticity: synapses whose efficacy follows the activity of a trial and is forgotten after it.
//
// A new synapse is one file here and one line in short_term.def.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/simulation.hpp"

namespace stillpoint {

/// What a synapse may know when it is made.
struct SynapseSetting {
  const Options& options;  // synapse.*
  Integration integration;
  Noise noise;
  bool constrained = false;  // the network has a mask, or neurons of one sign
  Index neurons = 0, steps = 0;
};
template <class Scalar>
SynapseSetting synapse_setting(const Options& options, const Integration& integration, const Noise& noise,
                               const Network<Scalar>& network, Index steps) {
  return {options, integration, noise, network.constrained(), network.size(), steps};
}

struct SynapseKind {
  std::string name, help;
  std::vector<Option> options;
  std::unique_ptr<Synapse<float>> (*make_float)(const SynapseSetting&);
  std::unique_ptr<Synapse<double>> (*make_double)(const SynapseSetting&);
};
const std::vector<SynapseKind>& synapse_kinds();
/// The kind that synapse.kind names.
const SynapseKind& synapse_kind(const std::string& name);
/// Option synapse.kind
Option synapse_kind_option();

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make_synapse(const SynapseSetting& setting);

/// Largest stable step of the TCR synapse under explicit Euler [ms]: 2 tau_s / (1 + beta rho), the bound along the
/// current S r with slope d = 1; half of it is free of chatter.
double tcr_stability_bound_ms(double beta, double tau_s_ms, double rho);

/// Integral over a trial of S [ms], mean over the trials of a set, N x N: one matrix product over what the run left
/// behind, the same for every form of the synapse (no mask, no permutation).
template <class Scalar>
Matrix<Scalar> tcr_integral(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, double beta,
                            double tau_s_ms);

/// A recorded current (N x T*B) and efficacy (N x T*B, or empty) played back, trial b receiving those of trial (b +
/// shift) mod B. Shift 0 freezes a synapse, as the long-term gradient sees it; shift 1 yokes a trial to another.
template <class Scalar>
class ReplayedSynapse : public Synapse<Scalar> {
 public:
  explicit ReplayedSynapse(Index shift = 0) : shift_(shift) {}
  void load(const Trajectory<Scalar>& source);
  bool scales() const override { return efficacy_.size() > 0; }
  bool drives() const override { return current_.size() > 0; }
  void efficacy(Index step, MatrixView<Scalar> r, MatrixRef<Scalar> a) const override;
  void add_current(Index step, MatrixView<Scalar> r, MatrixRef<Scalar> u) override;

 private:
  Index shift_, batch_ = 0;
  Matrix<Scalar> current_, efficacy_;
};

}  // namespace stillpoint
