// A synapse whose short-term plasticity an experiment takes away while a trial runs.
#pragma once

#include <memory>

#include "sim/synapse.hpp"

namespace stillpoint {

/// expression: it does nothing to the drive any more, S r = 0, a = 1. induction: activity does nothing to it any more;
/// TCR: S decays with tau_s; Tsodyks-Markram: use and resource relax to those at r = 0 with tau_f and tau_d.
enum class Block { expression, induction };

/// Any synapse, with this of it blocked from step `from` on, until the trial's end. What is no plasticity
/// (derivative_feedback, high_pass, static) stays as it is. By fixed steps only: it is no differential equation.
class BlockedSynapse : public Synapse<double> {
 public:
  /// Throws ParameterError where induction is to be blocked of a synapse that replays another trial's current: it has
  /// none.
  BlockedSynapse(std::unique_ptr<Synapse<double>> own, Block block, Index from);

  double memory(const Sizes& of) const override { return own_->memory(of); }
  void set_strength(double factor) override { own_->set_strength(factor); }
  void set_donors(Donors donors) override { own_->set_donors(donors); }
  void begin(const Network<double>& network, const TrialSet<double>& trials, TrialKey key,
             MatrixView<double> r) override;
  Index trials_together(Index batch) const override { return own_->trials_together(batch); }
  void turn_to(Index first) override { own_->turn_to(first); }
  bool scales() const override { return own_->scales(); }
  void efficacy(Index step, MatrixView<double> r, MatrixRef<double> a) const override;
  bool drives() const override { return own_->drives(); }
  void add_current(Index step, MatrixView<double> r, MatrixRef<double> u) override;
  void advance(const StepView<double>& view) override;
  Blockable blockable() const override { return own_->blockable(); }
  double stability_bound_ms(double rho) const override { return own_->stability_bound_ms(rho); }

 private:
  bool blocks(Block what, Index step) const;

  std::unique_ptr<Synapse<double>> own_;
  Block block_;
  Index from_;
};

}  // namespace stillpoint
