// Sums of the mean activity of several sessions of the same neurons, as stimulated minus control, with their errors
// over trials. For the files beside it.
#pragma once

#include <vector>

#include "analysis/activity/condition_groups.hpp"

namespace stillpoint {

/// Student's 95 % interval of a mean whose variance is a sum over groups of trials: Welch 1947
/// (doi:10.1093/biomet/34.1-2.28) with the degrees of freedom of Satterthwaite 1946 (doi:10.2307/3002019).
struct MeanWithError {
  double value, standard_error, degrees_of_freedom;
  bool interval_holds_zero() const;
};

/// One coefficient per session: sum over sessions of coefficient x mean over trials, conditions weighted by their
/// trials in the first session. Conditions need two trials in every session to count. Throws ParameterError "trials"
/// where none has, "neurons" and "bin_ms" where sessions differ in neurons or bins.
class Contrast {
 public:
  explicit Contrast(std::vector<const Session*> sessions);

  /// What every trial says, by session and condition: trials x times.
  using Values = std::vector<std::vector<Matrix<double>>>;
  using Coefficients = std::vector<double>;  // one per session

  /// Mean over cells, and over all stretches of `width` bins within a window. Throws ParameterError "cells" where there
  /// are none, "window" where a session does not hold it, or it is shorter than that.
  Values running_means(const std::vector<Index>& cells, const Window& window, Index width) const;
  /// Mean over cells and the window, one time.
  Values means(const std::vector<Index>& cells, const Window& window) const;

  /// Of the window's mean of every neuron.
  Vector<double> of_neurons(const Coefficients& coefficients, const Window& window) const;
  /// At every time; `half` 0 or 1: of every other trial of each condition, beginning with that.
  Vector<double> of(const Coefficients& coefficients, const Values& values) const;
  Vector<double> of_half(const Coefficients& coefficients, const Values& values, Index half) const;
  MeanWithError with_error(const Coefficients& coefficients, const Values& values, Index time = 0) const;

  /// Numerator over denominator; NaN where the interval of the denominator holds 0. Error: the delta method.
  MeanWithError ratio(const Coefficients& numerator, const Values& above, const Coefficients& denominator,
                      const Values& below) const;

 private:
  std::vector<const Session*> sessions_;
  std::vector<std::vector<ConditionGroup>> groups_;  // by session
  Vector<double> weight_;                            // of the conditions
};

}  // namespace stillpoint
