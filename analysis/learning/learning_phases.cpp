#include "analysis/learning/learning_phases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/learning/broken_line.hpp"
#include "analysis/learning/change_point.hpp"
#include "analysis/learning/decay.hpp"
#include "analysis/statistics/bootstrap.hpp"
#include "analysis/statistics/quantiles.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/look_aside.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t most = 1000;

void check(const LossCurve& curve, const PhaseSetting& setting) {
  const auto &update = curve.update, &loss = curve.loss, &accuracy = curve.accuracy;
  require_parameter(update.size() == loss.size(), "updates", fmt::format("{}", update.size()),
                    "one loss for each is needed");
  require_parameter(accuracy.empty() || accuracy.size() == loss.size(), "accuracy",
                    fmt::format("{} values", accuracy.size()), "one for each update is needed, or none");
  require_parameter(loss.size() >= LearningPhases::fewest_points, "points", fmt::format("{}", loss.size()),
                    fmt::format("must be {} or more", LearningPhases::fewest_points));
  for (std::size_t i = 0; i < loss.size(); ++i) {
    require_parameter(std::isfinite(update[i]), "update", fmt::format("{}", update[i]), "must be a finite number");
    require_parameter(std::isfinite(loss[i]) && loss[i] > 0, "loss", fmt::format("{} at update {}", loss[i], update[i]),
                      "must be finite and above 0, for its logarithm is looked at");
    if (i == 0) continue;
    require_parameter(update[i] > update[i - 1], "update", fmt::format("{}", update[i]),
                      fmt::format("must be above {}, the one before", update[i - 1]));
    const double step = update[1] - update[0];
    require_parameter(std::abs(update[i] - update[i - 1] - step) <= 1e-6 * step, "update", fmt::format("{}", update[i]),
                      fmt::format("follows {}; steps must be equal, and the first is {}", update[i - 1], step));
  }
  require_parameter(setting.resamples >= 1, "bootstrap", fmt::format("{}", setting.resamples), "must be 1 or more");
  require_parameter(setting.level > 0 && setting.level < 1, "level", fmt::format("{}", setting.level),
                    "must be between 0 and 1");
}

struct Points {
  Vector<double> update, log_loss;
  Index averaged;
};

Points average(const LossCurve& curve) {
  const std::size_t size = curve.loss.size(), bin = (size + most - 1) / most, bins = size / bin;
  Points points{Vector<double>::Zero(static_cast<Index>(bins)), Vector<double>::Zero(static_cast<Index>(bins)),
                static_cast<Index>(bin)};
  for (std::size_t i = 0; i < bins * bin; ++i) {
    points.update(static_cast<Index>(i / bin)) += curve.update[i] / static_cast<double>(bin);
    points.log_loss(static_cast<Index>(i / bin)) += std::log(curve.loss[i]) / static_cast<double>(bin);
  }
  return points;
}

/// How the spread of the noise goes with the level: exp(b level), b by regression of log |second difference| on the
/// running median of y over nine samples; 1 throughout where b is within two standard errors of 0. The loss of a batch
/// hardly varies on a plateau, and by a factor of several once few trials are wrong: with one spread for all, what
/// comes after the drop would decide between the models, and what comes before it count for nothing.
Vector<double> noise_scale(const Vector<double>& y) {
  const Index T = y.size();
  Vector<double> level(T), spread = Vector<double>::Zero(T);
  for (Index t = 0; t < T; ++t) {
    const Index from = std::max<Index>(0, t - 4), to = std::min(T, t + 5);
    level(t) = upper_median({y.data() + from, y.data() + to});
  }
  level.array() -= level.mean();
  std::vector<double> differences;
  for (Index t = 1; t + 1 < T; ++t) {
    spread(t) = std::abs(y(t + 1) - 2 * y(t) + y(t - 1));
    differences.push_back(spread(t));
  }
  const double least = 1e-3 * upper_median(differences);
  if (!(least > 1e-12)) return Vector<double>::Ones(T);  // no noise
  const Vector<double> log_spread = spread.segment(1, T - 2).cwiseMax(least).array().log(), x = level.segment(1, T - 2);
  const double square = (x.array() - x.mean()).square().sum();
  if (!(square > 0)) return Vector<double>::Ones(T);
  const double b = (x.array() - x.mean()).matrix().dot(log_spread) / square;
  const double residual = (log_spread.array() - log_spread.mean() - b * (x.array() - x.mean())).square().sum();
  if (std::abs(b) < 2 * std::sqrt(residual / static_cast<double>(T - 4) / square)) return Vector<double>::Ones(T);
  return (b * level.array()).exp();
}

/// Half way along the ramp, between samples or on one.
double middle(const BrokenLine& line) { return static_cast<double>(line.begin + line.end) / 2; }

