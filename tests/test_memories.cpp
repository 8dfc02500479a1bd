// Memories of networks whose end states, relaxation and diffusion are known in closed form.
#include "analysis/paths/memories.hpp"
#include "analysis/statistics/separation.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;
using Kind = MemoryAttractor::Kind;

namespace {

constexpr double dt = 5;
const Integration euler{Method::euler, dt, 0};

/// leaky_current neurons that the first of two inputs drives, started at r0
Network<double> driven(const Matrix<double>& W, Nonlinearity phi, double tau_ms, double r0) {
  auto network = random_network("leaky_current", phi, W.rows(), 0, 1);
  network.W = W;
  network.b.setZero();
  network.W_in.setZero();
  network.W_in.col(0).setOnes();
  network.tau_ms.setConstant(tau_ms);
  network.r0.setConstant(r0);
  network.dt_ms = dt;
  return network;
}

/// The first `pulse` of `steps` steps carry +1 on input 0 in the first half of the trials, -1 in the second.
TrialSet<double> pulses(Index steps, Index pulse, Index batch, double height = 1) {
  auto trials = TrialSet<double>::zeros(2, 2, steps, batch);
  for (Index b = 0; b < batch; ++b)
    for (Index t = 0; t < pulse; ++t) trials.inputs(0, trials.column(t, b)) = (2 * b < batch ? 1 : -1) * height;
  return trials;
}

std::vector<Index> all_at(Index step, Index batch) { return std::vector<Index>(static_cast<std::size_t>(batch), step); }

Memories run(const Network<double>& network, const TrialSet<double>& trials, Index end, const MemorySetting& setting,
             Synapse<double>* synapse = nullptr, const Vector<double>& input = Vector<double>::Zero(2)) {
  Synapse<double> none;
  return run_memories(network, euler, synapse ? *synapse : none, trials, all_at(end, trials.batch), input, setting);
}

double variance(const Vector<double>& values) {
  return (values.array() - values.mean()).square().sum() / static_cast<double>(values.size() - 1);
}

/// |value - truth| within four standard errors, as the interval has them
bool agrees(const IntervalEstimate& measured, double truth) {
  return std::abs(measured.value - truth) < 2.04 * (measured.high - measured.low) / 2;
}

}  // namespace

TEST_CASE("memory periods end before the last run of graded steps") {
  auto trials = TrialSet<double>::zeros(1, 2, 6, 3);
  for (const Index t : {1, 4, 5}) trials.mask(0, trials.column(t, 0)) = 1;
  for (const Index t : {2, 3}) trials.mask(t - 2, trials.column(t, 1)) = 1;  // one output after the other
  trials.mask(0, trials.column(0, 2)) = 1;
  CHECK(answer_begins(trials) == std::vector<Index>{4, 2, 0});
}

TEST_CASE("a leak with activity noise is an Ornstein-Uhlenbeck process: relaxation, spread and d' in closed form") {
  const double tau = 100, sigma = 0.1, a = 1 - dt / tau;
  auto network = driven(Matrix<double>::Zero(1, 1), Nonlinearity::relu, tau, 5);
  network.b.setConstant(5);
  const Index pulse = 20, end = 40, hold = 40, n = 400;
  const auto found = run(network, pulses(60, pulse, 2 * n), end, {hold * dt, 1000, {sigma, 0, 20}, {3, 0}});
  const double kept = (1 - std::pow(a, pulse)) * std::pow(a, end - pulse), held = kept * std::pow(a, hold);
  const auto spread = [&](Index steps) { return sigma * sigma * (1 - std::pow(a, 2 * steps)); };
  const double error = sigma / std::sqrt(static_cast<double>(n)),
               relative = std::sqrt(2.0 / static_cast<double>(n - 1));
  for (const double sign : {1.0, -1.0}) {
    const Index first = sign > 0 ? 0 : n;
    const Column before = found.kept.row(0).segment(first, n), after = found.held.row(0).segment(first, n);
    CHECK(std::abs(before.mean() - 5 - sign * kept) < 4 * error);
    CHECK(std::abs(after.mean() - 5 - sign * held) < 4 * error);
    CHECK(std::abs(variance(before) / spread(end) - 1) < 4 * relative);
    CHECK(std::abs(variance(after) / spread(end + hold) - 1) < 4 * relative);
    const auto drift = drift_of(before, after, hold * dt / 1000);
    CHECK(agrees(drift.mean, sign * (held - kept) / (hold * dt / 1000)));
    CHECK(agrees(drift.variance, (spread(end + hold) - spread(end)) / (hold * dt / 1000)));
  }
  const auto separation = separation_of(found.kept.leftCols(n), found.kept.rightCols(n));
  CHECK(separation.axis(0) == -1);
  CHECK(agrees(*separation.d_prime, 2 * kept / std::sqrt(spread(end))));
  // Without noise all come to x = 5.
  REQUIRE(found.attractors.size() == 1);
  CHECK(found.attractors[0].kind == Kind::fixed_point);
  CHECK(found.attractors[0].path(0, 0) == Approx(5).epsilon(1e-12));
  CHECK(found.of_trial == std::vector<Index>(2 * n, 0));
}

