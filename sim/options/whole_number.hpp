// Numbers of files, which are doubles, as counts, seeds and updates.
#pragma once

#include <string>

namespace stillpoint {

/// The largest number up to which a double holds every whole one, 2^53.
constexpr double largest_whole = 9007199254740992;
/// A number as a whole one; throws ParameterError unless it is one from `low` to `high`.
long whole_number(const std::string& name, double value, double low = 0, double high = largest_whole);

}  // namespace stillpoint
