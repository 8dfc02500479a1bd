// What a virtual experiment does to the drive of a network while a trial runs.
//
// A current adds to u. What is held at a rate (silence, a background, a pairing) has its drive held where phi(u) is
// that rate, as by a dynamic clamp: the rate follows with the membrane time constant.
#pragma once

#include "experiments/predictions/protocol.hpp"
#include "sim/simulation.hpp"

namespace stillpoint {

/// Throws ParameterError "network.kind" where a network has no membrane or several drives per neuron.
void require_experiments(const std::string& network_kind_name);

/// Course of a stimulus, 0 to 1, at a time from its onset.
double stimulus_course(const Protocol& protocol, double since_onset_ms);

class Stimulation : public Perturbation<double> {
 public:
  /// event: step that times count from. The network must outlive it. Neurons are drawn from the seed alone. Throws
  /// ParameterError where the network is of a kind without one drive per neuron, has no such channel, or where fewer
  /// than one neuron would be stimulated.
  Stimulation(const Protocol& protocol, const Network<double>& network, Index event, double dt_ms, std::uint64_t seed);

  void add(Index step, MatrixRef<double> u) override;

  /// Stimulated neurons, of a pairing the postsynaptic ones, in order; empty onto an input.
  const std::vector<Index>& targets() const { return targets_; }
  /// Of a pairing; as many.
  const std::vector<Index>& presynaptic() const { return presynaptic_; }

 private:
  void hold(MatrixRef<double> u, Index neuron, double rate) const;
  double drive_at(double rate) const;
  void add_current(double since_onset_ms, MatrixRef<double> u) const;
  void hold_background(double since_onset_ms, MatrixRef<double> u) const;
  void hold_pairs(double since_onset_ms, MatrixRef<double> u) const;

  Protocol protocol_;
  const Network<double>& network_;
  double event_ms_, dt_ms_;
  std::vector<Index> targets_, presynaptic_, others_;
  Vector<double> pattern_, orthogonal_;  // of the others' rates
};

/// How long presynaptic neurons are silent and postsynaptic ones stay at their first rate, before a pairing [ms].
constexpr double pairing_hold_ms = 300;

}  // namespace stillpoint
