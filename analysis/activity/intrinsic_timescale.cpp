#include "analysis/activity/intrinsic_timescale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "analysis/activity/condition_groups.hpp"
#include "analysis/statistics/exponentials.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

constexpr Index least_bins = 8, least_lags = 5;
constexpr std::size_t most_folds = 10;
constexpr double level = 0.05;

/// Deviations of trials from a mean over trials of their condition, and by what sums of their products are divided.
struct Deviations {
  std::vector<Matrix<double>> trials;  // neurons x bins
  double degrees = 0;

  /// Sums over neurons and pairs of bins, by lag from 1 on.
  Vector<double> covariances() const {
    const Index T = trials.front().cols();
    Vector<double> sum = Vector<double>::Zero(T - 1);
    for (const auto& d : trials)
      for (Index lag = 1; lag < T; ++lag) sum(lag - 1) += d.leftCols(T - lag).cwiseProduct(d.rightCols(T - lag)).sum();
    return sum / degrees;
  }
  Vector<double> products_of_deviations() const {
    const Index T = trials.front().cols();
    Matrix<double> variance = Matrix<double>::Zero(trials.front().rows(), T);
    for (const auto& d : trials) variance += d.cwiseAbs2();
    const Matrix<double> deviation = variance.cwiseSqrt();
    Vector<double> sum(T - 1);
    for (Index lag = 1; lag < T; ++lag)
      sum(lag - 1) = deviation.leftCols(T - lag).cwiseProduct(deviation.rightCols(T - lag)).sum();
    return sum / degrees;
  }
};

/// Of the trials that `taken` from the mean of those that `averaged`, both by a trial's place within its condition.
template <class Averaged, class Taken>
Deviations deviations(const Session& session, const Bins& bins, const std::vector<ConditionGroup>& groups,
                      Averaged&& averaged, Taken&& taken) {
  Deviations result;
  for (const auto& group : groups) {
    const auto trial = [&](std::size_t k) {
      return session.trials[static_cast<std::size_t>(group.trials[k])].middleCols(bins.first, bins.count);
    };
    Matrix<double> mean = Matrix<double>::Zero(session.neurons(), bins.count);
    double n = 0;
    for (std::size_t k = 0; k < group.trials.size(); ++k)
      if (averaged(k)) {
        mean += trial(k);
        ++n;
      }
    if (n < 2) continue;
    mean /= n;
    for (std::size_t k = 0; k < group.trials.size(); ++k)
      if (taken(k)) {
        result.trials.push_back(trial(k) - mean);
        result.degrees += averaged(k) ? 1 - 1 / n : 1 + 1 / n;
      }
  }
  return result;
}

constexpr auto every = [](std::size_t) { return true; };

/// R, empty where nothing but rounding errors varies.
Vector<double> across_trials(const Session& session, const Bins& bins, const std::vector<ConditionGroup>& groups) {
  const auto all = deviations(session, bins, groups, every, every);
  double size = 0, variation = 0;
  for (const auto& trial : session.trials) size += trial.squaredNorm();
  for (const auto& d : all.trials) variation += d.squaredNorm();
  const Vector<double> scale = all.products_of_deviations();
  if (variation <= 1e-20 * size || !(scale.minCoeff() > 0)) return {};
  return all.covariances().cwiseQuotient(scale);
}

struct Lags {
  Index first, count;  // the first is lag first + 1
  WeightedPoints points(const Vector<double>& value) const {
    const Vector<double> lag = Vector<double>::LinSpaced(value.size(), 1, static_cast<double>(value.size()));
    return {lag.tail(count), value.tail(count), static_cast<double>(value.size() + 1) - lag.tail(count).array()};
  }
};

