#include "plasticity/optimizer.hpp"

#include <cmath>

namespace stillpoint {

std::vector<Option> optimizer_options() {
  return {
      choice_option("optimizer.name", "adam", {"sgd", "momentum", "adam"}, "how a gradient becomes a weight change"),
      number_option("optimizer.rate", "1e-3", "", positive, "learning rate"),
      number_option("optimizer.clip", "1", "", nonnegative, "largest norm of the gradient; 0: no limit"),
      number_option("optimizer.momentum", "0.9", "", {0, 1}, "momentum: share of the last change that is kept"),
      number_option("optimizer.beta1", "0.9", "", {0, 0.999999}, "adam: decay of the mean"),
      number_option("optimizer.beta2", "0.999", "", {0, 0.9999999}, "adam: decay of the mean square"),
      number_option("optimizer.epsilon", "1e-8", "", positive, "adam: added to the root mean square"),
      words_option("training.parameters", "W W_in b W_out b_out M V A r0",
                   {"W", "W_in", "b", "W_out", "b_out", "M", "V", "A", "r0"},
                   "arrays that learn, of those that the network has; r0 with network.initial_state = trained"),
  };
}

std::set<std::string> learning_arrays(const Options& options) {
  std::set<std::string> names;
  for (const auto& name : options.words("training.parameters")) names.insert(name);
  if (options.text("network.initial_state") != "trained") names.erase("r0");
  return names;
}

template <class Scalar>
Optimizer<Scalar>::Optimizer(const Options& options)
    : kind_(options.text("optimizer.name") == "adam"       ? Kind::adam
            : options.text("optimizer.name") == "momentum" ? Kind::momentum
                                                           : Kind::sgd),
      rate_(options.number("optimizer.rate")),
      clip_(options.number("optimizer.clip")),
      momentum_(options.number("optimizer.momentum")),
      beta1_(options.number("optimizer.beta1")),
      beta2_(options.number("optimizer.beta2")),
      epsilon_(options.number("optimizer.epsilon")),
      learning_(learning_arrays(options)),
      moments_(number_of_arrays) {}

template <class Scalar>
double Optimizer<Scalar>::apply(Network<Scalar>& network, Gradient<Scalar>& gradient) {
  if (network.mask.size() > 0) gradient.W.array() *= network.mask.array();
  to_factors(network, gradient);
  double squares = 0;
  for_each_array(network, gradient, [&](const char* name, auto, auto g) {
    if (learning_.count(name)) squares += static_cast<double>(g.squaredNorm());
  });
  const double norm = std::sqrt(squares);
  if (!std::isfinite(norm)) return norm;

  ++steps_;
  const auto scale = static_cast<Scalar>(clip_ > 0 && norm > clip_ ? clip_ / norm : 1);
  const double t = static_cast<double>(steps_);
  const auto adam_rate = static_cast<Scalar>(rate_ * std::sqrt(1 - std::pow(beta2_, t)) / (1 - std::pow(beta1_, t)));
  const auto adam_epsilon = static_cast<Scalar>(epsilon_ * std::sqrt(1 - std::pow(beta2_, t)));
  std::size_t index = 0;
  for_each_array(network, gradient, [&](const char* name, auto w, auto g) {
    auto& [first, second] = moments_[index++];
    if (!learning_.count(name) || w.size() == 0) return;
    const auto rate = static_cast<Scalar>(rate_);
    g *= scale;
    if (kind_ == Kind::sgd) {
      w -= rate * g;
      return;
    }
    if (first.size() == 0) first.setZero(w.size());
    if (kind_ == Kind::momentum) {
      first = static_cast<Scalar>(momentum_) * first + g;
      w -= rate * first;
      return;
    }
    if (second.size() == 0) second.setZero(w.size());
    first += static_cast<Scalar>(1 - beta1_) * (g - first);
    second.array() += static_cast<Scalar>(1 - beta2_) * (g.array().square() - second.array());
    w.array() -= adam_rate * first.array() / (second.array().sqrt() + adam_epsilon);
  });
  if (network.sign.size() > 0) network.keep_constraints();
  return norm;
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace stillpoint
