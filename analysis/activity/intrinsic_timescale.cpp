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

/// Sums over neurons and pairs of bins, by lag from 1 on.
Vector<double> lagged(const Matrix<double>& a, const Matrix<double>& b) {
  const Index T = a.cols();
  Vector<double> sum(T - 1);
  for (Index lag = 1; lag < T; ++lag) sum(lag - 1) = a.leftCols(T - lag).cwiseProduct(b.rightCols(T - lag)).sum();
  return sum;
}

struct Covariances {
  Vector<double> of_lags, scale;  // R is one over the other
};

/// Deviations of trials from the mean of their condition, summed fold by fold: whatever of them is left out, and
/// means are
/// taken anew, needs no trial again. The k-th trial of each condition is in fold k modulo folds.
class DeviationSums {
 public:
  DeviationSums(const Session& session, const Bins& bins, const std::vector<ConditionGroup>& groups, std::size_t folds)
      : none_{0, Matrix<double>::Zero(session.neurons(), bins.count),
              Matrix<double>::Zero(session.neurons(), bins.count), Vector<double>::Zero(bins.count - 1)},
        sums_(folds, std::vector<Sums>(groups.size(), none_)) {
    for (std::size_t c = 0; c < groups.size(); ++c) {
      const auto trial = [&](std::size_t place) {
        return session.trials[static_cast<std::size_t>(groups[c].trials[place])].middleCols(bins.first, bins.count);
      };
      const auto trials = groups[c].trials.size();
      Matrix<double> mean = none_.sum;
      for (std::size_t place = 0; place < trials; ++place) {
        mean += trial(place);
        size_ += trial(place).squaredNorm();
      }
      mean /= static_cast<double>(trials);
      Matrix<double> d(mean.rows(), mean.cols());
      for (std::size_t place = 0; place < trials; ++place) {
        d = trial(place) - mean;
        sums_[place % folds][c].add_trial(d);
      }
    }
  }

  /// Whether there is more than rounding errors.
  bool varies() const {
    double sum = 0;
    for (const auto& fold : sums_)
      for (const auto& of : fold) sum += of.squares.sum();
    return sum > 1e-20 * size_;
  }
  /// Of all folds but this one, and of the trials of this one from the mean of all others, which has no scale. A
  /// condition
  /// of which no two trials are left is left out.
  struct Split {
    Covariances kept;
    Vector<double> held_out;
  };
  Split without(std::size_t fold) const {
    Split split{{none_.products, none_.products}, none_.products};
    double degrees = 0, degrees_out = 0;
    Matrix<double> variance = none_.sum;
    for (std::size_t c = 0; c < sums_.front().size(); ++c) {
      Sums kept = none_;
      for (std::size_t f = 0; f < sums_.size(); ++f)
        if (f != fold) kept += sums_[f][c];
      if (kept.trials < 2) continue;
      split.kept.of_lags += kept.products - lagged(kept.sum, kept.sum) / kept.trials;
      variance += kept.squares - kept.sum.cwiseAbs2() / kept.trials;
      degrees += kept.trials - 1;
      if (fold >= sums_.size()) continue;
      const auto& out = sums_[fold][c];
      const Matrix<double> mean = kept.sum / kept.trials;
      split.held_out += out.products + out.trials * lagged(mean, mean) - lagged(mean, out.sum) - lagged(out.sum, mean);
      degrees_out += out.trials * (1 + 1 / kept.trials);
    }
    const Matrix<double> deviation = variance.cwiseMax(0).cwiseSqrt();
    split.kept.of_lags /= degrees;
    split.kept.scale = lagged(deviation, deviation) / degrees;
    split.held_out /= degrees_out;
    return split;
  }
  Covariances all() const { return without(sums_.size()).kept; }

 private:
  struct Sums {
    double trials;
    Matrix<double> sum, squares;  // of deviations, neurons x bins
    Vector<double> products;      // by lag
    void add_trial(const Matrix<double>& d) {
      ++trials;
      sum += d;
      squares += d.cwiseAbs2();
      products += lagged(d, d);
    }
    void operator+=(const Sums& more) {
      trials += more.trials;
      sum += more.sum;
      squares += more.squares;
      products += more.products;
    }
  };
  double size_ = 0;  // sum of squares of all that the deviations are of
  Sums none_;
  std::vector<std::vector<Sums>> sums_;  // by fold and condition
};

/// R, empty where nothing varies.
Vector<double> across_trials(const DeviationSums& sums) {
  const auto all = sums.all();
  if (!sums.varies() || !(all.scale.minCoeff() > 0)) return {};
  return all.of_lags.cwiseQuotient(all.scale);
}

struct Lags {
  Index first, count;  // the first is lag first + 1
  WeightedPoints points(const Vector<double>& value) const {
    const Vector<double> lag = Vector<double>::LinSpaced(value.size(), 1, static_cast<double>(value.size()));
    return {lag.tail(count), value.tail(count), static_cast<double>(value.size() + 1) - lag.tail(count).array()};
  }
};

