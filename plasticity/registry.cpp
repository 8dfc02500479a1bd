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

template <>
std::unique_ptr<Rule<float>> make_rule(const RuleKind& kind, const Options& options) {
  return kind.make_float(options);
}
template <>
std::unique_ptr<Rule<double>> make_rule(const RuleKind& kind, const Options& options) {
  return kind.make_double(options);
}

template <class Scalar>
std::unique_ptr<Rule<Scalar>> make_rule(const Options& options) {
  return make_rule<Scalar>(rule_kind(options.text("rule.name")), options);
}

template std::unique_ptr<Rule<float>> make_rule(const Options&);
template std::unique_ptr<Rule<double>> make_rule(const Options&);

}  // namespace stillpoint
