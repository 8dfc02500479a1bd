#include "analysis/learning/drops.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "analysis/learning/broken_line.hpp"
#include "analysis/learning/decay.hpp"
#include "analysis/learning/noise_spread.hpp"
#include "analysis/learning/steps.hpp"
#include "analysis/statistics/bootstrap.hpp"
#include "analysis/statistics/quantiles.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

/// What a drop is judged by: bins of its surroundings.
struct Window {
  Vector<double> time, level, spread;  // spread: of the noise, relative
  double rho;                          // least of the noise
  double smallest;                     // fall

  Index size() const { return level.size(); }
  Window head(Index kept) const { return {time.head(kept), level.head(kept), spread.head(kept), rho, smallest}; }
};

double median_of(const Vector<double>& level, Index from, Index to) {
  std::vector<double> some(level.data() + from, level.data() + to);
  return nearest_quantile(some, 0.5);
}

/// Slope of the part before the ramp: of the line, or between the medians of its first and last third, which a spike
/// does not move; whichever falls faster.
double slope_before(const Window& window, const BrokenLine& line) {
  const Index b = line.begin, third = std::max<Index>(2, (b + 1) / 3);
  const double duration = window.time(b) - window.time(0),
               apart = duration * static_cast<double>(b + 1 - third) / static_cast<double>(b);
  return std::min((line.mean(b) - line.mean(0)) / duration,
                  (median_of(window.level, b + 1 - third, b + 1) - median_of(window.level, 0, third)) / apart);
}

/// Requirement 3, what of it concerns the window.
bool has_shape(const Window& window, const BrokenLine& line) {
  const Index T = window.size(), b = line.begin, e = line.end;
  if (!line.found || b + 1 < fewest_beside || T - e < fewest_beside) return false;
  const auto& time = window.time;
  const double duration = time(e) - time(b), fall = line.mean(b) - line.mean(e);
  if (duration > time(b) - time(0) || duration > time(T - 1) - time(e) || fall < window.smallest) return false;
  const double ramp = -fall / duration, after = (line.mean(T - 1) - line.mean(e)) / (time(T - 1) - time(e));
  if (ramp > 4 * slope_before(window, line) || ramp > 2 * after) return false;
  if (line.mean(0) - line.mean(e) >= fall / 2) return true;
  double low = line.mean(b);  // the line rises before: do the data?
  for (Index t = 2; t <= b; ++t) low = std::min(low, window.level.segment(t - 2, 3).mean());
  return low - line.mean(e) >= fall / 2;
}

/// Of the best line; as soon as it is below `needed` the rest is left out.
double evidence_for(const Window& window, const BrokenLine& line, double needed) {
  const auto& [time, level, spread, rho, smallest] = window;
  // Deviations of a thousandth of the fall decide nothing: curves without noise are told apart by what can be seen.
  const double M = static_cast<double>(window.size() - 1), fall = line.mean(line.begin) - line.mean(line.end),
               least = M * 1e-6 * fall * fall / spread.squaredNorm() * static_cast<double>(window.size());
  const auto better_by = [&](double smooth, int parameters) {
    return (M - 8) * std::log(std::max(smooth, least) / std::max(line.residual, least)) -
           (6 - parameters) * std::log(M);
  };
  double evidence = std::min(better_by(fit_cubic(time, level, spread, rho).residual, 4),
                             better_by(fit_bent_line(time, level, spread, rho).residual, 4));
  if (evidence < needed) return evidence;
  for (const auto& decay : fit_decays(time, level, spread, rho))
    evidence = std::min(evidence, better_by(decay.residual, decay.parameters));
  return evidence;
}

struct Breakpoints {
  IntervalEstimate from, middle, to;  // bins of the window
};

double middle(const BrokenLine& line) { return static_cast<double>(line.begin + line.end) / 2; }

Breakpoints locate(const Window& window, const BrokenLine& line, const DropSetting& setting, std::uint64_t number) {
  Vector<double> e = innovations(window.level - line.mean, line.rho, window.spread);
  e.array() -= e.mean();
  // Their spread as it was before 7 parameters were fitted, rho included.
  e *= std::sqrt(static_cast<double>(e.size()) / static_cast<double>(e.size() - 7));
  std::vector<double> from, mid, to;
  for (const Index b : Turns("resamples", setting.resamples)) {
    look_aside();
    Stream stream(setting.seed, Purpose::bootstrap, number, static_cast<std::uint64_t>(b));
    const Vector<double> made = line.mean + resampled_noise(e, line.rho, window.spread, stream);
    const auto again = fit_broken_line(window.time, made, line.rho, window.spread);
    if (!again.found) continue;
    from.push_back(static_cast<double>(again.begin - line.begin));
    mid.push_back(middle(again) - middle(line));
    to.push_back(static_cast<double>(again.end - line.end));
  }
  return {mirrored_interval(static_cast<double>(line.begin), from, setting.level),
          mirrored_interval(middle(line), mid, setting.level),
          mirrored_interval(static_cast<double>(line.end), to, setting.level)};
}

/// Places in bins as updates: between points where bins are more than one, ends of an interval reaching to the outer
/// points of theirs; the next point where they are points.
IntervalEstimate in_updates(const Window& window, const IntervalEstimate& bins, bool single_points) {
  const auto at = [&](double i) {
    const double within = std::clamp(single_points ? std::ceil(i) : i, 0., static_cast<double>(window.size() - 1));
    const Index k = std::min<Index>(static_cast<Index>(within), window.size() - 2);
    return window.time(k) + (within - static_cast<double>(k)) * (window.time(k + 1) - window.time(k));
  };
  const double half = single_points ? 0 : 0.5;
  return {at(bins.value), at(bins.low - half), at(bins.high + half)};
}

