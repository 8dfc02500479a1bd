#include "analysis/activity/fano.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/activity/condition_groups.hpp"
#include "sim/options/option.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

/// Points of which a slope is made at least.
constexpr double least_points = 5;

/// Slope of variance on mean through the origin, least squares with weights n / (m + epsilon)^2.
class Slope {
 public:
  explicit Slope(double epsilon) : epsilon_(epsilon) {}
  void add(const CountMoments& point) {
    const double weight = static_cast<double>(point.trials) / std::pow(point.mean + epsilon_, 2);
    above_ += weight * point.mean * point.variance;
    below_ += weight * point.mean * point.mean;
    means_ += point.mean;
    ++points_;
  }
  double value() const { return above_ / below_; }
  bool defined() const { return below_ > 0; }
  double mean() const { return means_ / points_; }

 private:
  double epsilon_, above_ = 0, below_ = 0, means_ = 0, points_ = 0;
};

using Class = long;  // of mean counts
using Classes = std::map<Class, std::vector<CountMoments>>;

/// How many points of each class all groups have.
std::map<Class, std::size_t> common_histogram(const std::vector<Classes>& groups) {
  std::map<Class, std::size_t> common;
  for (const auto& [which, points] : groups.front()) {
    std::size_t least = points.size();
    for (const auto& group : groups) {
      const auto found = group.find(which);
      least = std::min(least, found == group.end() ? 0 : found->second.size());
    }
    if (least > 0) common[which] = least;
  }
  return common;
}

}  // namespace

std::vector<CountMoments> count_moments(const Session& counts, const Window& window) {
  const auto bins = bins_of(counts, window);
  std::vector<CountMoments> all;
  for (const auto& group : condition_groups(counts, 2)) {
    Matrix<double> sums(counts.neurons(), static_cast<Index>(group.trials.size()));
    for (Index i = 0; i < sums.cols(); ++i)
      sums.col(i) = counts.trials[static_cast<std::size_t>(group.trials[static_cast<std::size_t>(i)])]
                        .middleCols(bins.first, bins.count)
                        .rowwise()
                        .sum();
    for (Index n = 0; n < sums.rows(); ++n) {
      const double mean = sums.row(n).mean();
      all.push_back(
          {mean, (sums.row(n).array() - mean).square().sum() / static_cast<double>(sums.cols() - 1), sums.cols()});
    }
  }
  return all;
}

std::optional<double> fano_factor(const std::vector<CountMoments>& moments) {
  double sum = 0, points = 0;
  for (const auto& point : moments)
    if (point.mean > 0) {
      sum += point.variance / point.mean;
      ++points;
    }
  if (points == 0) return std::nullopt;
  return sum / points;
}

std::optional<double> fano_factor(const Session& counts, const Window& window) {
  return fano_factor(count_moments(counts, window));
}

std::vector<std::optional<MatchedFano>> mean_matched_fano(const std::vector<std::vector<CountMoments>>& groups,
                                                          double window_ms, const FanoMatching& matching) {
  require_parameter(matching.width > 0, "width", fmt::format("{:g}", matching.width), "must be above 0 spikes");
  require_parameter(matching.repeats > 0, "repeats", fmt::format("{}", matching.repeats), "must be at least 1");
  std::vector<std::optional<MatchedFano>> result(groups.size());
  if (groups.empty()) return result;
  std::vector<Classes> classes(groups.size());
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (const auto& point : groups[g])
      classes[g][static_cast<Class>(std::floor(point.mean / matching.width))].push_back(point);
  const auto common = common_histogram(classes);
  double points = 0;
  for (const auto& [which, count] : common) points += static_cast<double>(count);
  if (points < least_points) return result;

  for (std::size_t g = 0; g < groups.size(); ++g) {
    MatchedFano found{0, 0, static_cast<Index>(points)};
    bool defined = true;
    for (int repeat = 0; repeat < matching.repeats; ++repeat) {
      Stream stream(matching.seed, Purpose::estimate, static_cast<std::uint64_t>(repeat), g);
      Slope slope(matching.weighting_hz * window_ms / 1000);
      for (const auto& [which, count] : common) {
        auto& all = classes[g][which];
        for (std::size_t i = 0; i < count; ++i) {
          std::swap(all[i], all[i + static_cast<std::size_t>(stream.below(static_cast<Index>(all.size() - i)))]);
          slope.add(all[i]);
        }
      }
      defined &= slope.defined();
      found.value += slope.value() / matching.repeats;
      found.mean += slope.mean() / matching.repeats;
    }
    if (defined) result[g] = found;
  }
  return result;
}

std::vector<std::optional<MatchedFano>> mean_matched_fano(const Session& counts, const std::vector<Window>& windows,
                                                          const FanoMatching& matching) {
  std::vector<std::vector<CountMoments>> groups;
  for (const auto& window : windows) {
    const double length = window.to_ms - window.from_ms, first = windows.front().to_ms - windows.front().from_ms;
    require_parameter(std::abs(length - first) < 1e-6 * counts.bin_ms, "window",
                      fmt::format("{:g} to {:g} ms", window.from_ms, window.to_ms),
                      fmt::format("windows matched with each other must all be {:g} ms long", first));
    groups.push_back(count_moments(counts, window));
  }
  return groups.empty() ? std::vector<std::optional<MatchedFano>>{}
                        : mean_matched_fano(groups, windows.front().to_ms - windows.front().from_ms, matching);
}

}  // namespace stillpoint
