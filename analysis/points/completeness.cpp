#include "analysis/points/completeness.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <numeric>

namespace stillpoint {

namespace {

Index times(const std::vector<Index>& hits, Index n) { return std::count(hits.begin(), hits.end(), n); }

/// Exact limits of the mean of a Poisson count (Garwood 1936, doi:10.1093/biomet/28.3-4.437).
double lower_mean(Index count, double risk) {
  return count == 0 ? 0 : quantile(boost::math::chi_squared(2. * static_cast<double>(count)), risk) / 2;
}
double upper_mean(Index count, double risk) {
  return quantile(complement(boost::math::chi_squared(2. * static_cast<double>(count) + 2), risk)) / 2;
}

}  // namespace

double chao1_missing(const std::vector<Index>& hits) {
  const auto once = static_cast<double>(times(hits, 1)), twice = static_cast<double>(times(hits, 2));
  return std::max(0.0, once * (once - 1) / (2 * (twice + 1)));  // no -0
}

double least_missing(const std::vector<Index>& hits) {
  constexpr double risk = 0.05 / 3;
  const double once = lower_mean(times(hits, 1), risk), twice = upper_mean(times(hits, 2), risk);
  const double mean = once * once / (2 * twice);
  if (!(mean > 0)) return 0;
  using namespace boost::math::policies;
  using Law = boost::math::poisson_distribution<double, policy<discrete_quantile<integer_round_down>>>;
  return quantile(Law(mean), risk);
}

double share_of_singletons(const std::vector<Index>& hits) {
  const auto all = std::accumulate(hits.begin(), hits.end(), Index{0});
  return all == 0 ? 0 : static_cast<double>(times(hits, 1)) / static_cast<double>(all);
}

double risk_of_look(Index look) { return 0.05 * std::pow(0.5, static_cast<double>(look + 1)); }

Index starts_of_look(Index look, double coverage) {
  return static_cast<Index>(std::ceil(std::log(risk_of_look(look)) / std::log1p(-coverage)));
}

std::string name_of(UnseenShare::Ended ended) {
  constexpr const char* names[] = {"complete", "covered", "budget", "many_points"};
  return names[static_cast<std::size_t>(ended)];
}

}  // namespace stillpoint
