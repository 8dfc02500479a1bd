// What may keep a memory, as study arms: the hypotheses that predictions are to tell apart, and their controls.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace stillpoint {

struct Hypothesis {
  std::string name, arm, help;
  bool control = false;  // no hypothesis of its own: a referee's question about another
};
const std::vector<Hypothesis>& hypotheses();

/// The hypothesis whose arm a run's options are, by study.arm or by what that arm sets; else the arm's own name, or
/// "other".
std::string hypothesis_of(const std::map<std::string, std::string>& options);
/// Of a control of another hypothesis, or of an arm that is none.
bool is_control(const std::string& name);

}  // namespace stillpoint
