// Attractors followed through learning, as JSON and as tables.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/restructuring/followed.hpp"

namespace stillpoint {

/// Of the points of the last checkpoint: their numbers in `analyze fixed-points`.
using Numbers = std::vector<std::optional<Index>>;

nlohmann::ordered_json described(const Followed& followed, const std::vector<long>& updates, const Numbers& numbers);
std::string as_text(const Followed& followed, const std::vector<long>& updates, const Numbers& numbers);

}  // namespace stillpoint