struct Breakpoints {
  IntervalEstimate from, middle, to;  // samples
};

/// Innovations to draw from, their spread as it was before `parameters` were fitted.
Vector<double> restored(Vector<double> e, int parameters) {
  e.array() -= e.mean();
  const double n = static_cast<double>(e.size());
  return std::sqrt(n / (n - parameters)) * e;
}

Breakpoints locate(const Vector<double>& y, const Vector<double>& scale, const BrokenLine& line,
                   const PhaseSetting& setting) {
  const auto e = restored(innovations(y - line.mean, line.rho, scale), 7);  // rho included
  const double rho = without_bias(line.rho, 4, y.size());
  std::vector<double> from, mid, to;
  for (const Index b : Turns("resamples", setting.resamples)) {
    look_aside();
    Stream stream(setting.seed, Purpose::bootstrap, 0, static_cast<std::uint64_t>(b));
    const auto again = fit_broken_line(line.mean + resampled_noise(e, rho, scale, stream), line.rho, scale);
    if (!again.found) continue;
    from.push_back(static_cast<double>(again.begin - line.begin));
    mid.push_back(middle(again) - middle(line));
    to.push_back(static_cast<double>(again.end - line.end));
  }
  const auto round_up = [](const IntervalEstimate& one) {
    return IntervalEstimate{std::ceil(one.value), std::ceil(one.low), std::ceil(one.high)};
  };
  return {mirrored_interval(static_cast<double>(line.begin), from, setting.level),
          round_up(mirrored_interval(middle(line), mid, setting.level)),
          mirrored_interval(static_cast<double>(line.end), to, setting.level)};
}

/// A level, or a straight line, with its own rho. The first value counts as drawn from the stationary law (Prais &
/// Winsten): what is given the first value for nothing takes a decay for noise that returns to its mean.
struct Straight {
  Vector<double> left;  // without the line
  double slope = 0, rho = 0, deviance = 0;
};
Straight fit_straight(const Vector<double>& y, bool sloped) {
  const Index T = y.size();
  Matrix<double> design(T, sloped ? 2 : 1);
  design.col(0).setOnes();
  if (sloped) design.col(1) = Vector<double>::LinSpaced(T, -1, 1);
  const auto whitened = [](const auto& values, double rho) {
    Matrix<double> white = values;
    white.topRows(1) *= std::sqrt(1 - rho * rho);
    white.bottomRows(values.rows() - 1) -= rho * values.topRows(values.rows() - 1);
    return white;
  };
  Straight fit;
  for (int round = 0; round < 8; ++round) {
    const Matrix<double> columns = whitened(design, fit.rho), normal = columns.transpose() * columns;
    const Vector<double> found = solve_positive_definite(normal, columns.transpose() * whitened(y, fit.rho));
    fit.slope = sloped ? found(1) : 0;
    fit.left = y - design * found;
    const double residual = whitened(fit.left, fit.rho).squaredNorm();
    fit.deviance = static_cast<double>(T) * std::log(residual + 1e-300) - std::log(1 - fit.rho * fit.rho);
    const double rho = estimate_rho(fit.left);
    if (std::abs(rho - fit.rho) < 1e-3) break;
    fit.rho = rho;
  }
  return fit;
}

/// How much better a falling line is than a level, twice the logarithm of their likelihoods' ratio; 0 for one that
/// rises.
double gain_of_falling(const Vector<double>& y) {
  const auto line = fit_straight(y, true);
  return line.slope < 0 ? fit_straight(y, false).deviance - line.deviance : 0;
}

/// Chance that noise about a level gains as much, by parametric bootstrap.
double falling_p(const Vector<double>& y, std::uint64_t seed) {
  constexpr int resamples = 199;
  const auto level = fit_straight(y, false);
  const auto e = restored(innovations(level.left, level.rho), 2);
  const double rho = without_bias(level.rho, 1, y.size()), gain = gain_of_falling(y);
  if (gain <= 0) return 1;
  int as_much = 1;
  for (int b = 0; b < resamples; ++b) {
    look_aside();
    Stream stream(seed, Purpose::permutation, 0, static_cast<std::uint64_t>(b));
    as_much += gain_of_falling(resampled_noise(e, rho, Vector<double>::Ones(y.size()), stream)) >= gain;
  }
  return static_cast<double>(as_much) / (resamples + 1);
}

Phase describe(const LossCurve& curve, const std::string& name, double from, double to) {
  Phase phase{name, from, to, 0, 0};
  double count = 0;
  for (std::size_t i = 0; i < curve.loss.size(); ++i)
    if (curve.update[i] >= from && curve.update[i] <= to) {
      phase.loss += std::log(curve.loss[i]);
      phase.accuracy += curve.accuracy.empty() ? std::numeric_limits<double>::quiet_NaN() : curve.accuracy[i];
      ++count;
    }
  phase.loss = std::exp(phase.loss / count);
  phase.accuracy /= count;
  return phase;
}

}  // namespace

