#include "experiments/recordings/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "analysis/statistics/predictive_density.hpp"

namespace stillpoint {

namespace {

constexpr double most_degrees = 5;
constexpr double rounding = 1e-12;  // of equal values, relative to their size

struct Moments {
  long networks, seeds;
  double mean, deviation;

  double degrees() const { return std::min(static_cast<double>(seeds) - 1, most_degrees); }
};

std::optional<Moments> moments_of(const std::vector<NetworkValue>& networks) {
  std::set<std::uint64_t> seeds;
  double sum = 0, size = 0;
  for (const auto& each : networks) {
    seeds.insert(each.seed);
    sum += each.value;
    size = std::max(size, std::abs(each.value));
  }
  if (static_cast<long>(seeds.size()) < fewest_seeds) return std::nullopt;
  const auto count = static_cast<double>(networks.size());
  double squares = 0;
  for (const auto& each : networks) squares += (each.value - sum / count) * (each.value - sum / count);
  const double deviation = std::sqrt(squares / (count - 1));
  return Moments{static_cast<long>(networks.size()), static_cast<long>(seeds.size()), sum / count,
                 deviation > rounding * size ? deviation : 0};
}

/// Log density of a law at x, up to what is the same for all.
double log_density(const Moments& of, double x) {
  const auto n = static_cast<double>(of.seeds);
  const double scale = of.deviation * std::sqrt(1 + 1 / n), away = (x - of.mean) / scale, degrees = of.degrees();
  return std::lgamma((degrees + 1) / 2) - std::lgamma(degrees / 2) - 0.5 * std::log(degrees) - std::log(scale) -
         (degrees + 1) / 2 * std::log1p(away * away / degrees);
}

double capped(double log_ratio, long seeds) {
  return std::max(std::exp(log_ratio), 1 / (static_cast<double>(seeds) + 1));
}

HypothesisLaw law_of(const std::string& hypothesis, const Moments& of, double x, double alpha) {
  const auto n = static_cast<double>(of.seeds);
  const boost::math::students_t student(of.degrees());
  const double scale = of.deviation * std::sqrt(1 + 1 / n),
               reach = scale * boost::math::quantile(boost::math::complement(student, alpha / 2));
  HypothesisLaw law{hypothesis, of.networks, of.seeds, of.mean, {of.mean - reach, of.mean + reach}, 1, 1};
  law.tail = 2 * boost::math::cdf(boost::math::complement(student, std::abs(x - of.mean) / scale));
  return law;
}

bool has(const std::vector<HypothesisLaw>& laws, const std::string& hypothesis) {
  return std::any_of(laws.begin(), laws.end(), [&](const auto& law) { return law.hypothesis == hypothesis; });
}

/// A row for each statistic, a column for each network: seed and setting.
HypothesisNetworks networks_of(const std::vector<const JudgedStatistic*>& statistics, const std::string& hypothesis) {
  std::map<std::pair<std::uint64_t, std::string>, Index> columns;
  for (const auto* statistic : statistics)
    for (const auto& each : statistic->networks.at(hypothesis)) columns.emplace(std::pair(each.seed, each.setting), 0);
  HypothesisNetworks networks{hypothesis, {}};
  for (auto& [network, column] : columns) {
    column = static_cast<Index>(networks.seeds.size());
    networks.seeds.push_back(network.first);
  }
  networks.statistics =
      Matrix<double>::Constant(static_cast<Index>(statistics.size()), static_cast<Index>(columns.size()),
                               std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < statistics.size(); ++i)
    for (const auto& each : statistics[i]->networks.at(hypothesis))
      networks.statistics(static_cast<Index>(i), columns.at({each.seed, each.setting})) = each.value;
  return networks;
}

/// By all statistics with their covariance; by_itself and seeds are known.
void judge(const std::vector<const JudgedStatistic*>& statistics, double alpha, JointVerdict& verdict) {
  std::vector<HypothesisNetworks> networks;
  for (const auto& each : verdict.tested) networks.push_back(networks_of(statistics, each.hypothesis));
  Matrix<double> recording(static_cast<Index>(statistics.size()), 1);
  for (std::size_t i = 0; i < statistics.size(); ++i) recording(static_cast<Index>(i), 0) = statistics[i]->measured;
  const auto found = PredictiveClassifier(networks, alpha).classify(recording).front();
  const double best = found.posterior.maxCoeff();
  for (std::size_t i = 0; i < verdict.tested.size(); ++i) {
    auto& each = verdict.tested[i];
    const auto h = static_cast<Index>(i);
    each.ratio = capped(std::log(found.posterior(h) / best), each.seeds);
    each.tail = each.by_itself;
    if (found.least_rival_tail(h) >= share_of_rivals * alpha) continue;
    each.against_rivals = found.rival_tail(h);
    each.power = found.power(h);
    each.tail = std::min({1.0, *each.against_rivals / share_of_rivals, each.by_itself / (1 - share_of_rivals)});
  }
}

}  // namespace

std::vector<HypothesisLaw> laws_of(const JudgedStatistic& statistic, const std::vector<std::string>& hypotheses,
                                   double alpha) {
  std::vector<std::pair<std::string, Moments>> all;
  double squares = 0;
  int varying = 0;
  for (const auto& name : hypotheses) {
    const auto networks = statistic.networks.find(name);
    if (networks == statistic.networks.end()) continue;
    const auto moments = moments_of(networks->second);
    if (!moments) continue;
    all.emplace_back(name, *moments);
    squares += moments->deviation * moments->deviation;
    varying += moments->deviation > 0 ? 1 : 0;
  }
  if (varying == 0) return {};
  std::vector<HypothesisLaw> laws;
  double best = -std::numeric_limits<double>::infinity();
  for (auto& [name, moments] : all) {
    if (moments.deviation == 0) moments.deviation = std::sqrt(squares / varying);
    laws.push_back(law_of(name, moments, statistic.measured, alpha));
    best = std::max(best, log_density(moments, statistic.measured));
  }
  for (std::size_t h = 0; h < laws.size(); ++h)
    laws[h].ratio = capped(log_density(all[h].second, statistic.measured) - best, laws[h].seeds);
  return laws;
}

JointVerdict joint_verdict(const std::vector<JudgedStatistic>& statistics, const std::vector<std::string>& hypotheses,
                           double alpha) {
  std::vector<std::vector<HypothesisLaw>> laws;
  for (const auto& statistic : statistics) laws.push_back(laws_of(statistic, hypotheses, alpha));
  JointVerdict verdict;
  for (const auto& name : hypotheses) {
    const auto there = std::count_if(laws.begin(), laws.end(), [&](const auto& each) { return has(each, name); });
    if (there > 0 && 2 * there >= static_cast<std::ptrdiff_t>(statistics.size()))
      verdict.tested.push_back({name});
    else
      verdict.not_tested.emplace_back(name, fmt::format("too few networks: of {} statistics {} have those of {} seeds",
                                                        statistics.size(), there, fewest_seeds));
  }
  std::vector<const JudgedStatistic*> used;
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    const bool all =
        !verdict.tested.empty() && std::all_of(verdict.tested.begin(), verdict.tested.end(),
                                               [&](const auto& each) { return has(laws[i], each.hypothesis); });
    (all ? verdict.statistics : verdict.left_out).push_back(statistics[i].name);
    if (!all) continue;
    used.push_back(&statistics[i]);
    for (auto& each : verdict.tested)
      for (const auto& law : laws[i])
        if (law.hypothesis == each.hypothesis) {
          each.by_itself = std::min(each.by_itself, law.tail);
          each.seeds = each.seeds == 0 ? law.seeds : std::min(each.seeds, law.seeds);
        }
  }
  if (verdict.tested.size() < 2 || used.empty()) {
    for (const auto& each : verdict.tested)
      verdict.not_tested.emplace_back(each.hypothesis, "nothing to compare it with");
    verdict.tested.clear();
    verdict.statistics.clear();
    return verdict;
  }
  for (auto& each : verdict.tested) each.by_itself = std::min(1.0, each.by_itself * static_cast<double>(used.size()));
  judge(used, alpha, verdict);
  for (auto& each : verdict.tested) each.excluded = each.tail < alpha;
  return verdict;
}

}  // namespace stillpoint