/// Whether one timescale predicts trials held out better than a constant, and two better than one.
struct Gains {
  bool one, two;
};
Gains gains(const Session& session, const Bins& bins, const std::vector<ConditionGroup>& groups, const Lags& lags) {
  std::size_t longest = 0;
  for (const auto& group : groups) longest = std::max(longest, group.trials.size());
  const std::size_t folds = std::min(most_folds, longest);
  std::vector<double> gain[2];
  for (std::size_t fold = 0; fold < folds; ++fold) {
    const auto held_out = [&](std::size_t k) { return k % folds == fold; };
    const auto kept = [&](std::size_t k) { return k % folds != fold; };
    const auto training = deviations(session, bins, groups, kept, kept),
               test = deviations(session, bins, groups, kept, held_out);
    if (training.trials.empty() || test.trials.empty()) continue;
    const Vector<double> scale = training.products_of_deviations();
    const auto known = lags.points(training.covariances().cwiseQuotient(scale)),
               unknown = lags.points(test.covariances().cwiseQuotient(scale));
    const ExponentialSum curves[] = {fit_exponentials(known, 0), fit_exponentials(known, 1),
                                     fit_exponentials(known, 2)};
    for (const int k : {0, 1})
      gain[k].push_back(curves[k].found() && curves[k + 1].found()
                            ? curves[k].misfit_to(unknown) - curves[k + 1].misfit_to(unknown)
                            : 0);
  }
  const auto is_gain = [](const std::vector<double>& values) {
    if (values.size() < 2) return false;
    const Vector<double> g = Eigen::Map<const Vector<double>>(values.data(), static_cast<Index>(values.size()));
    const double n = static_cast<double>(g.size()),
                 error = std::sqrt((g.array() - g.mean()).square().sum() / (n * (n - 1)));
    return g.mean() > boost::math::quantile(boost::math::students_t(n - 1), 1 - level) * error;
  };
  return {is_gain(gain[0]), is_gain(gain[1])};
}

}  // namespace

IntrinsicTimescale intrinsic_timescale(const Session& session, const Window& window) {
  const auto bins = bins_of(session, window, least_bins);
  const auto groups = condition_groups(session, 2);
  IntrinsicTimescale result;
  const Index all = bins.count - 1;
  result.lag_ms = session.bin_ms * Vector<double>::LinSpaced(all, 1, static_cast<double>(all));
  result.autocorrelation = across_trials(session, bins, groups);
  const auto& R = result.autocorrelation;
  if (R.size() == 0) return result;

  Index first = 0;
  while (first + 1 < all && R(first + 1) >= R(first)) ++first;
  const Lags lags{first, all - first};
  if (lags.count < least_lags) return result;
  const auto points = lags.points(R);
  const auto one = fit_exponentials(points, 1);
  if (!one.inside(points)) return result;
  const auto gained = gains(session, bins, groups, lags);
  if (!gained.one) return result;
  const auto two = fit_exponentials(points, 2);
  const bool both = gained.two && two.inside(points);
  const auto& curve = both ? two : one;
  result.tau_ms = session.bin_ms * curve.tau(0);
  if (both) result.second_tau_ms = session.bin_ms * curve.tau(1);
  result.amplitude = curve.amplitude.sum();
  result.share = curve.amplitude(0) / result.amplitude;
  result.offset = curve.constant / result.amplitude;
  result.first_lag_ms = result.lag_ms(first);
  return result;
}

std::optional<double> autocorrelation_at(const Session& session, const Window& window, double lag_ms) {
  const auto bins = bins_of(session, window, 2);
  const double lag = std::round(lag_ms / session.bin_ms), longest = static_cast<double>(bins.count - 1);
  require_parameter(lag >= 1 && lag <= longest, "lag_ms", fmt::format("{:g}", lag_ms),
                    fmt::format("must be from {:g} to {:g} ms, a bin to the window less one", session.bin_ms,
                                session.bin_ms * longest));
  const auto R = across_trials(session, bins, condition_groups(session, 2));
  if (R.size() == 0) return std::nullopt;
  return R(static_cast<Index>(lag) - 1);
}

}  // namespace stillpoint
