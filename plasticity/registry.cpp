#include "sim/options/registry.hpp"

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

Option rule_name_option() { return choice_among(rule_kinds(), "rule.name", "e_prop", "long-term learning rule"); }

const RuleKind& rule_kind(const std::string& name) { return kind_named(rule_kinds(), name, rule_name_option); }

std::vector<std::string> rules_where(bool (*holds)(const RuleTraits&)) {
  std::vector<std::string> names;
  for (const auto& kind : rule_kinds())
    if (holds(kind)) names.push_back(kind.name);
  return names;
}

RuleModel rule_model(const Options& options) { return rule_kind(options.text("rule.name")).model(options); }

}  // namespace stillpoint
