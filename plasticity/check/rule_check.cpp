#include "plasticity/check/rule_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plasticity/check/literal_rules.hpp"
#include "plasticity/gradient_check.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "sim/blas.hpp"
#include "sim/look_aside.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr double exact_bound = 1e-6;    // central differences are good to some 1e-9 of the largest entry
constexpr double literal_bound = 1e-9;  // of sums over some thousand terms
constexpr double rounding = 1e-12;      // of such sums, of their size: what differs by less does not differ
constexpr double z_bound = 4;           // standard errors; 21 directions pass it by chance once in 750 checks
constexpr Index random_directions = 20;

std::unique_ptr<Synapse<double>> synapse_of(const CheckProblem& problem) {
  return synapse_model(problem.options)
      .make<double>(synapse_context(problem.network, problem.integration, problem.noise, problem.trials.steps));
}

std::unique_ptr<Rule<double>> rule_of(const RuleModel& model, const CheckProblem& problem) {
  auto rule = model.make<double>();
  rule->check(problem.network, problem.options.text("network.initial_state") == "trained");
  return rule;
}

bool is_short_term(const Synapse<double>& synapse) { return synapse.drives() || synapse.scales(); }

/// Temporal consistency where it is part of the loss that the rule descends.
std::unique_ptr<TemporalConsistency<double>> in_the_loss(const RuleModel& model, const CheckProblem& problem) {
  if (!model.traits.takes_direct_terms || problem.options.text("tcr.form") != "loss") return nullptr;
  return std::make_unique<TemporalConsistency<double>>(temporal_consistency_list().from(problem.options));
}

/// "synapse frozen; gradient through it at 12.30 deg (cos 0.97705)"
std::string angle_to_full(const Gradient<double>& frozen, const Gradient<double>& full) {
  Vector<double> a = flattened(frozen), b = flattened(full);
  const auto known = (a.array() == a.array() && b.array() == b.array()).eval();  // not NaN
  a = known.select(a, 0);
  b = known.select(b, 0);
  const double cosine = std::min(1.0, a.dot(b) / (a.norm() * b.norm()));
  return fmt::format("synapse frozen; gradient through it at {:.2f} deg (cos {:.5f})",
                     180 * std::acos(cosine) / std::acos(-1.0), cosine);
}

RuleCheck check_exact(const RuleModel& model, const CheckProblem& problem) {
  const auto synapse = synapse_of(problem);
  const auto rule = rule_of(model, problem);
  const auto consistency = in_the_loss(model, problem);
  const TrialKey key{problem.seed, 0};
  const auto found = check_gradient(problem.network, problem.integration, problem.noise, problem.trials, key, *synapse,
                                    *rule, consistency.get());
  RuleCheck check{
      model.traits.name,
      fmt::format("central differences, {} weights{}", found.checked, consistency ? ", loss with lambda E" : ""),
      found.relative(), exact_bound};
  if (found.skipped > 0) check.note = fmt::format("{} skipped at relu kinks", found.skipped);
  const bool wrong = found.checked > 0 && !(check.error <= check.bound);  // whatever was skipped
  if (found.skipped * 100 > found.checked && !wrong) {
    check.made = false;
    check.note = fmt::format("{} of {} weights are at relu kinks, more than 1 %; the others agree to {:.2g}",
                             found.skipped, found.skipped + found.checked, check.error);
  }
  if (is_short_term(*synapse)) {
    const auto full = central_differences(problem.network, problem.integration, problem.noise, problem.trials, key,
                                          *synapse, consistency.get());
    check.note += (check.note.empty() ? "" : "; ") + angle_to_full(found.differences, full);
  }
  return check;
}

/// A rule that draws under other keys than its trials, which stay as they are: initial states, noise, permutations.
class Redrawn : public Rule<double> {
 public:
  Redrawn(Rule<double>& rule, std::uint64_t draw) : rule_(rule), draw_(draw) {}
  bool online() const override { return rule_.online(); }
  Perturbation<double>* perturbation() override { return rule_.perturbation(); }
  void begin(const Simulation<double>& simulation, const TrialSet<double>& trials, TrialKey key) override {
    rule_.begin(simulation, trials, {key.seed, draw_});
  }
  bool needs_unperturbed_run() const override { return rule_.needs_unperturbed_run(); }
  void see_unperturbed(const Simulation<double>& simulation, const TrialSet<double>& trials) override {
    rule_.see_unperturbed(simulation, trials);
  }
  void step(Index t, const TrialSetView<double>& view, MatrixView<double> error) override {
    rule_.step(t, view, error);
  }
  void write(const TrialSetView<double>& view, Gradient<double>& written) override { rule_.write(view, written); }

