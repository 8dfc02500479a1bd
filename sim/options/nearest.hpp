// A name that nothing has, and what was probably meant.
#pragma once

#include <string>
#include <vector>

namespace stillpoint {

/// "; did you mean network.gain?" for what is nearest to "network.gian" or "gain" among the known names, "" where none
/// is near.
std::string did_you_mean(const std::string& name, const std::vector<std::string>& known);

/// "must be one of: euler, rk4", and which of them was meant.
std::string must_be_one_of(const std::string& name, const std::vector<std::string>& known);

}  // namespace stillpoint
