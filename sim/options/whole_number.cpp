#include "sim/options/whole_number.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/options/parameter_list.hpp"

namespace stillpoint {

long whole_number(const std::string& name, double value, double low, double high) {
  if (!(value >= low && value <= high && value == std::floor(value)))
    throw ParameterError(name, number_text(value), fmt::format("must be a whole number from {} to {}", low, high));
  return static_cast<long>(value);
}

}  // namespace stillpoint
