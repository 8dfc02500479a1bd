#include <fmt/format.h>

#include <cmath>

#include "plasticity/rule.hpp"
#include "sim/random.hpp"

namespace stillpoint {

#define STILLPOINT_RULE(name) RuleKind name##_rule();
#include "plasticity/rules.def"
#undef STILLPOINT_RULE

const std::vector<RuleKind>& rule_kinds() {
#define STILLPOINT_RULE(name) name##_rule(),
  static const std::vector<RuleKind> kinds = {
#include "plasticity/rules.def"
  };
#undef STILLPOINT_RULE
  return kinds;
}

Option rule_name_option() {
  std::vector<std::string> names;
  for (const auto& kind : rule_kinds()) names.push_back(kind.name);
  return choice_option("rule.name", "e_prop", names, "long-term learning rule");
}

const RuleKind& rule_kind(const std::string& name) {
  rule_name_option().check(name);
  for (const auto& kind : rule_kinds())
    if (kind.name == name) return kind;
  throw std::logic_error("rule kind");
}

template <>
std::unique_ptr<Rule<float>> make_rule(const Options& options) {
  return rule_kind(options.text("rule.name")).make_float(options);
}
template <>
std::unique_ptr<Rule<double>> make_rule(const Options& options) {
  return rule_kind(options.text("rule.name")).make_double(options);
}

template <class Scalar>
Score run_and_learn(Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key, Synapse<Scalar>& synapse, Rule<Scalar>& rule,
                    const Matrix<Scalar>& feedback, Matrix<Scalar>& error, Gradient<Scalar>& gradient) {
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

template Score run_and_learn(Simulation<float>&, const TrialSet<float>&, TrialKey, Synapse<float>&, Rule<float>&, const Matrix<float>&, Matrix<float>&,
                             Gradient<float>&);
template Score run_and_learn(Simulation<double>&, const TrialSet<double>&, TrialKey, Synapse<double>&, Rule<double>&, const Matrix<double>&, Matrix<double>&,
                             Gradient<double>&);

template <class Scalar>
Feedback<Scalar>::Feedback(const Options& options, Index neurons, Index outputs, std::uint64_t seed)
    : symmetric_(options.text("rule.feedback") == "symmetric"), F_(neurons, outputs) {
  Stream(seed, Purpose::feedback_weights).fill_normal(F_, 1 / std::sqrt(static_cast<double>(neurons)));
}

template class Feedback<float>;
template class Feedback<double>;

}  // namespace stillpoint
