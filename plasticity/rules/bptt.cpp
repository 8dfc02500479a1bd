// Backpropagation through time (Werbos 1990, doi:10.1109/5.58337): the exact gradient of the discrete network, backward
// in time and through every synapse. The reference that local rules are measured against; not itself biologically
// plausible.
#include "plasticity/rules/backward_filter.hpp"
#include "plasticity/rules/rules.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class Bptt : public Rule<Scalar> {
 public:
  double memory(const Sizes& of) const override { return filter_.memory(of); }
  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& gradient) override { filter_(view, gradient); }

 private:
  BackwardFilter<Scalar> filter_{true};
};

RuleTraits bptt_traits() {
  RuleTraits traits{"bptt", "backpropagation through time: the exact gradient"};
  traits.truth = RuleTraits::Truth::exact;
  traits.takes_direct_terms = true;
  traits.reaches_state_parameters = true;
  traits.any_network = true;
  return traits;
}

}  // namespace

RuleModel bptt() { return rule_model<Bptt>(bptt_traits()); }

RuleKind bptt_rule() {
  return {bptt_traits(), {true_feedback_option()}, [](const Options&) { return bptt(); }};
}

}  // namespace stillpoint
