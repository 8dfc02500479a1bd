// Long-term learning rules.
//
// A rule sees finished steps and trials, never a network pointer of its own, and writes a gradient. Call order per
// update:
//   begin (before the first step)  ->  step, after each step, if online()  ->  gradient, after the last.
// A new rule is one file in rules/ and one line in rules.def.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plasticity/gradient.hpp"
#include "plasticity/loss.hpp"

namespace stillpoint {

template <class Scalar>
class Rule {
 public:
  virtual ~Rule() = default;
  /// Whether `step` is to be called.
  virtual bool online() const { return false; }
  virtual void begin(const Simulation<Scalar>&, const TrialSet<Scalar>&) {}
  /// After step t of the simulation. error: e(t), O x B.
  virtual void step(Index /*t*/, const Lesson<Scalar>&, MatrixView<Scalar> /*error*/) {}
  /// Writes W, W_in and b of the gradient; the readout's part is the same for all (readout_gradient).
  virtual void gradient(const Lesson<Scalar>&, Gradient<Scalar>&) = 0;
};

struct RuleKind {
  std::string name, help;
  std::vector<Option> options;  // rule.*
  std::unique_ptr<Rule<float>> (*make_float)(const Options&);
  std::unique_ptr<Rule<double>> (*make_double)(const Options&);
};
const std::vector<RuleKind>& rule_kinds();
/// Throws UserError on an unknown name, listing the known ones.
const RuleKind& rule_kind(const std::string& name);
Option rule_name_option();

template <class Scalar>
std::unique_ptr<Rule<Scalar>> make_rule(const Options& options);

/// Runs a trial set and lets the rule learn from it: trajectory in `simulation`, loss and accuracy returned, all of
/// `gradient` written. `feedback` is F, N x O; `error` is memory for e, O x T*B.
template <class Scalar>
Score run_and_learn(Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key,
                    Synapse<Scalar>& synapse, Rule<Scalar>& rule, const Matrix<Scalar>& feedback, Matrix<Scalar>& error,
                    Gradient<Scalar>& gradient);

/// F of the learning signal: the transposed readout, or fixed random N(0, 1/N) as the readout is drawn.
template <class Scalar>
class Feedback {
 public:
  /// rule.feedback: symmetric or random.
  Feedback(const Options& options, Index neurons, Index outputs, std::uint64_t seed);
  const Matrix<Scalar>& of(const Network<Scalar>& network) {
    if (symmetric_) F_ = network.W_out.transpose();
    return F_;
  }

 private:
  bool symmetric_;
  Matrix<Scalar> F_;
};

}  // namespace stillpoint
