// Time scales, basins and cycles of networks with their synapses: closed forms, the whole Jacobian, plain simulations.
#include "analysis/paths/krylov.hpp"
#include "analysis/paths/timescales.hpp"
#include "analysis/points/basins.hpp"
#include "analysis/points/joint_equations.hpp"
#include "analysis/start_states.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/bound_synapse.hpp"
#include "tests/spectra.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

Matrix<double> with_initial(const System& system, const ContinuousSynapse<double>& synapse, const Matrix<double>& x) {
  Matrix<double> y(x.rows() + synapse.rows(x.rows()), x.cols());
  for (Index i = 0; i < x.cols(); ++i) y.col(i) = with_initial_synapse(system, synapse, x.col(i));
  return y;
}

}  // namespace

TEST_CASE("the modes of linear units with TCR synapses are those of a 2 x 2 matrix, in closed form") {
  // relu above its kink, one neuron: tau dr/dt = (w - 1) r + s, tau_s ds/dt = -s - beta r*^2 ((w - 1) r + s)
  const double w = 0.6, b = 2, tau = 50, tau_s = 200, beta = 3, rate = b / (1 - w), slowing = beta * rate * rate,
               dt = 5;
  auto network = random_network("leaky_rate", Nonlinearity::relu, 1, 0, 1);
  network.W(0, 0) = w;
  network.b.setConstant(b);
  network.tau_ms.setConstant(tau);
  network.dt_ms = dt;
  const auto made = bound_to(network, tcr_synapse(dense_tcr(beta, tau_s)));
  const auto& synapse = *made->continuous();
  const double trace = (w - 1) / tau - (1 + slowing) / tau_s, determinant = -(w - 1) / (tau * tau_s);
  const double root = std::sqrt(trace * trace - 4 * determinant), slow = (trace + root) / 2, fast = (trace - root) / 2;
  for (const auto as : {System::As::flow, System::As::map}) {
    const System system(network, Column::Zero(2), as);
    const auto modes =
        modes_at(joint_equations(system, &synapse), with_resting_synapse(system, synapse, Column::Constant(1, rate)));
    REQUIRE(modes.size() == 2);
    const bool map = as == System::As::map;
    CHECK(modes[0].tau_ms == Approx(map ? -dt / std::log(1 + dt * slow) : -1 / slow).epsilon(1e-9));
    if (!map) CHECK(modes[1].tau_ms == Approx(-1 / fast).epsilon(1e-9));  // the step overshoots along it
    // Without the synapse it is another: the slow mode is slower by nearly 1 + beta r*^2.
    CHECK(modes_at(joint_equations(system, nullptr), Column::Constant(1, rate))[0].tau_ms < modes[0].tau_ms / 5);
  }
  // Of three uncoupled ones each has its own rate's, a third of beta, and six synapses decay alone.
  auto three = random_network("leaky_rate", Nonlinearity::relu, 3, 0, 1);
  three.W = w * Matrix<double>::Identity(3, 3);
  three.b << b, 0.5 * b, 0.25 * b;
  three.tau_ms.setConstant(tau);
  const System system(three, Column::Zero(2), System::As::flow);
  const auto bound = bound_to(three, tcr_synapse(dense_tcr(beta, tau_s)));
  const auto modes = modes_at(joint_equations(system, bound->continuous()),
                              with_resting_synapse(system, *bound->continuous(), three.b / (1 - w)));
  const auto alone = std::find_if(modes.begin(), modes.end(), [](const Mode& mode) { return mode.directions > 1; });
  REQUIRE(alone != modes.end());
  CHECK(alone->directions == 6);
  CHECK(alone->tau_ms == Approx(tau_s));
}

