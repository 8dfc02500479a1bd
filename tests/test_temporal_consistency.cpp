// Temporal consistency of the weights: the loss term is the derivative of the energy, the local rule its local part.
#include <cmath>

#include "plasticity/schedule.hpp"
#include "plasticity/short_term/tcr.hpp"
#include "plasticity/trainer.hpp"
#include "tests/catch.hpp"
#include "tests/literal.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 7, K = 2, O = 1, T = 10, B = 3;
constexpr std::uint64_t seed = 21;
const Integration integration{Method::euler, 8, 0};

TrialSet<double> trials_of_different_length() {
  auto trials = random_trials(K, O, T, B, seed);
  trials.length = {10, 7, 9};
  for (Index t = 0; t < T; ++t)
    for (Index b = 0; b < B; ++b)
      if (!trials.valid(t, b)) trials.mask.col(trials.column(t, b)).setZero();
  return trials;
}

/// mean_{t,b} |v|^2 / (2N) over valid steps, written out from v = tau dr/dt.
double energy_of(const Network<double>& network, const TrialSet<double>& trials) {
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  const auto& run = simulation.run(trials, {seed, 0}, none);
  const Recorded recorded{network, integration, run, trials};
  const LiteralNetwork n{recorded};
  double sum = 0;
  for (Index b = 0; b < B; ++b)
    for (Index t = 0; t < trials.length[static_cast<std::size_t>(b)]; ++t)
      for (Index i = 0; i < N; ++i) sum += std::pow(n.v(i, n.x(i, t, b), n.u(i, t, b)), 2) / (2 * N);
  return sum / static_cast<double>(trials.valid_columns());
}

Gradient<double> gradient_of(const Network<double>& network, const TrialSet<double>& trials, Assignments chosen) {
  const auto options = resolve_options(chosen);
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  auto consistency = consistency_of(options);
  const auto rule = make_rule<double>(options);
  Gradient<double> gradient;
  Matrix<double> error;
  const Matrix<double> feedback = network.W_out.transpose();
  run_and_learn<double>(simulation, trials, {seed, 0}, none, *rule, feedback, error, gradient, &consistency);
  return gradient;
}

/// The share of temporal consistency in a gradient.
Gradient<double> share(const Network<double>& network, const TrialSet<double>& trials, const std::string& rule,
                       const std::string& form, Assignments more = {}) {
  more.insert(more.end(), {{"rule.name", rule}, {"tcr.lambda", "2"}});
  auto without = more;
  more.emplace_back("tcr.form", form);
  auto with = gradient_of(network, trials, more);
  const auto base = gradient_of(network, trials, without);
  with.W -= base.W;
  with.W_in -= base.W_in;
  with.b -= base.b;
  return with;
}

/// max |claimed - central difference of lambda E| over W, W_in and b, as a share of the largest difference.
double error_against_differences(Network<double> network, const TrialSet<double>& trials, Gradient<double> claimed) {
  double worst = 0, largest = 0;
  for_each_flat_array(network, claimed, [&](const std::string& name, auto weights, auto value) {
    if (name == "W_out" || name == "b_out") return;
    for (Index i = 0; i < weights.size(); ++i) {
      const double w = weights(i), h = 1e-5;
      weights(i) = w + h;
      const double above = energy_of(network, trials);
      weights(i) = w - h;
      const double below = energy_of(network, trials);
      weights(i) = w;
      const double difference = 2 * (above - below) / (2 * h);
      worst = std::max(worst, std::abs(difference - value(i)));
      largest = std::max(largest, std::abs(difference));
    }
  });
  return worst / largest;
}

}  // namespace

TEST_CASE("the loss term of temporal consistency is the derivative of the energy, for either network") {
  for (const std::string kind : {"leaky_rate", "leaky_current"}) {
    const auto network = random_network(kind, "tanh", N, K, O, seed, "20..80");
    const auto trials = trials_of_different_length();
    CHECK(error_against_differences(network, trials, share(network, trials, "bptt", "loss")) < 1e-6);
  }
}

TEST_CASE("without recurrent weights the local rule is the derivative of the energy") {
  for (const std::string kind : {"leaky_rate", "leaky_current"}) {
    auto network = random_network(kind, "tanh", N, K, O, seed, "20..80");
    network.W.setZero();
    const auto trials = trials_of_different_length();
    CHECK(error_against_differences(network, trials, share(network, trials, "bptt", "local")) < 1e-6);
    CHECK(error_against_differences(network, trials, share(network, trials, "bptt", "instantaneous")) > 1e-2);
  }
}

