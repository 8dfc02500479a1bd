// The study that a command line names, for the commands that run one: STUDY.ini --out DIR [--set KEY=VALUE]... [--quick].
#pragma once

#include "experiments/cli/command.hpp"
#include "experiments/study/study.hpp"

namespace stillpoint {

/// --out, --set and --quick.
void add_run_study_options(boost::program_options::options_description& options);

/// Throws UserError where STUDY.ini, or --out, is missing or empty.
StudyRequest study_request(const Command& command, const boost::program_options::variables_map& values);
std::string study_directory(const Command& command, const boost::program_options::variables_map& values);

}  // namespace stillpoint
