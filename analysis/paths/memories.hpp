// Whether what trials leave behind lasts: states at the end of a memory period, what noise and time make of them, and
// the attractors that they lead to.
#pragma once

#include <string>
#include <vector>

#include "analysis/paths/memory_attractors.hpp"
#include "sim/simulation.hpp"

namespace stillpoint {

/// First step of each trial's last run of graded steps (any output): the memory has to last until then. 0 where a trial
/// is graded from its first step on, or never.
std::vector<Index> answer_begins(const TrialSet<double>& trials);

struct MemorySetting {
  double hold_ms = 1000;     // with noise, after the memory period
  double settle_ms = 10000;  // without noise, from the end of the memory period on
  Noise noise = {};          // of the trial and the hold
  TrialKey key = {};         // of r(0) and noise
  /// Trials that have not settled after settle_ms run on, each time as long again, until this is reached; 0: they do
  /// not.
  double settle_at_most_ms = 0;
};

struct Memories {
  Matrix<double> kept;                      // D x B, x at the end of each trial's memory period
  Matrix<double> held;                      // D x B, hold_ms later
  Matrix<double> settled;                   // D x B, after settle_ms without noise, or more
  double settled_ms = 0;                    // the longest that a trial ran
  std::vector<MemoryAttractor> attractors;  // as they were found
  std::vector<Index> of_trial;              // B, index into attractors; -1: unsettled
};

/// Runs trial b up to step ends[b], then under `input` (K) in its place for hold_ms; the synapse runs on. From the same
/// states of network and synapse, moved by a millionth of 1 + |x| so that no run balances on a saddle, it runs without
/// noise for settle_ms, and what the second half of that has come to is asked of analysis/paths/memory_attractors.hpp,
/// by up to 5000 states. With presynaptic efficacies, those at the end are held for it. Throws UserError where the
/// synapse is neither static nor given by a differential equation, and on impossible durations.
Memories run_memories(const Network<double>& network, const Integration& integration, Synapse<double>& synapse,
                      const TrialSet<double>& trials, const std::vector<Index>& ends, const Vector<double>& input,
                      const MemorySetting& setting = {});

/// Where the trials of one memory end.
struct MemoryEnd {
  enum class Verdict {
    own,        // most trials end in one attractor, and those of every other memory in others
    undecided,  // so far, but half or more of the trials of another memory are unsettled and may come there still
    shared,     // most trials of another memory end in it too
    none,       // no attractor has most of the trials
    unsettled   // half or more of the trials
  } verdict;
  Index trials, settled, unsettled;      // settled: in the attractor that most of them end in
  Index attractor = -1;                  // that one, where more than half of the trials end in it
  std::vector<std::size_t> shared_with;  // memories
};

std::string name_of(MemoryEnd::Verdict verdict);

/// Memory i has the trials first[i] .. first[i + 1] - 1 of of_trial.
std::vector<MemoryEnd> memory_ends(const std::vector<Index>& of_trial, const std::vector<Index>& first);

}  // namespace stillpoint
