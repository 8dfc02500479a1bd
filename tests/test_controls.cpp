// The leading Lyapunov exponent against spectra and against tangent vectors, and the controls that are matched by it.
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <complex>

#include "analysis/paths/lyapunov.hpp"
#include "experiments/study/controls.hpp"
#include "tasks/task.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr std::uint64_t seed = 3;

/// Trials of constant input.
TrialSource constant_source(const Column& input, Index steps = 50) {
  return [=](TrialKey, Index count) { return held_trials(input.replicate(1, count), steps); };
}

/// Neurons near r = 0 with weights W: a linear system.
Network<double> quiet_network(const std::string& kind, const Array& W) {
  auto network = random_network(kind, Nonlinearity::tanh, W.rows(), 1, seed);
  network.W = W;
  network.b.setZero();
  network.W_in.setZero();
  network.tau_ms.setConstant(50);
  network.r0.resize(0);
  return network;
}

Array orthogonal(Index n) { return Eigen::HouseholderQR<Array>(normal_array(n, n, seed + 50)).householderQ(); }

double static_exponent(const Network<double>& network, const Integration& integration,
                       const LyapunovSetting& setting = {}) {
  Synapse<double> none;
  return leading_lyapunov_exponent(network, integration, none, constant_source(Column::Zero(2)), seed, setting)
      .per_second;
}

/// [1/s] of a multiplier per step
double exponent_of(std::complex<double> multiplier, double dt_ms) {
  return 1000 * std::log(std::abs(multiplier)) / dt_ms;
}

}  // namespace

TEST_CASE("uncoupled neurons forget at their leak: ln(1 - dt/tau)/dt by Euler, -1/tau by exponential Euler") {
  const std::string kind = GENERATE(std::string("leaky_rate"), std::string("leaky_current"));
  const auto network = quiet_network(kind, Array::Zero(4, 4));
  for (const double dt : {2., 5., 10.}) {
    // The distance of 1e-7 between states of 0.1 carries a rounding error of 1e-10
    CHECK(static_exponent(network, {Method::euler, dt, 1e-8}) == Approx(exponent_of(1 - dt / 50, dt)).epsilon(1e-8));
    CHECK(static_exponent(network, {Method::exponential_euler, dt, 1e-8}) == Approx(-20).epsilon(1e-8));
  }
  // Whatever was discarded, and however many steps remain after the last comparison
  for (const double discarded : {0., 1000., 1015., 1045.})
    for (const double duration : {3000., 3020.})
      CHECK(static_exponent(network, {Method::euler, 5, 1e-8}, {2, duration, discarded}) ==
            Approx(exponent_of(0.9, 5)).epsilon(1e-8));
}

TEST_CASE("near rest the exponent is that of the leading eigenvalue, ln|1 + alpha (lambda - 1)|/dt") {
  const std::string kind = GENERATE(std::string("leaky_rate"), std::string("leaky_current"));
  const Array Q = orthogonal(6);
  const double alpha = 0.1;
  const Column spectrum = (Column(6) << 0.8, 0.3, 0.1, 0, -0.2, -0.9).finished();
  const auto real = quiet_network(kind, Q * spectrum.asDiagonal() * Q.transpose());
  // States of 1e-5 after the discarded two seconds: tanh is linear to 1e-10
  CHECK(static_exponent(real, {Method::euler, 5, 1e-8}) == Approx(exponent_of(1 + alpha * (0.8 - 1), 5)).epsilon(1e-6));

  Array rotation = Array::Zero(6, 6);
  for (const Index at : {0, 2, 4}) {
    const double size = at == 0 ? 0.9 : 0.4, angle = 0.7;
    rotation.block(at, at, 2, 2) << size * std::cos(angle), -size * std::sin(angle), size * std::sin(angle),
        size * std::cos(angle);
  }
  const auto complex = quiet_network(kind, Q * rotation * Q.transpose());
  CHECK(static_exponent(complex, {Method::euler, 5, 1e-8}) ==
        Approx(exponent_of(1. + alpha * (std::polar(0.9, 0.7) - 1.), 5)).epsilon(1e-6));
}

