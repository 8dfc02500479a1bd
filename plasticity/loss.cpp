#include "plasticity/loss.hpp"

#include <cmath>

namespace stillpoint {

template <class Scalar>
Score score(const Matrix<Scalar>& outputs, const TrialSet<Scalar>& trials) {
  double graded = 0, squares = 0, right = 0;
  for (Index i = 0; i < trials.mask.size(); ++i) {
    if (trials.mask(i) == 0) continue;
    const double answer = static_cast<double>(outputs(i)), target = static_cast<double>(trials.targets(i));
    graded += 1;
    squares += (answer - target) * (answer - target);
    right += (trials.tolerance > 0 ? std::abs(answer - target) < trials.tolerance : answer * target > 0) ? 1 : 0;
  }
  return {squares / graded, right / graded};
}

template Score score(const Matrix<float>&, const TrialSet<float>&);
template Score score(const Matrix<double>&, const TrialSet<double>&);

}  // namespace stillpoint
