// The strength of temporal consistency over training: a factor on tcr.lambda and on the short-term synapse's beta.
//
//   from, until: updates; final: the factor at the end; p = (update - from) / (until - from), clipped to [0, 1]
//   constant      1
//   linear        1 + (final - 1) p
//   exponential   final^p
//   cosine        final + (1 - final) (1 + cos(pi p)) / 2
//   pulse         1 from `from` to `until`, `final` before and after
//   controlled    a PI controller holds the population speed V at a set point: with e = (V - V*) / V*,
//                 factor = max(0, I + k_p e),  I <- max(0, I + k_i e) after each update, I(0) = 1
#pragma once

#include "sim/option.hpp"

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
  double sum_ = 1, error_ = 0;
};

/// Options schedule.*
std::vector<Option> schedule_options();

}  // namespace stillpoint
