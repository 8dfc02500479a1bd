// A simulation file (docs/file-formats.md) as a session that can be recorded.
#pragma once

#include "experiments/recordings/simulated_session.hpp"

namespace stillpoint {

SimulatedSession session_of_simulation(const SessionRequest& request);

/// Of network, options and other values: a checksum of 64 bits.
std::uint64_t fingerprint_of(const Network<double>& network, const std::map<std::string, std::string>& options,
                             const std::vector<double>& values = {});

}  // namespace stillpoint
