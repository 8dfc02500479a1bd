// The short-term synapse of a file as the analyses take it: an autonomous differential equation.
#pragma once

#include <boost/program_options.hpp>
#include <map>
#include <optional>
#include <string>

#include "analysis/synaptic_equations.hpp"
#include "sim/files/network_file.hpp"

namespace stillpoint {

/// The network and the synapse of FILE that --group names, by default the trained ones.
StoredNetwork read_stored(const std::string& file, const boost::program_options::variables_map& given);

/// Of StoredNetwork::synapse, defaults for what it leaves out; none where its kind is none. Throws UserError where a
/// value is not allowed, and for controls that are no equation of one trial's state (permuted, yoked).
std::optional<SynapseModel> synapse_model(const std::map<std::string, std::string>& stored, Nonlinearity phi);

}  // namespace stillpoint
