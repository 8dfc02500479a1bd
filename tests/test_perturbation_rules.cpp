// Node perturbation and reward-modulated Hebbian learning: what was injected is read back from the recorded drives, the
// updates are recomputed from it by loops, and both descend on average.
#include <algorithm>
#include <cmath>

#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"
#include "tests/literal.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 6, K = 2, O = 2, T = 8, B = 3;
constexpr std::uint64_t seed = 61;
const Integration integration{Method::euler, 10, 0};

TrialSet<double> trials_of_different_length() {
  auto trials = random_trials(K, O, T, B, seed);
  trials.mask.leftCols(2 * B).setZero();
  end_trials(trials, {T, T - 3, T - 1});
  return trials;
}

struct Taught {
  Gradient<double> written;
  Trajectory<double> run;
};
/// What a rule writes, and the run that it was taught on.
Taught teach_rule(Rule<double>& rule, const Network<double>& network, const TrialSet<double>& trials,
                  std::uint64_t update = 0) {
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  Taught result;
  Matrix<double> error;
  const Matrix<double> feedback = network.W_out.transpose();
  run_with_rules<double>(simulation, trials, {seed, update}, none, {{rule, feedback, result.written}}, error);
  result.run = simulation.trajectory();
  return result;
}

Matrix<double> gradient_of_W(const Network<double>& network, const TrialSet<double>& trials) {
  const auto bptt = make_rule<double>(resolve_options({{"rule.name", "bptt"}}));
  return teach_rule(*bptt, network, trials).written.W;
}

Trajectory<double> unperturbed_run(const Network<double>& network, const TrialSet<double>& trials) {
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  return simulation.run(trials, {seed, 0}, none);
}

/// What was added to the drive of a leaky_current network: the recorded drive, less what the weights make of the
/// recorded rates. N x T*B.
Matrix<double> injected(const Network<double>& network, const TrialSet<double>& trials, const Trajectory<double>& run) {
  REQUIRE(network.kind == "leaky_current");
  const Recorded recorded{network, integration, run, trials};
  const LiteralNetwork n{recorded};
  Matrix<double> xi(network.size(), trials.steps * trials.batch);
  for (Index t = 0; t < trials.steps; ++t)
    for (Index b = 0; b < trials.batch; ++b)
      for (Index i = 0; i < network.size(); ++i)
        xi(i, trials.column(t, b)) = run.activation(i, trials.column(t, b)) - n.u(i, t, b);
  return xi;
}

/// Trial b's share of the loss, sum over its graded outputs of (y_hat - y)^2 over the number of all graded outputs.
double loss_of_trial(const Trajectory<double>& run, const TrialSet<double>& trials, Index b) {
  double sum = 0, graded = 0;
  for (Index t = 0; t < trials.steps; ++t)
    for (Index each = 0; each < trials.batch; ++each)
      for (Index o = 0; o < trials.targets.rows(); ++o) {
        const Index column = t * trials.batch + each;
        graded += trials.mask(o, column);
        if (each == b) sum += trials.mask(o, column) * std::pow(run.outputs(o, column) - trials.targets(o, column), 2);
      }
  return sum / graded;
}

/// z of the mean of each row against what is expected of it.
Vector<double> z_scores(const Matrix<double>& draws, const Vector<double>& expected) {
  const Vector<double> mean = draws.rowwise().mean();
  const double count = static_cast<double>(draws.cols());
  const Vector<double> variance = (draws.colwise() - mean).rowwise().squaredNorm() / (count - 1);
  return (mean - expected).cwiseQuotient((variance / count).cwiseSqrt());
}

Matrix<double> random_axes(Index size) {
  Matrix<double> axes(size, 20);
  Stream(seed, Purpose::estimate, 77).fill_normal(axes, 1 / std::sqrt(static_cast<double>(size)));
  return axes;
}

Vector<double> flat_of(const Gradient<double>& gradient) {
  Vector<double> all(gradient.W.size() + gradient.W_in.size() + gradient.b.size());
  all << gradient.W.reshaped(), gradient.W_in.reshaped(), gradient.b;
  return all;
}

/// Means of node perturbation's gradient over draws, in standard errors off BPTT's, along 20 fixed directions.
Vector<double> node_perturbation_against_bptt(const Network<double>& network, const TrialSet<double>& trials,
                                              const std::string& sigma, int draws) {
  const auto options = resolve_options({{"rule.name", "node_perturbation"}, {"node_perturbation.sigma", sigma}});
  const auto rule = make_rule<double>(options), bptt = make_rule<double>(resolve_options({{"rule.name", "bptt"}}));
  const Vector<double> truth = flat_of(teach_rule(*bptt, network, trials).written);
  CHECK(truth.norm() > 1e-2);
  const auto axes = random_axes(truth.size());
  Matrix<double> projections(axes.cols(), draws);
  for (int draw = 0; draw < draws; ++draw)
    projections.col(draw) =
        axes.transpose() * flat_of(teach_rule(*rule, network, trials, static_cast<std::uint64_t>(draw)).written);
  return z_scores(projections, axes.transpose() * truth);
}

