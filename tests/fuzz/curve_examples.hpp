// Small learning curves of every kind of file that is read.
#pragma once

#include <string>
#include <vector>

namespace stillpoint::testing {

std::vector<std::string> curve_examples();

}  // namespace stillpoint::testing
