// When two states are one point: by how far their entries differ, relative to the largest one.
#pragma once

#include <algorithm>

#include "sim/types.hpp"

namespace stillpoint {

/// max(1, max|x|)
inline double magnitude_of(const Matrix<double>& x) { return std::max(1.0, x.cwiseAbs().maxCoeff()); }

/// Newton's method ends within 1e-12 of a point, and points of one network are further apart.
inline bool same_point(const Vector<double>& known, const Vector<double>& x) {
  return (known - x).cwiseAbs().maxCoeff() <= 1e-6 * magnitude_of(x);
}

}  // namespace stillpoint
