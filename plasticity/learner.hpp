// From trials to weights: runs a trial set, lets rules learn from it, changes the network. The only writer of weights.
//
// Beside the rule that trains there may be
//   temporal consistency   in the long term (tcr.*), with a schedule
//   an added rule          unsupervised, a second mechanism (rule.add)
//   shadow rules           gradient rules that compute their update on the same trajectory and change nothing; each is
//                          compared with BPTT (shadow.rules)
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plasticity/feedback.hpp"
#include "plasticity/optimizer.hpp"
#include "plasticity/rules/rules.hpp"
#include "plasticity/schedule.hpp"
#include "plasticity/temporal_consistency.hpp"

namespace stillpoint {

/// What learns, and what learns or disturbs beside it.
struct LearnerParameters {
  RuleModel rule = e_prop();            // trains
  std::optional<RuleModel> added = {};  // a second, unsupervised rule that emits a finished change of a trial set
  std::vector<RuleModel> shadows = {};  // gradient rules that are compared with BPTT and change nothing
  OptimizerParameters optimizer = {};
  TemporalConsistencyParameters consistency = {};
  ScheduleParameters schedule = {};  // of the strength of temporal consistency, long and short term
  bool trains_start = false;         // the initial state r0 learns
  double weight_noise = 0;           // after each update W += weight_noise N(0,1) / sqrt(N)
  Index within_trial = 0;            // online rules: change the weights every n-th step as well; 0: at the end
  Index freeze_in_updates = 0;       // at the start, in which temporal consistency learns and the task does not
  Index freeze_in_every = 0;         // after them every n-th update is such an update as well; 0: none
};

/// How a rule's gradient lies to the true one, over W, W_in and b. NaN where one of them is zero, and where no rule was
/// taught (freeze-in).
struct Alignment {
  double cosine, norm_ratio;
};

/// A rule at work: through which feedback it is taught, and where it writes.
template <class Scalar>
struct ActiveRule {
  Rule<Scalar>& rule;
  const Matrix<Scalar>& feedback;
  Gradient<Scalar>& written;
};

/// Runs a trial set; every rule writes. Trajectory and y_hat as it was given are in `simulation`; `error` is memory
/// for e, O x T*B. `after_step`, if given, is called after every step, with e and y_hat up to there, and may change the
/// network.
template <class Scalar>
Score run_with_rules(Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key,
                     Synapse<Scalar>& synapse, const std::vector<ActiveRule<Scalar>>& rules, Matrix<Scalar>& error,
                     TemporalConsistency<Scalar>* consistency = nullptr,
                     const std::function<void(Index t)>& after_step = {});

/// One gradient rule and the readout: W, W_in, b, W_out and b_out of `gradient`.
template <class Scalar>
Score run_and_learn(Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key,
                    Synapse<Scalar>& synapse, Rule<Scalar>& rule, const Matrix<Scalar>& feedback, Matrix<Scalar>& error,
                    Gradient<Scalar>& gradient, TemporalConsistency<Scalar>* consistency = nullptr);

template <class Scalar>
class Learner {
 public:
  /// updates: of the whole training, which schedule and freeze-in refer to. Throws ParameterError where rules, network
  /// and parameters do not go together.
  Learner(const LearnerParameters& parameters, const Network<Scalar>& network, std::uint64_t seed, Index updates);

  /// Throws ParameterError where freeze-in would have nothing to learn with this synapse.
  void check(const Synapse<Scalar>& synapse) const;

  /// Runs the trials and computes what the rules make of them; a rule that changes weights step by step has changed
  /// them by the end.
  Score learn(Network<Scalar>& network, Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key,
              Synapse<Scalar>& synapse);
  /// Changes the weights by what was learned; false, and nothing changed, when that is not finite.
  bool apply(Network<Scalar>& network, TrialKey key);

  /// After the update: its population speed V [1/s], which a controlled schedule holds.
  void observe_speed(double speed) { schedule_.observe(speed); }
  /// Factor on the strength of temporal consistency in this update.
  double strength(TrialKey key) const { return schedule_.at(static_cast<long>(key.update)); }

  /// All that the next update depends on, beside the network.
  void keep(KeptState& state) {
    state(optimizer_, freeze_in_optimizer_, feedback_, schedule_, *rule_);
    if (added_) state(*added_);
    for (auto& shadow : shadows_) state(*shadow.rule);
  }

  /// Names of the rules that are compared with BPTT, and of the last update how each lies to it.
  const std::vector<std::string>& compared() const { return compared_; }
  const std::vector<Alignment>& alignment() const { return alignment_; }

 private:
  struct Shadow {
    std::string name;
    std::unique_ptr<Rule<Scalar>> rule;
    Gradient<Scalar> written;
    bool true_feedback;
  };
  /// Changes the network by what the rule has written since the last change, steps from `from` on to before
  /// `end`.
  void change_within_trial(Network<Scalar>& network, const Simulation<Scalar>& simulation, Index from, Index end);
  /// Whether temporal consistency learns alone in this update.
  bool freezes_in(TrialKey key) const;
  void compare_with_bptt();

  void refuse_misfit(const Network<Scalar>& network) const;

  LearnerParameters parameters_;
  const RuleTraits& traits_;  // of the rule that trains
  std::unique_ptr<Rule<Scalar>> rule_, added_;
  std::vector<Shadow> shadows_;  // the first is BPTT, if there are any
  Feedback<Scalar> feedback_;
  TemporalConsistency<Scalar> consistency_;
  Optimizer<Scalar> optimizer_, freeze_in_optimizer_;  // neither remembers what the other has seen
  Schedule schedule_;
  bool diverged_ = false;
  std::set<std::string> learning_;
  Gradient<Scalar> gradient_, change_, added_change_, step_change_;
  Matrix<Scalar> error_, true_feedback_, W_out_before_;
  std::vector<std::string> compared_;
  std::vector<Alignment> alignment_;
};

/// Throws ParameterError where the rule cannot compute its update on the trials of another.
void require_shadow(const RuleTraits& rule);
/// Of the numbers among them.
const ParameterList<LearnerParameters>& learner_list();
/// Options rule.add, shadow.rules, training.within_trial, freeze_in.* and noise.weights.
std::vector<Option> learner_options();
/// The rules that work beside rule.name: rule.add and shadow.rules. Throws ParameterError on one that cannot.
std::vector<std::string> other_rules(const Options& options);
/// What options say of a learner: rule, optimizer, temporal consistency, schedule and those above.
LearnerParameters learner_parameters(const Options& options);

}  // namespace stillpoint