std::string strength(double difference_of_bic) {
  const double size = std::abs(difference_of_bic);
  return size < 2 ? "weak" : size < 6 ? "positive" : size < 10 ? "strong" : "very strong";
}

std::string verdict_name(LearningPhases::Verdict verdict) {
  return verdict == LearningPhases::Verdict::none      ? "none"
         : verdict == LearningPhases::Verdict::gradual ? "gradual"
                                                       : "abrupt";
}

LearningPhases find_learning_phases(const LossCurve& curve, const PhaseSetting& setting) {
  check(curve, setting);
  const auto [update, y, averaged] = average(curve);
  const double M = static_cast<double>(y.size() - 1), spacing = update(1) - update(0),
               half_bin = averaged > 1 ? spacing / 2 : 0;
  const double first = curve.update.front(), last = curve.update.back();
  // Rounding is not noise.
  const double smallest =
      M * (1e-20 * (y.array() - y.mean()).square().mean() + 1e-28 * y.cwiseAbs2().maxCoeff()) + 1e-300;
  const auto bic = [&](double residual, int parameters) {
    return M * std::log(std::max(residual, smallest) / M) + (parameters + 2) * std::log(M);
  };

  LearningPhases result;
  result.averaged = averaged;
  result.update.assign(update.begin(), update.end());
  ChangePointSetting test;
  test.false_positive_rate = setting.false_positive_rate / 2;
  const auto found = find_change_points(y.transpose(), test);
  for (const Index change : found.changes) result.changes.push_back(update(change));
  const bool level_fell =
      !found.changes.empty() && found.levels.row(0).tail(found.levels.cols() - 1).minCoeff() < found.levels(0, 0);

  result.falling_p = falling_p(y, setting.seed);
  const bool fell = level_fell || result.falling_p <= setting.false_positive_rate / 2;

  const auto scale = noise_scale(y);
  const auto decays = fit_decays(y, scale);
  std::size_t best = 1;
  for (std::size_t i = 0; i < decays.size(); ++i) {
    result.models.push_back({decays[i].name, decays[i].parameters, bic(decays[i].residual, decays[i].parameters)});
    if (i > 1 && result.models[i].bic < result.models[best].bic) best = i;
  }
  const auto bent = fit_bent_line(y, scale);
  result.models.push_back({"bent line", 4, bic(bent.residual, 4)});
  const bool bends = result.models.back().bic < result.models[best].bic;
  const double smooth = bends ? result.models.back().bic : result.models[best].bic;
  const auto line = fit_broken_line(y, scale);
  result.models.push_back(
      {"broken line", 6, line.found ? bic(line.residual, 6) : std::numeric_limits<double>::infinity()});
  result.evidence = smooth - result.models.back().bic;
  if (line.found)
    result.ramp = IntervalEstimate{update(0) + spacing * middle(line), update(line.begin), update(line.end)};

  using Verdict = LearningPhases::Verdict;
  const bool plateau = line.found && line.end - line.begin <= line.begin;
  result.verdict = !fell ? Verdict::none : result.evidence > 0 && plateau ? Verdict::abrupt : Verdict::gradual;
  const bool broken = result.verdict == Verdict::abrupt;
  const auto& decay = decays[fell ? best : 0];
  const bool kinked = !broken && fell && bends;
  const auto& shown = broken ? line.mean : kinked ? bent.mean : decay.mean;
  result.rho = broken ? line.rho : kinked ? bent.rho : decay.rho;
  result.sigma = std::sqrt((broken ? line.residual : kinked ? bent.residual : decay.residual) / M);
  for (const double value : shown) result.fitted.push_back(std::exp(value));
  if (!broken) {
    result.phases.push_back(describe(curve, fell ? "descent" : "search", first, last));
    return result;
  }
  const auto breakpoints = locate(y, scale, line, setting);
  const double start = update(0);
  const auto in_updates = [&](const IntervalEstimate& sample) {
    const auto at = [&](double i) { return start + spacing * i; };
    return IntervalEstimate{at(sample.value), std::max(first, at(sample.low) - half_bin),
                            std::min(last, at(sample.high) + half_bin)};
  };
  result.drop =
      LearningPhases::Drop{in_updates(breakpoints.middle), in_updates(breakpoints.from), in_updates(breakpoints.to),
                           std::exp(line.mean(line.begin)), std::exp(line.mean(line.end))};
  const double from = result.drop->from.value, to = result.drop->to.value;
  result.phases = {describe(curve, "search", first, from), describe(curve, "drop", from, to),
                   describe(curve, "comprehension", to, last)};
  return result;
}

}  // namespace stillpoint
