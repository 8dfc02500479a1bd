// Exponential Euler as a stepper that Boost.odeint accepts: exact when f is held within the step.
//
//   tau dx/dt = -x + f    =>    x(t+dt) = x + tau (1 - exp(-dt/tau)) dx/dt
//
// (Rotter & Diesmann 1999, doi:10.1007/s004220050570.) It is explicit Euler with one effective step per neuron.
#pragma once

#include <boost/numeric/odeint/stepper/stepper_categories.hpp>

namespace stillpoint {

template <class State, class Taus>
class ExponentialEuler {
 public:
  using state_type = State;
  using deriv_type = State;
  using value_type = typename State::Scalar;
  using time_type = typename State::Scalar;
  using order_type = unsigned short;
  using stepper_category = boost::numeric::odeint::stepper_tag;
  static order_type order() { return 1; }

  /// tau_ms: one time constant per row of the state [ms].
  explicit ExponentialEuler(const Taus& tau_ms) : tau_ms_(tau_ms) {}

  template <class System>
  void do_step(System system, State& x, time_type t, time_type dt) {
    if (dt != dt_) {
      dt_ = dt;
      effective_step_ = -tau_ms_.array() * (-dt / tau_ms_.array()).expm1();
    }
    derivative_.resizeLike(x);
    system(x, derivative_, t);
    x.array() += derivative_.array().colwise() * effective_step_.array();
  }

 private:
  Taus tau_ms_, effective_step_;
  State derivative_;
  time_type dt_ = 0;
};

}  // namespace stillpoint
