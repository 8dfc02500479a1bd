// One step of length dt under held input, by Boost.odeint. The only place that sees odeint.
#pragma once

#include <functional>
#include <memory>

#include "sim/dynamics.hpp"

namespace stillpoint {

/// dxdt = F(x) [1/ms]; both of one shape, dxdt already sized.
template <class Scalar>
using RightHandSide = std::function<void(const Matrix<Scalar>& x, Matrix<Scalar>& dxdt)>;

template <class Scalar>
class Integrator {
 public:
  virtual ~Integrator() = default;
  /// Advances x by dt. The right-hand side may differ from the last call's: nothing is kept between steps.
  virtual void step(const RightHandSide<Scalar>& right_hand_side, Matrix<Scalar>& x) = 0;
};

/// tau_ms: one per row of the state (used by exponential euler only).
template <class Scalar>
std::unique_ptr<Integrator<Scalar>> make_integrator(const Integration& integration, const Vector<Scalar>& tau_ms);

}  // namespace stillpoint
