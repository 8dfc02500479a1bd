// The tasks of the toolkit, each built from a plain struct of its parameters:
//
//   FlipFlopParameters parameters;
//   parameters.bits = 2;
//   const auto task = make_task(parameters, 5);                      // time step 5 ms, that of the network
//   const TrialSet<double> trials = task->draw({seed, update}, 32);  // 32 trials
//
// Figure and source of a task stand in tasks/NAME.cpp, and docs/tasks.md tells more. Durations are rounded to the
// nearest number of steps. A Range draws one duration per trial, uniformly; {200, 200} is always 200.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/options/option.hpp"
#include "sim/types.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

/// Which of two channels carried more pulses?
struct EvidenceAccumulationParameters {
  enum class Ties { redraw, second };

  Index slots = 10;             // pulses per trial, one per slot
  double slot_ms = 30;          // time from one pulse to the next [ms]
  double pulse_ms = 10;         // duration of a pulse [ms], at most slot_ms
  double amplitude = 1;         // height of a pulse
  double favoured = 0.7;        // probability of a pulse on the favoured channel
  Range delay_ms = {200, 200};  // time from the last slot to the response [ms]
  double response_ms = 100;     // graded time at the end [ms]
  Ties ties = Ties::redraw;     // trials with equal counts: drawn again, or labelled -1
};

/// Hold the sign of the last pulse on each channel.
struct FlipFlopParameters {
  Index bits = 3;                  // one input channel and one output each
  Index slots = 10;                // slots per trial; a pulse starts with a slot
  double slot_ms = 100;            // shortest time from one pulse of a bit to its next [ms]
  double pulse_ms = 20;            // duration of a pulse [ms], at most slot_ms
  double pulse_probability = 0.3;  // per slot and bit; the mean holding time is slot_ms / pulse_probability
  double amplitude = 1;            // height of a pulse, up or down equally likely
  double settle_ms = 50;           // ungraded time from the start of every pulse [ms], shorter than slot_ms
};

/// Add two marked values of a stream.
struct DelayedAdditionParameters {
  Index samples = 10;           // values in the stream; one is marked in each half
  double sample_ms = 20;        // time for which a value and its mark are held [ms]
  Range delay_ms = {100, 100};  // time from the end of the stream to the response [ms]
  double response_ms = 100;     // graded time at the end [ms]
};

/// Which of several cues was shown?
struct DelayedCueDiscriminationParameters {
  Index cues = 2;               // one input channel and one output each
  double cue_ms = 100;          // duration of the cue [ms]
  Range delay_ms = {200, 400};  // time from the cue to the go signal [ms]
  double response_ms = 100;     // duration of the go signal, the graded time [ms]
  double amplitude = 1;         // height of the cue and of the go signal
};

/// Produce a sine wave of the frequency that the input tells.
struct SineGenerationParameters {
  enum class Cue { constant, onset };

  std::vector<double> frequencies_hz = {2};  // each trial has one of them [Hz], below half the sampling rate
  double duration_ms = 1000;                 // duration of a trial [ms]
  double amplitude = 1;                      // of the sine
  Cue cue = Cue::constant;  // what tells the frequency: a constant input, or the channel of the pulse at the start
  double cue_ms = 50;       // duration of the pulse at the start of a trial [ms], at most duration_ms
  double settle_ms = 100;   // ungraded time at the start of a trial [ms], shorter than duration_ms
};

/// Report filtered noise as it comes in, or a short while later.
struct FastTrackingParameters {
  Index channels = 1;          // independent signals: one input and one output each
  double duration_ms = 500;    // duration of a trial [ms]
  double correlation_ms = 20;  // time constant of the noise [ms], not rounded
  double amplitude = 0.5;      // standard deviation of the noise
  double lag_ms = 0;           // how long ago the signal was that is to be reported [ms], shorter than duration_ms
};

/// Is the second stimulus the first one again?
struct DelayedMatchToSampleParameters {
  Index stimuli = 2;            // one input channel each
  double sample_ms = 100;       // duration of the first stimulus [ms]
  Range delay_ms = {200, 400};  // time from the sample to the test [ms]
  double test_ms = 100;         // duration of the second stimulus [ms]
  double response_ms = 100;     // graded time at the end [ms]
  double amplitude = 1;         // height of the stimuli
};

/// The sign of the one of two noisy streams that a context names.
struct ContextIntegrationParameters {
  std::vector<double> coherences = {0.05, 0.15, 0.5};  // sizes; either sign, all equally likely
  double noise = 0.025;         // standard deviation of the noise of a stream, averaged over the stimulus
  double stimulus_ms = 750;     // duration of the evidence [ms]
  Range delay_ms = {300, 300};  // time from the evidence to the response [ms]
  double response_ms = 100;     // graded time at the end [ms]
};

/// Which of several cues came first, before the distractors?
struct WorkingMemoryParameters {
  Index cues = 4;                       // one input channel and one output each
  double cue_ms = 100;                  // duration of the cue [ms]
  Range delay_ms = {400, 600};          // time from the cue to the go signal [ms]
  Index distractors = 2;                // most distractors of a trial; they must fit into the shortest delay
  double distractor_probability = 0.5;  // of each of them
  double distractor_ms = 100;           // duration of a distractor [ms]
  double response_ms = 100;             // duration of the go signal, the graded time [ms]
  double amplitude = 1;                 // height of cues, distractors and go signal
};

/// Reproduce the time between two pulses by a ramp to a threshold.
struct IntervalTimingParameters {
  Range interval_ms = {530, 1060};  // time from ready to set, and from set to the threshold [ms]
  double pulse_ms = 50;             // duration of the pulses ready and set [ms], at most the shortest interval
  double hold_ms = 100;             // time at the threshold at the end of a trial [ms]
  double amplitude = 1;             // height of the pulses
  double threshold = 2;             // height of the ramp at its end
};

/// Trials of your own, drawn from a file with replacement.
struct TrialFileParameters {
  std::string file;  // path of an HDF5 file with inputs, targets, mask and dt_ms (docs/file-formats.md)
};

/// Throw ParameterError, "task.NAME = VALUE: ..", where a parameter is out of its bounds or does not fit the others or
/// the time step dt_ms > 0; of a file UserError, where it is no file of trials.
std::unique_ptr<Task> make_task(const EvidenceAccumulationParameters& parameters, double dt_ms);
std::unique_ptr<Task> make_task(const FlipFlopParameters& parameters, double dt_ms);
std::unique_ptr<Task> make_task(const DelayedAdditionParameters& parameters, double dt_ms);
std::unique_ptr<Task> make_task(const DelayedCueDiscriminationParameters& parameters, double dt_ms);
std::unique_ptr<Task> make_task(const SineGenerationParameters& parameters, double dt_ms);
std::unique_ptr<Task> make_task(const FastTrackingParameters& parameters, double dt_ms);
std::unique_ptr<Task> make_task(const DelayedMatchToSampleParameters& parameters, double dt_ms);
std::unique_ptr<Task> make_task(const ContextIntegrationParameters& parameters, double dt_ms);
std::unique_ptr<Task> make_task(const WorkingMemoryParameters& parameters, double dt_ms);
std::unique_ptr<Task> make_task(const IntervalTimingParameters& parameters, double dt_ms);
std::unique_ptr<Task> make_task(const TrialFileParameters& parameters, double dt_ms);
/// The same of trials at hand, made for the time step (tasks/stored_trials.hpp checks them).
std::unique_ptr<Task> make_task(std::shared_ptr<const TrialSet<double>> trials);

}  // namespace stillpoint
