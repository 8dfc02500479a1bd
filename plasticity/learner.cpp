#include "plasticity/learner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/blas.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

std::string names_of(const std::vector<RuleModel>& rules) {
  std::vector<std::string> names;
  for (const auto& rule : rules) names.push_back(rule.traits.name);
  return join_words(names);
}

template <class Scalar>
double dot(const Gradient<Scalar>& a, const Gradient<Scalar>& b) {
  return static_cast<double>(a.W.cwiseProduct(b.W).sum()) + static_cast<double>(a.W_in.cwiseProduct(b.W_in).sum()) +
         static_cast<double>(a.b.dot(b.b));
}

/// Adds a finished change to the arrays that learn; connections that may not exist stay 0.
template <class Scalar>
void add_change(Network<Scalar>& network, Gradient<Scalar>& change, const std::set<std::string>& learning) {
  if (network.mask.size() > 0 && change.W.size() > 0) change.W.array() *= network.mask.array();
  for_each_flat_array(network, change, [&](const char* name, auto weights, auto delta) {
    if (learning.count(name) && delta.size() > 0 && weights.size() > 0) weights += delta;
  });
  if (network.sign.size() > 0) network.keep_constraints();
}

template <class Scalar>
bool all_finite(const Gradient<Scalar>& change) {
  return change.W.allFinite() && change.W_in.allFinite() && change.b.allFinite() && change.W_out.allFinite() &&
         change.b_out.allFinite();
}

/// G_out = sum e r^T, g_out = sum e, over steps from `from` on to before `end`.
template <class Scalar>
void readout_gradient(const Trajectory<Scalar>& run, const Matrix<Scalar>& error, Gradient<Scalar>& gradient,
                      Index from, Index end) {
  const auto e = error.middleCols(from * run.batch, (end - from) * run.batch);
  gradient.W_out.noalias() = e * run.read().middleCols((from + 1) * run.batch, e.cols()).transpose();
  gradient.b_out = e.rowwise().sum();
}

/// A rule may come from outside: what it writes is taken only in the shapes of the network.
template <class Scalar>
void write_checked(Rule<Scalar>& rule, const TrialSetView<Scalar>& view, Gradient<Scalar>& written) {
  rule.write(view, written);
  for_each_learning_array(
      [](const ArrayTraits& array, const auto& own, const auto& change) {
        const bool held = own.size() > 0;  // a network of factors holds no W, though its rules may write one
        if (!held || change.size() == 0 || (change.rows() == own.rows() && change.cols() == own.cols())) return;
        require_parameter(false, std::string("rule: ") + array.name,
                          fmt::format("{} x {}", change.rows(), change.cols()),
                          fmt::format("must be {} x {}, as the network's, or empty", own.rows(), own.cols()));
      },
      view.simulation.network(), written);
}

}  // namespace

template <class Scalar>
Score run_with_rules(Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key,
                     Synapse<Scalar>& synapse, const std::vector<ActiveRule<Scalar>>& rules, Matrix<Scalar>& error,
                     TemporalConsistency<Scalar>* consistency, const std::function<void(Index)>& after_step) {
  const ProductsOnOneThread products;
  const auto& run = simulation.trajectory();
  const auto& network = simulation.network();
  std::vector<TrialSetView<Scalar>> views;
  for (const auto& each : rules)
    views.push_back({simulation, trials, error, each.feedback, consistency ? consistency->terms() : nullptr});
  const bool online =
      after_step || std::any_of(rules.begin(), rules.end(), [](const auto& each) { return each.rule.online(); });

  Rule<Scalar>* perturbing = nullptr;
  for (const auto& each : rules)
    if (each.rule.perturbation()) perturbing = &each.rule;
  if (perturbing && perturbing->needs_unperturbed_run()) {
    simulation.run(trials, key, synapse);
    perturbing->see_unperturbed(simulation, trials);
  }

  simulation.begin(trials, key, synapse);
  for (const auto& each : rules) each.rule.begin(simulation, trials, key);
  simulation.perturb_by(perturbing ? perturbing->perturbation() : nullptr);
  if (consistency) consistency->begin(trials, network.size());
  const Scalar scale = Scalar(2) / trials.mask.sum();
  error.resize(network.outputs(), trials.steps * trials.batch);
  if (!online) simulation.run_steps();
  for (Index t = 0; t < trials.steps; ++t) {
    if (online) simulation.step(t);
    if (consistency) consistency->observe(t, simulation, trials);
    if (!online) continue;
    simulation.read_out(t);
    auto step_error = run.at(error, t);
    step_error = scale * run.at(trials.mask, t).cwiseProduct(run.at(run.outputs, t) - run.at(trials.targets, t));
    for (std::size_t i = 0; i < rules.size(); ++i)
      if (rules[i].rule.online()) rules[i].rule.step(t, views[i], step_error);
    if (after_step) after_step(t);
  }
  simulation.perturb_by(nullptr);
  // Only the rule that trains decides which product makes the outputs: rules beside it leave every bit as it was.
  if (!after_step && (rules.empty() || !rules.front().rule.online())) simulation.finish();
  loss_error(run.outputs, trials, error);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    set_zero(rules[i].written, network);
    write_checked(rules[i].rule, views[i], rules[i].written);
  }
  return score(run.outputs, trials);
}

