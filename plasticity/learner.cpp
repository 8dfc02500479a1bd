#include "plasticity/learner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plasticity/short_term/short_term.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

std::vector<std::string> names_where(bool (*holds)(const RuleKind&)) {
  std::vector<std::string> names;
  for (const auto& kind : rule_kinds())
    if (holds(kind)) names.push_back(kind.name);
  return names;
}

bool can_be_shadow(const RuleKind& kind) { return kind.emits == Emits::gradient && !kind.perturbs; }
bool can_be_added(const RuleKind& kind) { return !kind.supervised && kind.emits == Emits::change; }

/// The rules of shadow.rules; throws UserError on one that cannot learn passively.
std::vector<std::string> shadow_names(const Options& options) {
  const auto words = split_words(options.text("shadow.rules"));
  if (words.empty() || words == std::vector<std::string>{"none"}) return {};
  for (const auto& name : words) {
    const auto found =
        std::find_if(rule_kinds().begin(), rule_kinds().end(), [&](const RuleKind& kind) { return kind.name == name; });
    require_parameter(found != rule_kinds().end(), "shadow.rules", name,
                   fmt::format("must be one or more of: {}", fmt::join(names_where(can_be_shadow), ", ")));
    require_parameter(!found->perturbs, "shadow.rules", name,
                   "injects a perturbation into the trials it learns from, so it cannot learn passively");
    require_parameter(found->emits == Emits::gradient, "shadow.rules", name,
                   "writes finished changes, not a gradient that could be compared with BPTT");
    require_parameter(std::count(words.begin(), words.end(), name) == 1, "shadow.rules", name, "is named twice");
  }
  const auto& trained = rule_kind(options.text("rule.name"));
  require_parameter(trained.emits != Emits::change_by_step, "shadow.rules", options.text("shadow.rules"),
                 "rule " + trained.name + " changes weights while a trial runs, so there is no gradient to compare");
  return words;
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
  for_each_array(network, change, [&](const char* name, auto weights, auto delta) {
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

}  // namespace

std::vector<Option> learner_options() {
  auto added = names_where(can_be_added);
  added.insert(added.begin(), "none");
  return {
      choice_option("rule.add", "none", added, "a second, unsupervised rule beside the one that trains"),
      text_option(
          "shadow.rules", "none",
          "gradient rules that compute their update on every trial set without changing anything, compared with "
          "BPTT: " +
              fmt::format("{}", fmt::join(names_where(can_be_shadow), ", "))),
      number_option("noise.weights", "0", "", nonnegative, "after each update W += noise.weights * N(0,1) / sqrt(N)"),
      integer_option("training.within_trial", "0", "steps", {0, 1e9},
                     "rules that learn online: change the weights every n-th step of the trial as well; 0: at its end"),
      integer_option("freeze_in.updates", "0", "", {0, 1e9},
                     "updates at the start in which temporal consistency learns and the task does not; fewer than all"),
      integer_option("freeze_in.every", "0", "", {0, 1e9},
                     "after them: every n-th update is such an update as well, n > 1; 0: none is"),
  };
}

std::vector<std::string> other_rules(const Options& options) {
  auto names = shadow_names(options);
  if (!names.empty()) names.push_back("bptt");
  if (options.text("rule.add") != "none") names.push_back(options.text("rule.add"));
  return names;
}

template <class Scalar>
Score run_with_rules(Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key,
                     Synapse<Scalar>& synapse, const std::vector<ActiveRule<Scalar>>& rules, Matrix<Scalar>& error,
                     TemporalConsistency<Scalar>* consistency, const std::function<void(Index)>& after_step) {
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
  for (Index t = 0; t < trials.steps; ++t) {
    simulation.step(t);
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
    rules[i].rule.write(views[i], rules[i].written);
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

/// Throws UserError where a rule, or what changes weights beside it, cannot serve the network.
template <class Scalar>
void refuse_misfit(const Options& options, const Network<Scalar>& network) {
  const auto& trained = rule_kind(options.text("rule.name"));
  const auto& kind = network_kind(network.kind);
  require_parameter(!trained.needs_free_weights || (!network.constrained() && !network.has_factors()), "rule.name",
                 trained.name, "regresses every connection: it needs a network without mask, Dale's law or factors");
  require_parameter(options.text("network.initial_state") != "trained" || trained.reaches_state_parameters,
                 "network.initial_state", "trained",
                 "rule " + trained.name + " does not reach it; use bptt, rtrl or e_prop");
  std::vector<std::string> names = other_rules(options);
  names.push_back(trained.name);
  for (const auto& name : names) {
    const auto& rule = rule_kind(name);
    require_parameter(kind.acts_on_rates || rule.any_network, "network.kind", kind.name,
                   fmt::format("rule {} needs one state per neuron; rules for any network: {}", name,
                               fmt::join(names_where([](const RuleKind& any) { return any.any_network; }), ", ")));
    require_parameter(!network.has_factors() || rule.emits == Emits::gradient || rule.needs_feedback_weights,
                   "network.kind", kind.name,
                   "rule " + name + " changes W itself, which is the product of factors here; use a gradient rule");
  }
  auto copy = network;
  Gradient<Scalar> none;
  bool any = false;
  const auto learning = learning_arrays(options);
  for_each_array(copy, none,
                 [&](const char* name, auto weights, auto) { any |= weights.size() > 0 && learning.count(name); });
  require_parameter(
      any, "training.parameters", options.text("training.parameters"),
      fmt::format(
          "a {} has none of these arrays, so nothing would learn (r0 does with network.initial_state = trained)",
          kind.name));
  require_parameter(!network.has_factors() || options.number("noise.weights") == 0, "noise.weights",
                 options.text("noise.weights"), "has no place in a network whose W is the product of factors");
}

/// Throws UserError where freeze-in would leave no update to the task, or nothing to learn without it.
void refuse_empty_freeze_in(const Options& options) {
  const bool long_term = options.text("tcr.form") != "none" && options.number("tcr.lambda") > 0;
  const bool short_term = options.text("synapse.kind") == "tcr" && options.number("synapse.beta") > 0 &&
                          options.number("synapse.consolidation") > 0;
  for (const char* name : {"freeze_in.updates", "freeze_in.every"})
    require_parameter(options.integer(name) == 0 || long_term || short_term, name, options.text(name),
                   "nothing would learn: it needs tcr.form with tcr.lambda > 0, or synapse.kind = tcr with "
                   "synapse.beta and synapse.consolidation > 0");
  require_parameter(options.integer("freeze_in.updates") < options.integer("training.updates"), "freeze_in.updates",
                 options.text("freeze_in.updates"),
                 "leaves the task none of training.updates = " + options.text("training.updates"));
  require_parameter(options.integer("freeze_in.every") != 1, "freeze_in.every", "1",
                 "leaves the task no update: must be 0, or 2 and more");
}

template <class Scalar>
Learner<Scalar>::Learner(const Options& options, const Network<Scalar>& network, std::uint64_t seed)
    : kind_(rule_kind(options.text("rule.name"))),
      rule_(make_rule<Scalar>(options)),
      feedback_(options, network.size(), network.outputs(), seed),
      consistency_(options),
      optimizer_(options),
      freeze_in_optimizer_(options),
      schedule_(options),
      weight_noise_(options.number("noise.weights")),
      freeze_in_updates_(options.integer("freeze_in.updates")),
      freeze_in_every_(options.integer("freeze_in.every")),
      within_trial_(options.integer("training.within_trial")) {
  require_parameter(within_trial_ == 0 || (rule_->online() && kind_.emits == Emits::gradient), "training.within_trial",
                 options.text("training.within_trial"),
                 "rule " + kind_.name + " does not learn within the trial as configured; those that do: rtrl, uoro, " +
                     "kf_rtrl, and e_prop with rule.form = online");
  require_parameter(within_trial_ == 0 || options.text("shadow.rules") == "none", "shadow.rules",
                 options.text("shadow.rules"), "needs weights that rest during the trial: training.within_trial = 0");
  require_parameter(!kind_.needs_feedback_weights || network.W_fb.size() > 0, "network.feedback", "none",
                 "rule " + kind_.name + " needs feedback of the readout: network.feedback = uniform");
  const auto* feedback_from = options.text("network.feedback") == "none" ? "network.start" : "network.feedback";
  require_parameter(kind_.needs_feedback_weights || network.W_fb.size() == 0, feedback_from, options.text(feedback_from),
                 "rule " + kind_.name + " does not train networks with feedback of the readout");
  refuse_misfit(options, network);
  learning_ = learning_arrays(options);
  const bool short_term = options.text("synapse.kind") == "tcr";
  if (short_term && options.number("synapse.consolidation") > 0) {
    for (const char* control : {"synapse.postsynaptic", "synapse.current"})
      require_parameter(options.text(control) == "own", control, options.text(control),
                     "must be own where synapse.consolidation > 0");
    require_parameter(!network.has_factors(), "synapse.consolidation", options.text("synapse.consolidation"),
                   "has no place in a network whose W is the product of factors");
    consolidation_ = options.number("synapse.consolidation");
    beta_ = options.number("synapse.beta");
    tau_s_ms_ = options.number("synapse.tau_s_ms");
  }
  refuse_empty_freeze_in(options);
  if (const auto& name = options.text("rule.add"); name != "none") added_ = make_rule<Scalar>(rule_kind(name), options);
  const auto names = shadow_names(options);
  if (!names.empty() && kind_.name != "bptt")
    shadows_.push_back({"bptt", make_rule<Scalar>(rule_kind("bptt"), options), {}, true});
  for (const auto& name : names)
    if (name != "bptt" && name != kind_.name) {
      const auto& kind = rule_kind(name);
      shadows_.push_back({name, make_rule<Scalar>(kind, options), {}, kind.true_feedback()});
    }
  if (!names.empty() && kind_.emits == Emits::gradient && kind_.name != "bptt") compared_.push_back(kind_.name);
  for (const auto& shadow : shadows_)
    if (shadow.name != "bptt") compared_.push_back(shadow.name);
}

template <class Scalar>
bool Learner<Scalar>::freezes_in(TrialKey key) const {
  const auto update = static_cast<long>(key.update);
  return update < freeze_in_updates_ || (freeze_in_every_ > 0 && update % freeze_in_every_ == 0);
}

template <class Scalar>
Score Learner<Scalar>::learn(Network<Scalar>& network, Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials,
                             TrialKey key, Synapse<Scalar>& synapse) {
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
  const auto& taught = kind_.true_feedback() ? true_feedback_ : feedback_.of(network);
  auto& written = kind_.emits == Emits::gradient ? gradient_ : kind_.emits == Emits::change ? change_ : step_change_;
  std::vector<ActiveRule<Scalar>> rules;
  if (task)
    rules.push_back({*rule_, taught, written});
  else if (consistency_.terms())
    rules.push_back({*rule_, silence, written});  // l = 0: nothing but temporal consistency
  const bool by_step = task && kind_.emits == Emits::change_by_step;
  if (task && added_) rules.push_back({*added_, taught, added_change_});
  for (auto& shadow : shadows_)
    if (task) rules.push_back({*shadow.rule, shadow.true_feedback ? true_feedback_ : taught, shadow.written});

  Index changed = 0;  // steps that the readout has learned from
  std::function<void(Index)> at_once;
  if (by_step)
    at_once = [&](Index) {
      rule_->write({simulation, trials, error_, taught}, step_change_);
      add_change(network, step_change_, learning_);
    };
  else if (task && within_trial_ > 0)
    at_once = [&](Index t) {
      if ((t + 1) % within_trial_ != 0 || t + 1 == trials.steps) return;
      rule_->write({simulation, trials, error_, taught}, gradient_);
      change_within_trial(network, simulation, changed, t + 1);
      changed = t + 1;
    };
  const Score result = run_with_rules(simulation, trials, key, synapse, rules, error_, consistency, at_once);
  if (task && added_) change_.W += added_change_.W;
  if (task && !shadows_.empty()) compare_with_bptt();
  if (task && !kind_.own_readout) readout_gradient(simulation.trajectory(), error_, gradient_, changed, trials.steps);
  if (consistency) consistency_.add_gradient(simulation, trials, gradient_);
  if (consolidation_ > 0)
    change_.W += static_cast<Scalar>(consolidation_) * tcr_integral(simulation, trials, strength * beta_, tau_s_ms_);
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
  if (diverged_ || !all_finite(change_) || !network.W_out.allFinite()) return false;
  const bool task = !freezes_in(key);
  if (!std::isfinite((task ? optimizer_ : freeze_in_optimizer_).apply(network, gradient_))) return false;
  add_change(network, change_, learning_);
  if (task && learning_.count("W_out")) feedback_.follow(W_out_before_, network);
  if (weight_noise_ > 0 && learning_.count("W")) {
    set_zero(change_, network);
    Stream(key.seed, Purpose::weight_noise, key.update)
        .fill_normal(change_.W, weight_noise_ / std::sqrt(static_cast<double>(network.size())));
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
