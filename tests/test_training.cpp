// From gradient to weights to outcome: optimizers, criterion, checkpoints, divergence.
#include <cmath>

#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// A network of one neuron, one input, one output, and a gradient of known numbers.
struct Tiny {
  Network<double> network = random_network("leaky_rate", "tanh", 2, 1, 1, 3);
  Gradient<double> gradient;

  Gradient<double> next(int step) {
    gradient.W = (step + 1) * Matrix<double>::Constant(2, 2, 0.3);
    gradient.W(0, 1) = -0.1 * step;
    gradient.W_in = Matrix<double>::Constant(2, 1, 0.2);
    gradient.b = Vector<double>::Constant(2, -0.4);
    gradient.W_out = Matrix<double>::Constant(1, 2, 0.05);
    gradient.b_out = Vector<double>::Constant(1, 0.7);
    return gradient;
  }
};

Options options_with(Assignments chosen) { return resolve_options(chosen); }

/// One channel whose sign is to be reported: learned within a few updates.
TrialSet<double> sign_task(TrialKey key, Index count) {
  auto trials = TrialSet<double>::zeros(1, 1, 6, count);
  for (Index b = 0; b < count; ++b) {
    const double sign =
        Stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b)).bernoulli(0.5) ? 1 : -1;
    for (Index t = 0; t < 6; ++t) trials.inputs(0, trials.column(t, b)) = sign;
    trials.targets(0, trials.column(5, b)) = sign;
    trials.mask(0, trials.column(5, b)) = 1;
  }
  return trials;
}

Training<double> train_sign_task(Assignments chosen, const std::string& nonlinearity = "tanh") {
  chosen.emplace_back("training.batch", "8");
  const auto options = resolve_options(chosen);
  const auto setting = setting_of(options, 1, sign_task);
  return train<double>(setting, random_network("leaky_rate", nonlinearity, 10, 1, 1, 1));
}

}  // namespace

TEST_CASE("gradient descent and momentum follow their equations") {
  for (const bool momentum : {false, true}) {
    Tiny tiny;
    Optimizer<double> optimizer = optimizer_of(options_with(
        {{"optimizer.name", momentum ? "momentum" : "sgd"}, {"optimizer.rate", "0.1"}, {"optimizer.clip", "0"}}));
    double w = tiny.network.W(0, 1), m = 0;
    for (int step = 0; step < 5; ++step) {
      auto gradient = tiny.next(step);
      const double g = gradient.W(0, 1);
      optimizer.apply(tiny.network, gradient);
      m = momentum ? 0.9 * m + g : g;
      w -= 0.1 * m;
    }
    CHECK(tiny.network.W(0, 1) == Approx(w).epsilon(1e-14));
  }
}

TEST_CASE("Adam follows Kingma and Ba's algorithm 1") {
  Tiny tiny;
  Optimizer<double> optimizer =
      optimizer_of(options_with({{"optimizer.name", "adam"}, {"optimizer.rate", "0.01"}, {"optimizer.clip", "0"}}));
  double w = tiny.network.W(0, 0), m = 0, v = 0;
  for (int step = 1; step <= 6; ++step) {
    auto gradient = tiny.next(step);
    const double g = gradient.W(0, 0);
    optimizer.apply(tiny.network, gradient);
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const double m_hat = m / (1 - std::pow(0.9, step)), v_hat = v / (1 - std::pow(0.999, step));
    w -= 0.01 * m_hat / (std::sqrt(v_hat) + 1e-8);
  }
  CHECK(tiny.network.W(0, 0) == Approx(w).epsilon(1e-10));  // the bias correction is folded into rate and epsilon
}

TEST_CASE("clipping scales the whole gradient to the given norm, and leaves a shorter one alone") {
  for (const double clip : {0.5, 100.0}) {
    Tiny tiny;
    auto gradient = tiny.next(1);
    const double norm = std::sqrt(gradient.W.squaredNorm() + gradient.W_in.squaredNorm() + gradient.b.squaredNorm() +
                                  gradient.W_out.squaredNorm() + gradient.b_out.squaredNorm());
    const auto before = tiny.network;
    Optimizer<double> optimizer = optimizer_of(
        options_with({{"optimizer.name", "sgd"}, {"optimizer.rate", "1"}, {"optimizer.clip", std::to_string(clip)}}));
    const auto unclipped = gradient;
    CHECK(optimizer.apply(tiny.network, gradient) == Approx(norm));
    const double scale = std::min(1.0, clip / norm);
    CHECK((before.W - tiny.network.W - scale * unclipped.W).cwiseAbs().maxCoeff() < 1e-15);
    CHECK((before.b_out - tiny.network.b_out - scale * unclipped.b_out).cwiseAbs().maxCoeff() < 1e-15);
  }
}

TEST_CASE(
    "only the chosen arrays learn, masked connections stay absent, and a gradient that is not finite changes nothing") {
  Tiny tiny;
  tiny.network.mask = Matrix<double>::Ones(2, 2);
  tiny.network.mask(1, 0) = tiny.network.W(1, 0) = 0;
  Optimizer<double> optimizer = optimizer_of(options_with({{"training.parameters", "W"}}));
  auto before = tiny.network;
  auto gradient = tiny.next(1);
  optimizer.apply(tiny.network, gradient);
  CHECK(tiny.network.W(1, 0) == 0);
  CHECK(tiny.network.W(0, 0) != before.W(0, 0));
  CHECK(tiny.network.W_in == before.W_in);
  CHECK(tiny.network.W_out == before.W_out);

  before = tiny.network;
  gradient = tiny.next(2);
  gradient.W(0, 1) = std::nan("");
  CHECK_FALSE(std::isfinite(optimizer.apply(tiny.network, gradient)));
  CHECK(tiny.network.W == before.W);
}

