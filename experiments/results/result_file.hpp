// Run files: one HDF5 file per run, complete or absent. The layout is documented in docs/file-formats.md.
#pragma once

#include <map>
#include <string>

#include "analysis/paths/collapse.hpp"
#include "experiments/results/atomic_file.hpp"
#include "experiments/results/records.hpp"
#include "plasticity/trainer.hpp"
#include "sim/files/hdf5.hpp"

namespace stillpoint {

/// What temporal consistency alone made of the network: before it and after it.
struct FreezeIn {
  Collapse before, after;
  static constexpr Index trials = 64;
};

template <class Scalar>
struct RunResult {
  const Options& options;
  std::uint64_t seed;
  std::string study;
  std::vector<std::pair<std::string, std::string>> varied;
  Match match;
  const Training<Scalar>& training;
  std::optional<FreezeIn> freeze_in = {};
  double wall_seconds = 0;      // of the whole run
  double training_seconds = 0;  // without the search for a matched control
};

/// Writes the file whole (write_atomically). Throws UserError when that is not possible.
template <class Scalar>
void write_run(const std::string& path, const RunResult<Scalar>& run);

/// Every option, as text that is equal for equal values and that `read_run_head` finds in the file of its run.
std::map<std::string, std::string> as_written(const Options& options);

/// What the group `synapse` of a network holds: the options synapse.*, without their section.
std::map<std::string, std::string> synapse_options(const Options& options);

/// The options of a run with what a matched control found in place of what its synapse was given.
Options as_matched(Options options, const Match& match);

/// What makes a run again.
struct RunHead {
  std::uint64_t seed = 0;
  std::map<std::string, std::string> options = {};  // resolved, as text
  Match match = {};                                 // option and factor, where a control varied its synapse
};
/// Of a run file whose root is open. Throws UserError.
RunHead read_run_head(const hdf5::ReadGroup& root);

/// Throws UserError where the file is what was kept of a run that has not finished.
void require_finished(const hdf5::ReadGroup& root);

/// The update that a group of /checkpoints is named after. Throws UserError.
long update_of_checkpoint(const std::string& name, const std::string& where);

/// The program that wrote the run. Throws UserError.
ProgramFacts read_program(const hdf5::ReadGroup& root);

/// What to do with a file of a study that cannot be read: the end of a message.
extern const std::string run_again;

/// What reports need of a run file, and how it learned, update by update.
struct RunFile {
  RunRecord record;
  RunCurve curve;
};
/// Throws UserError.
RunFile read_run(const std::string& path);
/// The same of a file whose root is open.
RunFile read_run(const hdf5::ReadGroup& root);
/// The same for a file of a study, which can be made again: what it throws says how.
RunFile read_run_of_study(const std::string& path);

/// Cosine between the gradient of the rule, and of each of its shadows, and BPTT's, update by update, as [rule, cosines]; empty where
/// none were measured. Throws UserError.
std::vector<std::pair<std::string, std::vector<double>>> read_cosines(const std::string& path);

/// /provenance of a run file, name -> value as text: a run that was made again has another one. Throws UserError.
std::map<std::string, std::string> provenance_of(const std::string& path);

}  // namespace stillpoint
