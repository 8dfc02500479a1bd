// Search, drop and comprehension: did a loss fall abruptly after a plateau, and when?
//
// All is done on the logarithm of the loss, in noise n(t) = rho n(t-1) + e(t), at equal distances between updates.
//
// 1. Did it fall?  Two tests, each at half of the stated false-positive rate: change-points of the mean
//    (analysis/learning/change_point.hpp), of which one must lead below the first level, for falls within a curve; and a falling
//    straight line against a level (exponential decay) by parametric bootstrap of the level, 199 resamples, for slow
//    ones, which noise with a large rho can mimic. "none" where neither sees a fall.
// 2. How?  The broken line (analysis/learning/broken_line.hpp: straight, ramp, straight; 6 parameters, its two breakpoints included)
//    against the smooth decays (analysis/learning/decay.hpp) and a line with one bend, by BIC = M log(RSS / M) + (parameters +
//    2) log M, M = T - 1 innovations; each model has its own rho and sigma; the spread of the noise may go with the
//    level of the curve, as found beforehand from second differences, alike for all models. "abrupt" where the broken
//    line has the smaller BIC and its ramp takes no longer than the straight part before it, else "gradual".
// 3. When?  From its two breakpoints; intervals by bootstrap of the innovations, the breakpoints sought anew, rho kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

struct LossCurve {
  std::vector<double> update, loss;
  std::vector<double> accuracy = {};  // empty: unknown
  bool rising = false;                // what is learned is seen as a rise, as of an accuracy
  std::string name = "loss";          // of what falls or rises
};

struct PhaseSetting {
  std::uint64_t seed = 1;
  Index resamples = 500;
  double level = 0.95;                // of intervals
  double false_positive_rate = 0.05;  // of a fall where there is none
};

struct Phase {
  std::string name;  // search, drop, comprehension; descent where gradual; search alone where none
  double from, to;   // updates
  double loss;       // geometric mean
  double accuracy;   // mean, NaN where unknown
};

struct LearningPhases {
  static constexpr std::size_t fewest_points = 20;  // of a curve
  enum class Verdict { none, gradual, abrupt };
  struct Drop {
    IntervalEstimate update;    // the first update at which half of the ramp, in log loss, is done
    IntervalEstimate from, to;  // the last update before the ramp, the first after it
    double before, after;       // loss of the fit at from and to
  };
  struct Model {
    std::string name;
    int parameters;  // of the mean
    double bic;
  };

  Verdict verdict = Verdict::none;
  std::optional<Drop> drop;  // where abrupt
  std::vector<Phase> phases;
  std::vector<double> changes;           // change-points of the mean: first update of each level
  double falling_p = 1;                  // of the straight line against a level
  std::vector<Model> models;             // the last is the broken line
  double evidence = 0;                   // smallest BIC of the smooth decays minus that of the broken line
  std::optional<IntervalEstimate> ramp;  // of the broken line, also where gradual: middle, from, to
  double rho = 0, sigma = 0;             // of the noise about the better model; sigma at the curve's mean level
  Index averaged = 1;                    // points that were averaged into one
  std::vector<double> update, fitted;    // the better model's loss
};

/// Curves of more than 1000 points are averaged (mean of log loss) in bins of as many points as make them at most 1000;
/// intervals grow by half a bin to either side. Throws UserError for fewer than fewest_points, updates that do not
/// increase in equal steps, and losses that are not finite and above 0.
LearningPhases find_learning_phases(const LossCurve& curve, const PhaseSetting& setting = {});

/// How much a difference of BIC says (Kass & Raftery 1995, doi:10.1080/01621459.1995.10476572): weak below 2, positive
/// below 6, strong below 10, very strong.
std::string strength(double difference_of_bic);
std::string verdict_name(LearningPhases::Verdict verdict);

}  // namespace stillpoint
