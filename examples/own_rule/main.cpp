// A rule that the toolkit does not have: random reservoirs, whose readout and input weights learn and whose recurrent
// weights rest. It emits a gradient, so that the optimizer, schedules, shadow rules and temporal consistency work with it.
//
//   G_in,ij = sum_t l_i(t) c_i(t) s_j(t),   l = F e: the learning signal reaches the last step alone
#include <cstdio>

#include "plasticity/rules/rules.hpp"
#include "plasticity/trainer.hpp"
#include "sim/networks/networks.hpp"
#include "tasks/tasks.hpp"

using namespace stillpoint;

struct ReservoirParameters {
  double share = 1;  // of the input weights' gradient that is used
};

template <class Scalar>
class Reservoir : public Rule<Scalar> {
 public:
  explicit Reservoir(const ReservoirParameters& parameters) : share_(static_cast<Scalar>(parameters.share)) {}
  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& gradient) override {
    const auto& run = view.simulation.trajectory();
    Matrix<Scalar> signal = share_ * view.feedback * view.error;  // N x T*B
    for (Index t = 0; t < run.steps; ++t)
      view.simulation.dynamics().multiply_step_gain(run.at(run.activation, t), run.at(signal, t));
    gradient.W_in.noalias() = signal * view.trials.inputs.transpose();
  }

 private:
  Scalar share_;
};

int main() {
  RuleTraits traits;
  traits.name = "reservoir";
  const auto task = make_task(DelayedCueDiscriminationParameters(), 10);
  const auto network = make_network(leaky_rate(), {}, task->inputs(), task->outputs(), 10, 1);

  TrainingSetting setting;
  setting.trials = [&](TrialKey key, Index count) { return task->draw(key, count); };
  setting.integration.dt_ms = 10;
  setting.learner.rule = rule_model<Reservoir>(traits, ReservoirParameters{0.5});
  setting.learner.shadows = {e_prop()};  // how both lie to the true gradient
  setting.training.updates = 10;
  const auto trained = train<float>(setting, network);
  std::printf("loss %.4f -> %.4f\n", trained.curve.loss.front(), trained.curve.loss.back());
  for (const auto& curve : trained.curve.alignment)
    std::printf("%s: cosine with BPTT %.3f in the first update\n", curve.rule.c_str(), curve.cosine.front());
}
