#include "sim/dynamics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {
const std::vector<std::string> methods = {"euler", "exponential_euler", "rk4", "dopri5"};
}

const std::vector<std::string>& method_names() { return methods; }

Method method_from(const std::string& name) {
  const auto found = std::find(methods.begin(), methods.end(), name);
  require_parameter(found != methods.end(), "integration.method", name, must_be_one_of(name, methods));
  return static_cast<Method>(found - methods.begin());
}

void require_map_method(const std::string& kind, const Integration& integration) {
  require_parameter(integration.method == Method::euler, "integration.method",
                    methods[static_cast<std::size_t>(integration.method)],
                    fmt::format("network.kind = {} is a map and not integrated: use euler", kind));
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

template <>
std::unique_ptr<Dynamics<float>> make_dynamics(const Network<float>& network, const Integration& integration) {
  return network_kind(network.kind).make_float(network, integration);
}
template <>
std::unique_ptr<Dynamics<double>> make_dynamics(const Network<double>& network, const Integration& integration) {
  return network_kind(network.kind).make_double(network, integration);
}

}  // namespace stillpoint
