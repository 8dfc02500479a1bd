// Networks judged by those of other seeds.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "analysis/statistics/predictive_density.hpp"
#include "analysis/statistics/shrunk_correlation.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

constexpr double fewest_left = 2;  // of each statistic: a deviation

/// Ranks from 1, ties in the order given.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) ranks[order[i]] = static_cast<double>(i + 1);
  return ranks;
}

/// One-way analysis of variance: between and within groups, mean squares, and the size of a group.
struct Grouped {
  double between = 0, within = 0, size = 1;
};
Grouped grouped(const std::vector<double>& values, const std::vector<std::uint64_t>& groups) {
  struct Group {
    double count = 0, sum = 0, squares = 0;
  };
  std::map<std::uint64_t, Group> all;
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto& group = all[groups[i]];
    ++group.count;
    group.sum += values[i];
    group.squares += values[i] * values[i];
    sum += values[i];
  }
  const auto N = static_cast<double>(values.size()), K = static_cast<double>(all.size());
  if (K < 2 || K == N) return {};
  double between = 0, within = 0, sizes = 0;
  for (const auto& [name, group] : all) {
    between += group.count * std::pow(group.sum / group.count - sum / N, 2);
    within += group.squares - group.sum * group.sum / group.count;
    sizes += group.count * group.count;
  }
  return {between / (K - 1), within / (N - K), (N - sizes / N) / (K - 1)};
}

}  // namespace

std::vector<double> independent_networks(const std::vector<std::vector<double>>& values,
                                         const std::vector<std::vector<std::uint64_t>>& seeds) {
  std::vector<Grouped> all;
  double shared = 0, total = 0;
  for (std::size_t h = 0; h < values.size(); ++h) {
    all.push_back(grouped(ranks_of(values[h]), seeds[h]));
    const auto& of = all.back();
    shared += of.between - of.within;
    total += of.between + (of.size - 1) * of.within;
  }
  const double correlation = total > 0 ? std::max(0.0, shared / total) : 0;
  std::vector<double> independent;
  for (std::size_t h = 0; h < values.size(); ++h)
    independent.push_back(static_cast<double>(values[h].size()) / (1 + (all[h].size - 1) * correlation));
  return independent;
}

double PredictiveClassifier::Judge::least_rival_tail(std::size_t hypothesis) const {
  return std::max(1 / static_cast<double>(ratios[hypothesis].size() + 1), 1 / (independent[hypothesis] + 1));
}

double PredictiveClassifier::Judge::rival_tail(std::size_t hypothesis, double ratio) const {
  const auto& own = ratios[hypothesis];
  const auto beaten = own.end() - std::lower_bound(own.begin(), own.end(), ratio);
  return std::max(static_cast<double>(1 + beaten) / static_cast<double>(own.size() + 1), least_rival_tail(hypothesis));
}

std::vector<double> PredictiveClassifier::power_of(const Judge& judge,
                                                   const std::vector<std::vector<double>>& of_others) const {
  std::vector<double> power;
  for (std::size_t h = 0; h < of_others.size(); ++h) {
    const auto told = std::count_if(of_others[h].begin(), of_others[h].end(), [&](double ratio) {
      return judge.rival_tail(h, ratio) < share_of_rivals * alpha_;
    });
    power.push_back(of_others[h].empty() ? 0 : static_cast<double>(told) / static_cast<double>(of_others[h].size()));
  }
  return power;
}

std::optional<PredictiveClassifier::Fitted> PredictiveClassifier::without(const Fitted& fitted,
                                                                          std::uint64_t seed) const {
  std::vector<Index> others;
  for (std::size_t n = 0; n < fitted.seeds.size(); ++n)
    if (fitted.seeds[n] != seed) others.push_back(static_cast<Index>(n));
  Fitted rest{{}, {}, {}, fitted.statistics(Eigen::all, others), fitted.known(Eigen::all, others), {}};
  if (others.empty() || rest.known.rowwise().sum().minCoeff() < fewest_left) return std::nullopt;
  const auto of_rest = standardise(rest.statistics, rest.known);
  rest.mean = of_rest.mean;
  rest.deviation = (of_rest.deviation.array() > 0).select(of_rest.deviation, fitted.deviation);
  rest.correlation = own_correlation(of_rest.residuals, common_);
  return rest;
}

void PredictiveClassifier::leave_out(const std::vector<Index>& present, Judge& judge) const {
  const std::size_t H = fitted_.size();
  judge.ratios.resize(H);
  std::set<std::uint64_t> seeds;
  std::vector<std::optional<DistanceLaw>> laws(H);  // of as many networks as are left
  std::vector<std::vector<std::uint64_t>> of_ratios(H);
  std::vector<std::vector<double>> of_others(H);
  for (const auto& fitted : fitted_) seeds.insert(fitted.seeds.begin(), fitted.seeds.end());
  for (const auto seed : seeds) {
    look_aside();
    auto densities = judge.densities;
    std::vector<bool> left_out(H);
    for (std::size_t h = 0; h < H; ++h) {
      const auto& fitted = fitted_[h];
      if (std::count(fitted.seeds.begin(), fitted.seeds.end(), seed) == 0) continue;
      const auto rest = without(fitted, seed);
      if (!rest) continue;
      if (!laws[h]) laws[h] = distance_law(fitted.correlation, rest->known, common_, present, alpha_);
      densities[h] = rest->density(*laws[h], present);
      left_out[h] = true;
    }
    for (std::size_t h = 0; h < H; ++h)
      for (std::size_t n = 0; left_out[h] && n < fitted_[h].seeds.size(); ++n) {
        const auto column = static_cast<Index>(n);
        if (fitted_[h].seeds[n] != seed || fitted_[h].known(present, column).minCoeff() == 0) continue;
        const Vector<double> x = fitted_[h].statistics(present, column);
        judge.tails.push_back(densities[h].tail_at(x));
        const Vector<double> log_density = log_densities(densities, x);
        for (std::size_t g = 0; g < H; ++g)
          (g == h ? judge.ratios : of_others)[g].push_back(rival_ratio(log_density, static_cast<Index>(g)));
        of_ratios[h].push_back(seed);
      }
  }
  judge.independent = independent_networks(judge.ratios, of_ratios);
  std::sort(judge.tails.begin(), judge.tails.end());
  for (auto& ratios : judge.ratios) std::sort(ratios.begin(), ratios.end());
  judge.power = power_of(judge, of_others);
}

}  // namespace stillpoint
