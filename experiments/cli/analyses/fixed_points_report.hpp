// The list of fixed points as JSON and as a table: one row per point, one per continuum of them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/points/fixed_points.hpp"

namespace stillpoint {

nlohmann::ordered_json described(const FixedPoints& found, const System& system);
/// At most `shown_points` rows of a table.
std::string as_text(const FixedPoints& found, const System& system, const FixedPointSearch& search, Index shown_points);

}  // namespace stillpoint
