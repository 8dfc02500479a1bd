#include "sim/nonlinearity.hpp"

#include <algorithm>

#include "sim/options/nearest.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {
const std::vector<std::string> names = {"tanh", "relu", "softplus", "logistic"};
}

const std::vector<std::string>& nonlinearity_names() { return names; }

Nonlinearity nonlinearity_from(const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  require_parameter(found != names.end(), "nonlinearity", name, must_be_one_of(name, names));
  return static_cast<Nonlinearity>(found - names.begin());
}

std::string name_of(Nonlinearity phi) {
  return phi == Nonlinearity::identity ? "identity" : names[static_cast<std::size_t>(phi)];
}

}  // namespace stillpoint
