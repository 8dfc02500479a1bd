#include "plasticity/short_term/blocked.hpp"

#include "sim/options/option.hpp"

namespace stillpoint {

BlockedSynapse::BlockedSynapse(std::unique_ptr<Synapse<double>> own, Block block, Index from)
    : own_(std::move(own)), block_(block), from_(from) {
  require_parameter(block == Block::expression || own_->blockable() != Blockable::expression, "block", "induction",
                    "must be expression where the synapse replays another trial's current (synapse.current = yoked)");
}

bool BlockedSynapse::blocks(Block what, Index step) const {
  return block_ == what && step >= from_ && own_->blockable() != Blockable::nothing;
}

void BlockedSynapse::begin(const Network<double>& network, const TrialSet<double>& trials, TrialKey key,
                           MatrixView<double> r) {
  own_->begin(network, trials, key, r);
}

void BlockedSynapse::efficacy(Index step, MatrixView<double> r, MatrixRef<double> a) const {
  if (blocks(Block::expression, step))
    a.setOnes();
  else
    own_->efficacy(step, r, a);
}

void BlockedSynapse::add_current(Index step, MatrixView<double> r, MatrixRef<double> u) {
  if (!blocks(Block::expression, step)) own_->add_current(step, r, u);
}

void BlockedSynapse::advance(const StepView<double>& view) {
  if (blocks(Block::expression, view.step)) return;  // nobody looks at it again
  if (blocks(Block::induction, view.step))
    own_->decay(view);
  else
    own_->advance(view);
}

}  // namespace stillpoint
