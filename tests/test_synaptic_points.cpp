// Fixed points of networks with synapses, and their stability, against the whole Jacobian of the transcribed equations.
#include <algorithm>

#include "analysis/points/basins.hpp"
#include "analysis/points/current_stability.hpp"
#include "analysis/points/fixed_points.hpp"
#include "analysis/points/joint_equations.hpp"
#include "analysis/points/resting_synapse.hpp"
#include "analysis/points/stability.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/bound_synapse.hpp"
#include "tests/spectra.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

const Vector<double> no_input = Vector<double>::Zero(2);

Array jacobian_of(const std::function<Column(const Column&)>& F, const Column& y) {
  return central_differences(F, y, Array::Identity(y.size(), y.size()));
}

}  // namespace

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
    const auto made = bound_to(network, tcr_synapse(dense_tcr(constants.beta, constants.tau_s_ms)));
    const auto& synapse = *made->continuous();
    FixedPointSearch search;
    search.starts = 20;
    search.synapse = &synapse;
    const auto found = find_fixed_points(system, search);
    REQUIRE_FALSE(found.points.empty());
    const auto derivative = network_with_tcr(network, held_input(network, held_trials(input, 1), 0), constants);
    for (const auto& point : found.points) {
      Column y = Column::Zero(N + N * N);
      y.head(N) = point.state;
      CHECK(derivative(0, y).cwiseAbs().maxCoeff() < 1e-13);
      const auto J = jacobian_of([&](const Column& at) { return derivative(0, at); }, y);
      // Two synapses do not exist, but their S still decays: N^2 - N eigenvalues -1/tau_s beside the 2N.
      Eigen::VectorXcd all(N + N * N);
      all.setConstant(remaining_eigenvalue(system, synapse));
      all.head(2 * N) = point.eigenvalues / found.tau_ref_ms;
      INFO(kind);
      check_same_spectrum(eigenvalues_of(J), all, 1e-6);
    }
    network.dt_ms = 2;
    const System map(network, input, System::As::map);
    const auto x = found.points[0].state;
    check_same_spectrum(eigenvalues_of(*current_linearisation(map, synapse, x)),
                        1 + 2 * eigenvalues_of(*current_linearisation(system, synapse, x)).array(), 1e-10);
    CHECK(remaining_eigenvalue(map, synapse) == Approx(1 - 2 / constants.tau_s_ms).epsilon(1e-14));
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
      const auto made = bound_to(network, tsodyks_markram_synapse(parameters_of(constants)));
      const auto& synapse = *made->continuous();
      search.starts = 40;
      search.synapse = &synapse;
      const auto found = find_fixed_points(system, search);
      INFO(kind << " " << name_of(phi));
      REQUIRE_FALSE(found.points.empty());
      const auto derivative =
          network_with_tsodyks_markram(network, held_input(network, held_trials(input, 1), 0), constants);
      const Column end = converged(derivative, with_resting_synapses(network, constants), 60000, 60000);
      bool reached = false;
      for (const auto& point : found.points) {
        const Column y = with_resting_synapse(system, synapse, point.state);
        CHECK(derivative(0, y).cwiseAbs().maxCoeff() < 1e-13);
        const auto J = jacobian_of([&](const Column& at) { return derivative(0, at); }, y);
        check_same_spectrum(point.eigenvalues, found.tau_ref_ms * eigenvalues_of(J), 1e-6);
        CHECK(point.stable == (eigenvalues_of(J).real().maxCoeff() < 0));
        reached = reached || (point.stable && (end - y).cwiseAbs().maxCoeff() < 1e-9);
        // The Jacobian that Newton's method takes
        const auto velocity = resting_velocity(system, synapse);
        const Column x = point.state + 0.1 * Column::Ones(N);
        CHECK((velocity.jacobian(x) - jacobian_of(velocity.value, x)).cwiseAbs().maxCoeff() < 1e-8);
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
  struct Case {
    double U, tau_f, tau_d, f_max, x, w;
  };
  // Strong facilitation at a low rate bends the Jacobian of the resting velocity most: that is no kink.
  const auto [U, tau_f, tau_d, f_max, x, w] =
      GENERATE(Case{0.25, 800, 120, 0.05, 0.8, 0.6}, Case{0.03, 1500, 200, 0.3, 0.002, -0.8});
  // relu, x = w a x + b with a = p q / U: b is chosen so that x is a solution.
  auto network = problems::random_network("leaky_rate", Nonlinearity::relu, 1, 1, 3);
  const double f = f_max * x, tau = 40;
  const double p = U * (1 + tau_f * f) / (1 + U * tau_f * f), q = 1 / (1 + tau_d * p * f);
  network.W << w;
  network.b << x - w * p * q / U * x;
  network.tau_ms << tau;
  REQUIRE(network.b(0) > 0);
  FixedPointSearch search;
  search.starts = 50;
  const auto synapse = bound_to(network, tsodyks_markram_synapse(parameters_of({U, tau_f, tau_d, 1000 * f_max, true})));
  search.synapse = synapse->continuous();
  const auto found = find_fixed_points(System(network, no_input, System::As::flow), search);
  CHECK(found.complete != Completeness::exact);
  const auto point = std::find_if(found.points.begin(), found.points.end(),
                                  [&, at = x](const FixedPoint& each) { return std::abs(each.state(0) - at) < 1e-9; });
  REQUIRE(point != found.points.end());
  Matrix<double> J(3, 3);
  J << (w * p * q / U - 1) / tau, w * q * x / U / tau, w * p * x / U / tau,  //
      U * (1 - p) * f_max, -1 / tau_f - U * f, 0,                            //
      -p * q * f_max, -q * f, -1 / tau_d - p * f;
  check_same_spectrum(point->eigenvalues, tau * eigenvalues_of(J), 1e-9);
  CHECK_FALSE(point->on_kink);
  CHECK(point->stable == (eigenvalues_of(J).real().maxCoeff() < 0));
  // Without a bias the neuron rests at its kink.
  network.b << 0;
  const auto at_kink = find_fixed_points(System(network, no_input, System::As::flow), search);
  const auto rest = std::find_if(at_kink.points.begin(), at_kink.points.end(),
                                 [](const FixedPoint& each) { return std::abs(each.state(0)) < 1e-9; });
  REQUIRE(rest != at_kink.points.end());
  CHECK(rest->on_kink);
  CHECK_FALSE(rest->stable);
}