TEST_CASE("at a fixed point with temporal consistency the exponent is that of rates and synapses together") {
  constexpr Index N = 5;
  constexpr double beta = 40, tau_s = 150, dt = 5;
  auto network = random_network("leaky_rate", Nonlinearity::tanh, N, 0.7, seed);
  network.tau_ms.setConstant(50);
  const Column input = Column::Constant(2, 0.6), held = network.W_in * input + network.b;
  Column r = Column::Zero(N);
  for (int i = 0; i < 2000; ++i) r += 0.1 * ((network.W * r + held).array().tanh().matrix() - r);
  REQUIRE(((network.W * r + held).array().tanh().matrix() - r).norm() < 1e-14);

  // The 2N system in (r, w = S r*) of the reference equations; Euler turns an eigenvalue into 1 + dt eigenvalue
  const Column slopes = 1 - r.array().square();
  const Array Phi = slopes.asDiagonal(), J = -Array::Identity(N, N) + Phi * network.W;
  const double strength = beta / N * r.squaredNorm();
  Array joint(2 * N, 2 * N);
  joint << J / 50, Phi / 50, -strength * Phi * J / tau_s, (-Array::Identity(N, N) - strength * Phi * Phi) / tau_s;
  double leading = exponent_of(1 - dt / tau_s, dt);  // the other N^2 - N directions of S
  for (const auto& eigenvalue : joint.eigenvalues()) leading = std::max(leading, exponent_of(1. + dt * eigenvalue, dt));

  const auto synapse = synapse_for(
      network, {Method::euler, dt, 1e-8}, 50,
      {{"synapse.kind", "tcr"}, {"synapse.form", "dense"}, {"synapse.beta", "40"}, {"synapse.tau_s_ms", "150"}});
  const auto measured = leading_lyapunov_exponent(network, {Method::euler, dt, 1e-8}, *synapse, constant_source(input),
                                                  seed, {2, 40000, 20000});
  CHECK(measured.per_second ==
        Approx(leading).epsilon(1e-4));  // twenty seconds of decay to the fixed point, twenty of measurement
}

namespace {

/// One task at update 0, as a training run would see it.
struct Problem {
  Options options;
  std::unique_ptr<Task> task;
  Integration integration;
  Network<double> network;
  std::uint64_t seed;

  Problem(std::uint64_t run_seed, const Assignments& assignments)
      : options(resolve_options(assignments)),
        task(task_kind(options.text("task.name")).make(options, options.number("integration.dt_ms"))),
        integration(make_integration(options)),
        network(make_network(options, task->inputs(), task->outputs(), run_seed)),
        seed(run_seed) {}
  TrialSource source() const {
    return [this](TrialKey key, Index count) { return task->draw(key, count); };
  }
  TrainingSetting setting() const { return setting_of(options, seed, source()); }
  /// Trials that the run itself never sees.
  TrialSet<double> fresh_trials(Index count) const { return task->draw({seed + 1, 9}, count); }
};

Assignments strongly_connected(const std::string& size, const Assignments& more = {}) {
  Assignments all = {{"network.size", size},
                     {"network.gain", "2.5"},
                     {"task.name", "evidence_accumulation"},
                     {"integration.dt_ms", "5"}};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}
constexpr TcrConstants default_tcr{100, 200}, no_tcr{0, 200};

/// One Euler step of a tanh network with temporal consistency, and of a tangent vector (dr, dS) when there is one.
class WrittenOut {
 public:
  WrittenOut(const Network<double>& network, TcrConstants tcr, double dt_ms)
      : network_(network),
        consistent_(tcr.beta > 0),
        alpha_(dt_ms / network.tau_ms(0)),
        keep_(1 - dt_ms / tcr.tau_s_ms),
        gain_(-tcr.beta * dt_ms / (tcr.tau_s_ms * static_cast<double>(network.size()))) {}

  Column r, dr;
  Array S, dS;

  /// New state r(0), S = 0.
  void start(std::uint64_t from) {
    const Index N = network_.size();
    r = normal_array(N, 1, from, 0.1).array().tanh();
    dr = normal_array(N, 1, from + 500);
    S = dS = Array::Zero(N, N);
  }
  /// Returns v = tau dr/dt.
  Column step(const Column& input, bool tangent) {
    const Column f = ((network_.W + S) * r + network_.W_in * input + network_.b).array().tanh();
    const Column d = 1 - f.array().square(), v = f - r, q = v.cwiseProduct(d);
    if (tangent) {
      const Column df = d.cwiseProduct((network_.W + S) * dr + dS * r), dv = df - dr,
                   dq = dv.cwiseProduct(d) - 2 * v.cwiseProduct(f).cwiseProduct(df);
      if (consistent_) dS = (keep_ * dS + gain_ * (dq * r.transpose() + q * dr.transpose())).eval();
      dr += alpha_ * dv;
    }
    if (consistent_) S = (keep_ * S + gain_ * q * r.transpose()).eval();
    r += alpha_ * v;
    return v;
  }

