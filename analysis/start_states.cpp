#include "analysis/start_states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/look_aside.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr std::array<double, 6> times = {1, 2, 5, 10, 20, 50};
constexpr std::uint64_t start_update =
    0xF1ED'0000'0000'0000ULL;  // keeps these streams apart from those of other estimates

}  // namespace

Matrix<double> trial_starts(const System& system, Index count, double spread, std::uint64_t seed) {
  require_parameter(std::isfinite(spread) && spread > 0, "spread", fmt::format("{}", spread), "must be a number > 0");
  require_parameter(count > 0, "samples", fmt::format("{}", count), "must be an integer > 0");
  Matrix<double> x(system.dimension(), count);
  for (Index i = 0; i < count; ++i)
    Stream(seed, Purpose::initial_state, 0, static_cast<std::uint64_t>(i)).fill_normal(x.col(i), spread);
  if (network_kind(system.network().kind).starts_from_rate) apply<double>(system.network().nonlinearity, x);
  return x;
}

Matrix<double> multiscale_states(const System& system, Index count, std::uint64_t seed, std::uint64_t draw,
                                 double scale) {
  const auto& network = system.network();
  Matrix<double> states(system.dimension(), count);
  for (Index i = 0; i < count; ++i) {
    Stream stream(seed, Purpose::estimate, start_update + draw, static_cast<std::uint64_t>(i));
    const double spread = std::exp(stream.uniform(std::log(0.1), std::log(3.0)));
    stream.fill_normal(states.col(i), spread);
  }
  if (network_kind(network.kind).starts_from_rate)
    apply<double>(network.nonlinearity, states);
  else
    states *= scale;
  return states;
}

namespace {

/// D x count states, each after a time of its own in a free run.
Matrix<double> free_states(const System& system, Index count, std::uint64_t seed, std::uint64_t draw) {
  Matrix<double> x = multiscale_states(system, count, seed, draw), recorded = x;
  const bool flow = system.as() == System::As::flow;
  const double dt_ms = flow ? system.tau_ms().minCoeff() / 5 : 0;
  const double membrane_ms =
      std::exp(system.network().tau_ms.array().log().mean());  // of a network in discrete time its step
  const double steps_per_unit = membrane_ms / (flow ? dt_ms : system.tau_ms()(0));
  const auto groups = static_cast<Index>(times.size());
  Turns turns("steps", std::lround(times.back() * steps_per_unit));
  for (Index k = 0; k < groups; ++k) {
    const auto until = std::lround(times[static_cast<std::size_t>(k)] * steps_per_unit);
    for (; turns.done < until; ++turns.done) x = system.next(x, dt_ms);
    // Column j of x is the one of number i(j) = j / m * groups + k + j % m, m = groups - k: those of group k have arrived.
    const Index m = groups - k;
    Matrix<double> left(x.rows(), x.cols());
    Index remaining = 0;
    for (Index j = 0; j < x.cols(); ++j) {
      if (j % m != 0) {
        left.col(remaining++) = x.col(j);
      } else if (x.col(j).allFinite() && x.col(j).cwiseAbs().maxCoeff() <= 1e6) {
        recorded.col(j / m * groups + k) = x.col(j);
      }
    }
    x = left.leftCols(remaining);
  }
  return recorded;
}

}  // namespace

Matrix<double> visited_states(const System& system, const Matrix<double>& visited, Index count, Index next) {
  require_parameter(visited.rows() == system.dimension() && visited.cols() > 0 && visited.allFinite(), "visited states",
                    fmt::format("{} x {}", visited.rows(), visited.cols()),
                    fmt::format("must be finite, {} x 1 or more", system.dimension()));
  Matrix<double> states(system.dimension(), count);
  for (Index i = 0; i < count; ++i) states.col(i) = visited.col((next + i) % visited.cols());
  return states;
}

Matrix<double> search_starts(const System& system, Index count, std::uint64_t seed, std::uint64_t draw,
                             const Matrix<double>& visited, Index next) {
  const Index half = (count + 1) / 2;
  const Matrix<double> seen =
      visited.size() > 0 ? visited_states(system, visited, half, next) : free_states(system, half, seed, 2 * draw);
  const double size = half > 0 ? std::sqrt(seen.array().square().mean()) : 1;
  const Matrix<double> random = multiscale_states(system, count - half, seed, 2 * draw + 1, std::max(1.0, size));
  Matrix<double> states(system.dimension(), count);
  for (Index i = 0; i < count; ++i) states.col(i) = (i % 2 == 0 ? seen : random).col(i / 2);
  return states;
}

}  // namespace stillpoint
