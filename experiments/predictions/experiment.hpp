// A virtual experiment on a trained network, with its synapse and noise: what every neuron does, in Hz.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/activity/efficacy.hpp"
#include "analysis/activity/recording_model.hpp"
#include "experiments/predictions/protocol.hpp"
#include "experiments/predictions/stimulation.hpp"
#include "experiments/results/subject_file.hpp"

namespace stillpoint {

/// A network that is experimented on, with its options: what an experiment changes is changed here.
struct Preparation {
  Network<double> network;
  Options options;  // integration.*, noise.*, synapse.* and, where `has_task`, task.*
  bool has_task = false;
  std::uint64_t seed = 1;  // of trials, initial states, noise and stimulated neurons
  RateMap map;
  bool halved = false;  // the time step is half of that of its trials and noise
};
/// f_max_hz: what r = 1 stands for unless the network says so. A network file has no task.
Preparation preparation_of(const SubjectFile& file, double f_max_hz, std::uint64_t seed_of_network_file = 1);
/// The same with half its time step, in the same trials and with the same path of noise.
Preparation at_half_step(Preparation of);

/// Trials of an experiment, ready to be simulated.
struct ExperimentTrials {
  Options options;  // with what the experiment changes
  TrialSet<double> trials;
  Index event;                 // step that times count from
  std::optional<Delay> delay;  // of the task, as it is in these trials
  Noise noise = {};
};
/// Throws UserError where the preparation has no task and the experiment needs one, or a stimulus lies outside of its
/// trials.
ExperimentTrials trials_of(const Experiment& experiment, const Preparation& of);
/// The synapse of such trials, blocked where the experiment says so.
std::unique_ptr<Synapse<double>> synapse_of(const Experiment& experiment, const ExperimentTrials& of,
                                            const Network<double>& network);

/// Under which an experiment of this name draws its trials, its noise and its recordings.
std::uint32_t number_of_experiment(const std::string& name);

/// Width of the bins that rates are given in: about 10 ms, whole steps.
double bin_of_rates_ms(double dt_ms);

/// What of an experiment does not do what it says, a line each: a block where there is nothing to block, trials without
/// a delay.
std::vector<std::string> remarks_on_experiment(const Experiment& experiment, const ExperimentTrials& of,
                                               const Synapse<double>& synapse);

/// Of each trial, O x trials: mean output over its graded steps, and what it should have been.
struct Answers {
  Matrix<double> answer = {}, target = {};
  /// Whether its sign, of several outputs the largest, is that of the target.
  bool right(Index trial) const;
};
Answers answers_of(const TrialSet<double>& trials, const Matrix<double>& outputs);

struct ExperimentResult {
  Session rates_hz;                          // all neurons, bins of about 10 ms, the event at 0
  std::vector<Index> targets = {};           // neurons that were stimulated
  Answers answers = {};                      // none at rest
  std::vector<EfficacyRatio> efficacy = {};  // of a pairing, at its end: of positive connections, mean over trials
  std::optional<Delay> delay = {};
};
/// `some` of the trials that were made, from number `first` on, are in the result as well: their rates may be taken out.
using UseTrials = std::function<void(const ExperimentTrials& made, const TrialSet<double>& some, Index first,
                                     ExperimentResult& result)>;
/// Trials and noise are the same for every network of one seed and size, and others for another name of the experiment.
/// `use` is called after every few trials. Throws UserError where the network diverges.
ExperimentResult run_experiment(const Experiment& experiment, const Preparation& of, const UseTrials& use = {});

}  // namespace stillpoint