TEST_CASE(
    "in discrete time, points with a synapse rest under the simulation's own steps, and lose what the spectrum says") {
  for (const char* kind : {"rnn_map", "plrnn"})
    for (const auto& model : {tcr_synapse(dense_tcr(3, 60)), tsodyks_markram_synapse({})}) {
      auto network = make_network(
          resolve_options({{"network.kind", kind}, {"network.size", "5"}, {"network.gain", "0.3"}}), 2, 1, 6);
      const Index N = network.size();
      network.b = normal_array(N, 1, 4, 0.3);
      network.dt_ms = 5;
      const auto made = bound_to(network, model);
      auto& synapse = *made->continuous();
      const System system(network, no_input, System::As::map);
      FixedPointSearch search;
      search.starts = 20;
      search.synapse = &synapse;
      const auto found = find_fixed_points(system, search);
      INFO(kind << " " << model.kind);
      REQUIRE_FALSE(found.points.empty());
      const auto& point = found.points.front();
      REQUIRE(point.stable);

      // A run from beside the point, from the state of a trial's start: what is left shrinks by the largest multiplier.
      network.r0 = point.state + 1e-3 * Column::Ones(N);
      Simulation<double> simulation(network, {Method::euler, 5, 0});
      const Index T = 6000;
      const auto& run = simulation.run(held_trials(no_input, T), {}, synapse);
      const auto at = with_resting_synapse(system, synapse, point.state);
      CHECK((run.state.rightCols(1) - point.state).cwiseAbs().maxCoeff() < 1e-9);
      CHECK((synapse.state() - at.tail(at.size() - N)).cwiseAbs().maxCoeff() < 1e-9);

      // Newton's Jacobian, and the spectrum of the whole joint step
      const auto velocity = resting_velocity(system, synapse);
      const Column x = point.state + 0.05 * Column::Ones(N);
      CHECK((velocity.jacobian(x) - jacobian_of(velocity.value, x)).cwiseAbs().maxCoeff() < 1e-8);
      const auto joint = equations_with_synapse(system, synapse);
      Eigen::VectorXcd all = point.eigenvalues;
      if (model.kind == "tcr") {
        all.conservativeResize(N + N * N);
        all.tail(N * N - N).setConstant(1 - 5 / 60.);
      }
      check_same_spectrum(eigenvalues_of(jacobian_of(joint.value, at)), all, 1e-6);
    }
}

