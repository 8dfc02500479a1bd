// Recordings held against the table of predictions: what was measured, what each hypothesis expects of a recording like
// it, and which hypotheses are left.
//
// An animal's value is the mean over its sessions, as the table's networks are animals; of a session in samples of the
// table's size (matched_value.hpp). Networks count with as many sessions as every animal has, their first ones. The mean
// over several animals is held against the law of one: its spread is less, so that no more is excluded than alpha says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/recordings/matched_value.hpp"
#include "experiments/recordings/needed_sample.hpp"
#include "experiments/recordings/verdict.hpp"

namespace stillpoint {

struct CheckRequest {
  EvidenceRequest evidence;
  bool files_are_animals = false;  // else files with the same subject are sessions of one
  bool matched = false;            // task, constants and recording are the table's: levels are judged as well
  double alpha = 0.05;
};

struct CheckedPrediction {
  std::size_t prediction;                   // of predictions()
  std::string cannot = {};                  // why this recording cannot tell; "": it can
  std::optional<NeededSample> needed = {};  // where there is a sample that tells something
  RecordingSize size = {};                  // of the samples
  long animals = 0, sessions = 0;           // sessions: the fewest of an animal
  double measured = 0;
  std::optional<Interval> interval = {};  // 1 - alpha, Student's t
  std::string over = {};                  // what it is over: trials, sessions or animals
  JudgedStatistic statistic = {};         // with the networks that it is held against
  std::vector<HypothesisLaw> laws = {};
};

struct Check {
  std::vector<SessionEvidence> sessions;  // without their spikes
  std::vector<std::string> animals;       // of each session
  std::vector<CheckedPrediction> predictions;
  std::vector<std::string> hypotheses;
  JointVerdict joint;
  double alpha;
  std::vector<std::string> notes;  // what is not alike in recording and table, and what was left out
  std::vector<NextSample> next;    // of pairs of hypotheses that are left
};

/// Throws UserError where a recording cannot be used (evidence_of), or the table is of no spikes.
Check check_recordings(const std::vector<Recording>& recordings, const PredictionsFile& table,
                       const CheckRequest& request);

}  // namespace stillpoint