TEST_CASE("a perfect integrator of drive noise diffuses as its correlation says, and does not drift") {
  const double tau = 100, alpha = dt / tau, s = 0.5, correlation_ms = 20, rho = std::exp(-dt / correlation_ms);
  const auto network = driven(Matrix<double>::Ones(1, 1), Nonlinearity::relu, tau, 8);  // x' = x + alpha xi
  const Index pulse = 20, end = 40, hold = 100, n = 400;
  const auto found = run(network, pulses(60, pulse, 2 * n), end, {hold * dt, 1000, {0, s, correlation_ms}, {4, 0}});
  const auto spread = [&](Index steps) {
    double sum = static_cast<double>(steps);
    for (Index k = 1; k < steps; ++k) sum += 2 * static_cast<double>(steps - k) * std::pow(rho, k);
    return alpha * alpha * s * s * sum;
  };
  REQUIRE(found.held.minCoeff() > 0);
  const double seconds = hold * dt / 1000, growth = (spread(end + hold) - spread(end)) / seconds;
  for (const Index first : {Index(0), n}) {
    const auto drift = drift_of(found.kept.row(0).segment(first, n), found.held.row(0).segment(first, n), seconds);
    INFO(drift.variance.value << " for " << growth);
    CHECK(agrees(drift.mean, 0));
    CHECK(agrees(drift.variance, growth));
  }
  // At long times 2 D, D = s^2 times the time over which the noise is correlated, in steps, over tau^2
  CHECK(growth == Approx(1000 * s * s * dt / (tau * tau) * (1 + rho) / (1 - rho)).epsilon(0.02));
  const auto separation = separation_of(found.kept.leftCols(n), found.kept.rightCols(n));
  CHECK(agrees(*separation.d_prime, 2 * alpha * pulse / std::sqrt(spread(end))));
  // Wherever it is left it rests: no point is more than a few trials'.
  for (std::size_t i = 0; i < found.attractors.size(); ++i)
    CHECK(std::count(found.of_trial.begin(), found.of_trial.end(), static_cast<Index>(i)) < n / 20);
}

