// The short-term synapse of a file as the analyses take it: an autonomous differential equation.
#pragma once

#include <boost/program_options.hpp>
#include <map>
#include <memory>
#include <string>

#include "plasticity/short_term/short_term.hpp"
#include "sim/files/network_file.hpp"

namespace stillpoint {

/// The network and the synapse of FILE that --group names, by default the trained ones.
StoredNetwork read_stored(const std::string& file, const boost::program_options::variables_map& given);

/// synapse.* as StoredNetwork::synapse says, with defaults for what it leaves out. Throws UserError where a value is not
/// allowed.
Options synapse_options(const std::map<std::string, std::string>& stored);

/// The synapse bound to the network; its `continuous` is nullptr where synapse.kind is none. Throws UserError for what is
/// no equation of one trial's state (permuted and yoked controls).
std::unique_ptr<Synapse<double>> synapse_for_analysis(const Options& options, const Network<double>& network);

}  // namespace stillpoint
