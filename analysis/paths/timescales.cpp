#include "analysis/paths/timescales.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <numeric>

#include "sim/constants.hpp"
#include "sim/linear_algebra.hpp"

namespace stillpoint {

namespace {
constexpr double undecayed = 0.2;  // as an autocorrelation, at long lags
}

std::vector<Mode> modes_at(const System& system, const Vector<double>& x) {
  require_parameter(x.size() == system.dimension() && x.allFinite(), "state", fmt::format("{} values", x.size()),
                    fmt::format("must be {} numbers, the dimension of the state", system.dimension()));
  const bool map = system.as() == System::As::map;
  Matrix<double> jacobian = system.jacobian(x);
  if (!map) jacobian = system.tau_ms().cwiseInverse().asDiagonal() * jacobian;
  const double step = system.tau_ms()(0), turn = 2 * pi;
  std::vector<Mode> modes;
  for (const auto& value : eigenvalues_of(jacobian)) {
    if (value.imag() < 0) continue;
    const double decay = map ? -std::log(std::abs(value)) / step : -value.real();  // [1/ms]
    const double angle = map ? std::arg(value) / step : value.imag();
    modes.push_back({value, 1 / decay, value.imag() > 0 ? std::optional(turn / angle) : std::nullopt});
  }
  std::stable_sort(modes.begin(), modes.end(),
                   [](const Mode& a, const Mode& b) { return 1 / a.tau_ms < 1 / b.tau_ms; });
  return modes;
}

Autocorrelation autocorrelation(const std::vector<Matrix<double>>& activity, const std::vector<Index>& neurons,
                                double sample_ms) {
  const Index T = activity.at(0).cols(), lags = T / 4;
  require_parameter(T >= 8, "duration_ms", fmt::format("{} samples", T), "an autocorrelation needs at least 8");
  Vector<double> sum = Vector<double>::Zero(lags + 1);
  double size = 0;
  for (const auto& run : activity) {
    Matrix<double> x = run(neurons, Eigen::all);
    size += x.squaredNorm();
    x.colwise() -= x.rowwise().mean().eval();
    for (Index lag = 0; lag <= lags; ++lag)
      sum(lag) += x.leftCols(T - lag).cwiseProduct(x.rightCols(T - lag)).sum() / static_cast<double>(T - lag);
  }
  Autocorrelation result;
  if (sum(0) * static_cast<double>(T) <= 1e-20 * size) return result;  // nothing but rounding errors
  result.value = sum / sum(0);

  if (result.value.tail(lags / 2).cwiseAbs().maxCoeff() > undecayed) return result;
  double integral = sample_ms / 2;
  Index window = 1;
  for (; window <= lags; ++window) {
    integral += sample_ms * result.value(window);
    if (static_cast<double>(window) * sample_ms >= 5 * integral) break;
  }
  if (window > lags || integral <= 0) return result;
  result.integrated_ms = integral;
  const auto misfit = [&](double log_tau) {
    double squares = 0;
    for (Index lag = 0; lag <= window; ++lag)
      squares += std::pow(result.value(lag) - std::exp(-static_cast<double>(lag) * sample_ms / std::exp(log_tau)), 2);
    return squares;
  };
  const double low = std::log(sample_ms / 10), high = std::log(static_cast<double>(T) * sample_ms);
  result.fitted_ms = std::exp(boost::math::tools::brent_find_minima(misfit, low, high, 40).first);
  return result;
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
