#include "analysis/activity/ramping.hpp"

#include <cmath>

#include "analysis/activity/condition_groups.hpp"

namespace stillpoint {

Ramping ramping(const Session& session, const Window& window, Signal signal) {
  const auto bins = bins_of(session, window, 3);
  const double bin_s = session.bin_ms / 1000, unit = signal == Signal::spikes ? 1 / bin_s : 1;
  const Vector<double> time =
      bin_s * Vector<double>::LinSpaced(bins.count, -0.5, 0.5) * static_cast<double>(bins.count - 1);
  const double spread = time.squaredNorm();

  double squares = 0, sizes = 0, variation = 0, count = 0;
  for (const auto& group : condition_groups(session, 2)) {
    Matrix<double> sum = Matrix<double>::Zero(session.neurons(), bins.count);
    double own_slopes = 0, own_variation = 0;  // products of a trial with itself
    for (const Index k : group.trials) {
      Matrix<double> x = unit * session.trials[static_cast<std::size_t>(k)].middleCols(bins.first, bins.count);
      x.colwise() -= x.rowwise().mean().eval();
      own_slopes += (x * time / spread).squaredNorm();
      own_variation += x.squaredNorm();
      sum += x;
    }
    const double n = static_cast<double>(group.trials.size()), pairs = n * (n - 1);
    const Vector<double> slope = sum * time / spread;
    squares += (slope.squaredNorm() - own_slopes) / pairs;
    variation += (sum.squaredNorm() - own_variation) / pairs;
    sizes += slope.cwiseAbs().sum() / n;
    count += static_cast<double>(session.neurons());
  }
  Ramping result;
  result.slope = std::copysign(std::sqrt(std::abs(squares) / count), squares);
  result.mean_absolute_slope = sizes / count;
  if (variation > 0) result.index = squares * spread / variation;
  return result;
}

}  // namespace stillpoint
