// Numbers of the command line that have a usual value.
#pragma once

#include <boost/program_options.hpp>

#include "sim/options/parameter_list.hpp"

namespace stillpoint {

/// An option with a usual value that --help writes as it would be typed, not with 17 digits.
inline boost::program_options::typed_value<double>* usual_number(double value) {
  return boost::program_options::value<double>()->default_value(value, number_text(value));
}

}  // namespace stillpoint