TEST_CASE("a task that can be learned reaches criterion, and training goes on after it unless told to stop") {
  const auto whole = train_sign_task({{"training.updates", "120"}, {"optimizer.rate", "1e-2"}});
  REQUIRE(whole.outcome == Outcome::reached);
  CHECK(whole.curve.loss.size() == 120);
  CHECK(whole.final_score.accuracy > 0.95);
  const auto stopped = train_sign_task(
      {{"training.updates", "120"}, {"optimizer.rate", "1e-2"}, {"training.stop_at_criterion", "true"}});
  CHECK(stopped.reached_at == whole.reached_at);
  CHECK(static_cast<long>(stopped.curve.loss.size()) == *whole.reached_at + 1);
  CHECK(stopped.curve.loss.back() == whole.curve.loss[static_cast<std::size_t>(*whole.reached_at)]);
}

TEST_CASE("the criterion is the exponential average started at its first value") {
  const auto run = train_sign_task({{"training.updates", "120"}, {"optimizer.rate", "1e-2"}});
  REQUIRE(run.reached_at);
  double average = run.curve.accuracy[0];
  long first_above = average > 0.95 ? 0 : -1;
  for (std::size_t k = 1; k < run.curve.accuracy.size() && first_above < 0; ++k) {
    average = 0.9 * average + 0.1 * run.curve.accuracy[k];
    if (average > 0.95) first_above = static_cast<long>(k);
  }
  // The evaluation trials agree at the first crossing or at one of the later looks, ten updates apart.
  CHECK(*run.reached_at >= first_above);
  CHECK((*run.reached_at - first_above) % 10 == 0);
}

TEST_CASE("checkpoints hold the network before the change of their update") {
  const auto run = train_sign_task({{"training.updates", "30"}, {"training.checkpoints", "0 10 29"}});
  REQUIRE(run.checkpoints.size() == 3);
  CHECK(run.checkpoints[0].second.W == run.initial.W);
  CHECK(run.checkpoints[1].second.W == train_sign_task({{"training.updates", "10"}}).final.W);
  CHECK(checkpoint_updates("log", 400) == std::vector<long>{1, 3, 10, 30, 100, 300});
  CHECK(checkpoint_updates("none", 400).empty());
  CHECK(checkpoint_updates("every 100", 301) == std::vector<long>{0, 100, 200, 300});
  CHECK(checkpoint_updates("every 100", 2) == std::vector<long>{0});
  for (const std::string wrong : {"every 0", "every", "1 400"})
    CHECK_THROWS_WITH(checkpoint_updates(wrong, 400), Catch::Contains("training.checkpoints = "));
}

TEST_CASE("divergence is an outcome: the update is recorded and nothing is thrown") {
  const auto run = train_sign_task(
      {{"training.updates", "50"}, {"optimizer.name", "sgd"}, {"optimizer.rate", "1e200"}, {"optimizer.clip", "0"}},
      "relu");
  REQUIRE(run.outcome == Outcome::diverged);
  CHECK(*run.diverged_at == static_cast<long>(run.curve.loss.size()) - 1);
  CHECK(std::isnan(run.final_score.loss));
}

TEST_CASE("float and double training follow the same path at first") {
  const auto options = options_with({{"training.updates", "5"}, {"training.batch", "8"}});
  const auto setting = setting_of(options, 1, sign_task);
  const auto network = random_network("leaky_rate", "tanh", 10, 1, 1, 1);
  const auto single = train<float>(setting, network);
  const auto twofold = train<double>(setting, network);
  for (std::size_t k = 0; k < 5; ++k) CHECK(single.curve.loss[k] == Approx(twofold.curve.loss[k]).epsilon(1e-4));
}

TEST_CASE("accuracy counts signs, or closeness where trials have a tolerance, ungraded pairs count for nothing") {
  auto trials = TrialSet<double>::zeros(1, 1, 2, 2);
  trials.targets << 1, -1, 1, 1;
  trials.mask << 1, 1, 1, 0;
  Matrix<double> outputs(1, 4);
  outputs << 0.2, 0.1, 0.95, -9;
  CHECK(score(outputs, trials).accuracy == Approx(2.0 / 3));
  CHECK(score(outputs, trials).loss == Approx((0.64 + 1.21 + 0.0025) / 3));
  trials.tolerance = 0.1;
  CHECK(score(outputs, trials).accuracy == Approx(1.0 / 3));
  Matrix<double> error;
  loss_error(outputs, trials, error);
  const double h = 1e-6;
  for (Index i = 0; i < 4; ++i) {
    auto above = outputs, below = outputs;
    above(i) += h;
    below(i) -= h;
    CHECK(error(i) == Approx((score(above, trials).loss - score(below, trials).loss) / (2 * h)).margin(1e-8));
  }
}
