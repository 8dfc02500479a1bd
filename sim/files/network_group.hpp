// A network as a group of an open HDF5 file.
#pragma once

#include "sim/files/hdf5.hpp"
#include "sim/files/network_file.hpp"

namespace stillpoint {

/// Reads a group of `root`, the root of a file. Throws UserError.
StoredNetwork read_network_group(const hdf5::ReadGroup& root, const std::string& group);

/// Writes the datasets of one network into an open group.
template <class Scalar>
void write_network(const H5::Group& group, const Network<Scalar>& network,
                   const std::map<std::string, std::string>& synapse = {});

}  // namespace stillpoint
