// Where a search of the phase space begins: states that a run's network visits in the trials of its task.
#pragma once

#include "experiments/cli/analyses/analysis.hpp"

namespace stillpoint {

/// --visited
void add_visited_option(boost::program_options::options_description& options);

/// "" where it is not given.
std::string visited_of(const Given& given);

/// D x count states of trials (analysis/subject.hpp), or none where FILE is no run file, its task is gone, or `which`
/// is free. Throws UserError where trials are asked for and FILE brings none. The task counts as taken where there are
/// some.
Matrix<double> visited_in_trials(SubjectFile& file, const std::string& which, Index count, std::uint64_t seed);
/// A line that says so where FILE is a run whose trials cannot be made, and free runs stand in for them unasked; or "".
std::string free_runs_instead(const SubjectFile& file, const std::string& which);

}  // namespace stillpoint
