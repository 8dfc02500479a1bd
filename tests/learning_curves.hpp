// Learning curves of known shape.
#pragma once

#include <algorithm>
#include <cmath>

#include "analysis/learning/learning_phases.hpp"
#include "sim/types.hpp"

namespace stillpoint::testing {

/// Log loss: a plateau, a ramp of `depth` between two samples, a slow decay.
inline Vector<double> ramp(Index samples, Index begin, Index end, double depth, double before = 0, double after = 0) {
  return Vector<double>::NullaryExpr(samples, [=](Index t) {
    const double x = static_cast<double>(t), b = static_cast<double>(begin), e = static_cast<double>(end);
    return before * std::min(x, b) - depth * std::clamp((x - b) / (e - b), 0.0, 1.0) + after * std::max(0.0, x - e);
  });
}

inline LossCurve curve_of(const Vector<double>& log_loss, double every = 1) {
  LossCurve curve;
  for (Index t = 0; t < log_loss.size(); ++t) {
    curve.update.push_back(every * static_cast<double>(t));
    curve.loss.push_back(std::exp(log_loss(t)));
  }
  return curve;
}

}  // namespace stillpoint::testing
