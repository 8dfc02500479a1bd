// Drops of a curve: after a plateau it falls, within less time than the plateau took, and much faster than before. Each is
// judged in its surroundings alone, so that what else the curve does, earlier or later, neither makes nor moves it.
//
// Scale by scale from the finest (analysis/learning/curve_scale), for every fall that stands out there
// (analysis/learning/steps), largest first:
//
// 1. Surroundings: 32 bins to either side, less where a change of half the size or a drop found already comes in between.
// 2. The broken line (analysis/learning/broken_line; 6 parameters) is fitted there, noise n(t) = rho n(t-1) + e(t) with a
//    spread that may go with the level; rho is freed of its bias and at least that of the 256 bins before.
// 3. A drop needs 5 bins or more before and after, straight parts that take at least as long as the ramp, a ramp four
//    times as steep as the part before and twice as steep as the one after, a fall of at least `smallest`, and a level
//    that the curve has not had before: a fall that mostly undoes a rise (a spike, a loss that blew up) is none.
// 4. Evidence: (M - 8) log(RSS' / RSS) - (6 - parameters') log M against smooth courses, a cubic, a line with one
//    bend and the decays (analysis/learning/decay), M innovations, each with its own rho. It must exceed 3 +
//    2 log(1 + t / 64), t bins from the start: as many places were looked at before this one.
// 5. Breakpoints are sought anew with no more of what follows than 8 bins or twice the ramp; intervals by bootstrap of
//    the innovations there.
//
// The work is linear in the number of points.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/learning/curve_scale.hpp"
#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

/// A fall of this part of the loss, or of the range a curve has had so far, is the smallest that counts.
constexpr double smallest_fall = 0.01;

struct DropSetting {
  std::uint64_t seed = 1;
  Index resamples = 500;
  double level = 0.95;    // of intervals
  bool of_range = false;  // smallest_fall of the range, for levels that are no logarithms
};

struct Drop {
  IntervalEstimate update;    // half of the ramp is done
  IntervalEstimate from, to;  // the last update before the ramp, the first after it
  double before,
      after;          // mean level of the six bins before and after the ramp (fewer where there are), spikes set aside
  double lowest;      // level the curve had had before: at most `before`
  double evidence;    // difference of BIC
  double rho, sigma;  // of the noise about the line
  Index bin;          // points in one, at the scale where it was found
  Index begin, end;   // points at the ends of the ramp
  std::vector<double> window, line;  // updates of the surroundings, and the line's level there

  double fall() const { return before - after; }
};

/// In order of update. scales: of scales_of, with fewest_bins.
std::vector<Drop> find_drops(const std::vector<CurveScale>& scales, const DropSetting& setting);
constexpr Index fewest_bins = 20;

}  // namespace stillpoint