struct Hebbian {
  double rate = 2, amplitude = 0.5, mean_tau_ms = 15, memory = 0.6, largest_change = 0.02;
  double kick_probability = 0.3;
  Options options() const {
    return resolve_options({{"rule.name", "reward_hebbian"},
                            {"integration.dt_ms", std::to_string(integration.dt_ms)},
                            {"reward_hebbian.rate", std::to_string(rate)},
                            {"reward_hebbian.amplitude", std::to_string(amplitude)},
                            {"reward_hebbian.frequency_hz", std::to_string(1000 * kick_probability / 10)},
                            {"reward_hebbian.mean_tau_ms", std::to_string(mean_tau_ms)},
                            {"reward_hebbian.memory", std::to_string(memory)},
                            {"reward_hebbian.largest_change", std::to_string(largest_change)}});
  }
};

}  // namespace

TEST_CASE("node perturbation is the product of what was injected and what it did to each trial's loss") {
  const auto network = settled(random_network("leaky_current", "tanh", N, K, O, seed, "20..80"));
  const auto trials = trials_of_different_length();
  const double sigma = 0.05;
  const auto rule =
      make_rule<double>(resolve_options({{"rule.name", "node_perturbation"}, {"node_perturbation.sigma", "0.05"}}));
  const auto base = unperturbed_run(network, trials);
  for (const std::uint64_t update : {0, 1}) {
    const auto taught = teach_rule(*rule, network, trials, update);
    const auto xi = injected(network, trials, taught.run);
    Matrix<double> W = Matrix<double>::Zero(N, N), W_in = Matrix<double>::Zero(N, K);
    Vector<double> b_gradient = Vector<double>::Zero(N);
    for (Index b = 0; b < B; ++b) {
      const double worse = (loss_of_trial(taught.run, trials, b) - loss_of_trial(base, trials, b)) / (sigma * sigma);
      for (Index t = 0; t < T; ++t)
        for (Index i = 0; i < N; ++i) {
          for (Index j = 0; j < N; ++j) W(i, j) += worse * xi(i, t * B + b) * taught.run.rate(j, t * B + b);
          for (Index k = 0; k < K; ++k) W_in(i, k) += worse * xi(i, t * B + b) * trials.inputs(k, t * B + b);
          b_gradient(i) += worse * xi(i, t * B + b);
        }
    }
    // xi is a difference of numbers of order 1: 1e-16 / sigma of its size; the losses' difference is of order sigma.
    CHECK(relative_difference(taught.written.W, W) < 1e-11);
    CHECK(relative_difference(taught.written.W_in, W_in) < 1e-11);
    CHECK(relative_difference(taught.written.b, b_gradient) < 1e-11);
    CHECK(W.norm() > 1e-2);
    // 4 standard errors of a standard deviation over 144 draws
    CHECK(std::sqrt(xi.squaredNorm() / static_cast<double>(xi.size())) ==
          Approx(sigma).epsilon(4 / std::sqrt(2. * static_cast<double>(xi.size()))));
  }
}

TEST_CASE("node perturbation is unbiased on one linear layer, whatever sigma") {
  // One step, phi = identity: the loss is quadratic in xi, whose odd moments vanish, so that no term of order sigma^2
  // is left.
  auto network = settled(random_network("leaky_current", "tanh", N, K, O, seed));
  network.nonlinearity = Nonlinearity::identity;
  network.W.setZero();
  for (const std::string sigma : {"0.01", "1"}) {
    const auto z = node_perturbation_against_bptt(network, random_trials(K, O, 1, B, seed), sigma, 4000);
    INFO("sigma " << sigma << ": z " << z.transpose());
    CHECK(z.cwiseAbs().maxCoeff() < 4);
  }
}

TEST_CASE("node perturbation is the gradient on average in a recurrent network, for small sigma") {
  // The bias, of order sigma^2 = 1e-6 of the gradient, is far below the standard errors, some percent of it.
  for (const std::string kind : {"leaky_rate", "leaky_current"}) {
    const auto network = settled(random_network(kind, "tanh", N, K, O, seed, "20..80"));
    const auto z = node_perturbation_against_bptt(network, trials_of_different_length(), "1e-3", 4000);
    INFO(kind << ": z " << z.transpose());
    CHECK(z.cwiseAbs().maxCoeff() < 4);
  }
}

