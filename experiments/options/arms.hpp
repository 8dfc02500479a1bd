// Study arms: one grid axis, `study.arm`, whose values are presets over synapse.* and control.*.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/options/option.hpp"

namespace stillpoint {

struct Arm {
  std::string name, help;
  std::vector<std::pair<std::string, std::string>> preset;
};
const std::vector<Arm>& arms();
/// Throws UserError on an unknown name, listing the known ones.
const Arm& arm(const std::string& name);

/// Options study.arm and control.*
std::vector<Option> arm_options();

}  // namespace stillpoint
