// Training: trials in, learning curve and networks out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plasticity/learner.hpp"
#include "plasticity/short_term/synapses.hpp"

namespace stillpoint {

enum class Outcome { reached, not_reached, diverged, unfinished };
std::string name_of(Outcome outcome);

/// How the gradient of a rule lay to BPTT's on the same trials, one value per update (none where the task did not
/// learn).
struct AlignmentCurve {
  std::string rule;
  std::vector<double> cosine, norm_ratio;
};

/// One value per update: measured before the weights of that update change.
struct LearningCurve {
  std::vector<long> update;
  std::vector<double> loss, accuracy;
  std::vector<double> speed;               // population speed V [1/s]
  std::vector<double> stability_bound_ms;  // largest stable step of the synapse, infinite without one
  std::vector<double> strength;            // factor on the strength of temporal consistency
  std::vector<AlignmentCurve> alignment;   // of the rule and its shadows, where shadow.rules are given
};

template <class Scalar>
struct Training {
  Outcome outcome = Outcome::not_reached;
  std::optional<long> reached_at;   // update at which the criterion was first met
  std::optional<long> diverged_at;  // update whose loss, state or gradient was not finite
  LearningCurve curve;
  Score final_score;  // on the evaluation trials; NaN when diverged
  Network<Scalar> initial, final;
  std::optional<Network<Scalar>> after_freeze_in;             // where the run began with freeze_in.updates
  std::vector<std::pair<long, Network<Scalar>>> checkpoints;  // before the change of that update
  std::string state;  // what learning remembers beside `final`: `train` goes on with both
};

struct TrainingParameters {
  Index updates = 400;             // of the weights
  Index batch = 16;                // trials per update
  double criterion = 0.95;         // accuracy that counts as learned: running average (.9) and evaluation trials
  double criterion_mse = 0.01;     // the same for tasks graded by error: mean squared error
  bool stop_at_criterion = false;  // end the run when it reaches criterion
};

/// What becomes of a run after an update: nothing else, the run is kept, or the run stops (unfinished).
enum class Next { go_on, keep, stop };

/// Where a run stands after an update.
struct Standing {
  long update;
  Score score;                               // on the trials of the update, before it
  std::function<Network<double>()> network;  // a copy of it as it is now
};

/// Everything a training run depends on, but for the initial network.
struct TrainingSetting {
  TrialSource trials;
  std::uint64_t seed = 1;
  LearnerParameters learner = {};
  SynapseModel synapse = static_synapse();
  TrainingParameters training = {};
  std::vector<long> checkpoints = {};  // updates before whose change the network is kept, rising
  Integration integration = {};
  Noise noise = {};
  bool criterion_is_error = false;  // mean squared error below criterion_mse, instead of accuracy above criterion
  std::function<Next(const Standing&)> progress = [](const Standing&) { return Next::go_on; };
};

/// Number of evaluation trials, fixed for a seed, and how many of them run at once.
constexpr Index evaluation_trials = 512, evaluation_block = 64;

/// Trains a copy of `initial`, or goes on with `begun`, which an earlier call with the same setting returned or handed
/// to `keep`; training.updates may have grown. Both ways end with the same bits. Throws UserError when rule and
/// integration method do not go together, KeptStateError where `begun` is of another training.
template <class Scalar>
Training<Scalar> train(const TrainingSetting& setting, const Network<double>& initial, Training<Scalar> begun = {},
                       const std::function<void(const Training<Scalar>&)>& keep = {});
/// The same in place: what ends it by throwing, a look aside, the trials or `progress`, leaves in `training` what was
/// reached. That is to be looked at; with it no training goes on.
template <class Scalar>
void train_in_place(const TrainingSetting& setting, const Network<double>& initial, Training<Scalar>& training,
                    const std::function<void(const Training<Scalar>&)>& keep = {});

/// Loss and accuracy on the evaluation trials of the setting's seed.
template <class Scalar>
Score evaluate(const TrainingSetting& setting, const Network<Scalar>& network);

/// Options training.* of TrainingParameters, and training.checkpoints.
std::vector<Option> training_options();
/// The setting that options describe, but for trials, seed and progress.
TrainingSetting training_setting(const Options& options);
/// The updates that training.checkpoints names: "none", "log" (1 3 10 30 ..), "every K" or a list; throws
/// UserError otherwise.
std::vector<long> checkpoint_updates(const std::string& text, long updates);

}  // namespace stillpoint
