// Symbols for what happens to a fixed point that is followed through learning.
#pragma once

#include <string>
#include <vector>

#include "analysis/restructuring/followed.hpp"
#include "experiments/report/drawing.hpp"

namespace stillpoint {

/// What has a symbol of its own.
std::string symbol_of(const FollowedChange& change);
void draw_symbol(Drawing& drawing, Point at, const std::string& symbol);
/// In the order of a legend.
const std::vector<std::string>& all_symbols();

}  // namespace stillpoint