class Search {
 public:
  Search(const CurveScale& scale, const DropSetting& setting)
      : scale_(scale), setting_(setting), lowest_(scale.size()), smallest_(scale.size()) {
    constexpr double none = std::numeric_limits<double>::infinity();
    double sum = 0, lowest = none, low = none, high = -none;
    for (Index i = 0; i < scale.size(); ++i) {
      const double level = scale.level(i);
      sum += level - (i >= surroundings ? scale.level(i - surroundings) : 0);
      if (i + 1 >= surroundings) lowest = std::min(lowest, sum / static_cast<double>(surroundings));
      lowest_(i) = lowest;
      low = std::min(low, level);
      high = std::max(high, level);
      smallest_(i) = smallest_fall * (setting.of_range ? high - low : 1);
    }
  }

  void add_to(std::vector<Drop>& found) const {
    const auto steps = find_steps(scale_.level);
    for (const auto& step : steps.falls) {
      look_aside();
      if (step.contrast > -smallest_(step.at) / 2) continue;
      const auto [first, last] = between(found, step, surroundings_of(step, steps));
      if (step.at - first + 1 < fewest_beside || last - step.at < fewest_beside) continue;
      if (auto drop = judge(step.at, first, last)) found.push_back(std::move(*drop));
    }
  }

 private:
  /// The surroundings as far as no drop of a finer scale is in the way; nothing of them where one is there.
  Stretch between(const std::vector<Drop>& found, const Step& step, Stretch stretch) const {
    for (const auto& other : found)
      if ((other.begin + other.end) / 2 <= scale_.last_point(step.at))
        stretch.first = std::max(stretch.first, (other.end + scale_.bin - 1) / scale_.bin);
      else
        stretch.last = std::min(stretch.last, (other.begin + 1) / scale_.bin - 1);
    return stretch;
  }

  double mean(Index from, Index to) const { return scale_.level.segment(from, to - from).mean(); }

  /// The lowest level up to a bin: of 32 bins, and of six among the last 96.
  double lowest_before(Index at) const {
    double lowest = lowest_(at);
    for (Index i = at; i + 1 >= step_width && i >= at - 3 * surroundings; --i)
      lowest = std::min(lowest, mean(i + 1 - step_width, i + 1));
    return lowest;
  }

  std::optional<Drop> judge(Index at, Index first, Index last) const {
    constexpr Index looked_back = 256;
    const Index T = last - first + 1;
    Window window{scale_.update.segment(first, T), scale_.level.segment(first, T), {}, 0, smallest_(last)};
    window.spread = noise_spread(window.level);
    auto line = fit_broken_line(window.time, window.level, window.spread, window.rho);
    const double around = rho_of_differences(
        scale_.level, {{std::max<Index>(0, at - looked_back), first + line.begin}, {first + line.end, last}});
    window.rho = std::max(around, without_bias(line.rho, 4, T));
    line = fit_broken_line(window.time, window.level, window.rho, window.spread);
    if (!has_shape(window, line)) return {};
    const double needed = 3 + 2 * std::log1p(static_cast<double>(at) / static_cast<double>(2 * surroundings));
    Drop drop;
    drop.evidence = evidence_for(window, line, needed);
    if (!(drop.evidence > needed)) return {};

    const Index kept = std::min(T, line.end + std::max<Index>(8, 2 * (line.end - line.begin)) + 1);
    const auto near = window.head(kept);
    if (auto again = fit_broken_line(near.time, near.level, line.rho, near.spread); again.found)
      line = std::move(again);
    if (line.mean.size() != kept) return {};
    const Index begin = first + line.begin, end = first + line.end;
    drop.before = mean(std::max(first, begin + 1 - step_width), begin + 1);
    drop.after = mean(end, std::min(last + 1, end + step_width));
    drop.lowest = std::min(drop.before, lowest_before(begin));
    if (drop.lowest - drop.after < std::max(drop.fall() / 2, window.smallest)) return {};

    drop.rho = line.rho;
    drop.sigma = std::sqrt(line.residual / static_cast<double>(kept - 1));
    drop.bin = scale_.bin;
    drop.begin = scale_.last_point(begin);
    drop.end = scale_.first_point(end);
    const auto places = locate(near, line, setting_, static_cast<std::uint64_t>(drop.end));
    const bool single_points = scale_.bin == 1;
    drop.from = in_updates(near, places.from, single_points);
    drop.update = in_updates(near, places.middle, single_points);
    drop.to = in_updates(near, places.to, single_points);
    drop.window.assign(near.time.begin(), near.time.end());
    drop.line.assign(line.mean.begin(), line.mean.end());
    return drop;
  }

  const CurveScale& scale_;
  const DropSetting& setting_;
  Vector<double> lowest_, smallest_;  // of 32 bins up to each; the smallest fall that counts there
};

}  // namespace

std::vector<Drop> find_drops(const std::vector<CurveScale>& scales, const DropSetting& setting) {
  std::vector<Drop> found;
  for (const auto& scale : scales)
    if (scale.size() >= fewest_bins) Search(scale, setting).add_to(found);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  return found;
}

}  // namespace stillpoint