 private:
  const Network<double>& network_;
  bool consistent_;
  double alpha_, keep_, gain_;
};

/// Leading exponent [1/s] by a tangent vector; each replica runs through its share of the trials, one after the other,
/// and the first sixth is not counted.
LyapunovEstimate by_tangent_vector(const Network<double>& network, TcrConstants tcr, const TrialSet<double>& trials,
                                   double dt_ms, Index replicas) {
  const Index share = trials.batch / replicas, discarded = share / 6;
  WrittenOut system(network, tcr, dt_ms);
  Column exponents = Column::Zero(replicas);
  for (Index replica = 0; replica < replicas; ++replica) {
    system.start(static_cast<std::uint64_t>(replica));
    for (Index trial = 0; trial < share; ++trial)
      for (Index t = 0; t < trials.steps; ++t) {
        system.step(trials.inputs.col(trials.column(t, replica * share + trial)), true);
        const double stretch = std::sqrt(system.dr.squaredNorm() + system.dS.squaredNorm());
        system.dr /= stretch;
        system.dS /= stretch;
        if (trial >= discarded) exponents(replica) += std::log(stretch);
      }
  }
  exponents *= 1000 / (static_cast<double>((share - discarded) * trials.steps) * dt_ms);
  const double mean = exponents.mean(), count = static_cast<double>(replicas);
  return {mean, std::sqrt((exponents.array() - mean).square().sum() / (count - 1) / count)};
}

/// V [1/s] on the trials.
double speed(const Network<double>& network, TcrConstants tcr, const TrialSet<double>& trials, double dt_ms) {
  WrittenOut system(network, tcr, dt_ms);
  double squares = 0;
  for (Index b = 0; b < trials.batch; ++b) {
    system.start(static_cast<std::uint64_t>(b));
    for (Index t = 0; t < trials.steps; ++t)
      squares += (system.step(trials.inputs.col(trials.column(t, b)), false) / network.tau_ms(0)).squaredNorm();
  }
  return 1000 * std::sqrt(squares / static_cast<double>(network.size() * trials.steps * trials.batch));
}

double standard_errors(const LyapunovEstimate& a, const LyapunovEstimate& b) {
  return std::hypot(a.standard_error, b.standard_error);
}

}  // namespace

TEST_CASE("exponents of twin trajectories equal those of tangent vectors, with and without temporal consistency") {
  const Problem problem(3, strongly_connected("50"));
  INFO("seed " << problem.seed);
  const auto trials = problem.fresh_trials(24 * 24);
  Synapse<double> none;
  const auto synapse =
      synapse_for(problem.network, problem.integration, 1, {{"synapse.kind", "tcr"}, {"synapse.form", "dense"}});
  const auto chaotic =
      leading_lyapunov_exponent(problem.network, problem.integration, none, problem.source(), problem.seed);
  const auto calmed =
      leading_lyapunov_exponent(problem.network, problem.integration, *synapse, problem.source(), problem.seed);
  const auto chaotic_again = by_tangent_vector(problem.network, no_tcr, trials, 5, 24);
  const auto calmed_again = by_tangent_vector(problem.network, default_tcr, trials, 5, 24);
  INFO("static " << chaotic.per_second << " and " << chaotic_again.per_second << ", consistent " << calmed.per_second
                 << " and " << calmed_again.per_second);
  CHECK(std::abs(chaotic.per_second - chaotic_again.per_second) < 4 * standard_errors(chaotic, chaotic_again));
  CHECK(std::abs(calmed.per_second - calmed_again.per_second) < 4 * standard_errors(calmed, calmed_again));
  CHECK(chaotic.per_second > calmed.per_second + 4 * standard_errors(chaotic, calmed));
}

TEST_CASE("the exponent of a chaotic network does not depend on the time step") {
  const auto method = GENERATE(Method::euler, Method::exponential_euler);
  const auto network = make_network(resolve_options({{"network.size", "100"}, {"network.gain", "3"}}), 2, 1, seed);
  INFO("seed " << seed);
  const auto exponent = [&](double dt_ms) {
    Synapse<double> none;
    return leading_lyapunov_exponent(network, {method, dt_ms, 1e-8}, none, constant_source(Column::Zero(2), 100), seed);
  };
  const auto coarse = exponent(5), fine = exponent(2.5);
  INFO(coarse.per_second << " +- " << coarse.standard_error << " and " << fine.per_second << " +- "
                         << fine.standard_error);
  CHECK(coarse.per_second > 4 * coarse.standard_error);
  CHECK(std::abs(coarse.per_second - fine.per_second) < 4 * standard_errors(coarse, fine));
}

