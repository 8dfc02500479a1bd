// Attractors followed through learning, as JSON and as tables.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/restructuring/followed.hpp"

namespace stillpoint {

/// Of the points of the last checkpoint: their numbers in `analyze fixed-points`.
using Numbers = std::vector<std::optional<Index>>;

nlohmann::ordered_json described(const Followed& followed, const std::vector<long>& updates, const Numbers& numbers);
/// synapse: the kind that the run was trained with, which is left out.
std::string as_text(const Followed& followed, const std::vector<long>& updates, const Numbers& numbers,
                    const std::string& synapse);

}  // namespace stillpoint