TEST_CASE("under e-prop the loss term is the local rule, batched, online and factorised") {
  const auto trials = trials_of_different_length();
  for (const std::string kind : {"leaky_rate", "leaky_current"})
    for (const std::string tau : {"50", "20..80"}) {
      const auto network = random_network(kind, "tanh", N, K, O, seed, tau);
      const auto local = share(network, trials, "e_prop", "local");
      for (const std::string form : {"batched", "online", "online_full"}) {
        const auto loss = share(network, trials, "e_prop", "loss", {{"rule.form", form}});
        INFO(kind << " " << tau << " " << form);
        CHECK((loss.W - local.W).norm() < 1e-12 * local.W.norm());
        CHECK((loss.W_in - local.W_in).norm() < 1e-12 * local.W_in.norm());
      }
    }
}

TEST_CASE("the local and the instantaneous rule equal their transcription, mean over valid steps") {
  for (const std::string kind : {"leaky_rate", "leaky_current"})
    for (const std::string form : {"local", "instantaneous"}) {
      const auto network = random_network(kind, "tanh", N, K, O, seed, "20..80");
      const auto trials = trials_of_different_length();
      Simulation<double> simulation(network, integration);
      Synapse<double> none;
      const auto& run = simulation.run(trials, {seed, 0}, none);
      Gradient<double> expected;
      set_zero(expected, network);
      literal_temporal_consistency({network, integration, run, trials}, 2, form == "local", expected);
      const auto claimed = share(network, trials, "e_prop", form);
      INFO(kind << " " << form);
      CHECK((claimed.W - expected.W).norm() < 1e-12 * expected.W.norm());
      CHECK((claimed.W_in - expected.W_in).norm() < 1e-12 * expected.W_in.norm());
      CHECK((claimed.b - expected.b).norm() < 1e-12 * expected.b.norm());
    }
}

TEST_CASE("the loss form is refused by rules that have no place for it") {
  CHECK_THROWS_WITH(
      consistency_of(resolve_options({{"rule.name", "node_perturbation"}, {"tcr.form", "loss"}})),
      Catch::Contains("tcr.form = loss") && Catch::Contains("local"));
}

TEST_CASE("consolidation is the integral of the dense synapse over the trial") {
  for (const std::string kind : {"leaky_rate", "leaky_current"}) {
    const auto network = random_network(kind, "tanh", N, K, O, seed);
    const auto trials = random_trials(K, O, T, B, seed);
    const auto options = resolve_options({{"synapse.kind", "tcr"}, {"synapse.form", "dense"}, {"synapse.beta", "60"}});
    const auto synapse = synapse_model(options).make<double>({integration, {}, false, false, N, T});
    Simulation<double> simulation(network, integration);
    simulation.begin(trials, {seed, 0}, *synapse);
    Matrix<double> integral = Matrix<double>::Zero(N, N);
    auto& S = dynamic_cast<ContinuousSynapse<double>&>(*synapse).state();
    for (Index t = 0; t < T; ++t) {
      simulation.step(t);
      for (Index b = 0; b < B; ++b) integral += integration.dt_ms / B * S.col(b).reshaped(N, N);
    }
    const auto claimed = tcr_integral(simulation, trials, 60, 200);
    CHECK(integral.norm() > 1e-3);
    CHECK((claimed - integral).norm() < 1e-12 * integral.norm());
    for (const auto form : {TcrParameters::Form::dense, TcrParameters::Form::history}) {
      TcrParameters consolidating;
      consolidating.beta = 30;
      consolidating.consolidation = 0.02;
      consolidating.form = form;
      const auto keeps = tcr_synapse(consolidating).make<double>({integration, {}, false, false, N, T});
      keeps->set_strength(2);
      Matrix<double> change = Matrix<double>::Ones(N, N);
      keeps->consolidate(simulation, trials, change);
      CHECK(((change.array() - 1).matrix() - 0.02 * integral).norm() < 1e-12 * integral.norm());
    }
  }
}