template <class Scalar>
Score run_and_learn(Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key,
                    Synapse<Scalar>& synapse, Rule<Scalar>& rule, const Matrix<Scalar>& feedback, Matrix<Scalar>& error,
                    Gradient<Scalar>& gradient, TemporalConsistency<Scalar>* consistency) {
  const Score result =
      run_with_rules<Scalar>(simulation, trials, key, synapse, {{rule, feedback, gradient}}, error, consistency);
  readout_gradient(simulation.trajectory(), error, gradient, 0, trials.steps);
  if (consistency) consistency->add_gradient(simulation, trials, gradient);
  return result;
}

/// Throws ParameterError where a rule, or what changes weights beside it, cannot serve the network.
template <class Scalar>
void Learner<Scalar>::refuse_misfit(const Network<Scalar>& network) const {
  const auto& kind = network_kind(network.kind);
  require_parameter(!traits_.needs_free_weights || (!network.constrained() && !network.has_factors()), "rule.name",
                    traits_.name, "regresses every connection: it needs a network without mask, Dale's law or factors");
  require_parameter(!parameters_.trains_start || traits_.reaches_state_parameters, "network.initial_state", "trained",
                    "rule " + traits_.name + " does not reach it; use bptt, rtrl or e_prop");
  for (const auto& shadow : parameters_.shadows) {
    require_shadow(shadow.traits);
    require_parameter(
        traits_.emits != Emits::change_by_step, "shadow.rules", names_of(parameters_.shadows),
        "rule " + traits_.name + " changes weights while a trial runs, so there is no gradient to compare");
  }
  require_parameter(!parameters_.added || parameters_.added->traits.can_be_added(), "rule.add",
                    parameters_.added ? parameters_.added->traits.name : "",
                    "must be an unsupervised rule that writes finished changes of a trial set");
  std::vector<const RuleTraits*> all;
  for (const auto& shadow : parameters_.shadows) all.push_back(&shadow.traits);
  if (parameters_.added) all.push_back(&parameters_.added->traits);
  all.push_back(&traits_);
  for (const auto* rule : all) {
    require_parameter(kind.acts_on_rates || rule->any_network, "network.kind", kind.name,
                      fmt::format("rule {} needs one state per neuron; rules for any network: {}", rule->name,
                                  fmt::join(rules_where([](const RuleTraits& any) { return any.any_network; }), ", ")));
    require_parameter(
        !network.has_factors() || rule->emits == Emits::gradient || rule->needs_feedback_weights, "network.kind",
        kind.name,
        "rule " + rule->name + " changes W itself, which is the product of factors here; use a gradient rule");
  }
  bool any = false;
  for_each_learning_array(
      [&](const ArrayTraits& array, const auto& weights) { any |= weights.size() > 0 && learning_.count(array.name); },
      network);
  require_parameter(
      any, "training.parameters", join_words(parameters_.optimizer.learning),
      fmt::format(
          "a {} has none of these arrays, so nothing would learn (r0 does with network.initial_state = trained)",
          kind.name));
  require_parameter(!network.has_factors() || parameters_.weight_noise == 0, "noise.weights",
                    number_text(parameters_.weight_noise),
                    "has no place in a network whose W is the product of factors");
}

template <class Scalar>
void Learner<Scalar>::check(const Synapse<Scalar>& synapse) const {
  const bool long_term = consistency_.active() && parameters_.consistency.lambda > 0;
  for (const auto& [name, value] : {std::pair("freeze_in.updates", parameters_.freeze_in_updates),
                                    std::pair("freeze_in.every", parameters_.freeze_in_every)})
    require_parameter(value == 0 || long_term || synapse.consolidates(), name, std::to_string(value),
                      "nothing would learn: it needs tcr.form with tcr.lambda > 0, or synapse.kind = tcr with "
                      "synapse.beta and synapse.consolidation > 0");
}

