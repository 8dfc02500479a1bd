#include "sim/integrator.hpp"

#include <algorithm>
#include <boost/numeric/odeint/algebra/algebra_dispatcher.hpp>
#include <boost/numeric/odeint/algebra/vector_space_algebra.hpp>
#include <boost/numeric/odeint/external/eigen/eigen.hpp>
#include <boost/numeric/odeint/stepper/controlled_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/euler.hpp>
#include <boost/numeric/odeint/stepper/generation.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta4.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <functional>
#include <limits>
#include <utility>

#include "sim/exponential_euler.hpp"

// odeint takes an Eigen 3.4 matrix, which has iterators, for a range and would copy it element by element.
namespace boost::numeric::odeint {
template <class Scalar>
struct copy_impl<stillpoint::Matrix<Scalar>, stillpoint::Matrix<Scalar>> {
  static void copy(const stillpoint::Matrix<Scalar>& from, stillpoint::Matrix<Scalar>& to) { to = from; }
};
}  // namespace boost::numeric::odeint

namespace stillpoint {

namespace {

namespace odeint = boost::numeric::odeint;

/// A simulation may run trial sets of different size, one after another: memory follows the state at every step.
template <template <class, class, class, class, class, class, class> class Kind, class Scalar>
using Following = Kind<Matrix<Scalar>, Scalar, Matrix<Scalar>, Scalar, odeint::vector_space_algebra,
                       odeint::default_operations, odeint::always_resizer>;

template <class Scalar, class Stepper>
class FixedStep : public Integrator<Scalar> {
 public:
  FixedStep(Stepper stepper, double dt_ms) : stepper_(std::move(stepper)), dt_(static_cast<Scalar>(dt_ms)) {}

  void step(const RightHandSide<Scalar>& right_hand_side, Matrix<Scalar>& x) override {
    const auto system = [&](const Matrix<Scalar>& state, Matrix<Scalar>& derivative, Scalar) {
      right_hand_side(state, derivative);
    };
    stepper_.do_step(std::cref(system), x, Scalar(0), dt_);
  }

 private:
  Stepper stepper_;
  Scalar dt_;
};

template <class Scalar>
class DormandPrince : public Integrator<Scalar> {
 public:
  explicit DormandPrince(const Integration& integration)
      : stepper_(odeint::make_controlled(static_cast<Scalar>(integration.tolerance),
                                         static_cast<Scalar>(integration.tolerance), Stepper())),
        dt_(static_cast<Scalar>(integration.dt_ms)) {}

  // The held input changes between calls, so the derivative that the stepper kept from its last stage is stale: it is
  // computed anew at each call; so is the suggested step, which would carry one trial's history into the next trial's
  // rounding. The loop is our own because it must end exactly at dt.
  void step(const RightHandSide<Scalar>& right_hand_side, Matrix<Scalar>& x) override {
    const auto system = [&](const Matrix<Scalar>& state, Matrix<Scalar>& derivative, Scalar) {
      right_hand_side(state, derivative);
    };
    dxdt_.resizeLike(x);
    x_new_.resizeLike(x);
    dxdt_new_.resizeLike(x);
    right_hand_side(x, dxdt_);
    Scalar suggested = dt_;
    for (Scalar t = 0; t < dt_;) {
      const Scalar left = dt_ - t;
      Scalar h = std::min(suggested, left);
      const bool last = h == left;
      const bool accepted = stepper_.try_step(std::cref(system), x, dxdt_, t, x_new_, dxdt_new_, h) == odeint::success;
      if (!accepted || !last) suggested = h;
      if (accepted) {
        x.swap(x_new_);
        dxdt_.swap(dxdt_new_);
        if (last) break;
      }
      if (!(suggested > dt_ * std::numeric_limits<Scalar>::epsilon()) ||
          !x.allFinite()) {  // diverged: an outcome, seen as NaN
        x.setConstant(std::numeric_limits<Scalar>::quiet_NaN());
        break;
      }
    }
  }

 private:
  using Stepper = Following<odeint::runge_kutta_dopri5, Scalar>;
  using Controlled = typename odeint::result_of::make_controlled<Stepper>::type;
  Controlled stepper_;
  Scalar dt_;
  Matrix<Scalar> dxdt_, x_new_, dxdt_new_;
};

}  // namespace

template <class Scalar>
std::unique_ptr<Integrator<Scalar>> make_integrator(const Integration& integration, const Vector<Scalar>& tau_ms) {
  using State = Matrix<Scalar>;
  using Euler = Following<odeint::euler, Scalar>;
  using RungeKutta4 = Following<odeint::runge_kutta4, Scalar>;
  using Exponential = ExponentialEuler<State, Vector<Scalar>>;
  const double dt = integration.dt_ms;
  switch (integration.method) {
    case Method::euler:
      return std::make_unique<FixedStep<Scalar, Euler>>(Euler(), dt);
    case Method::exponential_euler:
      return std::make_unique<FixedStep<Scalar, Exponential>>(Exponential(tau_ms), dt);
    case Method::rk4:
      return std::make_unique<FixedStep<Scalar, RungeKutta4>>(RungeKutta4(), dt);
    case Method::dopri5:
      return std::make_unique<DormandPrince<Scalar>>(integration);
  }
  return nullptr;
}

template std::unique_ptr<Integrator<float>> make_integrator(const Integration&, const Vector<float>&);
template std::unique_ptr<Integrator<double>> make_integrator(const Integration&, const Vector<double>&);

}  // namespace stillpoint
