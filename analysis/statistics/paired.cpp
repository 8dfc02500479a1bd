#include "analysis/statistics/paired.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>

#include "sim/look_aside.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t most_enumerated = 20;
constexpr std::size_t random_subsets = (std::size_t{1} << 17) - 1;
constexpr double tail = 0.025;  // on each side of a 95 % interval

/// Means of all subsets that are not empty.
std::vector<double> all_subset_means(const std::vector<double>& values) {
  std::vector<double> sums{0}, sizes{0}, means;
  for (const double value : values)
    for (std::size_t subset = 0, known = sums.size(); subset < known; ++subset) {
      sums.push_back(sums[subset] + value);
      sizes.push_back(sizes[subset] + 1);
    }
  for (std::size_t subset = 1; subset < sums.size(); ++subset) means.push_back(sums[subset] / sizes[subset]);
  return means;
}

/// Which values a random subset holds that is not empty, 1 or 0 each. How many they are.
template <class Row>
double draw_subset(Stream& stream, Row&& held) {
  double size = 0;
  while (size == 0) {
    std::uint64_t coins = 0;
    for (Index i = 0; i < held.size(); ++i, coins >>= 1) {
      if (i % 64 == 0) coins = stream.bits();
      held(i) = static_cast<double>(coins & 1);
    }
    size = held.sum();
  }
  return size;
}

using Lists = std::vector<const std::vector<double>*>;

/// Of each of several lists of n values: means of random subsets that are not empty, the same for all lists.
std::vector<std::vector<double>> random_subset_means(std::size_t n, const Lists& lists) {
  constexpr std::size_t abreast = 16;  // subsets whose sums are in registers
  using Abreast = Eigen::Array<double, abreast, 1>;
  Eigen::Array<double, abreast, Eigen::Dynamic> held(abreast, n);
  std::vector<std::vector<double>> means(lists.size());
  Stream stream(0, Purpose::bootstrap);
  for (std::size_t done = 0; done < random_subsets; done += abreast) {
    look_aside();
    Abreast size;
    for (Index subset = 0; subset < size.size(); ++subset) size(subset) = draw_subset(stream, held.row(subset));
    for (std::size_t list = 0; list < lists.size(); ++list) {
      Abreast sum = Abreast::Zero();
      for (std::size_t i = 0; i < n; ++i) sum += held.col(static_cast<Index>(i)) * (*lists[list])[i];
      const Abreast mean = sum / size;
      means[list].insert(means[list].end(), mean.begin(),
                         mean.begin() + static_cast<std::ptrdiff_t>(std::min(abreast, random_subsets - done)));
    }
  }
  return means;
}

double total_size(const std::vector<double>& differences) {
  return std::accumulate(differences.begin(), differences.end(), 0.0,
                         [](double sum, double value) { return sum + std::abs(value); });
}

bool can_be_tested(const std::vector<double>& differences) {
  return differences.size() > 1 && total_size(differences) > 0;
}

/// p and interval by the means of subsets.
void judge(PairedTest& result, const std::vector<double>& differences, std::vector<double> means) {
  const double rounding = 1e-12 * total_size(differences);  // sums that are 0 but for it
  // Turning the signs of a subset leaves a sum as far out as the one seen where the subset's own is on the other side.
  const auto beyond = [&](double sign) {
    return 1 + std::count_if(means.begin(), means.end(), [&](double mean) { return sign * mean <= rounding; });
  };
  const auto assignments = static_cast<double>(means.size() + 1);
  result.p = std::min(1.0, 2 * static_cast<double>(std::min(beyond(1), beyond(-1))) / assignments);

  const auto rank = static_cast<std::size_t>(tail * assignments);
  const bool alike =
      std::all_of(differences.begin(), differences.end(), [&](double value) { return value == differences.front(); });
  if (rank == 0 || alike) return;
  const auto at = [&](std::size_t index) {
    std::nth_element(means.begin(), means.begin() + static_cast<std::ptrdiff_t>(index), means.end());
    return means[index];
  };
  const double low = at(rank - 1), high = at(means.size() - rank);
  result.interval = Interval{low, high};
}

}  // namespace

PairedTest paired_test(const std::vector<double>& differences) { return paired_tests({differences}).front(); }

std::vector<PairedTest> paired_tests(const std::vector<std::vector<double>>& lists) {
  std::vector<PairedTest> results;
  std::map<std::size_t, std::vector<std::size_t>> at_random;  // lists by how many pairs they have
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const auto& differences = lists[i];
    auto& result = results.emplace_back();
    result.pairs = static_cast<long>(differences.size());
    result.mean = differences.empty() ? std::numeric_limits<double>::quiet_NaN() : mean_of(differences);
    if (!can_be_tested(differences)) continue;
    if (differences.size() > most_enumerated)
      at_random[differences.size()].push_back(i);
    else
      judge(result, differences, all_subset_means(differences));
  }
  constexpr std::size_t most_at_once = 64;  // lists whose means are in memory
  for (const auto& [pairs, places] : at_random)
    for (std::size_t first = 0; first < places.size(); first += most_at_once) {
      Lists several;
      const auto count = std::min(most_at_once, places.size() - first);
      for (std::size_t k = 0; k < count; ++k) several.push_back(&lists[places[first + k]]);
      auto means = random_subset_means(pairs, several);
      for (std::size_t k = 0; k < count; ++k) judge(results[places[first + k]], *several[k], std::move(means[k]));
    }
  return results;
}

}  // namespace stillpoint
