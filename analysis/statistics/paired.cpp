#include "analysis/statistics/paired.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t most_enumerated = 20;
constexpr std::size_t random_subsets = (std::size_t{1} << 17) - 1;
constexpr double tail = 0.025;  // on each side of a 95 % interval

/// Means of the subsets that are not empty: all, or random ones.
std::vector<double> subset_means(const std::vector<double>& values) {
  const auto n = values.size();
  std::vector<double> means;
  if (n <= most_enumerated) {
    std::vector<double> sums{0}, sizes{0};
    for (const double value : values)
      for (std::size_t subset = 0, known = sums.size(); subset < known; ++subset) {
        sums.push_back(sums[subset] + value);
        sizes.push_back(sizes[subset] + 1);
      }
    for (std::size_t subset = 1; subset < sums.size(); ++subset) means.push_back(sums[subset] / sizes[subset]);
    return means;
  }
  Stream stream(0, Purpose::bootstrap);
  while (means.size() < random_subsets) {
    double sum = 0, size = 0;
    std::uint64_t coins = 0;
    for (std::size_t i = 0; i < n; ++i, coins >>= 1) {
      if (i % 64 == 0) coins = stream.bits();
      if ((coins & 1) == 0) continue;
      sum += values[i];
      ++size;
    }
    if (size > 0) means.push_back(sum / size);
  }
  return means;
}

}  // namespace

PairedTest paired_test(const std::vector<double>& differences) {
  PairedTest result;
  result.pairs = static_cast<long>(differences.size());
  result.mean = differences.empty() ? std::numeric_limits<double>::quiet_NaN()
                                    : std::accumulate(differences.begin(), differences.end(), 0.0) /
                                          static_cast<double>(differences.size());
  const double size =
      std::accumulate(differences.begin(), differences.end(), 0.0, [](double a, double b) { return a + std::abs(b); });
  if (size == 0 || differences.size() < 2) return result;

  auto means = subset_means(differences);
  const double rounding = 1e-12 * size;  // sums that are 0 but for it
  // Turning the signs of a subset leaves a sum as far out as the one seen where the subset's own is on the other side.
  const auto beyond = [&](double sign) {
    return 1 + std::count_if(means.begin(), means.end(), [&](double mean) { return sign * mean <= rounding; });
  };
  const auto assignments = static_cast<double>(means.size() + 1);
  result.p = std::min(1.0, 2 * static_cast<double>(std::min(beyond(1), beyond(-1))) / assignments);

  const auto rank = static_cast<std::size_t>(tail * assignments);
  const bool alike =
      std::all_of(differences.begin(), differences.end(), [&](double value) { return value == differences.front(); });
  if (rank == 0 || alike) return result;
  const auto at = [&](std::size_t index) {
    std::nth_element(means.begin(), means.begin() + static_cast<std::ptrdiff_t>(index), means.end());
    return means[index];
  };
  const double low = at(rank - 1), high = at(means.size() - rank);
  result.interval = Interval{low, high};
  return result;
}

}  // namespace stillpoint