template <class Scalar>
Learner<Scalar>::Learner(const LearnerParameters& parameters, const Network<Scalar>& network, std::uint64_t seed,
                         Index updates)
    : parameters_(parameters),
      traits_(parameters_.rule.traits),
      rule_(parameters.rule.make<Scalar>()),
      feedback_(parameters.rule.feedback, network.size(), network.outputs(), seed),
      consistency_(parameters.consistency),
      optimizer_(parameters.optimizer, parameters.trains_start),
      freeze_in_optimizer_(parameters.optimizer, parameters.trains_start),
      schedule_(parameters.schedule, updates),
      learning_(learning_arrays(parameters.optimizer, parameters.trains_start)) {
  learner_list().check(parameters);
  const auto& [_, added, shadows, optimizer, consistency, schedule, trains_start, weight_noise, within_trial,
               freeze_in_updates, freeze_in_every] = parameters_;
  require_place(consistency, traits_);
  require_parameter(within_trial == 0 || (rule_->online() && traits_.emits == Emits::gradient), "training.within_trial",
                    std::to_string(within_trial),
                    "rule " + traits_.name +
                        " does not learn within the trial as configured; those that do: rtrl, uoro, " +
                        "kf_rtrl, and e_prop with rule.form = online");
  require_parameter(within_trial == 0 || shadows.empty(), "shadow.rules", names_of(shadows),
                    "needs weights that rest during the trial: training.within_trial = 0");
  require_parameter(!traits_.needs_feedback_weights || network.W_fb.size() > 0, "network.feedback", "none",
                    "rule " + traits_.name + " needs feedback of the readout: network.feedback = uniform");
  require_parameter(traits_.needs_feedback_weights || network.W_fb.size() == 0, "network.feedback", "uniform",
                    "rule " + traits_.name + " does not train networks with feedback of the readout");
  refuse_misfit(network);
  require_parameter(freeze_in_updates < updates, "freeze_in.updates", std::to_string(freeze_in_updates),
                    "leaves the task none of training.updates = " + std::to_string(updates));
  require_parameter(freeze_in_every != 1, "freeze_in.every", "1",
                    "leaves the task no update: must be 0, or 2 and more");
  rule_->check(network, trains_start);
  if (added) added_ = added->make<Scalar>();
  const auto& name = traits_.name;
  if (!shadows.empty() && name != "bptt") shadows_.push_back({"bptt", bptt().make<Scalar>(), {}, true});
  for (const auto& shadow : shadows)
    if (shadow.traits.name != "bptt" && shadow.traits.name != name)
      shadows_.push_back({shadow.traits.name, shadow.make<Scalar>(), {}, shadow.traits.true_feedback()});
  for (const auto& shadow : shadows_) shadow.rule->check(network, trains_start);
  if (!shadows.empty() && traits_.emits == Emits::gradient && name != "bptt") compared_.push_back(name);
  for (const auto& shadow : shadows_)
    if (shadow.name != "bptt") compared_.push_back(shadow.name);
}

template <class Scalar>
bool Learner<Scalar>::freezes_in(TrialKey key) const {
  const auto update = static_cast<long>(key.update);
  return update < parameters_.freeze_in_updates ||
         (parameters_.freeze_in_every > 0 && update % parameters_.freeze_in_every == 0);
}

