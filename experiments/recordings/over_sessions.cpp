#include "experiments/recordings/over_sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "analysis/statistics/bootstrap.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t fewest_studentised = 6, fewest_of_level = 3;
constexpr double equal = 1e-9;  // but for rounding

Interval interval_of(const IntervalEstimate& estimate) { return {estimate.low, estimate.high}; }
std::optional<Interval> interval_of(const std::optional<IntervalEstimate>& estimate) {
  return estimate ? std::optional(interval_of(*estimate)) : std::nullopt;
}

std::optional<Interval> interval_of_mean(const std::vector<double>& values) {
  return interval_of(values.size() < fewest_studentised ? student_mean(values) : studentised_mean(values));
}

/// Of the mean over animals of the means over their sessions.
struct Variance {
  double variance, degrees;
};
struct Spread {
  double mean = 0;
  std::vector<double> means;                       // of animals
  std::optional<Variance> of_sessions, of_trials;  // within these animals, within these sessions
};
Spread spread_of(const std::map<std::string, std::vector<const ScaledStatistic*>>& of_animal) {
  Spread spread;
  const auto animals = static_cast<double>(of_animal.size());
  Variance sessions{0, 0}, trials{0, std::numeric_limits<double>::infinity()};
  bool has_sessions = true, has_trials = true;
  for (const auto& [name, all] : of_animal) {
    const auto n = static_cast<double>(all.size()), weight = 1 / (animals * n);
    double mean = 0, squares = 0;
    for (const auto* each : all) mean += *each->value / n;
    for (const auto* each : all) {
      squares += (*each->value - mean) * (*each->value - mean);
      const auto error = jackknife_error_of(*each);
      has_trials = has_trials && error;
      if (!error) continue;
      trials.variance += weight * weight * *error * *error;
      trials.degrees = std::min(trials.degrees, static_cast<double>(each->without.size() - 1));
    }
    has_sessions = has_sessions && all.size() > 1;
    if (all.size() > 1) sessions.variance += squares / (n - 1) / n / (animals * animals);
    sessions.degrees += n - 1;
    spread.means.push_back(mean);
    spread.mean += mean / animals;
  }
  if (has_sessions) spread.of_sessions = sessions;
  if (has_trials) spread.of_trials = trials;
  return spread;
}

}  // namespace

ObservedValue combined(Scale scale, const std::vector<ScaledStatistic>& sessions,
                       const std::vector<std::string>& animals, const Interval& range) {
  ObservedValue result;
  std::map<std::string, std::vector<const ScaledStatistic*>> of_animal;
  Index defined = 0;
  bool named = false;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    result.absent = sessions[i].absent;
    if (!sessions[i].value) continue;
    of_animal[animals[i].empty() ? fmt::format("session {}", i) : animals[i]].push_back(&sessions[i]);
    named = named || !animals[i].empty();
    ++defined;
  }
  if (defined == 0) return result;
  if (defined < static_cast<Index>(sessions.size()))
    result.absent = fmt::format("of {} of {} sessions; the others: {}", defined, sessions.size(), result.absent);
  const Spread spread = spread_of(of_animal);
  const auto take = [&](const std::string& level, Index count, const std::optional<Interval>& interval) {
    const double low = shown(scale, interval->low), high = shown(scale, interval->high);
    const double value = result.value->value;
    const bool varies = high - low > equal;
    if (!varies && (value <= range.low + equal || value >= range.high - equal)) {
      result.absent = fmt::format("no interval: it is {:g} throughout", value);
      return;
    }
    result.value->interval = Interval{std::clamp(low, range.low, range.high), std::clamp(high, range.low, range.high)};
    result.level = level;
    result.count = count;
  };
  result.value = Estimate{shown(scale, spread.mean), {}};
  const auto student = [&](const Variance& of) {
    return interval_of(student_interval(spread.mean, std::sqrt(of.variance), of.degrees));
  };
  if (spread.means.size() >= fewest_of_level)
    take(named ? "animals" : "sessions", static_cast<Index>(spread.means.size()), interval_of_mean(spread.means));
  else if (spread.of_sessions && defined >= static_cast<Index>(fewest_of_level))
    take("sessions", defined, student(*spread.of_sessions));
  else if (spread.of_trials)
    take("trials", defined, student(*spread.of_trials));
  else if (result.absent.empty())
    result.absent = "no interval: it is undefined without some of the trials";
  if (scale == Scale::square && spread.mean < 0) result.absent = "its square is below 0: noise is as large";
  return result;
}

Curve mean_curve(const std::vector<const Vector<double>*>& sessions, const std::vector<Interval>* own) {
  if (sessions.empty()) return {};
  Matrix<double> all(static_cast<Index>(sessions.size()), sessions.front()->size());
  for (std::size_t i = 0; i < sessions.size(); ++i) all.row(static_cast<Index>(i)) = sessions[i]->transpose();
  Curve curve{all.colwise().mean().transpose(), {}, "trials"};
  if (sessions.size() == 1) {
    curve.band = *own;
  } else {
    curve.level = "sessions";
    for (const auto& column : all.colwise())
      curve.band.push_back(*interval_of(student_mean({column.begin(), column.end()})));
  }
  return curve;
}

}  // namespace stillpoint
