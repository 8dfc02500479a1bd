// A run that goes on: from what was kept while it trained, or from its end to a larger budget.
#pragma once

#include <string>

#include "experiments/results/result_file.hpp"

namespace stillpoint {

/// Where an unfinished run is kept, in the layout of a run file: beside the file at `path` that it is to become.
std::string unfinished_path(const std::string& path);
/// Where is noted, beside it, why a run could not be gone on with.
std::string failed_path(const std::string& path);

template <class Scalar>
struct BegunRun {
  std::string path;
  Training<Scalar> training;
  double wall_seconds = 0, training_seconds = 0;
};

/// Of the file at `path`. `initial`: its initial network, made anew. Throws UserError where the file is of other
/// options, or of a program that may compute other bits.
template <class Scalar>
BegunRun<Scalar> read_begun_run(const std::string& path, const Options& options, std::uint64_t seed,
                                const Network<double>& initial);

/// What a finished run took so far, or one that was kept. [s]
struct TimeTaken {
  long updates;
  double wall, training;
};
/// Nothing where there is no such file, or it does not say so.
std::optional<TimeTaken> time_taken(const std::string& path);

struct FinishedRun {
  long updates;  // that it was given
  ProgramFacts program;
};
/// Throws UserError where the run was trained with another seed or other options, training.updates apart.
FinishedRun read_finished_run(const std::string& path, const Options& options, std::uint64_t seed);

}  // namespace stillpoint
