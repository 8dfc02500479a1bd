#include "analysis/paths/free_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/blas.hpp"

namespace stillpoint {

FreeRuns free_runs(const Stepper& stepper, const Matrix<double>& starts,
                   const std::function<Matrix<double>(const Matrix<double>&)>& read, double discard_ms,
                   double duration_ms, double sample_ms) {
  const ProductsOnOneThread products;
  require_duration("discard_ms", discard_ms);
  require_duration("duration_ms", duration_ms);
  require_parameter(std::isfinite(sample_ms) && sample_ms > 0, "sample_ms", fmt::format("{}", sample_ms),
                    "must be a number > 0 [ms]");
  const Index between = std::max<Index>(1, stepper.steps(sample_ms));
  const Index samples = stepper.steps(duration_ms) / between;
  require_parameter(
      samples >= 2, "duration_ms", fmt::format("{}", duration_ms),
      fmt::format("must be at least {} ms: two samples", 2 * static_cast<double>(between) * stepper.dt_ms()));
  Matrix<double> x = starts;
  for (Index t = 0; t < stepper.steps(discard_ms); ++t) stepper.advance(x);
  FreeRuns runs;
  runs.sample_ms = static_cast<double>(between) * stepper.dt_ms();
  for (Index t = 0; t < samples; ++t) {
    for (Index i = 0; i < between; ++i) stepper.advance(x);
    require_bounded(x);
    const Matrix<double> activity = read(x);
    if (t == 0) runs.activity.assign(static_cast<std::size_t>(x.cols()), Matrix<double>(activity.rows(), samples));
    for (Index run = 0; run < x.cols(); ++run) runs.activity[static_cast<std::size_t>(run)].col(t) = activity.col(run);
  }
  runs.end = x;
  return runs;
}

}  // namespace stillpoint
