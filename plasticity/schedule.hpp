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

#include "sim/options/option.hpp"

namespace stillpoint {

class Schedule {
 public:
  /// Options schedule.*; throws UserError where it ends before it starts, or where an exponential ends at 0.
  explicit Schedule(const Options& options);

  /// The factor for this update.
  double at(long update) const;
  /// After an update whose population speed was V [1/s]; only a controlled schedule listens.
  void observe(double speed);

 private:
  enum class Shape { constant, linear, exponential, cosine, pulse, controlled } shape_;
  double from_, until_, final_;
  double set_point_, proportional_, integral_;
  double sum_ = 0, error_ = 0;
};

/// Options schedule.*
std::vector<Option> schedule_options();
/// Replaces schedule.until = 0 by the training.updates that it stands for, where the shape has an end: the schedule,
/// and with it the run, then depends on them.
void end_with_training(Options& options);

}  // namespace stillpoint