TEST_CASE("modes with a TCR synapse on the way, where it is not at rest, are those of the whole Jacobian") {
  const TcrConstants constants{30, 120};
  for (const char* kind : {"leaky_rate", "leaky_current"})
    for (const bool masked : {false, true}) {
      const Index N = 4;
      auto network = random_network(kind, Nonlinearity::tanh, N, 1.8, 11);
      if (masked) {
        network.mask = Matrix<double>::Ones(N, N);
        network.mask(0, 2) = network.mask(3, 1) = 0;
        network.keep_constraints();
      }
      const Vector<double> input = (Vector<double>(2) << 0.4, -0.3).finished();
      const System system(network, input, System::As::flow);
      const auto made = bound_to(network, tcr_synapse(dense_tcr(constants.beta, constants.tau_s_ms)));
      Column y = with_initial_synapse(system, *made->continuous(), network.r0);
      const auto derivative = network_with_tcr(network, held_input(network, held_trials(input, 1), 0), constants);
      for (int t = 0; t < 40; ++t) y += derivative(0, y);
      REQUIRE(y.tail(N * N).cwiseAbs().maxCoeff() > 1e-3);
      const auto linear = linearisation_of(joint_equations(system, made->continuous()), y);
      CHECK(linear.matrix.rows() == 2 * N);
      CHECK(linear.directions == (masked ? N * N - 2 : N * N) - N);
      Eigen::VectorXcd all = Eigen::VectorXcd::Constant(N + N * N, linear.shared);
      all.head(2 * N) = eigenvalues_of(linear.matrix);
      INFO(kind << masked);
      check_same_spectrum(eigenvalues_of(central_differences([&](const Column& at) { return derivative(0, at); }, y,
                                                             Array::Identity(y.size(), y.size()))),
                          all, 1e-7);
    }
}

TEST_CASE("basins of a network with its synapse are where plain simulations of both end") {
  const TcrConstants tcr{20, 100};
  const TsodyksMarkramConstants facilitating{0.2, 300, 60, 60, true};
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 6, 2.2, 9);
  network.b.setZero();
  network.W = (network.W + network.W.transpose().eval()) / 2;  // rests, mostly
  network.dt_ms = 5;
  const System system(network, Column::Zero(2), System::As::map);
  const Index samples = 24, steps = 4000;
  const auto x = trial_starts(system, samples, 1, 3);
  const auto alone = find_basins(network_stepper(system), x, {5.0 * steps, 1000});
  const Array held = held_input(network, held_trials(Column::Zero(2), steps), 0);
  for (const bool is_tcr : {true, false}) {
    INFO(is_tcr);
    const auto made = bound_to(network, is_tcr ? tcr_synapse(dense_tcr(tcr.beta, tcr.tau_s_ms))
                                               : tsodyks_markram_synapse(parameters_of(facilitating)));
    const auto& synapse = *made->continuous();
    const Stepper stepper(joint_equations(system, &synapse));
    const auto basins = find_basins(stepper, with_initial(system, synapse, x), {5.0 * steps, 1000});
    REQUIRE(basins.attractors.size() >= 2);
    CHECK(basins.unsettled == 0);
    int elsewhere = 0;
    for (Index i = 0; i < samples; ++i) {
      auto start = network;
      start.r0 = x.col(i);
      const auto derivative =
          is_tcr ? network_with_tcr(start, held, tcr) : network_with_tsodyks_markram(start, held, facilitating);
      const auto begin = is_tcr ? with_zero_synapses(start) : with_resting_synapses(start, facilitating);
      Column y = begin;
      for (Index t = 0; t < steps; ++t) y += 5 * derivative(0, y);
      const auto place = basins.of_sample[static_cast<std::size_t>(i)];
      REQUIRE(place >= 0);
      CHECK((basins.attractors[static_cast<std::size_t>(place)].path.col(0) - y).cwiseAbs().maxCoeff() < 1e-3);
      const auto without = alone.of_sample[static_cast<std::size_t>(i)];
      elsewhere +=
          without < 0 ||
          (alone.attractors[static_cast<std::size_t>(without)].path.col(0) - y.head(6)).cwiseAbs().maxCoeff() > 1e-2;
    }
    // The synapse matters: TCR leaves points where they are and slows what leads there, Tsodyks-Markram moves them.
    if (is_tcr)
      CHECK(basins.attractors[0].leading_per_s > alone.attractors[0].leading_per_s);
    else
      CHECK(elsewhere > 0);
  }
}

