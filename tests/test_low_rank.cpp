// Low rank in its own dimensions against the same network in all of them.
#include "analysis/paths/cycles.hpp"
#include "analysis/paths/lyapunov_spectrum.hpp"
#include "analysis/points/fixed_points.hpp"
#include "analysis/points/latent_equation.hpp"
#include "analysis/points/slow_points.hpp"
#include "analysis/points/stability.hpp"
#include "analysis/start_states.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/catch.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using stillpoint::problems::Column;
using stillpoint::problems::normal_array;

namespace {

const Column no_input = Column::Zero(2);

/// M = V J + noise: kappa follows the 2 x 2 matrix J, but for what saturates.
Network<double> factored(const std::string& kind, const Matrix<double>& J, Index N = 40) {
  auto network = problems::random_network(kind, Nonlinearity::tanh, N, 0, 1);
  network.W.resize(0, 0);
  network.V = normal_array(N, J.rows(), 5);
  network.M = network.V * J + normal_array(N, J.cols(), 6, 0.3);
  network.tau_ms.setConstant(40);
  return network;
}

Network<double> full(Network<double> network) {
  network.W = network.recurrent();
  network.M.resize(0, 0);
  network.V.resize(0, 0);
  network.kind = network.kind == "low_rank" ? "leaky_rate" : "leaky_current";
  return network;
}

const Matrix<double> turning = (Matrix<double>(2, 2) << 1.8, -1.5, 1.5, 1.8).finished(),
                     holding = (Matrix<double>(2, 2) << 2.5, 0, 0, 2.2).finished();

Stepper latent_stepper(const System& system, Method method) {
  return leaky_stepper(equations_with_latent(system), system.tau_ms(), method, 0);
}

double largest_distance(Eigen::VectorXcd a, Eigen::VectorXcd b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;  // each to the nearest that is left
  for (Index i = 0; i < a.size(); ++i) {
    Index nearest = 0;
    largest = std::max(largest, (b.array() - a(i)).abs().minCoeff(&nearest));
    b(nearest) = b(b.size() - 1);
    b.conservativeResize(b.size() - 1);
  }
  return largest;
}

}  // namespace

TEST_CASE("fixed points and spectra of low rank are those of the full network, whether or not it has factors") {
  const std::string kind = GENERATE(std::string("low_rank"), std::string("low_rank_current"));
  const bool recognised = GENERATE(false, true), map = GENERATE(false, true);
  auto factors = factored(kind, holding);
  factors.dt_ms = 5;
  const auto network = recognised ? full(factors) : factors;
  const System system(network, no_input, map ? System::As::map : System::As::flow),
      whole(full(factors), no_input, system.as());
  FixedPointSearch search;
  search.starts = 256;
  const auto found = find_fixed_points(system, search);
  INFO(kind << (recognised ? " without factors" : "") << (map ? ", map" : ""));
  CHECK(found.rank == 2);
  CHECK(found.rank_recognised == recognised);
  CHECK(found.complete == Completeness::proved);
  REQUIRE(found.points.size() >= 3);
  std::vector<Index> met(found.points.size(), 0);
  Column start(40);
  for (int i = 0; i < 60; ++i) {  // from as many states in all dimensions
    start = normal_array(40, 1, static_cast<std::uint64_t>(i), i % 2 == 0 ? 0.3 : 3);
    const auto root = find_root(whole, start);
    if (!root) continue;
    std::size_t nearest = 0;
    const auto distance = [&](std::size_t k) { return (found.points[k].state - *root).norm(); };
    for (std::size_t k = 1; k < found.points.size(); ++k)
      if (distance(k) < distance(nearest)) nearest = k;
    CHECK(distance(nearest) < 1e-9);
    ++met[nearest];
  }
  CHECK(std::count(met.begin(), met.end(), 0) == 0);
  for (const auto& point : found.points) {
    CHECK(residual_of(whole, point.state) < 1e-12);
    Matrix<double> J = whole.jacobian(point.state);
    CHECK(largest_distance(point.eigenvalues, eigenvalues_of(J)) < 1e-7);  // N - 2 of them are one
  }
}

TEST_CASE("the rank of a full matrix is seen, or that it has none worth it") {
  auto network = full(factored("low_rank", holding));
  const auto rank_of = [&] {
    const auto equation = LatentEquation::of_low_rank(System(network, no_input, System::As::flow));
    return equation ? equation->dimension() : 0;
  };
  CHECK(rank_of() == 2);
  network.W += 1e-9 * normal_array(40, 40, 3);
  CHECK(rank_of() == 0);
  network.W = normal_array(40, 10, 1) * normal_array(10, 40, 2);
  CHECK(rank_of() == 10);
  network.W = normal_array(40, 11, 1) * normal_array(11, 40, 2);
  CHECK(rank_of() == 0);
  network.W.setZero();
  CHECK(rank_of() == 0);
}