TEST_CASE("schedules have their values at their knots") {
  const auto at = [](const std::string& shape, const std::string& final, long update) {
    return schedule_of(resolve_options({{"schedule.shape", shape},
                                     {"schedule.from", "10"},
                                     {"schedule.until", "30"},
                                     {"schedule.final", final}}))
        .at(update);
  };
  CHECK(at("constant", "0", 500) == 1);
  for (const std::string shape : {"linear", "cosine"}) {
    CHECK(at(shape, "0.2", 0) == Approx(1));
    CHECK(at(shape, "0.2", 10) == Approx(1));
    CHECK(at(shape, "0.2", 20) == Approx(0.6));
    CHECK(at(shape, "0.2", 30) == Approx(0.2));
    CHECK(at(shape, "0.2", 99) == Approx(0.2));
  }
  CHECK(at("linear", "0.2", 15) == Approx(0.8));
  CHECK(at("cosine", "0", 15) == Approx((1 + std::sqrt(0.5)) / 2));
  CHECK(at("exponential", "0.01", 20) == Approx(0.1));
  CHECK(at("exponential", "0.01", 30) == Approx(0.01));
  for (const long inside : {10, 29}) CHECK(at("pulse", "0.3", inside) == 1);
  for (const long outside : {9, 30}) CHECK(at("pulse", "0.3", outside) == 0.3);
  CHECK_THROWS_WITH(
      schedule_of(resolve_options({{"schedule.shape", "linear"}, {"schedule.from", "40"}, {"schedule.until", "40"}})),
      Catch::Contains("schedule.until = 40") && Catch::Contains("after schedule.from"));
  CHECK_THROWS_WITH(at("exponential", "0", 1), Catch::Contains("schedule.final"));
  // Without an end of its own it ends with training.
  const auto whole = schedule_of(resolve_options({{"schedule.shape", "linear"}, {"training.updates", "50"}}));
  CHECK(whole.at(25) == Approx(0.5));
  CHECK(resolve_options({{"training.updates", "50"}}).integer("schedule.until") == 0);
}

TEST_CASE("the controller brings a plant with a lag to its set point and lets go of what is too slow") {
  // V(strength) = 8 / (1 + strength), followed with a lag: V = 2 needs strength 3.
  auto schedule = schedule_of(resolve_options({{"schedule.shape", "controlled"}, {"schedule.speed", "2"}}));
  CHECK(schedule.at(0) == 1);
  double V = 8;
  for (long update = 0; update < 300; ++update) {
    V += 0.5 * (8 / (1 + schedule.at(update)) - V);
    schedule.observe(V);
  }
  CHECK(V == Approx(2).epsilon(0.01));
  CHECK(schedule.at(300) == Approx(3).epsilon(0.02));

  auto too_slow = schedule_of(resolve_options({{"schedule.shape", "controlled"}, {"schedule.speed", "9"}}));
  for (int i = 0; i < 100; ++i) too_slow.observe(2);
  CHECK(too_slow.at(0) < 0.001);
  for (int i = 0; i < 15; ++i) too_slow.observe(20);  // a bounded sum: it answers in time
  CHECK(too_slow.at(0) > 1);
}

TEST_CASE("the controller holds the population speed of a network that learns within 5 %") {
  // The speed without control, and a set point 12 % below it: mean of the last 40 of 120 updates.
  const auto speed_of = [](Assignments control) {
    control.insert(control.end(), {{"network.size", "60"},
                                   {"network.gain", "2"},
                                   {"synapse.kind", "tcr"},
                                   {"synapse.beta", "20"},
                                   {"integration.dt_ms", "5"},
                                   {"training.updates", "120"},
                                   {"training.checkpoints", "none"}});
    const auto options = resolve_options(control);
    const TrialSource trials = [](TrialKey key, Index count) { return random_trials(2, 1, 60, count, key.update); };
    const auto setting = setting_of(options, 5, trials);
    const auto curve = train<double>(setting, make_network(options, 2, 1, 5)).curve;
    return Eigen::Map<const Vector<double>>(curve.speed.data() + 80, 40).mean();
  };
  const double free = speed_of({});
  const double set_point = 0.88 * free;
  CAPTURE(free, set_point);
  CHECK(speed_of({{"schedule.shape", "controlled"}, {"schedule.speed", std::to_string(set_point)}}) ==
        Approx(set_point).epsilon(0.05));
}
