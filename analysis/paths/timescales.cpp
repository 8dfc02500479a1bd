#include "analysis/paths/timescales.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <functional>
#include <numeric>

#include "sim/blas.hpp"
#include "sim/constants.hpp"
#include "sim/linear_algebra.hpp"

namespace stillpoint {

namespace {
constexpr double undecayed = 0.2;  // as an autocorrelation, at long lags
}

std::vector<Mode> modes_at(const Equations& equations, const Vector<double>& x) {
  const ProductsOnOneThread products;
  const auto linear = linearisation_of(equations, x);
  const double step = equations.step_ms, turn = 2 * pi;
  std::vector<Mode> modes;
  const auto add = [&](const std::complex<double>& value, Index directions) {
    const double decay = equations.map ? -std::log(std::abs(value)) / step : -value.real();  // [1/ms]
    const double angle = equations.map ? std::arg(value) / step : value.imag();
    modes.push_back({value, 1 / decay, value.imag() > 0 ? std::optional(turn / angle) : std::nullopt, directions});
  };
  for (const auto& value : eigenvalues_of(linear.matrix))
    if (!(value.imag() < 0)) add(value, 1);
  if (linear.directions > 0) add(linear.shared, linear.directions);
  std::stable_sort(modes.begin(), modes.end(),
                   [](const Mode& a, const Mode& b) { return 1 / a.tau_ms < 1 / b.tau_ms; });
  return modes;
}

namespace {

double nearest(double low, double high, const std::function<double(double)>& misfit) {
  return boost::math::tools::brent_find_minima(misfit, low, high, 40).first;
}

struct OffsetFit {
  double amplitude, offset, misfit;
};
/// amplitude exp(-rate lag) + offset nearest to the values.
OffsetFit fit_with_offset(const Vector<double>& values, double rate) {
  const Vector<double> decay =
      (-rate * Vector<double>::LinSpaced(values.size(), 0, static_cast<double>(values.size() - 1)).array()).exp();
  const double mean = values.mean(), decay_mean = decay.mean();
  const double amplitude = (decay.array() - decay_mean).matrix().dot((values.array() - mean).matrix()) /
                           (decay.array() - decay_mean).matrix().squaredNorm();
  const double offset = mean - amplitude * decay_mean;
  return {amplitude, offset, ((values - amplitude * decay).array() - offset).square().sum()};
}

/// [samples]
std::optional<double> e_folding(const Vector<double>& values) {
  const double level = std::exp(-1);
  for (Index lag = 1; lag < values.size(); ++lag)
    if (values(lag) <= level) return static_cast<double>(lag) - (level - values(lag)) / (values(lag - 1) - values(lag));
  return std::nullopt;
}

constexpr double smaller_part = 0.5, share_error = 0.1;
bool is_description(const OffsetFit& fit) {
  return fit.amplitude >= smaller_part && fit.amplitude <= 1 + share_error && fit.offset >= -share_error &&
         fit.offset <= smaller_part;
}

}  // namespace

Autocorrelation autocorrelation(const std::vector<Matrix<double>>& activity, const std::vector<Index>& neurons,
                                double sample_ms, About about) {
  const ProductsOnOneThread products;
  const Index T = activity.at(0).cols(), lags = about == About::own_mean ? T / 4 : T / 2;
  require_parameter(T >= 8, "duration_ms", fmt::format("{} samples", T), "an autocorrelation needs at least 8");
  Vector<double> sum = Vector<double>::Zero(lags + 1);
  double size = 0;
  for (const auto& run : activity) {
    Matrix<double> x = run(neurons, Eigen::all);
    size += x.squaredNorm();
    if (about == About::own_mean) x.colwise() -= x.rowwise().mean().eval();
    for (Index lag = 0; lag <= lags; ++lag)
      sum(lag) += x.leftCols(T - lag).cwiseProduct(x.rightCols(T - lag)).sum() / static_cast<double>(T - lag);
  }
  Autocorrelation result;
  if (sum(0) * static_cast<double>(T) <= 1e-20 * size) return result;  // nothing but rounding errors
  result.value = sum / sum(0);
  if (const auto lag = e_folding(result.value)) result.e_folding_ms = *lag * sample_ms;

  if (about == About::zero) {
    const auto fit = [&](double log_tau) { return fit_with_offset(result.value, sample_ms / std::exp(log_tau)); };
    const double low = std::log(sample_ms / 10), high = std::log(static_cast<double>(lags) * sample_ms);
    const double log_tau = nearest(low, high, [&](double x) { return fit(x).misfit; });
    const auto nearest_fit = fit(log_tau);
    if (log_tau < high - 1e-3 && log_tau > low + 1e-3 && nearest_fit.amplitude > 0) {
      result.amplitude = nearest_fit.amplitude;
      result.offset = nearest_fit.offset;
      if (is_description(nearest_fit)) result.fitted_ms = std::exp(log_tau);
    }
  }
  if (result.value.tail(lags / 2).cwiseAbs().maxCoeff() > undecayed) return result;
  double integral = sample_ms / 2;
  Index window = 1;
  for (; window <= lags; ++window) {
    integral += sample_ms * result.value(window);
    if (static_cast<double>(window) * sample_ms >= 5 * integral) break;
  }
  if (window > lags || integral <= 0) return result;
  result.integrated_ms = integral;
  if (about == About::zero) return result;
  const auto misfit = [&](double log_tau) {
    double squares = 0;
    for (Index lag = 0; lag <= window; ++lag)
      squares += std::pow(result.value(lag) - std::exp(-static_cast<double>(lag) * sample_ms / std::exp(log_tau)), 2);
    return squares;
  };
  result.fitted_ms = std::exp(nearest(std::log(sample_ms / 10), std::log(static_cast<double>(T) * sample_ms), misfit));
  return result;
}

Motion motion_of(const std::vector<Matrix<double>>& activity, About about) {
  double squares = 0, entries = 0, half[2] = {0, 0}, all = 0, part = 0;
  Vector<double> common = Vector<double>::Zero(activity.at(0).rows());
  if (about == About::common_mean)
    for (const auto& run : activity) common += run.rowwise().mean() / static_cast<double>(activity.size());
  for (const auto& run : activity) {
    const Index length = run.cols() / 2;
    const auto variation = [&](Matrix<double> x) {
      x.colwise() -= about == About::own_mean ? Vector<double>(x.rowwise().mean()) : common;
      return x.squaredNorm();
    };
    squares += run.squaredNorm();
    all += variation(run);
    half[0] += variation(run.leftCols(length));
    half[1] += variation(run.rightCols(length));
    entries += static_cast<double>(run.size());
    part += static_cast<double>(run.rows() * length);
  }
  return {std::sqrt(all / entries), std::sqrt(half[0] / part), std::sqrt(half[1] / part), std::sqrt(squares / entries)};
}

std::vector<Population> populations_of(const Network<double>& network) {
  std::vector<Population> populations{{"all", {}}};
  populations[0].neurons.resize(static_cast<std::size_t>(network.size()));
  std::iota(populations[0].neurons.begin(), populations[0].neurons.end(), 0);
  if (network.sign.size() == 0) return populations;
  for (const auto& [name, sign] : {std::pair("excitatory", 1.), std::pair("inhibitory", -1.)}) {
    Population population{name, {}};
    for (Index i = 0; i < network.size(); ++i)
      if (network.sign(i) == sign) population.neurons.push_back(i);
    if (!population.neurons.empty()) populations.push_back(population);
  }
  return populations;
}

}  // namespace stillpoint