template <class Scalar>
Score Learner<Scalar>::learn(Network<Scalar>& network, Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials,
                             TrialKey key, Synapse<Scalar>& synapse) {
  const ProductsOnOneThread products;
  const double strength = schedule_.at(static_cast<long>(key.update));
  consistency_.set_strength(strength);
  synapse.set_strength(strength);
  set_zero(gradient_, network);
  set_zero(change_, network);
  alignment_.assign(compared_.size(), {std::nan(""), std::nan("")});
  auto* consistency = consistency_.active() ? &consistency_ : nullptr;
  const bool task = !freezes_in(key);

  W_out_before_ = network.W_out;
  true_feedback_ = network.W_out.transpose();
  Matrix<Scalar> silence;
  if (!task) silence.setZero(network.size(), network.outputs());
  const auto& taught = traits_.true_feedback() ? true_feedback_ : feedback_.of(network);
  auto& written = traits_.emits == Emits::gradient ? gradient_
                  : traits_.emits == Emits::change ? change_
                                                   : step_change_;
  std::vector<ActiveRule<Scalar>> rules;
  if (task)
    rules.push_back({*rule_, taught, written});
  else if (consistency_.terms())
    rules.push_back({*rule_, silence, written});  // l = 0: nothing but temporal consistency
  const bool by_step = task && traits_.emits == Emits::change_by_step;
  if (task && added_) rules.push_back({*added_, taught, added_change_});
  for (auto& shadow : shadows_)
    if (task) rules.push_back({*shadow.rule, shadow.true_feedback ? true_feedback_ : taught, shadow.written});

  Index changed = 0;  // steps that the readout has learned from
  std::function<void(Index)> at_once;
  if (by_step)
    at_once = [&](Index) {
      write_checked(*rule_, {simulation, trials, error_, taught}, step_change_);
      add_change(network, step_change_, learning_);
    };
  else if (task && parameters_.within_trial > 0)
    at_once = [&](Index t) {
      if ((t + 1) % parameters_.within_trial != 0 || t + 1 == trials.steps) return;
      write_checked(*rule_, {simulation, trials, error_, taught}, gradient_);
      change_within_trial(network, simulation, changed, t + 1);
      changed = t + 1;
    };
  const Score result = run_with_rules(simulation, trials, key, synapse, rules, error_, consistency, at_once);
  if (task && added_) change_.W += added_change_.W;
  if (task && !shadows_.empty()) compare_with_bptt();
  if (task && !traits_.own_readout) readout_gradient(simulation.trajectory(), error_, gradient_, changed, trials.steps);
  if (consistency) consistency_.add_gradient(simulation, trials, gradient_);
  if (synapse.consolidates()) synapse.consolidate(simulation, trials, change_.W);
  return result;
}

template <class Scalar>
void Learner<Scalar>::change_within_trial(Network<Scalar>& network, const Simulation<Scalar>& simulation, Index from,
                                          Index end) {
  readout_gradient(simulation.trajectory(), error_, gradient_, from, end);
  diverged_ = diverged_ || !std::isfinite(optimizer_.apply(network, gradient_));
  true_feedback_ = network.W_out.transpose();
  feedback_.of(network);
}

template <class Scalar>
void Learner<Scalar>::compare_with_bptt() {
  const auto written_by = [&](const std::string& name) -> const Gradient<Scalar>& {
    for (const auto& shadow : shadows_)
      if (shadow.name == name) return shadow.written;
    return gradient_;
  };
  const auto& truth = written_by("bptt");
  const double length = std::sqrt(dot(truth, truth));
  for (std::size_t i = 0; i < compared_.size(); ++i) {
    const auto& other = written_by(compared_[i]);
    const double its_length = std::sqrt(dot(other, other));
    alignment_[i] = {dot(other, truth) / (length * its_length), its_length / length};
  }
}

template <class Scalar>
bool Learner<Scalar>::apply(Network<Scalar>& network, TrialKey key) {
  const ProductsOnOneThread products;
  if (diverged_ || !all_finite(change_) || !network.W_out.allFinite()) return false;
  const bool task = !freezes_in(key);
  if (!std::isfinite((task ? optimizer_ : freeze_in_optimizer_).apply(network, gradient_))) return false;
  add_change(network, change_, learning_);
  if (task && learning_.count("W_out")) feedback_.follow(W_out_before_, network);
  if (parameters_.weight_noise > 0 && learning_.count("W")) {
    set_zero(change_, network);
    Stream(key.seed, Purpose::weight_noise, key.update)
        .fill_normal(change_.W, parameters_.weight_noise / std::sqrt(static_cast<double>(network.size())));
    add_change(network, change_, learning_);
  }
  return true;
}

template class Learner<float>;
template class Learner<double>;
template Score run_with_rules(Simulation<float>&, const TrialSet<float>&, TrialKey, Synapse<float>&,
                              const std::vector<ActiveRule<float>>&, Matrix<float>&, TemporalConsistency<float>*,
                              const std::function<void(Index)>&);
template Score run_with_rules(Simulation<double>&, const TrialSet<double>&, TrialKey, Synapse<double>&,
                              const std::vector<ActiveRule<double>>&, Matrix<double>&, TemporalConsistency<double>*,
                              const std::function<void(Index)>&);
template Score run_and_learn(Simulation<float>&, const TrialSet<float>&, TrialKey, Synapse<float>&, Rule<float>&,
                             const Matrix<float>&, Matrix<float>&, Gradient<float>&, TemporalConsistency<float>*);
template Score run_and_learn(Simulation<double>&, const TrialSet<double>&, TrialKey, Synapse<double>&, Rule<double>&,
                             const Matrix<double>&, Matrix<double>&, Gradient<double>&, TemporalConsistency<double>*);

}  // namespace stillpoint
