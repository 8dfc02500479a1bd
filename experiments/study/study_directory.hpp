// DIR of a study: DIR/study.json says what the study is, DIR/runs/CONDITION-SEED.h5 holds one run. With a [tune]
// section DIR/tuning/ holds the runs of the candidates and DIR/tuning.json their scores. DIR/planned/ has one file per
// range of seeds that was asked for. Beside the files of runs that are not finished lie their claims and what was kept
// of them; DIR/cluster holds the script and the logs of `stillpoint submit`. DIR/restructuring and DIR/analyses keep what
// analyses of the whole study measured, DIR/runs.index what the run files say (experiments/results/run_index.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "experiments/results/records.hpp"
#include "experiments/study/study.hpp"

namespace stillpoint {

/// Throws UserError where `open_study_directory` would, for what is there already, and changes nothing.
void check_study_directory(const Study& study, const std::string& directory);

/// Makes the directory and its description, or makes sure that it holds this very study. Throws UserError when it holds
/// another one or something else, or cannot be written.
void open_study_directory(const Study& study, const std::string& directory);

/// Seeds that `open_study_directory` was asked for in this directory, by any process; nothing where an earlier program
/// alone wrote to it. Throws UserError.
std::optional<std::set<std::uint64_t>> planned_seeds(const std::string& directory);

/// Names, without ".h5", of the runs of candidates that belong to it; none where an earlier program alone wrote to it.
std::set<std::string> planned_tuning(const std::string& directory);

/// Where a run's file lies.
std::string run_path(const std::string& directory, std::size_t condition, std::uint64_t seed);
std::string tuning_path(const std::string& directory, std::size_t condition, std::size_t candidate, std::uint64_t seed);

/// Reads a study's directory: finished runs, and which others are planned, running or kept on their way. Says on
/// standard error where runs are of several programs or budgets. Throws UserError when it holds no study, and of a run
/// that cannot be read, unless `damaged` takes what is said of it: then the others are read, and it counts as missing.
StudyRecord read_results(const std::string& directory, std::vector<std::string>* damaged = nullptr);
/// The same; throws UserError when no run is finished, too.
StudyRecord read_finished_results(const std::string& directory);

}  // namespace stillpoint
