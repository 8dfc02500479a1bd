#include "sim/dynamics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stillpoint {

namespace {
const std::vector<std::string> methods = {"euler", "exponential_euler", "rk4", "dopri5"};
}

const std::vector<std::string>& method_names() { return methods; }

Method method_from(const std::string& name) {
  const auto found = std::find(methods.begin(), methods.end(), name);
  require_option(found != methods.end(), "integration.method", name,
                 fmt::format("must be one of: {}", fmt::join(methods, ", ")));
  return static_cast<Method>(found - methods.begin());
}

std::vector<Option> integration_options() {
  return {
      choice_option("integration.method", "euler", method_names(),
                    "learning needs euler or exponential_euler; rk4 and dopri5 (adaptive) serve simulate"),
      number_option("integration.dt_ms", "5", "ms", positive, "time step; input is held within it"),
      number_option("integration.tolerance", "1e-8", "", positive, "dopri5: absolute and relative error per step"),
      choice_option("integration.precision", "float", {"float", "double"}, "arithmetic of training"),
      number_option("noise.activity", "0", "", nonnegative,
                    "SD of the state of an uncoupled neuron under activity noise, at any dt"),
      number_option("noise.drive", "0", "", nonnegative, "SD of the drive noise xi (Ornstein-Uhlenbeck)"),
      number_option("noise.drive_tau_ms", "20", "ms", positive, "correlation time of the drive noise"),
  };
}

Integration make_integration(const Options& options) {
  return {method_from(options.text("integration.method")), options.number("integration.dt_ms"),
          options.number("integration.tolerance")};
}

template <class Scalar>
Dynamics<Scalar>::Dynamics(const Network<Scalar>& network, const Integration& integration) {
  const bool map = network.kind == "rnn_map";
  const bool current = network.kind == "leaky_current";
  input_ = current ? Nonlinearity::identity : network.nonlinearity;
  rate_ = current ? network.nonlinearity : Nonlinearity::identity;

  const double dt = integration.dt_ms;
  tau_ms_ = map ? Vector<Scalar>::Constant(network.size(), static_cast<Scalar>(dt)).eval() : network.tau_ms;
  require_option(!map || integration.method == Method::euler, "integration.method",
                 methods[static_cast<std::size_t>(integration.method)],
                 "an rnn_map is a map and not integrated: use euler");
  const double tau = static_cast<double>(tau_ms_.minCoeff());
  require_option(dt <= tau * (1 + 1e-6), "integration.dt_ms", fmt::format("{}", dt),
                 fmt::format("must be at most the membrane time constant, {} ms", tau));

  rate_per_ms_ = tau_ms_.cwiseInverse();
  alpha_ = static_cast<Scalar>(dt) * rate_per_ms_;
  if (integration.method == Method::exponential_euler) alpha_ = -(-alpha_.array()).expm1();
  leak_ = Scalar(1) - alpha_.array();
  shared_tau_ = (tau_ms_.array() == tau_ms_(0)).all();
}

template class Dynamics<float>;
template class Dynamics<double>;

}  // namespace stillpoint