TEST_CASE("Krylov's subspaces solve and find the leading eigenvalues that decompositions find") {
  Array A = normal_array(40, 40, 3, 0.05);
  A.diagonal().head(4) << 3, -2.5, 2, 1.5;
  const Column b = normal_array(40, 1, 4);
  const Product times_A = [&](const Column& v) -> Column { return A * v; };
  CHECK((A * solve_by_products(times_A, b, 1e-12, 60) - b).norm() < 1e-10 * b.norm());
  const Column rough = solve_by_products([&](const Column& v) -> Column { return v - A * v / 10; }, b, 1e-2, 60);
  CHECK((rough - A * rough / 10 - b).norm() <= 1e-2 * b.norm());
  const auto some = leading_eigenvalues(times_A, b, 30);
  auto all = eigenvalues_of(A);
  std::sort(all.begin(), all.end(), [](auto first, auto second) { return std::abs(first) > std::abs(second); });
  REQUIRE(some.size() >= 4);
  for (Index i = 0; i < 4; ++i) CHECK(std::abs(some(i) - all(i)) < 1e-8);
  CHECK(leading_eigenvalues(times_A, b, 40).size() == 40);
}

TEST_CASE("a cycle of a network with its TCR synapse is the same by products as by the whole monodromy matrix") {
  // Two rotating groups of tanh neurons; a silent neuron more makes the joint state too large to carry it as a matrix.
  const auto ring = [](Index N) {
    auto network = random_network("leaky_rate", Nonlinearity::tanh, N, 0, 1);
    network.W.setZero();
    for (Index i = 0; i < 24; ++i)
      for (Index j = 0; j < 24; ++j)
        network.W(i, j) = 3 * std::cos(2 * M_PI * static_cast<double>(i - j) / 24 + 0.5) / 24;
    network.b.setZero();
    network.tau_ms.setConstant(50);
    return network;
  };
  std::vector<Cycle> cycles;
  for (const Index N : {Index(24), Index(25)}) {  // 600 and 650 entries
    const auto network = ring(N);
    const System system(network, Column::Zero(2), System::As::flow);
    // beta / N is the same for both
    const auto made = bound_to(network, tcr_synapse(dense_tcr(static_cast<double>(N) / 24, 100)));
    const auto& synapse = *made->continuous();
    Column x = Column::Zero(N);
    for (Index i = 0; i < 24; ++i) x(i) = 0.5 * std::cos(2 * M_PI * static_cast<double>(i) / 24);
    const Stepper stepper(joint_equations(system, &synapse), Method::rk4, 5);
    CycleSetting setting;
    setting.discard_ms = 1000;  // on the way: Newton's method does the rest
    setting.closeness = 0.5;
    const auto search = find_cycle(stepper, with_initial_synapse(system, synapse, x), setting);
    REQUIRE(search.outcome == CycleSearch::Outcome::found);
    cycles.push_back(*search.cycle);
  }
  CHECK(cycles[0].period_ms == Approx(cycles[1].period_ms).epsilon(1e-7));
  CHECK(cycles[0].extent() == Approx(cycles[1].extent()).epsilon(1e-5));
  CHECK(cycles[0].stable());
  CHECK(cycles[1].stable());
  CHECK(cycles[0].multipliers.size() == 599);
  REQUIRE(cycles[1].multipliers.size() >= 3);
  // The silent neuron has multipliers of its own; most of either's are those of synapses that decay alone.
  const auto distance = [&](std::size_t of, const std::complex<double>& value) {
    return (cycles[of].multipliers.array() - value).abs().minCoeff();
  };
  for (Index i = 0; i < 3; ++i)
    CHECK(distance(1, cycles[0].multipliers(i)) < 1e-5 * std::abs(cycles[0].multipliers(i)));
  const double alone = std::exp(-cycles[0].period_ms / 100);
  for (const std::size_t of : {0, 1}) CHECK(distance(of, alone) < 1e-5 * alone);
  CHECK(std::abs(cycles[0].multipliers(0)) > 1.5 * alone);
}
