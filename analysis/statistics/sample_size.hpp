// How many animals an experiment needs: power by simulation from animals that there are, and its normal theory.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/statistics/animal.hpp"
#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

/// What the experiment compares.
enum class Design {
  two_groups,  // different animals: Welch's t of the animals' means
  paired,      // the same animals before and after, matched by seed: Student's t of their differences
};

/// Share of `replicates` simulated experiments whose two-sided test at .05 rejects, with its Monte-Carlo interval (Wilson):
/// what is not known of the animals' law is not in it. `animals` per group (or pairs), the mean of `sessions` sessions
/// each. Absent with fewer than 3 animals in the pool of either group (3 pairs). Throws ParameterError for animals < 2,
/// sessions < 1, replicates < 1 or a value that is not finite.
std::optional<IntervalEstimate> power(const std::vector<Animal>& a, const std::vector<Animal>& b, long animals,
                                      long sessions, long replicates = 1000, std::uint64_t seed = 0,
                                      Design design = Design::two_groups);

/// The same where there is nothing to find: both pools with one mean (pairs: no mean difference). Near .05 where the test
/// keeps its level with animals such as these.
std::optional<IntervalEstimate> false_positive_rate(const std::vector<Animal>& a, const std::vector<Animal>& b,
                                                    long animals, long sessions, long replicates = 1000,
                                                    std::uint64_t seed = 0, Design design = Design::two_groups);

/// Smallest number of animals per group (or pairs) whose power is `wanted` or more; absent beyond `most`, or where power()
/// is.
std::optional<long> animals_for(const std::vector<Animal>& a, const std::vector<Animal>& b, long sessions,
                                double wanted, long most = 200, std::uint64_t seed = 0,
                                Design design = Design::two_groups);

/// Power of Student's two-sided test at .05 for normal animals of one variance, `n` >= 2 per group: noncentral t with
/// noncentrality d sqrt(n / 2) and 2 n - 2 degrees of freedom, d = (mean of b - mean of a) / standard deviation.
double noncentral_power_two_group(double d, long n);
/// The same for n >= 2 pairs: noncentrality dz sqrt(n), n - 1 degrees of freedom, dz = mean / standard deviation of the
/// differences.
double noncentral_power_paired(double dz, long n);

}  // namespace stillpoint