 private:
  Rule<double>& rule_;
  std::uint64_t draw_;
};

/// W (or its factors), W_in and b of a gradient; the readout's is exact under every rule.
Vector<double> estimated(Gradient<double> gradient, const Network<double>& network) {
  if (network.mask.size() > 0) gradient.W.array() *= network.mask.array();
  to_factors(network, gradient);
  gradient.W_out.resize(0, 0);
  gradient.b_out.resize(0);
  gradient.A.resize(0);
  gradient.r0.resize(0);
  return flattened(gradient);
}

RuleCheck check_unbiased(const RuleModel& model, const CheckProblem& problem) {
  const auto& network = problem.network;
  const auto synapse = synapse_of(problem);
  const auto rule = rule_of(model, problem);
  const auto consistency = in_the_loss(model, problem);
  const TrialKey key{problem.seed, 0};
  const Matrix<double> feedback = network.W_out.transpose();
  Simulation<double> simulation(network, problem.integration, problem.noise);
  Gradient<double> gradient;
  Matrix<double> error;

  // A perturbation acts through a live synapse as well: what it estimates is the gradient through it.
  std::string against;
  Vector<double> truth;
  if (model.traits.perturbs) {
    truth = estimated(central_differences(network, problem.integration, problem.noise, problem.trials, key, *synapse),
                      network);
    against = "central differences";
  } else {
    const auto exact = bptt().make<double>();
    run_and_learn<double>(simulation, problem.trials, key, *synapse, *exact, feedback, error, gradient,
                          consistency.get());
    truth = estimated(gradient, network);
    against = "BPTT";
  }
  const auto known = (truth.array() == truth.array()).eval();  // not NaN: no relu kink
  truth = known.select(truth, 0);

  // Along the gradient itself a wrong scale shows best; along random directions, whatever lies beside it.
  Matrix<double> axes(truth.size(), random_directions + 1);
  Stream(problem.seed, Purpose::estimate, evaluation_update)
      .fill_normal(axes.leftCols(random_directions), 1 / std::sqrt(static_cast<double>(truth.size())));
  axes.col(random_directions) = truth.normalized();
  Matrix<double> projections(axes.cols(), problem.draws);
  for (const Index draw : Turns("draws", problem.draws)) {
    Redrawn redrawn(*rule, static_cast<std::uint64_t>(draw));
    run_and_learn<double>(simulation, problem.trials, key, *synapse, redrawn, feedback, error, gradient,
                          consistency.get());
    projections.col(draw).noalias() = axes.transpose() * known.select(estimated(gradient, network), 0).matrix();
  }
  const auto draws = static_cast<double>(problem.draws);
  const Vector<double> mean = projections.rowwise().mean(), expected = axes.transpose() * truth;
  const Vector<double> by_draws =
      ((projections.colwise() - mean).rowwise().squaredNorm() / (draws - 1) / draws).cwiseSqrt();
  // A rule that does not draw has no standard error but that of its sums.
  const Vector<double> standard_error = by_draws.cwiseMax(rounding * truth.norm());
  RuleCheck check{model.traits.name, fmt::format("{}, mean of {} draws", against, problem.draws),
                  (mean - expected).cwiseQuotient(standard_error).cwiseAbs().maxCoeff<Eigen::PropagateNaN>(), z_bound};
  check.note = fmt::format("largest |z| of {} directions; standard error {:.2g} % along the gradient{}", axes.cols(),
                           100 * standard_error(random_directions) / truth.norm(),
                           model.traits.perturbs ? "; bias O(sigma^2)" : "");
  if (const auto sigma = model.traits.name + ".sigma";
      check.verdict() == RuleCheck::Verdict::failed && model.traits.perturbs)
    check.note += fmt::format(": try {} = {:.2g}", sigma, problem.options.number(sigma) / 10);
  return check;
}

