// The task's loss L = sum m |y_hat - y|^2 / sum m, its derivative and the accuracy.
#pragma once

#include "sim/trial.hpp"

namespace stillpoint {

struct Score {
  double loss = 0;      // mean squared error over graded (step, output) pairs
  double accuracy = 0;  // share of graded pairs that are right: same sign, or closer than the trials' tolerance
};

template <class Scalar>
Score score(const Matrix<Scalar>& outputs, const TrialSet<Scalar>& trials);

/// error = dL/dy_hat = 2 m (y_hat - y) / sum m, O x T*B.
template <class Scalar>
void loss_error(const Matrix<Scalar>& outputs, const TrialSet<Scalar>& trials, Matrix<Scalar>& error) {
  const Scalar graded = trials.mask.sum();
  error = (Scalar(2) / graded) * (trials.mask.array() * (outputs - trials.targets).array());
}

}  // namespace stillpoint
