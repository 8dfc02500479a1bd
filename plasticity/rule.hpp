// Long-term learning rules.
//
// A rule sees finished steps and trials, never weights that it could write to: it writes a gradient of the loss, or a
// finished change, and the learner applies it. Call order per update:
//   begin (before the first step)  ->  step, after each step, if online()  ->  write, after the last
//   (an online rule may be asked to write during the trial as well, after every step or every n-th).
// plasticity/check holds a rule against the truth that it claims, or where it claims none against its formula in
// check/literal_rules.cpp.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "plasticity/feedback.hpp"
#include "plasticity/gradient.hpp"
#include "plasticity/loss.hpp"
#include "sim/kept_state.hpp"
#include "sim/sizes.hpp"

namespace stillpoint {

template <class Scalar>
class Rule {
 public:
  virtual ~Rule() = default;
  /// Throws ParameterError where the rule, as its parameters make it, cannot serve the network. trains_start: its
  /// initial state r0 is to learn.
  virtual void check(const Network<Scalar>&, bool /*trains_start*/) const {}
  /// Bytes that it holds while it learns from trials of these sizes: by such estimates a run that the machine cannot
  /// hold is refused before it starts. 0: nothing to speak of.
  virtual double memory(const Sizes&) const { return 0; }
  /// Whether `step` is to be called.
  virtual bool online() const { return false; }
  /// What it injects into the drive of the trials it learns from, or nullptr.
  virtual Perturbation<Scalar>* perturbation() { return nullptr; }
  /// Before the first step.
  virtual void begin(const Simulation<Scalar>&, const TrialSet<Scalar>&, TrialKey) {}
  /// Whether the same trials are to be run unperturbed first; `see_unperturbed` then finds what they left behind.
  virtual bool needs_unperturbed_run() const { return false; }
  virtual void see_unperturbed(const Simulation<Scalar>&, const TrialSet<Scalar>&) {}
  /// After step t of the simulation. error: e(t), O x B.
  virtual void step(Index /*t*/, const TrialSetView<Scalar>&, MatrixView<Scalar> /*error*/) {}
  /// Writes what the rule emits; an online rule, what it has gathered since it last wrote. At the end of a trial set
  /// `written` comes with zeros of the network's shapes, during it as the rule left it; arrays at zero or empty do not
  /// change, arrays of another shape are refused (ParameterError).
  virtual void write(const TrialSetView<Scalar>&, Gradient<Scalar>& written) = 0;
  /// What it remembers from one trial set to the next, handed to `state` (sim/kept_state.hpp): a run that was stopped
  /// goes on with it. A rule that `begin` makes anew remembers nothing.
  virtual void keep(KeptState&) {}
};

/// What a rule writes, and when it is applied.
enum class Emits {
  gradient,       // dL/d(W, W_in, b), or an estimate; the optimizer makes the change, the readout has its own gradient
  change,         // the finished change of a trial set
  change_by_step  // the finished change of a step, applied before the next one
};

/// What is true of a rule whatever its parameters.
struct RuleTraits {
  std::string name, help;
  Emits emits = Emits::gradient;
  enum class Truth { exact, unbiased, approximate } truth = Truth::approximate;  // of the gradient
  bool supervised = true;           // learns from errors; zero error, no change
  bool own_readout = false;         // writes the change of the readout itself
  bool perturbs = false;            // injects a perturbation
  bool takes_direct_terms = false;  // a loss on the trajectory itself enters its gradient
  bool needs_feedback_weights = false;
  bool needs_free_weights = false;             // regresses every connection: no mask, no sign, no factors
  bool reaches_state_parameters = false;       // its gradient has A and r0, where the network does
  bool any_network = false;                    // serves networks whose recurrent weights act on gates as well
  std::string rate_option = "optimizer.rate";  // what sets how fast it learns

  /// Its learning signal goes through the transposed readout whatever rule.feedback says.
  bool true_feedback() const { return truth != Truth::approximate; }
  /// May compute its update on the trials of another rule: it injects nothing, and what it writes can be compared.
  bool can_be_shadow() const { return emits == Emits::gradient && !perturbs; }
  /// May work beside the rule that trains.
  bool can_be_added() const { return !supervised && emits == Emits::change; }
};

/// A rule with its parameters, ready to be made in either precision. plasticity/rules/rules.hpp has those that come with
/// the toolkit; one of your own: rule_model<MyRule>(traits, parameters..).
struct RuleModel {
  RuleTraits traits;
  std::function<std::unique_ptr<Rule<float>>()> make_float;
  std::function<std::unique_ptr<Rule<double>>()> make_double;
  FeedbackParameters feedback = {};  // how errors reach the neurons

  template <class Scalar>
  std::unique_ptr<Rule<Scalar>> make() const {
    if constexpr (std::is_same_v<Scalar, float>)
      return make_float();
    else
      return make_double();
  }
};

/// Made is a rule in either precision, constructed from the parameters.
template <template <class> class Made, class... Parameters>
RuleModel rule_model(RuleTraits traits, const Parameters&... parameters) {
  return {std::move(traits), [=] { return std::make_unique<Made<float>>(parameters...); },
          [=] { return std::make_unique<Made<double>>(parameters...); }};
}

/// A rule as options name it. A new one is one file in rules/ and one line in rules.def.
struct RuleKind : RuleTraits {
  std::vector<Option> options;
  RuleModel (*model)(const Options&);
};
const std::vector<RuleKind>& rule_kinds();
/// Throws UserError on an unknown name, listing the known ones.
const RuleKind& rule_kind(const std::string& name);
Option rule_name_option();
/// Names of the kinds of which it holds.
std::vector<std::string> rules_where(bool (*holds)(const RuleTraits&));

/// The rule that rule.name names.
RuleModel rule_model(const Options& options);
template <class Scalar>
std::unique_ptr<Rule<Scalar>> make_rule(const Options& options) {
  return rule_model(options).template make<Scalar>();
}

}  // namespace stillpoint
