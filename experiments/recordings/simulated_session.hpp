// A simulated session before it is recorded: trials of one or more experiments, one after the other, from a trained
// network (run file, network file) or from what `simulate` kept.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "experiments/predictions/experiment.hpp"

namespace stillpoint {

/// Trials of one experiment, all or some: what every neuron did, and what was done to it. Times from the event, as in the
/// experiment.
struct SimulatedTrials {
  std::string experiment;
  Protocol protocol;
  Session rates_hz;                  // of all neurons
  std::vector<Index> bins;           // of each trial: so many are its own, the others come after its end
  TrialSet<double> trials;           // inputs, conditions, lengths
  double dt_ms, event_ms;            // step of the inputs; when the event is, from the trial's start
  std::optional<Delay> delay;        // of the task, from the trial's start; of unknown length: NaN
  std::vector<std::string> outcome;  // of each trial, "correct" or "error"; empty where it is not graded so
  Index first = 0;                   // number of the first trial in the experiment
};

struct SimulatedSession {
  std::string subject;  // stem of the file
  Index neurons = 0;
  std::uint64_t seed = 1;
  std::vector<Index> stimulated;               // neurons that some experiment stimulates
  std::vector<Experiment> experiments;         // in their order
  Index trials = 0;                            // of each
  std::vector<std::string> left_out;           // those asked for by `all` that do not apply
  std::vector<std::string> input_names;        // of the task's channels, where there is one
  std::map<std::string, std::string> options;  // what was simulated
  std::uint64_t fingerprint = 0;               // of network and options: other ones have another
  /// Calls `use` for the trials of an experiment, by its place; a few at a time.
  std::function<void(std::size_t place, const std::function<void(const SimulatedTrials&)>& use)> simulate;
};

struct SessionRequest {
  std::string path;
  std::vector<std::string> experiments;  // of a run or network; {"all"}: those of the predictions that spikes tell of
  std::optional<Index> trials;           // of each experiment; absent: 60, of a simulation all
  std::optional<std::uint64_t> seed;     // absent: the file's own
  Index session = 1;                     // from 1: another one has other trials and noise
  double f_max_hz = 20;
};
/// Throws UserError where the file is none of these, an experiment is unknown or does not apply, or the simulation file
/// has no rates.
SimulatedSession open_session(const SessionRequest& request);
/// Whether `simulate` wrote the file. Throws UserError.
bool is_simulation(const std::string& path);

/// Names streams of Purpose::recording of the exported session `number`, beside those of measurements: of the noise of
/// its experiment at a place, and of the choice of its neurons.
constexpr std::uint64_t choice_of_neurons = 1023;
constexpr std::uint64_t recording_stream(Index number, std::uint64_t place) {
  return (1ULL << 40) + static_cast<std::uint64_t>(number) * 1024 + place;
}
/// So many neurons in order, drawn at random: half of them of those that are stimulated where there are as many.
std::vector<Index> recorded_neurons(const SimulatedSession& session, Index count, Index number);

}  // namespace stillpoint
