// What is analysed, ready made: a network with all that is known of it. Put together by a program, or opened once from a
// network file or a run file (experiments/results/subject_file.hpp).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/system.hpp"
#include "sim/simulation.hpp"

namespace stillpoint {

struct Subject {
  Network<double> network;
  Vector<double> input = {};  // K, held; empty where the network has no input
  System::As as = System::As::flow;
  Integration integration = {};  // that its trials run with
  Noise noise = {};              // that it was trained with
  std::string synapse_kind = "none";
  /// Its short-term synapse, bound to the network (sim/synapse.hpp), as a differential equation; nullptr: static.
  std::shared_ptr<Synapse<double>> synapse = {};
  /// The same for trials of so many steps, in the form that it was trained in; empty: static.
  std::function<std::unique_ptr<Synapse<double>>(Index steps)> trial_synapse = {};
  std::string task = {};                                     // its name; "": not known
  std::function<TrialSet<double>(Index count)> trials = {};  // of the task, never seen by training; empty: not known

  /// Looks at its own copy of the network. Throws UserError as System does.
  System system() const { return System(network, input, as); }
  /// nullptr: static.
  const ContinuousSynapse<double>* continuous() const { return synapse ? synapse->continuous() : nullptr; }
};

/// What an analysis takes of its subject beside the network under constant input.
struct Takes {
  bool synapse = false, noise = false, task = false;
};
/// What is known of the subject and not taken: "synapse tcr", "noise", "task flip_flop".
std::vector<std::string> left_out(const Subject& subject, const Takes& takes);

/// Runs trials a few at a time, which bounds the memory that they take, with the subject's synapse, its integration and
/// this noise; `look` gets the number of the first, the trials and what they left behind. starts: D x trials, in place
/// of x(0); empty: as trials begin.
void run_trials(
    const Subject& subject, const Noise& noise, const TrialSet<double>& trials, std::uint64_t seed,
    const Matrix<double>& starts,
    const std::function<void(Index first, const TrialSet<double>& some, const Trajectory<double>& run)>& look);

/// D x count states, each of a trial of its own, after a step drawn uniformly from the trial's; with the subject's noise
/// and synapse. The same for the same seed, whatever the count. The subject's task must be known.
Matrix<double> states_of_trials(const Subject& subject, Index count, std::uint64_t seed);

}  // namespace stillpoint
