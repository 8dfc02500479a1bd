// How many animals an experiment needs: power by simulation from animals that there are, and its normal theory.
//
// A simulated experiment draws animals, each with so many sessions, from the law that its pool gives (animal_law.hpp),
// the two groups independently of each other: animals that share a seed are no more alike in it than any others, since
// two groups are different animals. Its test is two-sided at `level`, .05 where nothing else is said. Neurons and trials are never the unit. What is
// simulated is the effect and the law as the pool has them: with 6 networks both are known poorly, and an effect that
// was picked for being large is too large. From pools of 6 to 20 with the true mean and variance the power near .8 came
// out within .02 of the truth for normal and exponential laws and 6 animals or more, .01 to .05 too small for
// log-normal ones of shape .8; with 3 animals .02 to .1 too small. At one seed, the animals of a group are those of a
// smaller one and some more.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/statistics/animal.hpp"
#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

/// Of a test, where nothing else is said.
constexpr double usual_level = 0.05;

/// What the experiment compares.
enum class Design {
  two_groups,  // different animals: Welch's t of the animals' means (Welch 1947, doi:10.1093/biomet/34.1-2.28)
  paired,      // the same animals before and after, matched by seed: Student's t of their differences
  one_group,   // animals of a against the mean of b, which is taken as known: Student's t
};

/// Share of `replicates` simulated experiments that reject, with its Monte-Carlo interval (Wilson): what is not known
/// of the law is not in it. `animals` per group (or pairs), the mean of `sessions` sessions each. Animals without a
/// session are left out, in pairs with their partner. Absent with fewer than 3 animals (pairs) in a pool. Throws
/// ParameterError for animals < 2, sessions < 1, replicates < 1, a level not between 0 and 1, a value that is not finite,
/// and in pairs for a seed that comes twice.
std::optional<IntervalEstimate> power(const std::vector<Animal>& a, const std::vector<Animal>& b, long animals,
                                      long sessions, long replicates = 1000, std::uint64_t seed = 0,
                                      Design design = Design::two_groups, double level = usual_level);

/// The same where there is nothing to find: both pools with one mean (pairs: no mean difference). Near `level` where the
/// test keeps its level with animals such as these.
std::optional<IntervalEstimate> false_positive_rate(const std::vector<Animal>& a, const std::vector<Animal>& b,
                                                    long animals, long sessions, long replicates = 1000,
                                                    std::uint64_t seed = 0, Design design = Design::two_groups,
                                                    double level = usual_level);

/// Smallest number of animals per group (or pairs) whose power is `wanted` or more in 4000 replicates; absent beyond
/// `most`, or where power() is. It starts at what normal theory says, and is left to it where that is beyond twice
/// `most`. Chance of the replicates moves it by some 2 % of its size. Throws as power(), and for wanted not between 0
/// and 1 or most < 2.
std::optional<long> animals_for(const std::vector<Animal>& a, const std::vector<Animal>& b, long sessions,
                                double wanted, long most = 200, std::uint64_t seed = 0,
                                Design design = Design::two_groups, double level = usual_level);

/// Of animals_for, over seeds: how well the networks that there are size an experiment. Bootstrap of seeds, those of both
/// groups together, with what normal theory says of each sample; its 2.5 and 97.5 % quantiles, absent beyond `most`. Too
/// narrow with few seeds, as every percentile interval.
struct AnimalsInterval {
  std::optional<long> low, high;
};
std::optional<AnimalsInterval> animals_interval(const std::vector<Animal>& a, const std::vector<Animal>& b,
                                                long sessions, double wanted, long most = 200, std::uint64_t seed = 0,
                                                Design design = Design::two_groups, double level = usual_level);

/// Power of Student's two-sided test at .05 for normal animals of one variance, `n` per group: noncentral t with
/// noncentrality d sqrt(n / 2) and 2 n - 2 degrees of freedom, d = (mean of b - mean of a) / standard deviation.
/// Welch's has less with few animals, since it estimates two variances: .68 against .78 for d = 3 and 3 each, .76
/// against .81 for d = 2.4 and 4, .79 against .80 for d = 1.8 and 6. Throws ParameterError for n < 2.
double noncentral_power_two_group(double d, long n);
/// The same for n pairs: noncentrality dz sqrt(n), n - 1 degrees of freedom, dz = mean / standard deviation of
/// differences.
double noncentral_power_paired(double dz, long n);

}  // namespace stillpoint
