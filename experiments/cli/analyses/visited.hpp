// Where a search of the phase space begins: states that a run's network visits in the trials of its task.
#pragma once

#include <boost/program_options.hpp>
#include <string>

#include "sim/network.hpp"

namespace stillpoint {

/// --visited
void add_visited_option(boost::program_options::options_description& options);

/// D x count states, or none where FILE is no run file, its task is gone, or --visited is free. Each is that of a trial
/// of its own, after a step drawn uniformly from the trial's; with the run's noise and synapse. The trials are those
/// training never saw. Throws UserError where trials are asked for and FILE brings none.
Matrix<double> states_of_trials(const std::string& file, const boost::program_options::variables_map& given,
                                const Network<double>& network, Index count);

}  // namespace stillpoint
