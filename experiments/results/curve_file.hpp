// A learning curve of anyone's: a table, or a run file of this program.
#pragma once

#include <string>

#include "analysis/learning/learning_phases.hpp"

namespace stillpoint {

/// CSV with a header that names the columns `update` and `loss` and perhaps `accuracy` (other columns are passed over),
/// or the group /curve of an HDF5 run file. Throws UserError, for a table with the line's number.
LossCurve read_curve(const std::string& path);

}  // namespace stillpoint
