// A network as a group of an open HDF5 file.
#pragma once

#include "sim/files/hdf5.hpp"
#include "sim/files/network_file.hpp"

namespace stillpoint {

/// Reads a group of `root`, the root of the file at `path`, which the message of a UserError names. The lock of HDF5 is
/// held by the caller.
StoredNetwork read_network_group(const H5::Group& root, const std::string& group, const std::string& path);

/// Writes the datasets of one network into an open group.
template <class Scalar>
void write_network(const H5::Group& group, const Network<Scalar>& network,
                   const std::map<std::string, std::string>& synapse = {});

}  // namespace stillpoint
