#include "python/bindings/rules.hpp"

#include "plasticity/rules/rules.hpp"
#include "python/bindings/parameters.hpp"

namespace stillpoint::python {

namespace {

// Rules without parameters.
struct Bptt {};
struct Rtrl {};
struct Uoro {};
struct KfRtrl {};
/// The fields of EPropParameters and, within it, of FeedbackParameters.
struct EPropFields {
  FeedbackParameters::Kind feedback = FeedbackParameters().kind;
  double feedback_decay = FeedbackParameters().decay;
  EPropParameters::Form form = EPropParameters().form;
};

RuleModel made_of(const Bptt&) { return bptt(); }
RuleModel made_of(const Rtrl&) { return rtrl(); }
RuleModel made_of(const Uoro&) { return uoro(); }
RuleModel made_of(const KfRtrl&) { return kf_rtrl(); }
RuleModel made_of(const EPropFields& p) { return e_prop({{p.feedback, p.feedback_decay}, p.form}); }
RuleModel made_of(const NodePerturbationParameters& p) { return node_perturbation(p); }
RuleModel made_of(const RewardHebbianParameters& p) { return reward_hebbian(p); }
RuleModel made_of(const ForceParameters& p) { return force(p); }
RuleModel made_of(const FullForceParameters& p) { return full_force(p); }
RuleModel made_of(const AntiHebbianParameters& p) { return anti_hebbian(p); }
RuleModel made_of(const OjaParameters& p) { return oja(p); }

/// One of the library's.
struct RuleClass {
  const RuleKind* kind;
  bool (*is)(nb::handle);
  RuleModel (*model)(nb::handle);
  nb::object (*by_default)();
};
std::vector<RuleClass>& rule_classes() {
  static std::vector<RuleClass> all;
  return all;
}

template <class P, class... T>
void bind_rule(nb::module_& module, const char* name, const char* kind_name, Field<P, T>... fields) {
  const auto& kind = rule_kind(kind_name);
  bind_parameters<P>(
      module, name, kind.help + " (docs/rules.md).", kind.options, [](const P& p) { made_of(p); }, fields...);
  rule_classes().push_back({&kind, [](nb::handle rule) { return nb::isinstance<P>(rule); },
                            [](nb::handle rule) { return made_of(nb::cast<const P&>(rule)); },
                            [] { return nb::cast(P()); }});
}

}  // namespace

RuleModel rule_model_of(nb::handle rule) {
  for (const auto& one : rule_classes())
    if (one.is(rule)) return one.model(rule);
  if (nb::isinstance<OwnRule>(rule)) return rule_model_of(nb::cast<const OwnRule&>(rule));
  throw nb::type_error("rule: must be a rule, as EProp()");
}

std::vector<std::pair<std::string, std::string>> rule_assignments(nb::handle rule) {
  for (const auto& one : rule_classes()) {
    if (!one.is(rule)) continue;
    std::vector<std::pair<std::string, std::string>> all = {{"rule.name", one.kind->name}};
    for (const auto& [field, text] : nb::cast<std::map<std::string, std::string>>(rule.attr("_texts")()))
      all.emplace_back(option_of(one.kind->options, field).name, text);
    return all;
  }
  return {};
}

void bind_rules(nb::module_& module) {
  bind_rule<Bptt>(module, "BPTT", "bptt");
  bind_rule<Rtrl>(module, "RTRL", "rtrl");
  bind_rule<Uoro>(module, "UORO", "uoro");
  bind_rule<KfRtrl>(module, "KFRTRL", "kf_rtrl");
  bind_rule(module, "EProp", "e_prop", Field{"feedback", &EPropFields::feedback},
            Field{"feedback_decay", &EPropFields::feedback_decay}, Field{"form", &EPropFields::form});
  bind_rule(module, "NodePerturbation", "node_perturbation", Field{"sigma", &NodePerturbationParameters::sigma});
  using Reward = RewardHebbianParameters;
  bind_rule(module, "RewardHebbian", "reward_hebbian", Field{"rate", &Reward::rate},
            Field{"amplitude", &Reward::amplitude}, Field{"frequency_hz", &Reward::frequency_hz},
            Field{"mean_tau_ms", &Reward::mean_tau_ms}, Field{"memory", &Reward::memory},
            Field{"largest_change", &Reward::largest_change});
  bind_rule(module, "FORCE", "force", Field{"regularisation", &ForceParameters::regularisation},
            Field{"every", &ForceParameters::every});
  bind_rule(module, "FullFORCE", "full_force", Field{"regularisation", &FullForceParameters::regularisation},
            Field{"every", &FullForceParameters::every}, Field{"gain", &FullForceParameters::gain});
  bind_rule(module, "AntiHebbian", "anti_hebbian", Field{"rate", &AntiHebbianParameters::rate});
  bind_rule(module, "Oja", "oja", Field{"rate", &OjaParameters::rate});
  module.def("rule_named", [](const std::string& name) -> nb::object {
    const auto& wanted = rule_kind(name);
    for (const auto& one : rule_classes())
      if (one.kind == &wanted) return one.by_default();
    throw std::logic_error("a rule without its class");
  });
}

}  // namespace stillpoint::python
