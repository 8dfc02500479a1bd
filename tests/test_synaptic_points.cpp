// Fixed points of networks with short-term synapses against the literal equations and closed forms.
#include <Eigen/Eigenvalues>
#include <algorithm>

#include "analysis/points/fixed_points.hpp"
#include "analysis/points/tsodyks_markram_points.hpp"
#include "tests/spectra.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

TEST_CASE("the spectrum with a TCR synapse is that of the whole Jacobian of rates and synapses") {
  const TcrConstants constants{30, 120};
  for (const char* kind : {"leaky_rate", "leaky_current"}) {
    const Index N = 4;
    auto network = problems::random_network(kind, Nonlinearity::tanh, N, 1.8, 11);
    network.mask = Matrix<double>::Ones(N, N);
    network.mask(0, 2) = network.mask(3, 1) = 0;
    network.keep_constraints();
    const Vector<double> input = (Vector<double>(2) << 0.4, -0.3).finished();
    const System system(network, input, System::As::flow);
    FixedPointSearch search;
    search.starts = 20;
    search.tcr = TcrSynapse{constants.beta, constants.tau_s_ms};
    const auto found = find_fixed_points(system, search);
    REQUIRE_FALSE(found.points.empty());
    const auto derivative = network_with_tcr(network, held_input(network, held_trials(input, 1), 0), constants);
    for (const auto& point : found.points) {
      Column y = Column::Zero(N + N * N);
      y.head(N) = point.state;
      CHECK(derivative(0, y).cwiseAbs().maxCoeff() < 1e-13);
      Matrix<double> J(y.size(), y.size());
      const double h = 1e-6;
      for (Index j = 0; j < y.size(); ++j) {
        Column up = y, down = y;
        up(j) += h;
        down(j) -= h;
        J.col(j) = (derivative(0, up) - derivative(0, down)) / (2 * h);
      }
      // Two synapses do not exist, but their S still decays: N^2 - N eigenvalues -1/tau_s beside the 2N.
      Eigen::VectorXcd all(N + N * N);
      all.setConstant(tcr_remaining_eigenvalue(system, *search.tcr));
      all.head(2 * N) = point.eigenvalues / found.tau_ref_ms;
      INFO(kind);
      check_same_spectrum(J.eigenvalues(), all, 1e-6);
    }
    network.dt_ms = 2;
    const System map(network, input, System::As::map);
    const auto x = found.points[0].state;
    check_same_spectrum(tcr_linearisation(map, x, *search.tcr).eigenvalues(),
                        1 + 2 * tcr_linearisation(system, x, *search.tcr).eigenvalues().array(), 1e-10);
  }
}

TEST_CASE("points with Tsodyks-Markram synapses rest in all three, with the spectrum of the whole Jacobian") {
  const TsodyksMarkramConstants constants{0.3, 600, 150, 60, true};
  for (const char* kind : {"leaky_rate", "leaky_current"})
    for (const auto phi : {Nonlinearity::tanh, Nonlinearity::softplus}) {
      const Index N = 4;
      auto network = problems::random_network(kind, phi, N, 2, 11);
      const Vector<double> input = (Vector<double>(2) << 0.4, -0.3).finished();
      const System system(network, input, System::As::flow);
      FixedPointSearch search;
      search.starts = 40;
      search.tsodyks_markram = {0.3, 600, 150, 60, true, phi == Nonlinearity::tanh};
      const auto found = find_fixed_points(system, search);
      INFO(kind << " " << name_of(phi));
      REQUIRE_FALSE(found.points.empty());
      const auto derivative =
          network_with_tsodyks_markram(network, held_input(network, held_trials(input, 1), 0), constants);
      const Column end = converged(derivative, with_resting_synapses(network, constants), 60000, 60000);
      bool reached = false;
      for (const auto& point : found.points) {
        const Column y = steady_state(system, *search.tsodyks_markram, point.state);
        CHECK(derivative(0, y).cwiseAbs().maxCoeff() < 1e-13);
        Matrix<double> J(3 * N, 3 * N);
        const double h = 1e-6;
        for (Index j = 0; j < 3 * N; ++j) {
          Column up = y, down = y;
          up(j) += h;
          down(j) -= h;
          J.col(j) = (derivative(0, up) - derivative(0, down)) / (2 * h);
        }
        check_same_spectrum(point.eigenvalues, found.tau_ref_ms * J.eigenvalues(), 1e-6);
        CHECK(point.stable == (J.eigenvalues().real().maxCoeff() < 0));
        reached = reached || (point.stable && (end - y).cwiseAbs().maxCoeff() < 1e-9);
        // The Jacobian that Newton's method takes
        const auto velocity = steady_velocity(system, *search.tsodyks_markram);
        const Column x = point.state + 0.1 * Column::Ones(N);
        for (Index j = 0; j < N; ++j) {
          const Column step = h * Column::Unit(N, j),
                       slope = (velocity.value(x + step) - velocity.value(x - step)) / (2 * h);
          CHECK((velocity.jacobian(x).col(j) - slope).cwiseAbs().maxCoeff() < 1e-8);
        }
      }
      CHECK(reached);  // a long run comes to rest at a point that is called stable
      network.dt_ms = 2;
      const System map(network, input, System::As::map);
      const auto as_map = find_fixed_points(map, search);
      REQUIRE(as_map.points.size() == found.points.size());
      for (const auto& point : as_map.points) {  // in another order: its starts are others
        const auto same = std::find_if(found.points.begin(), found.points.end(), [&](const FixedPoint& each) {
          return (each.state - point.state).cwiseAbs().maxCoeff() < 1e-10;
        });
        REQUIRE(same != found.points.end());
        check_same_spectrum(point.eigenvalues, 1 + 2 / found.tau_ref_ms * same->eigenvalues.array(), 1e-9);
      }
    }
}

TEST_CASE("one neuron with a Tsodyks-Markram synapse: point and spectrum in closed form") {
  // relu, x = w a x + b with a = p q / U: b is chosen so that x = .8 is a solution.
  auto network = problems::random_network("leaky_rate", Nonlinearity::relu, 1, 1, 3);
  const double U = 0.25, tau_f = 800, tau_d = 120, f_max = 0.05, x = 0.8, w = 0.6, f = f_max * x, tau = 40;
  const double p = U * (1 + tau_f * f) / (1 + U * tau_f * f), q = 1 / (1 + tau_d * p * f);
  network.W << w;
  network.b << x - w * p * q / U * x;
  network.tau_ms << tau;
  REQUIRE(network.b(0) > 0);
  FixedPointSearch search;
  search.starts = 50;
  search.tsodyks_markram = {U, tau_f, tau_d, 1000 * f_max, true, false};
  const auto found = find_fixed_points(System(network, Column::Zero(2), System::As::flow), search);
  CHECK_FALSE(found.exact);
  const auto point = std::find_if(found.points.begin(), found.points.end(),
                                  [&](const FixedPoint& each) { return std::abs(each.state(0) - x) < 1e-9; });
  REQUIRE(point != found.points.end());
  Matrix<double> J(3, 3);
  J << (w * p * q / U - 1) / tau, w * q * x / U / tau, w * p * x / U / tau,  //
      U * (1 - p) * f_max, -1 / tau_f - U * f, 0,                            //
      -p * q * f_max, -q * f, -1 / tau_d - p * f;
  check_same_spectrum(point->eigenvalues, tau * J.eigenvalues(), 1e-9);
}
