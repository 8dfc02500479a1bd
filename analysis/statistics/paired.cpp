#include "analysis/statistics/paired.hpp"

#include <algorithm>
#include <bitset>
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

using Lists = std::vector<const std::vector<double>*>;

constexpr std::size_t abreast = 16, word = 64;  // subsets whose sums are in registers; values to a word of coins
template <class Scalar>
using Abreast = Eigen::Array<Scalar, abreast, Eigen::Dynamic>;

/// Coins for n values, a bit each: a subset that is not empty. How many it holds.
template <class Row>
double draw_subset(Stream& stream, std::size_t n, Row&& coins) {
  std::size_t size = 0;
  while (size == 0)
    for (std::size_t first = 0; first < n; first += word) {
      const auto unused = first + word > n ? first + word - n : 0;
      const auto bits = stream.bits() << unused >> unused;
      coins(static_cast<Index>(first / word)) = bits;
      size += std::bitset<word>(bits).count();
    }
  return static_cast<double>(size);
}

/// Of each of several lists of n values: means of random subsets that are not empty, the same for all lists. Each sum is
/// that of one value after the other.
std::vector<std::vector<double>> random_subset_means(std::size_t n, const Lists& lists) {
  std::vector<std::vector<double>> means(lists.size());
  Abreast<std::uint64_t> coins(abreast, (n + word - 1) / word);
  Abreast<double> sums(abreast, lists.size()), held(abreast, word);  // held: 1 of the values in a subset, else 0
  Stream stream(0, Purpose::bootstrap);
  for (std::size_t done = 0; done < random_subsets; done += abreast) {
    look_aside();
    Eigen::Array<double, abreast, 1> sizes;
    for (Index subset = 0; subset < sizes.size(); ++subset) sizes(subset) = draw_subset(stream, n, coins.row(subset));
    sums.setZero();
    for (std::size_t first = 0; first < n; first += word) {
      const auto count = std::min(word, n - first);
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t subset = 0; subset < abreast; ++subset)
          held(subset, i) = static_cast<double>(coins(subset, first / word) >> i & 1);
      for (std::size_t list = 0; list < lists.size(); ++list) {
        Eigen::Array<double, abreast, 1> sum = sums.col(list);
        for (std::size_t i = 0; i < count; ++i) sum += held.col(i) * (*lists[list])[first + i];
        sums.col(list) = sum;
      }
    }
    sums.colwise() /= sizes;
    const auto wanted = static_cast<std::ptrdiff_t>(std::min(abreast, random_subsets - done));
    for (std::size_t list = 0; list < lists.size(); ++list)
      means[list].insert(means[list].end(), sums.col(list).begin(), sums.col(list).begin() + wanted);
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