TEST_CASE("a cycle of low rank is that of the full network, with all of its multipliers") {
  const std::string kind = GENERATE(std::string("low_rank"), std::string("low_rank_current"));
  const auto method = GENERATE(Method::rk4, Method::euler, Method::exponential_euler);
  const auto network = factored(kind, turning);
  const System system(network, no_input, System::As::flow), whole(full(network), no_input, System::As::flow);
  CycleSetting setting;
  setting.discard_ms = 1000;
  const Column start = trial_starts(whole, 1, 1, 3);
  const auto few = find_cycle(latent_stepper(system, method), start, setting),
             all = find_cycle(network_stepper(whole, method), start, setting);
  REQUIRE(few.cycle);
  REQUIRE(all.cycle);
  CHECK(few.cycle->period_ms == Approx(all.cycle->period_ms).epsilon(1e-7));
  CHECK(few.cycle->closure < 1e-8);
  CHECK(same_cycle(*few.cycle, *all.cycle));
  CHECK(few.cycle->path.rows() == 40);
  CHECK(largest_distance(few.cycle->multipliers, all.cycle->multipliers) < 1e-7);
}

TEST_CASE("exponents of low rank are those of the full network, of flows and of maps") {
  const std::string kind = GENERATE(std::string("low_rank"), std::string("low_rank_current"));
  const bool map = GENERATE(false, true);
  auto network = factored(kind, turning);
  network.dt_ms = 5;
  const auto as = map ? System::As::map : System::As::flow;
  const System system(network, no_input, as), whole(full(network), no_input, as);
  SpectrumSetting setting;
  setting.discard_ms = 500;
  setting.duration_ms = 10000;
  const auto few = lyapunov_spectrum(latent_stepper(system, Method::rk4), trial_starts(whole, 1, 1, 3), 1, setting),
             all = lyapunov_spectrum(network_stepper(whole, Method::rk4), trial_starts(whole, 1, 1, 3), 1, setting);
  REQUIRE(few.per_second.size() == 40);
  CHECK((few.per_second - all.per_second).cwiseAbs().maxCoeff() <
        0.01 + 4 * (few.standard_error + all.standard_error).maxCoeff());
  CHECK(few.kaplan_yorke == all.kaplan_yorke);
  CHECK(few.per_second(39) == Approx(map ? std::log(1 - 5. / 40) / 5 * 1000 : -25).epsilon(1e-4));
  setting.exponents = 1;
  CHECK(lyapunov_spectrum(latent_stepper(system, Method::rk4), trial_starts(whole, 1, 1, 3), 1, setting)
            .per_second.size() == 1);
}

TEST_CASE("slow points of low rank are minima in all dimensions of rates, within the span of currents") {
  const std::string kind = GENERATE(std::string("low_rank"), std::string("low_rank_current"));
  const bool map = GENERATE(false, true);
  auto network = factored(kind, Vector<double>(Eigen::Vector2d(3, -4)).asDiagonal());
  network.dt_ms = 5;
  network.b.setZero();
  network.W_in.col(0) = network.V.col(0);
  const auto as = map ? System::As::map : System::As::flow;
  Column input = Column::Zero(2);
  FixedPointSearch search;
  search.starts = 64;
  // Just past the fold at which one of the two memories is lost.
  while (find_fixed_points(System(network, input, as), search).points.size() > 1) input(0) += 0.01;
  const System system(network, input, as), whole(full(network), input, as);
  const auto found = find_slow_points(system, {});
  INFO(input(0) << ": " << found.at_fixed_points << " at fixed points, unfinished " << found.unfinished);
  REQUIRE(found.points.size() == 1);
  const auto& ghost = found.points[0];
  const Column F = whole.velocity(ghost.state);
  CHECK(ghost.q == Approx(F.squaredNorm() / 80).epsilon(1e-9));
  CHECK(F.norm() > 1e-4);
  Column gradient = velocity_jacobian(whole, ghost.state).transpose() * F;
  if (kind == "low_rank_current") gradient = column_space_of(network.M).transpose() * gradient;
  // The search ends with a step of 1e-9 max(1, |x|), the Hessian is J^T J where F is small.
  const double stretch = spectral_norm_of(velocity_jacobian(whole, ghost.state));
  CHECK(gradient.norm() < 1e-9 * std::max(1., ghost.state.norm()) * stretch * stretch);
  // The direction is an eigenvector of the full network's Jacobian, and nothing of it is slower.
  const Matrix<double> J = whole.jacobian(ghost.state);
  const double value = ghost.eigenvalue.real();
  CHECK((J * ghost.slow_direction - value * ghost.slow_direction).norm() < 1e-8);
  CHECK((eigenvalues_of(J).array() - (map ? 1. : 0.)).abs().minCoeff() ==
        Approx(std::abs(value - (map ? 1 : 0))).margin(1e-9));
  CHECK(ghost.index == 0);
  REQUIRE(ghost.passage_ms);
  if (kind == "low_rank") {  // what is searched in all dimensions ends there as well
    const auto again = descend(whole, ghost.state + normal_array(40, 1, 9, 1e-3), 1e-9);
    CHECK((whole.velocity(again).norm() - F.norm()) < 1e-3 * F.norm());
  }
}