TEST_CASE("the exponent needs synapses with a state") {
  const Problem problem(3, strongly_connected("10"));
  for (const Assignments& more : {Assignments{{"synapse.form", "history"}},
                                  Assignments{{"synapse.form", "dense"}, {"synapse.current", "yoked"}}}) {
    Assignments all = {{"synapse.kind", "tcr"}};
    all.insert(all.end(), more.begin(), more.end());
    const auto synapse = synapse_for(problem.network, problem.integration, 10, all);
    CHECK_THROWS_AS(leading_lyapunov_exponent(problem.network, problem.integration, *synapse, problem.source(), 1),
                    UserError);
  }
}

TEST_CASE("without a control the network stays as it is") {
  const Problem problem(3, strongly_connected("10"));
  auto network = problem.network;
  const auto match = match_control(problem.options, problem.setting(), network);
  CHECK(match.property == "none");
  CHECK(match.factor == 1);
  CHECK(identical(network.W, problem.network.W));
  CHECK(identical(network.tau_ms, problem.network.tau_ms));
}

TEST_CASE("matched speed: one factor on all time constants gives the speed of the network with temporal consistency") {
  const Problem problem(3, strongly_connected("50", {{"study.arm", "matched_speed"}}));
  INFO("seed " << problem.seed);
  auto network = problem.network;
  const auto match = match_control(problem.options, problem.setting(), network);
  CHECK(match.property == "speed");
  CHECK(match.factor > 1);
  CHECK(identical(network.W, problem.network.W));
  CHECK(largest_difference(network.tau_ms, match.factor * problem.network.tau_ms) < 1e-12);  // rounding
  CHECK(std::abs(match.achieved - match.target) <= 0.02 * match.target);

  // The same trials from other initial states: V varies by less than 0.5 %
  const auto trials = problem.task->draw({problem.seed, 0}, 256);
  const double with_tcr = speed(problem.network, default_tcr, trials, 5);
  CHECK(match.target == Approx(with_tcr).epsilon(0.01));
  CHECK(match.before == Approx(speed(problem.network, no_tcr, trials, 5)).epsilon(0.01));
  CHECK(speed(network, no_tcr, trials, 5) == Approx(with_tcr).epsilon(0.02 + 0.01));
}

TEST_CASE("matched chaos: one factor on all weights gives the exponent of the network with temporal consistency") {
  const Problem problem(8, strongly_connected("40", {{"study.arm", "matched_chaos"}}));
  INFO("seed " << problem.seed);
  auto network = problem.network;
  const auto match = match_control(problem.options, problem.setting(), network);
  CHECK(match.property == "chaos");
  CHECK(match.factor < 1);
  CHECK(identical(network.tau_ms, problem.network.tau_ms));
  CHECK(largest_difference(network.W, match.factor * problem.network.W) < 1e-14);  // rounding
  CHECK(std::abs(match.achieved - match.target) <= 0.2);

  // Eighteen seconds in each of 96 replicas: standard errors near .04 /s
  const auto trials = problem.fresh_trials(96 * 36);
  const auto with_tcr = by_tangent_vector(problem.network, default_tcr, trials, 5, 96),
             matched = by_tangent_vector(network, no_tcr, trials, 5, 96);
  INFO("with temporal consistency " << with_tcr.per_second << " +- " << with_tcr.standard_error << " (reported "
                                    << match.target << "), matched " << matched.per_second << " +- "
                                    << matched.standard_error << " (reported " << match.achieved << ")");
  CHECK(std::abs(matched.per_second - with_tcr.per_second) < 0.2 + 2 * standard_errors(matched, with_tcr));
}

namespace {
constexpr double dt_ms = 5;
const Integration euler{Method::euler, dt_ms, 1e-8};
}  // namespace

