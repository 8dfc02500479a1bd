// Commands that are given recordings.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiments/cli/command.hpp"
#include "experiments/recordings/recording.hpp"

namespace stillpoint {

/// Parses a command whose arguments are RECORDING.nwb files, with --trials beside its own options, and runs `work` on
/// it; 0 after --help. A --plot must be .svg.
int with_recordings(const Command& command, const std::vector<std::string>& arguments,
                    boost::program_options::options_description options,
                    const std::function<void(const boost::program_options::variables_map& values)>& work);

/// Those of the command. Each is a session: throws UserError where one comes twice, under whatever path, or cannot be
/// read.
std::vector<Recording> opened_recordings(const boost::program_options::variables_map& values);
/// What could not be read of them, a line each.
void tell_left_out(const std::vector<Recording>& recordings);

}  // namespace stillpoint