TEST_CASE("a self-exciting neuron keeps each sign in an attractor of its own, a weak one loses both") {
  const auto trials = pulses(40, 20, 12);
  for (const bool strong : {true, false}) {
    const auto network = driven(Matrix<double>::Constant(1, 1, strong ? 2 : 0.5), Nonlinearity::tanh, 50, 0);
    const auto found = run(network, trials, 30, {100, 5000, {0.05, 0, 20}, {5, 0}});
    REQUIRE(found.attractors.size() == (strong ? 2 : 1));
    for (Index b = 0; b < 12; ++b) {
      const auto& end = found.attractors[static_cast<std::size_t>(found.of_trial[static_cast<std::size_t>(b)])];
      const double x = end.path(0, 0);
      CHECK(end.kind == Kind::fixed_point);
      CHECK(std::abs(x - (strong ? 2 : 0.5) * std::tanh(x)) < 1e-12);
      CHECK(x * (b < 6 ? 1 : -1) >= (strong ? 1 : -1e-9));
    }
  }
  // A held input of 3 leaves one well only.
  const auto network = driven(Matrix<double>::Constant(1, 1, 2), Nonlinearity::tanh, 50, 0);
  const Vector<double> held = (Vector<double>(2) << 3, 0).finished();
  const auto pushed = run(network, trials, 30, {100, 5000, {}, {}}, nullptr, held);
  REQUIRE(pushed.attractors.size() == 1);
  CHECK(pushed.attractors[0].path(0, 0) == Approx(3 + 2 * std::tanh(pushed.attractors[0].path(0, 0))));
  // A trial without a pulse balances on the saddle at 0; it is not taken for an attractor.
  const auto balanced = run(network, pulses(40, 0, 4), 30, {100, 5000, {}, {}});
  CHECK(balanced.kept.cwiseAbs().maxCoeff() == 0);
  for (const auto& attractor : balanced.attractors) CHECK(std::abs(attractor.path(0, 0)) > 1);
  CHECK(!balanced.attractors.empty());
}

TEST_CASE("memories that end on one limit cycle share it, and its period is that of the steps") {
  Matrix<double> W(2, 2);
  W << 2, -2, 2, 2;
  const auto network = driven(W, Nonlinearity::tanh, 50, 0.1);
  const auto found = run(network, pulses(40, 20, 6), 30, {100, 5000, {}, {}});
  REQUIRE(found.attractors.size() == 1);
  CHECK(found.attractors[0].kind == Kind::cycle);
  CHECK(found.of_trial == std::vector<Index>(6, 0));
  const Array none = Array::Zero(2, 4000);
  const auto path = euler_path(static_network(network, none), Column::Constant(2, 0.1), 4000, dt);
  std::vector<double> crossings;
  for (Index t = 1000; t < 4000; ++t)
    if (path(0, t) < 0 && path(0, t + 1) >= 0)
      crossings.push_back(static_cast<double>(t) - path(0, t) / (path(0, t + 1) - path(0, t)));
  const double period = (crossings.back() - crossings.front()) / static_cast<double>(crossings.size() - 1);
  CHECK(found.attractors[0].period_ms == Approx(dt * period).epsilon(0.005));
}

TEST_CASE("chaos is unsettled, also where it comes back near to where it was") {
  // The tent map of slope 1.9: r1' = 1.9 min(r1, 1 - r1), r2 = relu(r1 - 1/2)
  auto tent = driven(Matrix<double>::Zero(2, 2), Nonlinearity::relu, dt, 0);
  tent.kind = "rnn_map";
  tent.W << 1.9, -3.8, 1.9, -3.8;
  tent.b << 0, -0.5;
  tent.r0.resize(0);
  const auto returns = run(tent, pulses(40, 1, 64, 0.3), 30, {100, 5000, {0.01, 0, 20}, {7, 0}});
  CHECK(returns.settled.row(0).maxCoeff() < 0.96);
  CHECK(std::count(returns.of_trial.begin(), returns.of_trial.end(), -1) == 64);

  auto network = random_network("leaky_current", Nonlinearity::tanh, 60, 3, 5);
  network.b.setZero();
  network.tau_ms.setConstant(50);
  network.dt_ms = dt;
  const auto found = run(network, pulses(40, 20, 4), 30, {100, 5000, {}, {}});
  CHECK(found.of_trial == std::vector<Index>(4, -1));
  CHECK(found.attractors.empty());
}

