#include "plasticity/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stillpoint {

namespace {
const std::vector<std::string> shapes = {"constant", "linear", "exponential", "cosine", "pulse", "controlled"};
constexpr double pi = 3.14159265358979323846;
constexpr double farthest = 6.9;  // the controlled factor stays between 1/1000 and 1000

bool has_end(const Options& options) {
  const auto& shape = options.text("schedule.shape");
  return shape != "constant" && shape != "controlled";
}
}  // namespace

std::vector<Option> schedule_options() {
  return {
      choice_option("schedule.shape", "constant", shapes,
                    "factor on tcr.lambda and synapse.beta over the updates; controlled holds the population speed"),
      integer_option("schedule.from", "0", "", {0, 1e9}, "update at which it starts"),
      integer_option("schedule.until", "0", "", {0, 1e9}, "update at which it ends; 0: with training.updates"),
      number_option("schedule.final", "0", "", nonnegative, "factor at the end (pulse: outside of it)"),
      number_option("schedule.speed", "4", "1/s", positive, "controlled: set point of the population speed V"),
      number_option("schedule.proportional", "0.5", "", nonnegative,
                    "controlled: gain of the log factor on V's relative error"),
      number_option("schedule.integral", "0.5", "", nonnegative,
                    "controlled: gain of the log factor on its sum over updates"),
  };
}

void end_with_training(Options& options) {
  if (has_end(options) && options.integer("schedule.until") == 0)
    options.set("schedule.until", options.text("training.updates"));
}

Schedule::Schedule(const Options& options)
    : shape_(
          static_cast<Shape>(std::find(shapes.begin(), shapes.end(), options.text("schedule.shape")) - shapes.begin())),
      from_(options.number("schedule.from")),
      until_(options.number("schedule.until")),
      final_(options.number("schedule.final")),
      set_point_(options.number("schedule.speed")),
      proportional_(options.number("schedule.proportional")),
      integral_(options.number("schedule.integral")) {
  require_parameter(!has_end(options) || from_ < until_, "schedule.until", options.text("schedule.until"),
                 fmt::format("must be after schedule.from = {}", options.text("schedule.from")));
  require_parameter(shape_ != Shape::exponential || final_ > 0, "schedule.final", options.text("schedule.final"),
                 "must be > 0 for an exponential schedule");
}

double Schedule::at(long update) const {
  const double t = static_cast<double>(update);
  const double p = std::clamp((t - from_) / (until_ - from_), 0.0, 1.0);
  switch (shape_) {
    case Shape::constant:
      return 1;
    case Shape::linear:
      return 1 + (final_ - 1) * p;
    case Shape::exponential:
      return std::pow(final_, p);
    case Shape::cosine:
      return final_ + (1 - final_) * (1 + std::cos(pi * p)) / 2;
    case Shape::pulse:
      return t >= from_ && t < until_ ? 1 : final_;
    case Shape::controlled:
      return std::exp(sum_ + proportional_ * error_);
  }
  return 1;
}

void Schedule::observe(double speed) {
  if (shape_ != Shape::controlled || !std::isfinite(speed)) return;
  error_ = (speed - set_point_) / set_point_;
  sum_ = std::clamp(sum_ + integral_ * error_, -farthest, farthest);
}

}  // namespace stillpoint
