#include "plasticity/check/gradient_kind.hpp"

#include "plasticity/short_term/short_term.hpp"

namespace stillpoint {

namespace {

using Kind = GradientJudgement::Kind;
using Truth = RuleTraits::Truth;

RuleCheck check_as(Truth truth, RuleModel model, const CheckProblem& problem) {
  model.traits.truth = truth;
  return check_rule(model, problem);
}

Alignment alignment_with_bptt(const RuleModel& model, const CheckProblem& problem) {
  LearnerParameters parameters;
  parameters.rule = bptt();
  parameters.shadows = {model};
  auto network = problem.network;
  const auto synapse =
      synapse_model(problem.options)
          .make<double>(synapse_context(network, problem.integration, problem.noise, problem.trials.steps));
  Simulation<double> simulation(network, problem.integration, problem.noise);
  Learner<double> learner(parameters, network, problem.seed, 1);
  learner.learn(network, simulation, problem.trials, {problem.seed, 0}, *synapse);
  return learner.alignment().front();
}

}  // namespace

std::string name_of(Kind kind) {
  switch (kind) {
    case Kind::exact:
      return "exact";
    case Kind::unbiased:
      return "unbiased";
    case Kind::approximate:
      return "approximate";
    case Kind::undecided:
      return "not checked";
    case Kind::none:
      break;
  }
  return "none";
}

GradientJudgement judge_gradient(const RuleModel& model, const CheckProblem& problem) {
  GradientJudgement found;
  if (model.traits.emits != Emits::gradient) {
    found.own_claim = check_rule(model, problem);
    return found;
  }
  found.kind = Kind::approximate;
  for (const auto& [truth, kind] : {std::pair(Truth::exact, Kind::exact), std::pair(Truth::unbiased, Kind::unbiased)}) {
    if (truth == Truth::exact && model.traits.perturbs) continue;  // an estimate by its nature
    found.tried.push_back(check_as(truth, model, problem));
    const auto verdict = found.tried.back().verdict();
    if (verdict == RuleCheck::Verdict::failed) continue;
    found.kind = verdict == RuleCheck::Verdict::ok ? kind : Kind::undecided;
    break;
  }
  if (model.traits.truth == Truth::approximate && !model.traits.perturbs) found.own_claim = check_rule(model, problem);
  if (model.traits.can_be_shadow() && model.traits.name != "bptt")
    found.alignment = alignment_with_bptt(model, problem);
  return found;
}

}  // namespace stillpoint