TEST_CASE("the run's synapse runs on through hold and settling, as the literal equations do") {
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 6, 1.2, 9);
  network.dt_ms = dt;
  const auto trials = pulses(40, 20, 2);
  const Index end = 30, hold = 40, settle = 2000;
  const auto compare = [&](const Assignments& assignments, const auto& literal, const Column& start) {
    const auto synapse = synapse_for(network, euler, 1, assignments);
    const auto found = run(network, trials, end, {hold * dt, settle * dt, {}, {}}, synapse.get());
    const auto briefly = run(network, trials, end, {hold * dt, hold * dt, {}, {}}, synapse.get());
    for (Index b = 0; b < 2; ++b) {
      auto longer = TrialSet<double>::zeros(2, 2, end + settle, 1);
      for (Index t = 0; t < 20; ++t) longer.inputs.col(t) = trials.inputs.col(trials.column(t, b));
      const Array held = held_input(network, longer, 0);
      const auto path = euler_path(literal(held), start, end + settle, dt);
      CHECK((path.col(end).head(6) - found.kept.col(b)).cwiseAbs().maxCoeff() < 1e-12);
      CHECK((path.col(end + hold).head(6) - found.held.col(b)).cwiseAbs().maxCoeff() < 1e-12);
      // Moved aside by 1e-6 in between
      CHECK((path.col(end + hold).head(6) - briefly.settled.col(b)).cwiseAbs().maxCoeff() < 1e-5);
      CHECK((path.col(end + settle).head(6) - found.settled.col(b)).cwiseAbs().maxCoeff() < 1e-5);
      const Index place = found.of_trial[static_cast<std::size_t>(b)];
      REQUIRE(place >= 0);
      const Column x = found.attractors[static_cast<std::size_t>(place)].path.col(0);
      CHECK((x - path.col(end + settle).head(6)).cwiseAbs().maxCoeff() < 1e-2);
    }
    return found;
  };
  compare(
      {{"synapse.kind", "tcr"}, {"synapse.form", "dense"}, {"synapse.beta", "20"}},
      [&](const Array& held) {
        return network_with_tcr(network, held, {20, 200});
      },
      with_zero_synapses(network));
  const TsodyksMarkramConstants constants;
  const auto found = compare(
      {{"synapse.kind", "tsodyks_markram"}},
      [&](const Array& held) { return network_with_tsodyks_markram(network, held, constants); },
      with_resting_synapses(network, constants));
  // The fixed point, with the efficacies that belong to its rates, is one of the joint equations.
  const Column r = found.attractors[0].path.col(0);
  Column joint(18);
  joint << r, r.unaryExpr([&](double x) { return constants.steady_use(constants.firing(network, x)); }),
      r.unaryExpr([&](double x) { return constants.steady_resource(constants.firing(network, x)); });
  const Array none = network.b.replicate(1, 1);
  CHECK(network_with_tsodyks_markram(network, none, constants)(0, joint).cwiseAbs().maxCoeff() < 1e-5);
}

TEST_CASE("trials that have not settled run on, as those do that are given the time at once") {
  // x' = -x + tanh(x / 2) relaxes with 2 tau = 1 s; W = diag(.5, .99) with 50 s.
  const auto trials = pulses(40, 20, 6, 0.5);
  auto quick = driven(Matrix<double>::Constant(1, 1, 0.5), Nonlinearity::tanh, 500, 0);
  const MemorySetting brief{100, 500, {}, {5, 0}}, patient{100, 500, {}, {5, 0}, 16000};
  CHECK(run(quick, trials, 30, brief).of_trial == std::vector<Index>(6, -1));
  const auto settled = run(quick, trials, 30, patient);
  CHECK(settled.of_trial == std::vector<Index>(6, 0));
  CHECK((settled.settled_ms > 500 && settled.settled_ms < 16000));
  CHECK(run(quick, trials, 30, brief).settled_ms == 500);
  quick.dt_ms = dt;
  for (const auto& assignments : {Assignments{}, Assignments{{"synapse.kind", "tcr"}, {"synapse.form", "dense"}},
                                  Assignments{{"synapse.kind", "tsodyks_markram"}}}) {
    const auto slow = driven((Matrix<double>(2, 2) << 0.5, 0, 0, 0.99).finished(), Nonlinearity::tanh, 500, 0);
    const auto synapse = synapse_for(slow, euler, 1, assignments);
    const auto gone_on = run(slow, trials, 30, patient, synapse.get()),
               at_once = run(slow, trials, 30, {100, 16000, {}, {5, 0}}, synapse.get());
    CHECK(gone_on.settled_ms == 16000);
    CHECK(identical(gone_on.settled, at_once.settled));
    CHECK(gone_on.of_trial == at_once.of_trial);
  }
}

