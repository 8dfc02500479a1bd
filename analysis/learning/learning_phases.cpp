#include "analysis/learning/learning_phases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/learning/broken_line.hpp"
#include "analysis/learning/change_point.hpp"
#include "analysis/learning/decay.hpp"
#include "analysis/learning/drops.hpp"
#include "analysis/learning/falling_line.hpp"
#include "analysis/learning/noise_spread.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

constexpr Index most_bins = 1000;  // of the tests of the whole curve

void check(const LossCurve& curve, const PhaseSetting& setting) {
  const auto& update = curve.update;
  const auto& loss = curve.loss;
  require_parameter(update.size() == loss.size(), "updates", fmt::format("{}", update.size()),
                    "one loss for each is needed");
  require_parameter(curve.accuracy.empty() || curve.accuracy.size() == loss.size(), "accuracy",
                    fmt::format("{} values", curve.accuracy.size()), "one for each update is needed, or none");
  require_parameter(loss.size() >= LearningPhases::fewest_points, "points", fmt::format("{}", loss.size()),
                    fmt::format("must be {} or more", LearningPhases::fewest_points));
  for (std::size_t i = 0; i < loss.size(); ++i) {
    require_parameter(std::isfinite(update[i]), "update", fmt::format("{}", update[i]), "must be a finite number");
    require_parameter(std::isfinite(loss[i]), "loss", fmt::format("{} at update {}", loss[i], update[i]),
                      "must be finite; leave out what was not measured");
    if (i > 0)
      require_parameter(update[i] > update[i - 1], "update", fmt::format("{}", update[i]),
                        fmt::format("must be above {}, the one before", update[i - 1]));
  }
  require_parameter(setting.resamples >= 1, "bootstrap", fmt::format("{}", setting.resamples), "must be 1 or more");
  require_parameter(setting.level > 0 && setting.level < 1, "level", fmt::format("{}", setting.level),
                    "must be between 0 and 1");
}

/// What the analysis sees of a curve: a level that falls while it learns.
struct Levels {
  explicit Levels(const LossCurve& curve)
      : rising(curve.rising),
        logarithmic(!rising && *std::min_element(curve.loss.begin(), curve.loss.end()) > 0),
        update(Eigen::Map<const Vector<double>>(curve.update.data(), static_cast<Index>(curve.update.size()))),
        level(Eigen::Map<const Vector<double>>(curve.loss.data(), update.size())) {
    if (logarithmic) level = level.array().log();
    if (rising) level = -level;
  }
  double loss(double of_level) const { return logarithmic ? std::exp(of_level) : rising ? -of_level : of_level; }

  bool rising, logarithmic;
  Vector<double> update, level;
};

/// The least distance of two different values, of ten or more: of rounded ones the last digit's. 0 of fewer, which may be
/// levels that a curve has.
double quantum_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() < 10) return 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < values.size(); ++i) least = std::min(least, values[i] - values[i - 1]);
  return least;
}

Phase describe(const LossCurve& curve, const Levels& levels, const std::string& name, double from, double to) {
  Phase phase{name, from, to, 0, 0};
  double count = 0;
  for (std::size_t i = 0; i < curve.loss.size(); ++i)
    if (curve.update[i] >= from && curve.update[i] <= to) {
      phase.loss += levels.level(static_cast<Index>(i));
      phase.accuracy += curve.accuracy.empty() ? std::numeric_limits<double>::quiet_NaN() : curve.accuracy[i];
      ++count;
    }
  phase.loss = levels.loss(phase.loss / count);
  phase.accuracy /= count;
  return phase;
}

/// The mean from a point on, and its standard error.
Estimate level_from(const CurveScale& finest, Index point, const Segmentation& found, Index bin) {
  const Index count = finest.size() - point;
  const double error = found.sigma(0) / (1 - found.rho(0)) *
                       std::sqrt(static_cast<double>(bin) / static_cast<double>(std::max(count, bin)));
  const double mean = finest.level.tail(count).mean();
  return {mean, Interval{mean - 2 * error, mean + 2 * error}};
}

/// Smooth courses of the whole curve: the best is what is shown where it fell without a drop.
void fit_whole(const CurveScale& scale, const Levels& levels, LearningPhases& result) {
  const auto& [bin, update, y] = scale;
  const double M = static_cast<double>(y.size() - 1);
  // Rounding is not noise.
  const double smallest =
      M * (1e-20 * (y.array() - y.mean()).square().mean() + 1e-28 * y.cwiseAbs2().maxCoeff()) + 1e-300;
  const auto bic = [&](double residual, int parameters) {
    return M * std::log(std::max(residual, smallest) / M) + (parameters + 2) * std::log(M);
  };
  const auto spread = noise_spread(y);
  Vector<double> best = Vector<double>::Constant(y.size(), y.mean());
  double least = std::numeric_limits<double>::infinity();
  const auto add = [&](const std::string& name, int parameters, double residual, const Vector<double>& mean) {
    result.models.push_back({name, parameters, bic(residual, parameters)});
    if (name == "constant" || result.models.back().bic >= least) return;
    least = result.models.back().bic;
    best = mean;
  };
  if (result.verdict == LearningPhases::Verdict::gradual) {
    for (const auto& decay : fit_decays(update, y, spread))
      add(decay.name, decay.parameters, decay.residual, decay.mean);
    const auto bent = fit_bent_line(update, y, spread);
    add("bent line", 4, bent.residual, bent.mean);
  }
  result.update.assign(update.begin(), update.end());
  for (const double level : best) result.fitted.push_back(levels.loss(level));
}

