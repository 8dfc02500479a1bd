// Backpropagation through time (Werbos 1990, doi:10.1109/5.58337): the exact gradient of the discrete network, backward
// in time and through every synapse. The reference that local rules are measured against; not itself biologically
// plausible.
#include "plasticity/feedback.hpp"
#include "plasticity/rule.hpp"
#include "plasticity/rules/backward_filter.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class Bptt : public Rule<Scalar> {
 public:
  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& gradient) override { filter_(view, gradient); }

 private:
  BackwardFilter<Scalar> filter_{true};
};

template <class Scalar>
std::unique_ptr<Rule<Scalar>> make(const Options&) {
  return std::make_unique<Bptt<Scalar>>();
}

}  // namespace

RuleKind bptt_rule() {
  RuleKind kind{
      "bptt", "backpropagation through time: the exact gradient", {true_feedback_option()}, make<float>, make<double>};
  kind.truth = RuleKind::Truth::exact;
  kind.takes_direct_terms = true;
  kind.reaches_state_parameters = true;
  kind.any_network = true;
  return kind;
}

}  // namespace stillpoint