TEST_CASE("a long run is looked at in as much detail as a path has room for") {
  // 15000 steps in the second half, of which every third is kept: a cycle of 60 steps or so is seen as before.
  Matrix<double> W(2, 2);
  W << 2, -2, 2, 2;
  const auto network = driven(W, Nonlinearity::tanh, 50, 0.1);
  const auto brief = run(network, pulses(40, 20, 2), 30, {100, 5000, {}, {}}),
             longer = run(network, pulses(40, 20, 2), 30, {100, 150000, {}, {}});
  REQUIRE((brief.attractors.size() == 1 && longer.attractors.size() == 1));
  CHECK(longer.attractors[0].kind == Kind::cycle);
  CHECK(longer.attractors[0].period_ms == Approx(brief.attractors[0].period_ms).epsilon(0.01));
}

TEST_CASE("memories are bit-identical for the same key, and impossible settings are one line") {
  const auto network = driven(Matrix<double>::Constant(1, 1, 2), Nonlinearity::tanh, 50, 0);
  const auto trials = pulses(40, 20, 40);
  const MemorySetting setting{100, 1000, {0.1, 0.1, 20}, {5, 0}};
  CHECK(identical(run(network, trials, 30, setting).held, run(network, trials, 30, setting).held));
  CHECK_THROWS_WITH(run(network, trials, 30, {0, 1000, {}, {}}), Catch::Contains("hold_ms = 0"));
  CHECK_THROWS_WITH(run(network, trials, 30, {100, 50, {}, {}}), Catch::Contains("settle_ms = 50"));
  CHECK_THROWS_WITH(run(network, trials, 30, {NAN, 50, {}, {}}), Catch::Contains("hold_ms = nan"));
  const auto history = synapse_for(network, euler, 100, {{"synapse.kind", "tcr"}, {"synapse.form", "history"}});
  CHECK_THROWS_WITH(run(network, trials, 30, setting, history.get()), Catch::Contains("synapse.form"));
}

TEST_CASE("an attractor is a memory's own only once the other memories have settled elsewhere") {
  using Verdict = MemoryEnd::Verdict;
  const auto verdicts = [](const std::vector<Index>& of_trial) {
    std::vector<Verdict> list;
    for (const auto& end : memory_ends(of_trial, {0, 4, 8, 12})) list.push_back(end.verdict);
    return list;
  };
  CHECK(verdicts({0, 0, 0, 0, 1, 1, 1, -1, 2, 2, 2, 2}) == std::vector(3, Verdict::own));
  CHECK(verdicts({0, 0, 0, 0, 1, 1, 1, 1, -1, -1, -1, -1}) ==
        std::vector{Verdict::undecided, Verdict::undecided, Verdict::unsettled});
  // Half of them are enough to leave it open; sharing is certain whatever others do.
  CHECK(verdicts({0, 0, 0, 0, 0, 0, 0, 1, 2, 2, -1, -1}) ==
        std::vector{Verdict::shared, Verdict::shared, Verdict::unsettled});
  CHECK(verdicts({0, 0, 0, 0, 1, 1, 2, 2, -1, -1, 2, 2}) ==
        std::vector{Verdict::undecided, Verdict::none, Verdict::unsettled});
  // Neither does a memory without an attractor of most of its trials.
  CHECK(verdicts({0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3}) == std::vector{Verdict::own, Verdict::none, Verdict::own});
  const auto ends = memory_ends({0, 0, 0, 1, -1, 0, 0, 0}, {0, 4, 8});
  CHECK((ends[0].settled == 3 && ends[0].unsettled == 0 && ends[0].attractor == 0));
  CHECK((ends[1].trials == 4 && ends[1].unsettled == 1 && ends[1].shared_with == std::vector<std::size_t>{0}));
}
