#include "plasticity/rule.hpp"

#include <cmath>

#include "sim/random.hpp"

namespace stillpoint {

template <class Scalar>
Score run_and_learn(Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key,
                    Synapse<Scalar>& synapse, Rule<Scalar>& rule, const Matrix<Scalar>& feedback, Matrix<Scalar>& error,
                    Gradient<Scalar>& gradient) {
  const Lesson<Scalar> lesson{simulation, trials, error, feedback};
  const auto& run = simulation.trajectory();
  const auto& network = simulation.network();
  simulation.begin(trials, key, synapse);
  if (rule.online()) {
    rule.begin(simulation, trials);
    const Scalar scale = Scalar(2) / trials.mask.sum();
    Matrix<Scalar> step_error(network.outputs(), trials.batch);
    for (Index t = 0; t < trials.steps; ++t) {
      simulation.step(t);
      step_error = (network.W_out * run.at(run.rates(), t + 1)).colwise() + network.b_out;
      step_error = scale * run.at(trials.mask, t).cwiseProduct(step_error - run.at(trials.targets, t));
      rule.step(t, lesson, step_error);
    }
  } else {
    for (Index t = 0; t < trials.steps; ++t) simulation.step(t);
  }
  simulation.finish();
  loss_error(run.outputs, trials, error);
  rule.gradient(lesson, gradient);
  readout_gradient(lesson, gradient);
  return score(run.outputs, trials);
}

template Score run_and_learn(Simulation<float>&, const TrialSet<float>&, TrialKey, Synapse<float>&, Rule<float>&,
                             const Matrix<float>&, Matrix<float>&, Gradient<float>&);
template Score run_and_learn(Simulation<double>&, const TrialSet<double>&, TrialKey, Synapse<double>&, Rule<double>&,
                             const Matrix<double>&, Matrix<double>&, Gradient<double>&);

template <class Scalar>
Feedback<Scalar>::Feedback(const Options& options, Index neurons, Index outputs, std::uint64_t seed)
    : symmetric_(options.text("rule.feedback") == "symmetric"), F_(neurons, outputs) {
  Stream(seed, Purpose::feedback_weights).fill_normal(F_, 1 / std::sqrt(static_cast<double>(neurons)));
}

template class Feedback<float>;
template class Feedback<double>;

}  // namespace stillpoint
