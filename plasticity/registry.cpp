#include "plasticity/rule.hpp"

namespace stillpoint {

#define STILLPOINT_RULE(name) RuleKind name##_rule();
#include "plasticity/rules.def"
#undef STILLPOINT_RULE

const std::vector<RuleKind>& rule_kinds() {
#define STILLPOINT_RULE(name) name##_rule(),
  static const std::vector<RuleKind> kinds = {
#include "plasticity/rules.def"
  };
#undef STILLPOINT_RULE
  return kinds;
}

Option rule_name_option() {
  std::vector<std::string> names;
  for (const auto& kind : rule_kinds()) names.push_back(kind.name);
  return choice_option("rule.name", "e_prop", names, "long-term learning rule");
}

const RuleKind& rule_kind(const std::string& name) {
  rule_name_option().check(name);
  for (const auto& kind : rule_kinds())
    if (kind.name == name) return kind;
  throw std::logic_error("rule kind");
}

RuleModel rule_model(const Options& options) { return rule_kind(options.text("rule.name")).model(options); }

}  // namespace stillpoint
