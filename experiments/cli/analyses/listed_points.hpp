// The list that `analyze fixed-points FILE` gives: its numbers are the names of attractors in other analyses too.
#pragma once

#include <optional>

#include "analysis/points/fixed_points.hpp"
#include "experiments/cli/analyses/visited.hpp"

namespace stillpoint {

constexpr long default_starts = 1024;

/// With the subject's synapse. `visited`: trials, free, or "" for trials where FILE brings some.
FixedPointSearch search_of(SubjectFile& file, long starts, std::uint64_t seed, const std::string& visited,
                           std::optional<long> budget = {});

/// What is listed by default of the subject's network under its input. A synapse that has no equation or moves the
/// points is left out unless it is to be taken, as --synapse none does.
FixedPoints listed_points(SubjectFile file, bool with_synapse);

}  // namespace stillpoint
