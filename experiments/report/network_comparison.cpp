#include "experiments/report/network_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/statistics/quantiles.hpp"
#include "analysis/statistics/rank_tests.hpp"
#include "experiments/report/comparison.hpp"

namespace stillpoint {

namespace {

NumberSummary summarise_number(const std::vector<AnalysedNetwork>& networks, std::size_t number,
                               const NetworkNumber& what) {
  NumberSummary summary;
  std::vector<double> values;
  for (const auto& network : networks) {
    if (network.values.empty()) continue;
    if (const auto& value = network.values[number])
      values.push_back(*value);
    else
      ++summary.undefined;
  }
  if (values.empty()) return summary;
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  summary.mean = sum / static_cast<double>(values.size());
  summary.median = median(values);
  if (what.yes_or_no) {
    summary.interval = wilson_interval(std::lround(sum), static_cast<long>(values.size()));
    return summary;
  }
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const auto interval = student_mean(values);
  if (*least == *most || !interval) return summary;
  summary.interval = Interval{std::max(interval->low, what.possible.low), std::min(interval->high, what.possible.high)};
  return summary;
}

/// All but the test, whose differences are to be tested together with those of other numbers.
NumberDifference difference_of(const NetworkComparison& compared, std::size_t condition, std::size_t against,
                               std::size_t number, std::vector<double>& differences) {
  NumberDifference difference{condition, against, number, {}, 0, 0, std::nullopt};
  const auto& runs = compared.study.conditions[condition].runs;
  const auto& others = compared.study.conditions[against].runs;
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (std::size_t j = 0; j < others.size(); ++j) {
      const auto &own = compared.networks[condition][i].values, &other = compared.networks[against][j].values;
      if (runs[i].seed != others[j].seed || own.empty() || other.empty()) continue;
      if (runs[i].unmatched || others[j].unmatched)
        ++difference.set_apart;
      else if (own[number] && other[number])
        differences.push_back(*own[number] - *other[number]);
      else
        ++difference.undefined;
    }
  return difference;
}

}  // namespace

NetworkComparison compare_networks(StudyRecord read, NetworkAnalysis made,
                                   std::vector<std::vector<AnalysedNetwork>> networks,
                                   const ComparisonRequest& request) {
  NetworkComparison compared{std::move(read), std::move(made), std::move(networks), {}, {}};
  const auto& study = compared.study;
  const auto& analysis = compared.analysis;
  const auto with = compared_with(study, request).with;
  std::vector<std::vector<double>> differences;  // over pairs
  for (std::size_t c = 0; c < study.conditions.size(); ++c) {
    compared.summaries.emplace_back();
    for (std::size_t k = 0; k < analysis.numbers.size(); ++k)
      compared.summaries[c].push_back(summarise_number(compared.networks[c], k, analysis.numbers[k]));
    if (!with[c] || *with[c] == c) continue;
    for (std::size_t k = 0; k < analysis.numbers.size(); ++k)
      compared.differences.push_back(difference_of(compared, c, *with[c], k, differences.emplace_back()));
  }
  const auto tests = paired_tests(differences);
  for (std::size_t i = 0; i < tests.size(); ++i) compared.differences[i].test = tests[i];
  std::vector<double> p;  // without one it counts, too, as one that is not rejected
  for (const auto& difference : compared.differences) p.push_back(difference.test.p.value_or(1));
  const auto corrected = holm(p);
  for (std::size_t i = 0; i < p.size(); ++i)
    if (compared.differences[i].test.p) compared.differences[i].p_holm = corrected[i];
  return compared;
}

}  // namespace stillpoint