void name_phases(const LossCurve& curve, const Levels& levels, LearningPhases& result) {
  using Verdict = LearningPhases::Verdict;
  const double first = curve.update.front(), last = curve.update.back();
  if (result.drops.empty() || result.verdict == Verdict::gradual) {
    result.phases = {describe(curve, levels, result.verdict == Verdict::gradual ? "descent" : "search", first, last)};
    return;
  }
  double at = first;
  for (const auto& drop : result.drops) {
    result.phases.push_back(describe(curve, levels, at == first ? "search" : "plateau", at, drop.from.value));
    result.phases.push_back(describe(curve, levels, "drop", drop.from.value, drop.to.value));
    at = drop.to.value;
  }
  result.phases.push_back(
      describe(curve, levels, result.verdict == Verdict::abrupt ? "comprehension" : "return", at, last));
}

}  // namespace

std::string strength(double difference_of_bic) {
  const double size = std::abs(difference_of_bic);
  return size < 2 ? "weak" : size < 6 ? "positive" : size < 10 ? "strong" : "very strong";
}

std::string verdict_name(LearningPhases::Verdict verdict) {
  switch (verdict) {
    case LearningPhases::Verdict::gradual:
      return "gradual";
    case LearningPhases::Verdict::abrupt:
      return "abrupt";
    case LearningPhases::Verdict::undone:
      return "undone";
    default:
      return "none";
  }
}

LearningPhases find_learning_phases(const LossCurve& curve, const PhaseSetting& setting) {
  check(curve, setting);
  const Levels levels(curve);
  const auto scales = scales_of(levels.update, levels.level, fewest_bins);
  const auto& whole =
      *std::find_if(scales.begin(), scales.end(), [](const auto& scale) { return scale.size() <= most_bins; });
  auto drops = find_drops(scales, {setting.seed, setting.resamples, setting.level, !levels.logarithmic});
  // A smooth course that is rounded falls by one step of its values at a time, or by two.
  const auto rounded =
      std::remove_if(drops.begin(), drops.end(), [&, quantum = quantum_of(curve.loss)](const auto& drop) {
        return std::abs(levels.loss(drop.before) - levels.loss(drop.after)) < 2.5 * quantum;
      });
  LearningPhases result;
  result.of_rounding = drops.end() - rounded;
  drops.erase(rounded, drops.end());
  result.logarithmic = levels.logarithmic;
  result.averaged = whole.bin;
  ChangePointSetting test;
  test.false_positive_rate = setting.false_positive_rate / 2;
  const auto found = find_change_points(whole.level.transpose(), test);
  for (const Index change : found.changes) result.changes.push_back(whole.update(change));
  result.falling_p = falling_p(whole.level, setting.seed);
  const double first = found.levels(0, 0);
  const bool line_falls = result.falling_p <= setting.false_positive_rate / 2,
             fell = line_falls || found.levels.row(0).minCoeff() < first;

  const Index end_from = std::max(found.changes.empty() ? 0 : whole.first_point(found.changes.back()),
                                  drops.empty() ? 0 : drops.back().end);
  const auto end = level_from(scales.front(), end_from, found, whole.bin);
  const double two_errors = end.interval->high - end.value;
  for (std::size_t i = 0; i < drops.size(); ++i) {
    const auto& drop = drops[i];
    const double reached = i + 1 < drops.size() ? drops[i + 1].before : end.value;
    const bool undone = reached >= drop.lowest - std::min(two_errors, (drop.lowest - drop.after) / 4);
    result.drops.push_back({drop.update,
                            drop.from,
                            drop.to,
                            levels.loss(drop.before),
                            levels.loss(drop.after),
                            drop.fall(),
                            drop.evidence,
                            drop.rho,
                            drop.sigma,
                            drop.bin,
                            undone,
                            drop.window,
                            {}});
    for (const double level : drop.line) result.drops.back().fitted.push_back(levels.loss(level));
    const auto rank = [&](std::size_t k) { return std::pair(!result.drops[k].undone, result.drops[k].fall); };
    if (!result.main || rank(i) > rank(*result.main)) result.main = i;
  }

  using Verdict = LearningPhases::Verdict;
  const bool lower = found.changes.empty() ? line_falls : end.value < first - (line_falls ? 0 : two_errors);
  result.verdict = result.main && !result.drop()->undone ? Verdict::abrupt
                   : fell && lower                       ? Verdict::gradual
                   : fell || result.main                 ? Verdict::undone
                                                         : Verdict::none;
  if (result.verdict == Verdict::gradual || result.drops.empty()) fit_whole(whole, levels, result);
  name_phases(curve, levels, result);
  return result;
}

}  // namespace stillpoint
