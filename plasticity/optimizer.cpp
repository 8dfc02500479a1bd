#include "plasticity/optimizer.hpp"

#include <cmath>

namespace stillpoint {

const ParameterList<OptimizerParameters>& optimizer_list() {
  using P = OptimizerParameters;
  static const auto list =
      ParameterList<P>()
          .choice("optimizer.name", &P::kind, {"sgd", "momentum", "adam"}, "how a gradient becomes a weight change")
          .number("optimizer.rate", &P::rate, "", positive, "learning rate")
          .number("optimizer.clip", &P::clip, "", nonnegative, "largest norm of the gradient; 0: no limit")
          .number("optimizer.momentum", &P::momentum, "", {0, 1}, "momentum: share of the last change that is kept")
          .number("optimizer.beta1", &P::beta1, "", {0, 0.999999}, "adam: decay of the mean")
          .number("optimizer.beta2", &P::beta2, "", {0, 0.9999999}, "adam: decay of the mean square")
          .number("optimizer.epsilon", &P::epsilon, "", positive, "adam: added to the root mean square")
          .words("training.parameters", &P::learning, P().learning,
                 "arrays that learn, of those that the network has; r0 with network.initial_state = trained");
  return list;
}

std::set<std::string> learning_arrays(const OptimizerParameters& parameters, bool trains_start) {
  std::set<std::string> names(parameters.learning.begin(), parameters.learning.end());
  if (!trains_start) names.erase("r0");
  return names;
}

template <class Scalar>
Optimizer<Scalar>::Optimizer(const OptimizerParameters& parameters, bool trains_start)
    : parameters_(parameters),
      learning_(learning_arrays(parameters, trains_start)),
      moments_(number_of_learning_arrays) {
  optimizer_list().check(parameters);
}

template <class Scalar>
double Optimizer<Scalar>::apply(Network<Scalar>& network, Gradient<Scalar>& gradient) {
  if (network.mask.size() > 0) gradient.W.array() *= network.mask.array();
  to_factors(network, gradient);
  using Kind = OptimizerParameters::Kind;
  const auto& set = parameters_;
  double squares = 0;
  for_each_flat_array(network, gradient, [&](const char* name, auto, auto g) {
    if (learning_.count(name)) squares += static_cast<double>(g.squaredNorm());
  });
  const double norm = std::sqrt(squares);
  if (!std::isfinite(norm)) return norm;

  ++steps_;
  const auto scale = static_cast<Scalar>(set.clip > 0 && norm > set.clip ? set.clip / norm : 1);
  const double t = static_cast<double>(steps_);
  const auto rate = static_cast<Scalar>(set.rate);
  const auto adam_rate =
      static_cast<Scalar>(set.rate * std::sqrt(1 - std::pow(set.beta2, t)) / (1 - std::pow(set.beta1, t)));
  const auto adam_epsilon = static_cast<Scalar>(set.epsilon * std::sqrt(1 - std::pow(set.beta2, t)));
  std::size_t index = 0;
  for_each_flat_array(network, gradient, [&](const char* name, auto w, auto g) {
    auto& [first, second] = moments_[index++];
    if (!learning_.count(name) || w.size() == 0) return;
    g *= scale;
    if (set.kind == Kind::sgd) {
      w -= rate * g;
      return;
    }
    if (first.size() == 0) first.setZero(w.size());
    if (set.kind == Kind::momentum) {
      first = static_cast<Scalar>(set.momentum) * first + g;
      w -= rate * first;
      return;
    }
    if (second.size() == 0) second.setZero(w.size());
    first += static_cast<Scalar>(1 - set.beta1) * (g - first);
    second.array() += static_cast<Scalar>(1 - set.beta2) * (g.array().square() - second.array());
    w.array() -= adam_rate * first.array() / (second.array().sqrt() + adam_epsilon);
  });
  if (network.sign.size() > 0) network.keep_constraints();
  return norm;
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace stillpoint
