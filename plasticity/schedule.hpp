// The strength of temporal consistency over training: a factor on tcr.lambda and on the short-term synapse's beta.
//
//   from, until: updates, until = 0 the end of training; final: the factor at the end;
//   p = (update - from) / (until - from), clipped to [0, 1]
//   constant      1
//   linear        1 + (final - 1) p
//   exponential   final^p
//   cosine        final + (1 - final) (1 + cos(pi p)) / 2
//   pulse         1 from `from` to `until`, `final` before and after
//   controlled    a PI controller holds the population speed V at a set point: with e = (V - V*) / V*,
//                 log factor = I + k_p e,  I <- I + k_i e after each update, I(0) = 0. The controller acts on the
//                 logarithm because V answers to a share of the strength, whatever its scale; I is held within a
//                 factor of 1000 either way, so that a set point out of reach is let go of in time
#pragma once

#include "sim/kept_state.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

struct ScheduleParameters {
  enum class Shape { constant, linear, exponential, cosine, pulse, controlled } shape = Shape::constant;
  Index from = 0;             // update at which it starts
  Index until = 0;            // update at which it ends; 0: with the training
  double final = 0;           // factor at the end (pulse: outside of it)
  double speed = 4;           // controlled: set point of the population speed V [1/s]
  double proportional = 0.5;  // controlled: gain of the log factor on V's relative error
  double integral = 0.5;      // controlled: gain of the log factor on its sum over updates
};
/// schedule.*
const ParameterList<ScheduleParameters>& schedule_list();

class Schedule {
 public:
  /// updates: of the training. Throws ParameterError where it ends before it starts, or where an exponential ends at 0.
  Schedule(const ScheduleParameters& parameters, Index updates);

  /// The factor for this update.
  double at(long update) const;
  /// After an update whose population speed was V [1/s]; only a controlled schedule listens.
  void observe(double speed);
  void keep(KeptState& state) { state(sum_, error_); }

 private:
  using Shape = ScheduleParameters::Shape;
  ScheduleParameters parameters_;
  double sum_ = 0, error_ = 0;
};

/// Replaces schedule.until = 0 by the training.updates that it stands for, where the shape has an end: the schedule,
/// and with it the run, then depends on them.
void end_with_training(Options& options);

}  // namespace stillpoint
