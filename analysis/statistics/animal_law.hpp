// The law of an animal's value, the mean of some of its sessions, estimated from animals that there are: what
// simulated experiments draw their animals from.
//
// Resampled as they are, n animals of K sessions would vary too little by (n - 1) / n, their sessions by (K - 1) / K,
// and animals too much by what their own K sessions left of chance in their means. So the three are set apart (analysis
// of variance) and put together with the right variances, of a k-session mean: V = s_b^2 + s_w^2 / k, s_w^2 the pooled
// variance of sessions within animals, s_b^2 = max(0, S^2 - s_w^2 <1/K>), S^2 the unbiased variance of the animals'
// means. The shape is theirs: an animal's mean, smoothed by a normal kernel of 1.06 n^-1/5 standard deviations and
// shrunk to the same variance (Silverman & Young 1987, doi:10.1093/biomet/74.3.469), plus the mean of k sessions drawn
// from its own. Without the kernel few animals would often be copies of one another, with no variance for a t-test to
// divide by. Where every animal has one session, between and within cannot be told apart: V = S^2 whatever k, too much
// for k > 1.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/statistics/animal.hpp"

namespace stillpoint {

struct AnimalLaw {
  static constexpr int bits = 12;  // of the number of a draw
  double mean = 0, variance = 0;
  std::vector<double> deviations;  // 2^bits draws less the mean, of exactly this mean and variance
};

/// Of 2 or more animals, each with sessions, all finite; `sessions` (k) of each, 1 or more.
AnimalLaw law_of_values(const std::vector<Animal>& animals, long sessions, std::uint64_t seed);
/// Of after - before in the same animals, in the same order; the two are recorded in sessions of their own.
AnimalLaw law_of_changes(const std::vector<Animal>& before, const std::vector<Animal>& after, long sessions,
                         std::uint64_t seed);

}  // namespace stillpoint