/// max |written - wanted| as a share of max |wanted|; 0 where both are 0.
double relative_difference(const Gradient<double>& written, const Gradient<double>& wanted) {
  const double difference = (flattened(written) - flattened(wanted)).cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  return difference == 0 ? 0 : difference / flattened(wanted).cwiseAbs().maxCoeff();
}

/// Two trial sets in a row, so that what a rule remembers counts.
RuleCheck check_literal(const RuleModel& model, const CheckProblem& problem) {
  Network<double> network = problem.network;
  Feedback<double> feedback(model.feedback, network.size(), network.outputs(), problem.seed);
  const auto literal = literal_rule(model.traits.name, {problem.options, feedback.of(network), problem.seed});
  RuleCheck check{model.traits.name, "its formula as a sum over synapses", 0, literal_bound};
  if (model.traits.emits == Emits::change_by_step) check.against = "ridge regression on the rates visited";
  if (!literal) {
    check.made = false;
    check.against = "no transcription in plasticity/check/literal_rules.cpp";
    return check;
  }
  const auto synapse = synapse_of(problem);
  const auto rule = rule_of(model, problem);
  const auto consistency = in_the_loss(model, problem);
  if (consistency) check.against += ", with tcr.form = loss";
  Simulation<double> simulation(network, problem.integration);
  simulation.keep_current(synapse->drives());
  Matrix<double> error;
  std::vector<double> errors;
  bool anything = false;
  for (std::uint64_t update = 0; update < 2; ++update) {
    const Network<double> before = network;
    Gradient<double> written, step_change, wanted;
    set_zero(written, network);
    set_zero(step_change, network);
    std::function<void(Index)> at_once;
    const auto& F = feedback.of(before);
    if (model.traits.emits == Emits::change_by_step)
      at_once = [&](Index) {
        rule->write({simulation, problem.trials, error, F}, step_change);
        if (!network.has_factors()) network.W += step_change.W;
        network.W_out += step_change.W_out;
        written.W += step_change.W;
        written.W_out += step_change.W_out;
      };
    Gradient<double> rest;  // a rule that changes weights by step has written all before the end
    run_with_rules<double>(simulation, problem.trials, {problem.seed, update}, *synapse,
                           {{*rule, F, at_once ? rest : written}}, error, consistency.get(), at_once);
    set_zero(wanted, network);
    literal->write({before, problem.integration, simulation.trajectory(), problem.trials}, wanted);
    errors.push_back(relative_difference(written, wanted));
    anything |= !flattened(wanted).isZero(0);
  }
  check.error = std::isnan(errors[0]) ? errors[0] : std::max(errors[1], errors[0]);
  check.sound = anything;
  if (!anything) check.note = "nothing was learned";
  return check;
}

}  // namespace

RuleCheck check_rule(const RuleModel& model, const CheckProblem& problem) {
  const ProductsOnOneThread products;
  if (model.traits.truth == RuleTraits::Truth::exact) return check_exact(model, problem);
  const bool estimates = model.traits.truth == RuleTraits::Truth::unbiased ||
                         (model.traits.perturbs && model.traits.emits == Emits::gradient);
  return estimates ? check_unbiased(model, problem) : check_literal(model, problem);
}

RuleCheck check_temporal_consistency(const CheckProblem& problem) {
  const ProductsOnOneThread products;
  const auto& options = problem.options;
  const auto synapse = synapse_of(problem);
  TemporalConsistency<double> consistency(temporal_consistency_list().from(options));
  Simulation<double> simulation(problem.network, problem.integration);
  simulation.keep_current(synapse->drives());
  Matrix<double> error;
  Gradient<double> written, wanted;
  run_with_rules<double>(simulation, problem.trials, {problem.seed, 0}, *synapse, {}, error, &consistency);
  set_zero(written, problem.network);
  set_zero(wanted, problem.network);
  consistency.add_gradient(simulation, problem.trials, written);
  literal_temporal_consistency({problem.network, problem.integration, simulation.trajectory(), problem.trials},
                               options.number("tcr.lambda"), options.text("tcr.form") == "local", wanted);
  return {"tcr.form = " + options.text("tcr.form"), "its formula as a sum over synapses",
          relative_difference(written, wanted), literal_bound};
}

int exit_code(const std::vector<RuleCheck>& checks) {
  return std::any_of(checks.begin(), checks.end(),
                     [](const auto& check) { return check.verdict() == RuleCheck::Verdict::failed; });
}

}  // namespace stillpoint
