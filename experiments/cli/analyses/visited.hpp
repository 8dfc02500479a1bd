// Where a search of the phase space begins: states that a run's network visits in the trials of its task.
#pragma once

#include "experiments/cli/analyses/analysis.hpp"

namespace stillpoint {

/// --visited
void add_visited_option(boost::program_options::options_description& options);

/// D x count states of trials (analysis/subject.hpp), or none where FILE is no run file, its task is gone, or --visited is
/// free. Throws UserError where trials are asked for and FILE brings none. The task counts as taken where there are some.
Matrix<double> visited_in_trials(SubjectFile& file, const Given& given, Index count);

}  // namespace stillpoint