TEST_CASE("reward-modulated Hebbian learning equals a literal transcription of its equations") {
  const auto network = settled(random_network("leaky_current", "tanh", N, K, O, seed, "20..80"));
  auto trials = trials_of_different_length();
  trials.condition = {4, 7, 4};
  for (const double largest : {0.02, 1e3}) {
    Hebbian setting, unlimited;
    setting.largest_change = largest;
    unlimited.largest_change = 1e3;
    const auto options = setting.options(), without_limit = unlimited.options();
    const auto rule = make_rule<double>(options);
    const auto literal = literal_rule("reward_hebbian", {options, {}}),
               free = literal_rule("reward_hebbian", {without_limit, {}});
    Index limited = 0, whole = 0;
    for (const std::uint64_t update : {0, 1, 2}) {
      const auto taught = teach_rule(*rule, network, trials, update);
      const Recorded recorded{network, integration, taught.run, trials};
      const auto change = transcribed(*literal, recorded).W, wanted = transcribed(*free, recorded).W;
      limited += (change.array() != wanted.array()).count();
      whole += (change.array() == wanted.array()).count();
      INFO("largest change " << largest << " update " << update);
      CHECK(change.norm() > 0);
      CHECK(relative_difference(taught.written.W, change) < 1e-11);  // sums of 8 terms, and the cube of a difference
      CHECK(taught.written.W_in.isZero(0));
      CHECK(taught.written.b.isZero(0));
      CHECK(taught.written.W_out.isZero(0));
    }
    INFO(limited << " changes were limited, " << whole << " not");
    CHECK((limited > 0) == (largest == 0.02));
    CHECK(whole > 0);
  }
}

TEST_CASE("the first trial of a condition changes nothing, and conditions do not share their expectation") {
  const auto network = settled(random_network("leaky_current", "tanh", N, K, O, seed));
  const auto change_of = [&](std::vector<std::vector<int>> conditions) {
    const auto rule = make_rule<double>(Hebbian().options());
    std::vector<Matrix<double>> changes;
    for (std::uint64_t update = 0; update < conditions.size(); ++update) {
      auto trials = random_trials(K, O, T, B, 70 + update);
      trials.condition = conditions[update];
      changes.push_back(teach_rule(*rule, network, trials, update).written.W);
    }
    return changes;
  };
  const auto all_new = change_of({{0, 1, 2}, {3, 4, 5}});
  CHECK(all_new[0].isZero(0));
  CHECK(all_new[1].isZero(0));
  const auto apart = change_of({{0, 1, 2}, {0, 1, 2}}), together = change_of({{0, 1, 2}, {0, 0, 0}});
  CHECK(apart[1].norm() > 1e-3);
  CHECK(relative_difference(apart[1], together[1]) > 1e-2);
}

TEST_CASE("the kick of reward-modulated Hebbian learning is a jump of the state, as rare and as large as it is set") {
  const auto network = settled(random_network("leaky_current", "tanh", N, K, O, seed, "20..80"));
  const auto trials = random_trials(K, O, 400, B, seed);
  const Hebbian setting;
  const auto taught = teach_rule(*make_rule<double>(setting.options()), network, trials);
  const auto drive = injected(network, trials, taught.run);
  int kicks = 0;
  double squares = 0;
  for (Index column = 0; column < drive.cols(); ++column)
    for (Index i = 0; i < N; ++i) {
      const double jump = drive(i, column) * integration.dt_ms / network.tau_ms(i);
      if (std::abs(jump) < 1e-12) continue;  // rounding of the drive
      ++kicks;
      squares += jump * jump;
      CHECK(std::abs(jump) <= setting.amplitude * (1 + 1e-12));
    }
  const double places = static_cast<double>(drive.size()), p = setting.kick_probability;
  CHECK(std::abs(kicks - p * places) < 4 * std::sqrt(places * p * (1 - p)));
  // uniform(-a, a): mean square a^2/3, standard deviation of the square a^2 sqrt(4/45)
  const double a2 = setting.amplitude * setting.amplitude;
  CHECK(std::abs(squares / kicks - a2 / 3) < 4 * a2 * std::sqrt(4. / 45 / kicks));
}

TEST_CASE("reward-modulated Hebbian learning descends on average on one layer") {
  auto network = settled(random_network("leaky_current", "tanh", N, K, 1, seed));
  network.W.setZero();
  const auto trials = random_trials(K, 1, 1, 1, seed);
  const auto gradient = gradient_of_W(network, trials);
  Hebbian setting;
  setting.largest_change = 1e3;
  constexpr int draws = 4000;
  Matrix<double> descent(1, draws);
  for (std::uint64_t draw = 0; draw < draws; ++draw) {
    const auto rule = make_rule<double>(setting.options());
    teach_rule(*rule, network, trials, 2 * draw);  // what is expected
    const auto change = teach_rule(*rule, network, trials, 2 * draw + 1).written.W;
    descent(0, static_cast<Index>(draw)) = -change.cwiseProduct(gradient).sum();
  }
  const double z = z_scores(descent, Vector<double>::Zero(1))(0);
  INFO("mean of -change . gradient " << descent.mean() << ", " << z << " standard errors above 0");
  CHECK(z > 4);
}