TEST_CASE("stability with a synapse through one current has its closed form, silent and masked neurons included") {
  // tau dr/dt = J r + c w, tau_s dw/dt = -w - beta rho c kappa^2 (J r + c w), J of tau dx/dt
  const double beta = 25, tau_s = 110;
  for (const char* kind : {"leaky_rate", "leaky_current"})
    for (const bool silent : {false, true}) {
      const Index N = 4;
      auto network = problems::random_network(kind, Nonlinearity::tanh, N, 0.9, 5);
      network.mask = Matrix<double>::Ones(N, N);
      network.mask(0, 2) = network.mask(3, 1) = 0;
      network.mask.row(2).setZero();  // nothing reaches neuron 2
      network.keep_constraints();
      if (silent) network.b.setZero();
      const System system(network, no_input, System::As::flow);
      const auto made = bound_to(network, tcr_synapse(dense_tcr(beta, tau_s)));
      const auto x = silent ? std::optional<Vector<double>>(Vector<double>::Zero(N)) : find_root(system, network.r0);
      REQUIRE(x);
      const bool current = kind == std::string("leaky_current");
      const Column r = system.read(*x);
      const Column phi_slope = 1 - r.array().square(), one = Column::Ones(N);
      const Column c = current ? one : phi_slope, kappa = current ? phi_slope : one;
      const Column rho = network.mask * Column(r.array().square()) / static_cast<double>(N);
      const Array J = system.jacobian(*x);
      const Column opposes = beta * rho.array() * c.array() * kappa.array().square();
      Array expected(2 * N, 2 * N);
      expected << J, Array(c.asDiagonal()), -(opposes.asDiagonal() * J),
          Array(Column(-1 - opposes.array() * c.array()).asDiagonal());
      expected.topRows(N) = network.tau_ms.cwiseInverse().asDiagonal() * expected.topRows(N);
      expected.bottomRows(N) /= tau_s;
      const auto linear = current_linearisation(system, *made->continuous(), *x);
      REQUIRE(linear);
      INFO(kind << (silent ? " silent" : ""));
      check_same_spectrum(eigenvalues_of(*linear), eigenvalues_of(expected), 1e-10);
    }
}

TEST_CASE("next to silence, where squares of rates underflow, the spectrum with a TCR synapse is that of silence") {
  const double tau_s = 110;
  const Index N = 10;
  for (const char* kind : {"leaky_rate", "leaky_current"}) {
    auto network = problems::random_network(kind, Nonlinearity::tanh, N, 0.8, 5);
    network.b.setZero();
    const System system(network, no_input, System::As::flow);
    const auto made = bound_to(network, tcr_synapse(dense_tcr(25, tau_s)));
    Eigen::VectorXcd expected(2 * N);
    expected << eigenvalues_of(Array(network.tau_ms.cwiseInverse().asDiagonal() * system.jacobian(Column::Zero(N)))),
        Eigen::VectorXcd::Constant(N, -1 / tau_s);
    for (const double size : {0., 5e-324, 1e-300, 1e-163, 1e-161, 1e-150}) {
      const auto linear =
          current_linearisation(system, *made->continuous(), size * normal_array(N, 1, 3).array().sign());
      REQUIRE(linear);
      INFO(kind << ", |r| of " << size);
      check_same_spectrum(eigenvalues_of(*linear), expected, 1e-9);
    }
    FixedPointSearch search;
    search.starts = 20;
    search.synapse = made->continuous();
    const auto found = find_fixed_points(system, search);
    REQUIRE(found.points.size() == 1);
    CHECK(found.points[0].state.norm() < 1e-12);
    CHECK(found.points[0].stable == (expected.real().maxCoeff() < 0));
    CHECK(neutral_directions(System::As::flow, found.points[0].eigenvalues) == 0);
    const auto stepper = leaky_stepper(joint_equations(system, made->continuous()), system.tau_ms());
    Matrix<double> starts(stepper.dimension(), 10);
    for (Index i = 0; i < starts.cols(); ++i)
      starts.col(i) = with_initial_synapse(system, *made->continuous(), normal_array(N, 1, 20 + i, 0.5));
    const auto basins = find_basins(stepper, starts);
    REQUIRE(basins.attractors.size() == 1);
    CHECK(basins.attractors[0].count == 10);
    CHECK(basins.attractors[0].leading_per_s == Approx(1000 * expected.real().maxCoeff()));
  }
}
