#include "plasticity/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/constants.hpp"

namespace stillpoint {

namespace {

constexpr double farthest = 6.9;  // the controlled factor stays between 1/1000 and 1000

bool has_end(ScheduleParameters::Shape shape) {
  return shape != ScheduleParameters::Shape::constant && shape != ScheduleParameters::Shape::controlled;
}

}  // namespace

const ParameterList<ScheduleParameters>& schedule_list() {
  using P = ScheduleParameters;
  static const auto list =
      ParameterList<P>()
          .choice("schedule.shape", &P::shape, {"constant", "linear", "exponential", "cosine", "pulse", "controlled"},
                  "factor on tcr.lambda and synapse.beta over the updates; controlled holds the population speed")
          .integer("schedule.from", &P::from, "", {0, 1e9}, "update at which it starts")
          .integer("schedule.until", &P::until, "", {0, 1e9}, "update at which it ends; 0: with training.updates")
          .number("schedule.final", &P::final, "", nonnegative, "factor at the end (pulse: outside of it)")
          .number("schedule.speed", &P::speed, "1/s", positive, "controlled: set point of the population speed V")
          .number("schedule.proportional", &P::proportional, "", nonnegative,
                  "controlled: gain of the log factor on V's relative error")
          .number("schedule.integral", &P::integral, "", nonnegative,
                  "controlled: gain of the log factor on its sum over updates");
  return list;
}

void end_with_training(Options& options) {
  if (has_end(schedule_list().from(options).shape) && options.integer("schedule.until") == 0)
    options.set("schedule.until", options.text("training.updates"));
}

Schedule::Schedule(const ScheduleParameters& parameters, Index updates) : parameters_(parameters) {
  schedule_list().check(parameters);
  auto& [shape, from, until, final, speed, proportional, integral] = parameters_;
  if (until == 0) until = updates;
  require_parameter(!has_end(shape) || from < until, "schedule.until", std::to_string(until),
                    fmt::format("must be after schedule.from = {}", from));
  require_parameter(shape != Shape::exponential || final > 0, "schedule.final", number_text(final),
                    "must be > 0 for an exponential schedule");
}

double Schedule::at(long update) const {
  const double t = static_cast<double>(update), from = static_cast<double>(parameters_.from),
               until = static_cast<double>(parameters_.until), final = parameters_.final;
  const double p = std::clamp((t - from) / (until - from), 0.0, 1.0);
  switch (parameters_.shape) {
    case Shape::constant:
      return 1;
    case Shape::linear:
      return 1 + (final - 1) * p;
    case Shape::exponential:
      return std::pow(final, p);
    case Shape::cosine:
      return final + (1 - final) * (1 + std::cos(pi * p)) / 2;
    case Shape::pulse:
      return t >= from && t < until ? 1 : final;
    case Shape::controlled:
      return std::exp(sum_ + parameters_.proportional * error_);
  }
  return 1;
}

void Schedule::observe(double speed) {
  if (parameters_.shape != Shape::controlled || !std::isfinite(speed)) return;
  error_ = (speed - parameters_.speed) / parameters_.speed;
  sum_ = std::clamp(sum_ + parameters_.integral * error_, -farthest, farthest);
}

}  // namespace stillpoint