TEST_CASE("replicas see different trials, the estimate is their mean and its standard error") {
  // One trial lasts as long as the measurement, so that replica k settles at the fixed point of trial k's input
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 4, 1, seed);
  network.W = 0.8 * Array::Identity(4, 4);
  network.b.setZero();
  network.W_in = Array::Ones(4, 2) / 2;
  network.tau_ms.setConstant(50);
  const std::vector<double> inputs = {0.2, 0.5, 1.1};
  constexpr Index steps = 1200;
  const TrialSource source = [&](TrialKey, Index count) {
    Array held(2, count);
    for (Index k = 0; k < count; ++k) held.col(k).setConstant(inputs[static_cast<std::size_t>(k % 3)]);
    return held_trials(held, steps);
  };
  Column expected(3);
  for (Index k = 0; k < 3; ++k) {
    double r = 0;
    for (int i = 0; i < 10000; ++i) r += 0.1 * (std::tanh(0.8 * r + inputs[static_cast<std::size_t>(k)]) - r);
    expected(k) = 1000 / dt_ms * std::log(1 + 0.1 * (0.8 * (1 - r * r) - 1));
  }
  Synapse<double> none;
  const auto measured = leading_lyapunov_exponent(network, euler, none, source, seed, {3, steps * dt_ms, 3000});
  const double mean = expected.mean();
  CHECK(measured.per_second == Approx(mean).epsilon(1e-4));  // three seconds of decay to the fixed point
  CHECK(measured.standard_error == Approx(std::sqrt((expected.array() - mean).square().sum() / 2 / 3)).epsilon(1e-3));
}

namespace {
Match match(const Assignments& assignments, Network<double>& network, const TrialSource& source) {
  const Options options = resolve_options(assignments);
  return match_control(options, setting_of(options, seed, source), network);
}
}  // namespace

TEST_CASE("of several factors that match, the one nearest to 1") {
  // Self-exciting tanh neurons: with a larger factor they first near the edge of stability, then saturate away from it.
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 2, 1, seed);
  network.W = 2 * Array::Identity(2, 2);
  network.b.setConstant(0.1);
  network.r0.setConstant(0.5);
  network.W_in.setZero();
  network.tau_ms.setConstant(50);
  const auto exponent = [](double factor) {
    double r = 0.5;
    for (int i = 0; i < 5000; ++i) r += 0.1 * (std::tanh(factor * 2 * r + 0.1) - r);
    return 1000 / dt_ms * std::log(1 + 0.1 * (factor * 2 * (1 - r * r) - 1));
  };
  const auto matched = match({{"control.match", "chaos"}, {"synapse.beta", "10"}, {"synapse.tau_s_ms", "60"}}, network,
                             constant_source(Column::Zero(2)));
  double nearest = 1;
  while (nearest > 0 && exponent(nearest) < matched.target) nearest -= 1e-4;
  double farthest = 0.01;
  while (farthest < 1 && exponent(farthest) < matched.target) farthest += 1e-4;
  INFO("target " << matched.target << ", before " << matched.before << ", factors " << farthest << " and " << nearest
                 << ", found " << matched.factor);
  REQUIRE(farthest < nearest - 0.2);
  CHECK(matched.matched);
  CHECK(matched.factor == Approx(nearest).epsilon(0.02));  // .05 /s of the exponent
}

TEST_CASE("when no factor matches, the best one is kept and the match is marked as missed") {
  // Near rest the exponent only falls when W is scaled down, away from that of the slower TCR network
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 4, 1, seed);
  network.W = 0.5 * Array::Identity(4, 4);
  network.b.setConstant(0.3);
  network.W_in.setZero();
  network.tau_ms.setConstant(50);
  const auto original = network;
  const auto missed =
      match({{"control.match", "chaos"}, {"synapse.tau_s_ms", "200"}}, network, constant_source(Column::Zero(2)));
  INFO("target " << missed.target << ", before " << missed.before << ", factor " << missed.factor);
  REQUIRE(missed.target > missed.before + 0.2);
  CHECK_FALSE(missed.matched);
  CHECK(missed.factor == 1);
  CHECK(missed.achieved == missed.before);
  CHECK(identical(network.W, original.W));
}

TEST_CASE("matched speed shortens time constants no further than the time step") {
  // Far above the stability bound the synaptic current alternates, and the TCR network is the faster one
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 20, 1.5, seed);
  network.tau_ms.setConstant(25);
  const auto original = network;
  const TrialSource source = [](TrialKey key, Index count) { return noisy_trials(2, 30, count, key.seed); };
  const auto missed = match(
      {{"control.match", "speed"}, {"synapse.beta", "2000"}, {"synapse.tau_s_ms", "20"}, {"integration.dt_ms", "20"}},
      network, source);
  INFO("target " << missed.target << ", before " << missed.before << ", factor " << missed.factor);
  REQUIRE(missed.target > 1.25 * missed.before);  // out of reach: V is at most proportional to 1/tau
  CHECK_FALSE(missed.matched);
  CHECK(missed.factor < 1);
  CHECK(network.tau_ms.minCoeff() >= 20);
  CHECK(identical(network.W, original.W));
}
