// Search, drop and comprehension: did a loss fall abruptly after a plateau, and when?
//
// All is done on the curve's level: the logarithm of the loss; minus the value where the curve should rise (an accuracy);
// the value itself where some are not above 0. Noise is n(t) = rho n(t-1) + e(t), t counting points; courses are
// functions of the update, whose steps may differ.
//
// 1. Drops, each in its surroundings (analysis/learning/drops.hpp).
// 2. Did it fall?  Two tests, each at half of the stated false-positive rate, on the curve in bins of 1, 2, 4 .. points, 1000
//    at most: change-points of the mean (analysis/learning/change_point.hpp), of which one must lead below the first level, for
//    falls within a curve; and a falling straight line against a level (analysis/learning/falling_line.hpp) for slow ones,
//    which noise with a large rho can mimic.
// 3. Where did it end?  The end is the mean from the last change-point or drop on. A drop is undone where the level before
//    the next one, or at the end, is not below the lowest that the curve had had before that drop, less two standard errors
//    of the end or a quarter of the fall, whichever is less.
//
// "abrupt": a drop that is not undone. Else "gradual": it fell, and the end is below the first level, by two standard
// errors or as the straight line has it. Else "undone": it fell, or dropped, and came back. Else "none".
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
  bool rising = false;                // better is more: a drop is a rise of these values
  std::string name = "loss";          // of what falls or rises
  std::string step = "update";        // of what is counted
};

struct PhaseSetting {
  std::uint64_t seed = 1;
  Index resamples = 500;
  double level = 0.95;                // of intervals
  double false_positive_rate = 0.05;  // of a fall where there is none
};

struct Phase {
  std::string name;  // search, drop, plateau, drop .. comprehension (return where undone); descent where gradual
  double from, to;   // updates
  double loss;       // geometric mean, of logarithmic curves; else mean
  double accuracy;   // mean, NaN where unknown
};

struct LearningPhases {
  static constexpr std::size_t fewest_points = 20;  // of a curve
  enum class Verdict { none, gradual, abrupt, undone };
  struct Drop {
    IntervalEstimate update;    // the first update at which half of the ramp, in levels, is done
    IntervalEstimate from, to;  // the last update before the ramp, the first after it
    double before, after;  // of the data: (geometric) mean of the six bins before and after the ramp, spikes set aside
    double fall;           // of the level, above 0: log(before / after)
    double evidence;       // BIC of the best smooth course minus that of the broken line
    double rho, sigma;     // of the noise about the line
    Index averaged;        // points in a bin
    bool undone;
    std::vector<double> window, fitted;  // updates of the surroundings, and the line there
  };
  struct Model {
    std::string name;
    int parameters;  // of the mean
    double bic;
  };

  Verdict verdict = Verdict::none;
  bool logarithmic = true;          // the level is the loss's logarithm
  std::vector<Drop> drops;          // in order of update
  Index of_rounding = 0;            // falls by two steps of rounded values or less, which are left out
  std::optional<std::size_t> main;  // the largest fall, of those not undone if there are any
  std::vector<Phase> phases;
  std::vector<double> changes;  // change-points of the mean: first update of each level
  double falling_p = 1;         // of the straight line against a level
  std::vector<Model> models;    // smooth courses of the whole curve, where gradual
  Index averaged = 1;           // points in one, in the tests of the whole curve
  std::vector<double> update,
      fitted;  // of the whole curve where gradual (best smooth course) or none (constant), else empty

  const Drop* drop() const { return main ? &drops[*main] : nullptr; }
};

/// Throws UserError for fewer than fewest_points, updates that do not increase, and values that are not finite.
LearningPhases find_learning_phases(const LossCurve& curve, const PhaseSetting& setting = {});

/// How much a difference of BIC says (Kass & Raftery 1995, doi:10.1080/01621459.1995.10476572): weak below 2, positive
/// below 6, strong below 10, very strong.
std::string strength(double difference_of_bic);
std::string verdict_name(LearningPhases::Verdict verdict);

}  // namespace stillpoint