/// R of the trials without a fold, its curves, and how far those are from R of the fold.
struct Fold {
  Vector<double> autocorrelation;
  ExponentialSum curves[3];  // by the number of timescales
  double misfit[3];
};
std::vector<Fold> folds_of(const DeviationSums& sums, std::size_t folds, const Lags& lags) {
  std::vector<Fold> result;
  for (std::size_t f = 0; f < folds; ++f) {
    const auto split = sums.without(f);
    Fold fold{split.kept.of_lags.cwiseQuotient(split.kept.scale), {}, {}};
    const Vector<double> out = split.held_out.cwiseQuotient(split.kept.scale);
    if (!out.allFinite() || !fold.autocorrelation.allFinite()) continue;
    for (const int terms : {0, 1, 2}) {
      fold.curves[terms] = fit_exponentials(lags.points(fold.autocorrelation), terms);
      fold.misfit[terms] = fold.curves[terms].misfit_to(lags.points(out));
    }
    result.push_back(std::move(fold));
  }
  return result;
}

/// Whether curves with one more timescale than `terms` predict trials held out better.
bool is_gain(const std::vector<Fold>& folds, int terms) {
  std::vector<double> gain;
  for (const auto& fold : folds)
    gain.push_back(
        fold.curves[terms].found() && fold.curves[terms + 1].found() ? fold.misfit[terms] - fold.misfit[terms + 1] : 0);
  if (gain.size() < 2) return false;
  const Vector<double> g = Eigen::Map<const Vector<double>>(gain.data(), static_cast<Index>(gain.size()));
  const double n = static_cast<double>(g.size()),
               error = std::sqrt((g.array() - g.mean()).square().sum() / (n * (n - 1)));
  return g.mean() > boost::math::quantile(boost::math::students_t(n - 1), 1 - level) * error;
}

}  // namespace

double IntrinsicTimescale::at(double lag_ms) const {
  const double second = second_tau_ms ? (1 - share) * std::exp(-lag_ms / *second_tau_ms) : 0;
  return amplitude * (share * std::exp(-lag_ms / *tau_ms) + second + offset);
}

IntrinsicTimescale intrinsic_timescale(const Session& session, const Window& window) {
  const auto bins = bins_of(session, window, least_bins);
  const auto groups = condition_groups(session, 2);
  std::size_t longest = 0;
  for (const auto& group : groups) longest = std::max(longest, group.trials.size());
  const std::size_t folds = std::min(most_folds, longest);
  const DeviationSums sums(session, bins, groups, folds);
  IntrinsicTimescale result;
  const Index all = bins.count - 1;
  result.lag_ms = session.bin_ms * Vector<double>::LinSpaced(all, 1, static_cast<double>(all));
  result.autocorrelation = across_trials(sums);
  const auto& R = result.autocorrelation;
  if (R.size() == 0) return result;

  Index first = 0;
  while (first + 1 < all && R(first + 1) >= R(first)) ++first;
  const Lags lags{first, all - first};
  if (lags.count < least_lags) return result;
  const auto held_out = folds_of(sums, folds, lags);
  for (const auto& fold : held_out) result.without.push_back({fold.autocorrelation, {}, {}});
  const auto points = lags.points(R);
  const auto one = fit_exponentials(points, 1);
  if (!one.inside(points) || !is_gain(held_out, 0)) return result;
  const auto two = fit_exponentials(points, 2);
  const bool both = is_gain(held_out, 1) && two.inside(points);
  const auto& curve = both ? two : one;
  result.tau_ms = session.bin_ms * curve.tau(0);
  if (both) result.second_tau_ms = session.bin_ms * curve.tau(1);
  result.amplitude = curve.amplitude.sum();
  result.share = curve.amplitude(0) / result.amplitude;
  result.offset = curve.constant / result.amplitude;
  result.first_lag_ms = result.lag_ms(first);
  for (std::size_t f = 0; f < held_out.size(); ++f) {
    const auto& kept = held_out[f].curves[both ? 2 : 1];
    if (!kept.found()) continue;
    result.without[f].tau_ms = session.bin_ms * kept.tau(0);
    if (both) result.without[f].second_tau_ms = session.bin_ms * kept.tau(1);
  }
  return result;
}

std::optional<double> autocorrelation_at(const Session& session, const Window& window, double lag_ms) {
  const auto bins = bins_of(session, window, 2);
  const double lag = std::round(lag_ms / session.bin_ms), longest = static_cast<double>(bins.count - 1);
  require_parameter(lag >= 1 && lag <= longest, "lag_ms", fmt::format("{:g}", lag_ms),
                    fmt::format("must be from {:g} to {:g} ms, a bin to the window less one", session.bin_ms,
                                session.bin_ms * longest));
  const auto R = across_trials(DeviationSums(session, bins, condition_groups(session, 2), 1));
  if (R.size() == 0) return std::nullopt;
  return R(static_cast<Index>(lag) - 1);
}

}  // namespace stillpoint
