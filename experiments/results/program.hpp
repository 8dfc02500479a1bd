// The program that is running, as far as its numbers depend on it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace stillpoint {

/// Name and value of what must agree, beside options and seed, for two runs to be the same to the bit; attributes of
/// /provenance by the same names.
const std::vector<std::pair<std::string, std::string>>& this_program();

/// A program as the values of this_program().
using ProgramFacts = std::vector<std::string>;
ProgramFacts this_program_facts();

/// One line where runs are of more than one program: in what they differ, and how many are whose. "" for one program.
std::string mixed_programs_line(const std::map<ProgramFacts, long>& runs);
/// Name and value of every fact, on one line.
std::string program_text(const ProgramFacts& program);

}  // namespace stillpoint
