// The subject of an analysis (analysis/subject.hpp) from a file, which is opened and read once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analysis/subject.hpp"
#include "experiments/results/trained_run.hpp"

namespace stillpoint {

struct SubjectFile {
  std::string path;
  Subject subject;
  std::map<std::string, std::string> stored_synapse;  // option -> value, as the file has it
  Options synapse;                                    // synapse.* of the file, defaults for what it leaves out
  bool is_run = false;                                // a run file: it brings task, step and noise
  std::shared_ptr<const TrainedRun> run;  // nullptr for a network file, and where the task cannot be made again
  std::string problem;                    // why there is no run; "" where there is one
  Takes takes;                            // what the analysis at work takes of the subject
  std::string without_synapse;            // why it does not take the synapse, where that is not for the asking; ""

  /// Throws UserError where the file is no run file, or its task cannot be made again.
  const TrainedRun& require_run() const;
  /// Puts another synapse in the place of the file's own. Throws UserError for what is no equation of one trial's state
  /// (permuted and yoked controls).
  void take_synapse(const Options& options);
};

/// The network of a network file, or of a run file the final one; `group`: another ("initial/network"). As it was
/// trained, under zero input. Throws UserError naming file and dataset.
SubjectFile open_subject(const std::string& path, const std::string& group = "");

struct Checkpoint {
  long update;  // training had changed the network so many times
  Network<double> network;
};
/// A run and the networks on its way.
struct SubjectPath {
  SubjectFile file;                     // its network is the final one
  std::vector<Checkpoint> checkpoints;  // the initial network, those of /checkpoints and the final one, by update
  RunFile run;                          // how it learned
};
/// Two networks or more. Throws UserError where the file is no run file.
SubjectPath open_subject_path(const std::string& path);

/// synapse.* as a file says, with defaults for what it leaves out. Throws UserError where a value is not allowed.
Options resolved_synapse(const std::map<std::string, std::string>& stored);

}  // namespace stillpoint
