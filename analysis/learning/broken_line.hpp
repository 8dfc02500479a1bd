// A series that runs straight, falls along a ramp and runs straight again, in autoregressive noise.
//
//   m(t) = level + slope t + fall (t - begin)+ + return (t - end)+,   begin < end
//
// whose innovations may have a scale of their own at every sample. + is max(., 0). The line bends down at begin (fall <
// 0) and back at end (return > 0), and falls in between (slope + fall < 0); begin and end are samples, so a step takes
// one sample.
#pragma once

#include "analysis/learning/autoregression.hpp"

namespace stillpoint {

struct BrokenLine {
  Index begin = 0, end = 0;  // last sample before the ramp, first sample after it
  Vector<double> mean;       // m of every sample
  double rho = 0;            // of the noise
  double residual = 0;       // sum of the squared innovations over their scale
  bool found = false;        // false: no ramp falls
};

/// The two samples at which the innovations' squares are least, by trying every pair, at the rho given. values: T, at
/// increasing times; scale: T, relative standard deviation of the innovations. Straight parts have a sample or more of
/// their own.
BrokenLine fit_broken_line(const Vector<double>& times, const Vector<double>& values, double rho,
                           const Vector<double>& scale);

/// rho by least squares as well, at least `least_rho`, alternating until it stays.
BrokenLine fit_broken_line(const Vector<double>& times, const Vector<double>& values, const Vector<double>& scale,
                           double least_rho = -largest_rho);

/// level + slope t + bend (t - at)+: one breakpoint where the broken line has two.
struct BentLine {
  Index at = 0;
  Vector<double> mean;
  double rho = 0, residual = 0;  // as of BrokenLine
};
/// The best breakpoint, by trying every one.
BentLine fit_bent_line(const Vector<double>& times, const Vector<double>& values, const Vector<double>& scale,
                       double least_rho = -largest_rho);

/// A polynomial of third degree: what any smooth course looks like from near.
struct Cubic {
  Vector<double> mean;
  double rho = 0, residual = 0;  // as of BrokenLine
};
Cubic fit_cubic(const Vector<double>& times, const Vector<double>& values, const Vector<double>& scale,
                double least_rho = -largest_rho);

}  // namespace stillpoint
