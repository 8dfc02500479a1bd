// Statistics of a session with their standard errors, by the delete-group jackknife: the k-th trial of each
// condition is in
// group k modulo 10, the statistic is computed without each group, and
//
//   SE^2 = (G - 1) / G sum_g (theta_(g) - mean theta)^2   (Tukey 1958; Efron & Stein 1981, doi:10.1214/aos/1176345462)
//
// with Student's t of G - 1 degrees of freedom. Not by a bootstrap: trials that are drawn twice would stand in both
// halves
// of a cross-validation, and a Fano factor of n resampled counts is too small by (n - 1) / n. Trials are taken for
// independent of each other.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "analysis/activity/session.hpp"
#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

/// Where a statistic is averaged and its error taken: as it is, as its logarithm, or as its square, which noise makes
/// negative at times and is shown as 0 there.
enum class Scale { plain, logarithm, square };
double shown(Scale scale, double value);

/// What a statistic can be, as it is shown.
constexpr Interval any_value{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()},
    not_negative{0, std::numeric_limits<double>::infinity()}, a_share{0, 1}, a_correlation{-1, 1};

/// On the statistic's scale.
struct ScaledStatistic {
  std::optional<double> value;
  std::vector<double> without = {};  // a group of trials; empty where it is undefined without one
  std::string absent = "";           // why there is no value
};
/// Its error by the jackknife; absent below two groups.
std::optional<double> jackknife_error_of(const ScaledStatistic& statistic);

using StatisticValues = std::vector<std::optional<double>>;  // on their scales
/// `count` values of a session, and those without each group of its trials. What throws ParameterError is absent for
/// that
/// reason, what is otherwise absent for `undefined`.
std::vector<ScaledStatistic> jackknifed(const Session& session, std::size_t count,
                                        const std::function<StatisticValues(const Session&)>& of,
                                        const std::string& undefined);
std::vector<ScaledStatistic> absent(std::size_t count, const std::string& why);

/// Groups of trials of the jackknife: those that are left when each is out.
std::vector<std::vector<Index>> trials_without(const Session& session);
/// At most `most` trials of each condition, means of those that are in one of them modulo `most`: products of different
/// trials keep their mean. The order of conditions is kept.
Session condensed(const Session& session, Index most);
/// At most about `most` trials in all, evenly spread over those of each condition.
Session thinned(const Session& session, Index most);

}  // namespace stillpoint
