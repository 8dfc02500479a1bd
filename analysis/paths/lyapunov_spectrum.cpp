#include "analysis/paths/lyapunov_spectrum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/blas.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/look_aside.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

/// The vectors lose each other's directions between two decompositions: R_ii is known to the rounding error over this.
constexpr double smallest_ratio = 1e-6;
constexpr Index most_steps = 100;

/// Orthonormal vectors carried along a path.
class Frame {
 public:
  Frame(const Stepper& stepper, const Vector<double>& start, Index k, std::uint64_t seed, Turns& turns)
      : stepper_(stepper), turns_(turns), x_(start), q_(start.size(), k) {
    Stream(seed, Purpose::perturbation).fill_normal(q_);
    orthonormalise(q_);
  }

  /// Sum of the logarithms of the growth of each direction over this many steps.
  Vector<double> growth(Index steps) {
    Vector<double> sum = Vector<double>::Zero(q_.cols());
    for (Index done = 0; done < steps;) {
      const Index now = std::min(between_, steps - done);
      for (Index i = 0; i < now; ++i) stepper_.advance(x_, q_);
      require_bounded(x_);
      done += now;
      turns_.done += now;
      const Vector<double> logs = orthonormalise(q_).unaryExpr([](double length) { return std::log(length); });
      sum += logs;
      // As long between two decompositions as the largest spread of growth so far allows: it varies along the path.
      spread_ = std::max(spread_, (logs.maxCoeff() - logs.minCoeff()) / static_cast<double>(now));
      const double allowed = -std::log(smallest_ratio) / std::max(spread_, 1e-300);
      between_ = static_cast<Index>(std::clamp(allowed, 1., static_cast<double>(std::min(2 * between_, most_steps))));
    }
    return sum;
  }
  Index between() const { return between_; }

 private:
  const Stepper& stepper_;
  Turns& turns_;
  Vector<double> x_;
  Matrix<double> q_;  // D x k
  Index between_ = 1;
  double spread_ = 0;  // per step, largest so far
};

std::optional<double> kaplan_yorke_dimension(const Vector<double>& exponents, double tolerance, Index dimension) {
  double sum = 0;
  for (Index j = 0; j < exponents.size(); ++j) {
    const double next = sum + (std::abs(exponents(j)) <= tolerance ? 0 : exponents(j));
    if (next < 0) return static_cast<double>(j) + sum / std::abs(exponents(j));
    sum = next;
  }
  if (exponents.size() < dimension) return std::nullopt;
  return static_cast<double>(dimension);
}

/// In the order of falling exponents, with what follows from them.
LyapunovSpectrum spectrum_of(const Vector<double>& mean, const Vector<double>& error, Index kept, Index dimension) {
  std::vector<Index> order(static_cast<std::size_t>(mean.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return mean(a) > mean(b); });
  order.resize(static_cast<std::size_t>(kept));
  LyapunovSpectrum spectrum;
  spectrum.per_second = mean(order);
  spectrum.standard_error = error(order);
  spectrum.kaplan_yorke = kaplan_yorke_dimension(spectrum.per_second, 2 * spectrum.standard_error(0), dimension);
  spectrum.entropy_per_second = spectrum.per_second.cwiseMax(0).sum();
  return spectrum;
}

/// Those of z, and for every other direction that of the leak.
LyapunovSpectrum with_leak(const LyapunovSpectrum& latent, const Stepper& stepper, Index kept) {
  const Index n = latent.per_second.size(), all = n + stepper.dimension() - stepper.latent()->dimension();
  const double leak = std::log(std::abs(stepper.kept_by_leak())) / stepper.dt_ms() * 1000;
  Vector<double> mean = Vector<double>::Constant(all, leak), error = Vector<double>::Zero(all);
  mean.head(n) = latent.per_second;
  error.head(n) = latent.standard_error;
  auto spectrum = spectrum_of(mean, error, kept, stepper.dimension());
  spectrum.orthogonalised_every = latent.orthogonalised_every;
  return spectrum;
}

}  // namespace

LyapunovSpectrum lyapunov_spectrum(const Stepper& stepper, const Vector<double>& start, std::uint64_t seed,
                                   const SpectrumSetting& setting) {
  const ProductsOnOneThread products;
  const Index D = stepper.dimension();
  require_parameter(setting.exponents >= 0 && setting.exponents <= D, "exponents", fmt::format("{}", setting.exponents),
                    fmt::format("must be from 1 to {}, the dimension of the state (0: all)", D));
  require_duration("duration_ms", setting.duration_ms);
  require_duration("discard_ms", setting.discard_ms);
  const Index k = setting.exponents == 0 ? D : setting.exponents;
  const Index B = setting.blocks, per_block = stepper.steps(setting.duration_ms) / B;
  require_parameter(
      B >= 2 && per_block > 0, "duration_ms", fmt::format("{}", setting.duration_ms),
      fmt::format("must be at least {} ms: {} blocks of a step", static_cast<double>(B) * stepper.dt_ms(), B));

  if (const auto latent = stepper.latent()) {
    auto of_latent = setting;
    of_latent.exponents = std::min(k, latent->dimension());
    return with_leak(lyapunov_spectrum(*latent, stepper.equations().latent->of(start), seed, of_latent), stepper, k);
  }
  const Index discarded = stepper.steps(setting.discard_ms);
  Turns turns("steps", discarded + B * per_block);
  Frame frame(stepper, start, k, seed, turns);
  frame.growth(discarded);
  Matrix<double> exponents(k, B);
  const double seconds = static_cast<double>(per_block) * stepper.dt_ms() / 1000;
  for (Index block = 0; block < B; ++block) exponents.col(block) = frame.growth(per_block) / seconds;

  const Vector<double> mean = exponents.rowwise().mean();
  const Vector<double> error =
      ((exponents.colwise() - mean).rowwise().squaredNorm() / static_cast<double>(B * (B - 1))).cwiseSqrt();
  auto spectrum = spectrum_of(mean, error, k, D);
  spectrum.orthogonalised_every = frame.between();
  return spectrum;
}

}  // namespace stillpoint
