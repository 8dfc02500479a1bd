// Networks as HDF5 files; the layout is documented in docs/file-formats.md, so that networks made elsewhere can be
// brought in.
#pragma once

#include <map>
#include <string>

#include "sim/network.hpp"

namespace stillpoint {

/// A network and the synapse it was trained with (option name -> value; empty when the file has none).
struct StoredNetwork {
  Network<double> network;
  std::map<std::string, std::string> synapse;
};

/// Reads /network of a network file, or another group of a run file ("final/network"). Throws UserError naming file and
/// dataset when something is missing, of the wrong shape, or not finite.
StoredNetwork read_network(const std::string& path, const std::string& group = "network");

/// The network of a network file, or the final one of a run file.
StoredNetwork read_trained_network(const std::string& path);

/// A network file of its own.
void write_network_file(const std::string& path, const StoredNetwork& stored);

}  // namespace stillpoint
