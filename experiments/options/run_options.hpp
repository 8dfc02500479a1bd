// Every option that a run has: those of its task, rule, network and synapse, of training and integration, and the arm's
// preset over them. Text in, checked values out; a program in C++ fills the structs of parameters itself.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/options/option.hpp"

namespace stillpoint {

using Assignments = std::vector<std::pair<std::string, std::string>>;  // full option name -> value, in order

/// Sets one assignment, in place where the option is there already.
void assign(Assignments& assignments, const std::string& name, const std::string& value);
/// The value, or nullptr.
const std::string* find_assignment(const Assignments& assignments, const std::string& name);

/// What becomes of options of components that a run does not use: checked in either case.
enum class Unused { refused, ignored };

/// Options of one run from explicit assignments: core options, an arm's preset, the options of the chosen task, rule
/// and synapse; where nothing is set, what the file of network.start says. Throws UserError.
Options resolve_options(const Assignments& assignments, Unused unused = Unused::refused);

}  // namespace stillpoint
