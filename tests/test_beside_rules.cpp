// What the learner does beside the rule that trains: shadow rules, an added rule, weight noise, feedback that follows
// the readout, updates in which temporal consistency learns alone, and consolidation of short-term synapses.
#include <cmath>

#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 20, K = 2, O = 2, T = 13, B = 5;
constexpr std::uint64_t seed = 97;
const Integration integration{Method::euler, 5, 0};

Assignments with(Assignments chosen, const Assignments& more) {
  chosen.insert(chosen.end(), more.begin(), more.end());
  return chosen;
}
/// Gradient descent without a limit: a change is -0.1 times the gradient.
Assignments plain(const std::string& rule, const Assignments& more = {}) {
  return with({{"rule.name", rule},
               {"network.size", std::to_string(N)},
               {"optimizer.name", "sgd"},
               {"optimizer.rate", "0.1"},
               {"optimizer.clip", "0"}},
              more);
}

Network<double> ordinary_network() { return settled(random_network("leaky_rate", "tanh", N, K, O, seed, "20..80")); }

TrialSet<double> ordinary_trials() {
  auto trials = random_trials(K, O, T, B, seed);
  end_trials(trials, {T, T - 2, T, T - 1, T});
  return trials;
}

Network<double> after(const Assignments& chosen, int updates, const Network<double>& network) {
  LearningFixture<> room(chosen, network, T);
  for (int update = 0; update < updates; ++update)
    REQUIRE(room.learn_and_apply(ordinary_trials(), static_cast<std::uint64_t>(update)));
  return room.network;
}

/// The gradient of one rule alone, and with `consistency` that of temporal consistency joined to it.
Gradient<double> gradient_of(const std::string& rule, const Matrix<double>& feedback, const Assignments& more = {}) {
  const auto options = resolve_options(with({{"rule.name", rule}, {"network.size", std::to_string(N)}}, more));
  const auto network = ordinary_network();
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  auto consistency = consistency_of(options);
  Gradient<double> gradient;
  Matrix<double> error;
  run_and_learn<double>(simulation, ordinary_trials(), {LearningFixture<>::seed, 0}, none, *make_rule<double>(options),
                        feedback, error, gradient, &consistency);
  return gradient;
}

double dot(const Gradient<double>& a, const Gradient<double>& b) {
  double sum = 0;
  for (Index i = 0; i < N; ++i) {
    for (Index j = 0; j < N; ++j) sum += a.W(i, j) * b.W(i, j);
    for (Index k = 0; k < K; ++k) sum += a.W_in(i, k) * b.W_in(i, k);
    sum += a.b(i) * b.b(i);
  }
  return sum;
}

const Assignments frozen_always = {{"freeze_in.updates", "100"}};

}  // namespace

TEST_CASE("training with shadow rules gives the same bits as training without") {
  for (const auto& kind : rule_kinds()) {
    if (kind.emits == Emits::change_by_step) continue;  // refused, below
    const auto alone = weights_of(after(plain(kind.name), 3, ordinary_network()));
    for (const std::string shadows : {"e_prop", "rtrl uoro kf_rtrl e_prop bptt"}) {
      INFO(kind.name << " with shadows " << shadows);
      const auto accompanied = weights_of(after(plain(kind.name, {{"shadow.rules", shadows}}), 3, ordinary_network()));
      CHECK((alone.array() == accompanied.array()).all());
    }
  }
}

TEST_CASE("the cosine of the exact gradient with itself is 1, and so is the ratio of norms") {
  for (const auto& [rule, shadow] : {std::pair{"bptt", "rtrl"}, {"rtrl", "bptt"}, {"rtrl", "rtrl"}}) {
    LearningFixture<> room(plain(rule, {{"shadow.rules", shadow}}), ordinary_network(), T);
    room.learn(ordinary_trials());
    INFO(rule << " with shadow " << shadow);
    CHECK(room.learner.compared() == std::vector<std::string>{"rtrl"});
    REQUIRE(room.learner.alignment().size() == 1);
    CHECK(room.learner.alignment()[0].cosine == Approx(1).epsilon(1e-12));
    CHECK(room.learner.alignment()[0].norm_ratio == Approx(1).epsilon(1e-12));
  }
}

TEST_CASE("cosine and ratio of norms are those of two gradients computed apart") {
  const auto network = ordinary_network();
  const Matrix<double> symmetric = network.W_out.transpose();
  const auto truth = gradient_of("bptt", symmetric);
  const auto expect = [&](const Alignment& claimed, const Gradient<double>& gradient) {
    const double cosine = dot(gradient, truth) / std::sqrt(dot(gradient, gradient) * dot(truth, truth));
    CHECK(claimed.cosine == Approx(cosine).epsilon(1e-12));
    CHECK(claimed.norm_ratio == Approx(std::sqrt(dot(gradient, gradient) / dot(truth, truth))).epsilon(1e-12));
    CHECK(std::abs(cosine) < 0.999);
  };
  for (const std::string feedback : {"symmetric", "random"}) {
    const auto chosen = plain("e_prop", {{"rule.feedback", feedback}, {"shadow.rules", "uoro kf_rtrl"}});
    LearningFixture<> room(chosen, network, T);
    room.learn(ordinary_trials());
    INFO(feedback);
    REQUIRE(room.learner.compared() == std::vector<std::string>{"e_prop", "uoro", "kf_rtrl"});
    REQUIRE(room.learner.alignment().size() == 3);
    Feedback<double> F(rule_model(room.options).feedback, N, O, LearningFixture<>::seed);
    expect(room.learner.alignment()[0], gradient_of("e_prop", F.of(network)));
    expect(room.learner.alignment()[1], gradient_of("uoro", symmetric));
    expect(room.learner.alignment()[2], gradient_of("kf_rtrl", symmetric));
  }
}

TEST_CASE("rules that cannot be shadows are refused, and so are shadows of rules that change weights in between") {
  const auto choose = [](const std::string& rules) { return resolve_options({{"shadow.rules", rules}}); };
  CHECK_THROWS_WITH(choose("force"), Catch::Contains("shadow.rules = force") && Catch::Contains("finished changes"));
  CHECK_THROWS_WITH(choose("e_prop oja"), Catch::Contains("shadow.rules = oja"));
  CHECK_THROWS_WITH(choose("node_perturbation"),
                    Catch::Contains("shadow.rules = node_perturbation") && Catch::Contains("perturbation"));
  CHECK_THROWS_WITH(choose("e_prop rtrl e_prop"), Catch::Contains("shadow.rules = e_prop") && Catch::Contains("twice"));
  CHECK_THROWS_WITH(choose("none e_prop"), Catch::Contains("shadow.rules = none"));
  CHECK_THROWS_WITH(choose("e_prop rtlr"), Catch::Contains("shadow.rules = rtlr") && Catch::Contains("rtrl"));
  CHECK_NOTHROW(choose("none"));
  for (const auto& kind : rule_kinds())
    if (kind.emits == Emits::change_by_step) {
      INFO(kind.name);
      CHECK_THROWS_WITH(LearningFixture<>(plain(kind.name, {{"shadow.rules", "e_prop"}}),
                                          settled(ordinary_network(), kind.needs_feedback_weights), T),
                        Catch::Contains("shadow.rules = e_prop") && Catch::Contains(kind.name));
    }
}

TEST_CASE("an added rule adds its own change and nothing else") {
  const auto network = ordinary_network();
  const auto trials = ordinary_trials();
  const auto oja = make_rule<double>(resolve_options({{"rule.name", "oja"}, {"oja.rate", "0.4"}}));
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  const Matrix<double> feedback = network.W_out.transpose();
  Gradient<double> change;
  Matrix<double> error;
  run_with_rules<double>(simulation, trials, {LearningFixture<>::seed, 0}, none, {{*oja, feedback, change}}, error);
  for (const std::string rule : {"bptt", "rtrl", "anti_hebbian"}) {
    INFO(rule);
    const auto without = after(plain(rule), 1, network);
    const auto both = after(plain(rule, {{"rule.add", "oja"}, {"oja.rate", "0.4"}}), 1, network);
    CHECK((both.W - without.W - change.W).cwiseAbs().maxCoeff() < 1e-15);  // one rounding of weights below 2
    CHECK(change.W.cwiseAbs().maxCoeff() > 1e-3);
    CHECK(both.W_in == without.W_in);
    CHECK(both.b == without.b);
    CHECK(both.W_out == without.W_out);
    CHECK(both.b_out == without.b_out);
  }
}

TEST_CASE("weight noise has standard deviation sigma / sqrt(N), is new in each update, and spares masked weights") {
  constexpr Index size = 60;
  auto network = settled(random_network("leaky_rate", "tanh", size, K, O, seed));
  make_sparse(network, 0.5, seed);
  const auto noise_of = [&](std::uint64_t update) {
    LearningFixture<> quiet({{"rule.name", "e_prop"}}, network, T),
        noisy({{"rule.name", "e_prop"}, {"noise.weights", "0.3"}}, network, T);
    for (auto* room : {&quiet, &noisy}) REQUIRE(room->learn_and_apply(ordinary_trials(), update));
    CHECK(quiet.network.W_in == noisy.network.W_in);
    CHECK(quiet.network.b == noisy.network.b);
    CHECK(quiet.network.W_out == noisy.network.W_out);
    CHECK(quiet.network.b_out == noisy.network.b_out);
    return Matrix<double>(noisy.network.W - quiet.network.W);
  };
  const auto first = noise_of(0), second = noise_of(1);
  const double present = network.mask.sum();
  for (const auto& noise : {first, second}) {
    CHECK((noise.array() * (1 - network.mask.array())).abs().maxCoeff() == 0);
    const double deviation = std::sqrt(noise.squaredNorm() / present) * std::sqrt(static_cast<double>(size));
    CHECK(deviation == Approx(0.3).epsilon(4 / std::sqrt(2 * present)));  // 4 standard errors
    CHECK(std::abs(noise.sum() / std::sqrt(present * noise.squaredNorm() / present)) < 4);
  }
  CHECK(std::abs(first.cwiseProduct(second).sum()) / (first.norm() * second.norm()) < 4 / std::sqrt(present));
}

TEST_CASE("Kolen and Pollack: the distance from feedback to readout shrinks by the decay, whatever the readout does") {
  const double decay = 0.1;
  const auto options = resolve_options({{"rule.feedback", "kolen_pollack"}, {"rule.feedback_decay", "0.1"}});
  auto network = ordinary_network();
  Feedback<double> feedback(rule_model(options).feedback, N, O, seed);
  Matrix<double> distance = feedback.of(network) - network.W_out.transpose();
  for (std::uint64_t update = 0; update < 5; ++update) {
    const Matrix<double> before = network.W_out;
    Matrix<double> change(O, N);
    Stream(seed, Purpose::trial, update).fill_normal(change, update == 2 ? 10 : 0.1);
    network.W_out += change;
    const Matrix<double> readout = network.W_out;
    feedback.follow(before, network);
    CHECK(relative_difference(network.W_out, (1 - decay) * readout) < 1e-15);
    const Matrix<double> now = feedback.of(network) - network.W_out.transpose();
    CHECK(relative_difference(now, (1 - decay) * distance) < 1e-13);  // differences of numbers up to 40 times as large
    distance = now;
  }
}

TEST_CASE("in training, Kolen-Pollack feedback turns e-prop's signal to that of the transposed readout") {
  auto network = ordinary_network();
  network.W.setZero();  // without recurrent weights e-prop with transposed feedback is the gradient
  for (const std::string feedback : {"random", "kolen_pollack"}) {
    LearningFixture<> room(plain("e_prop", {{"rule.feedback", feedback},
                                            {"rule.feedback_decay", "0.05"},
                                            {"training.parameters", "W_out b_out"},
                                            {"shadow.rules", "bptt"}}),
                           network, T);
    for (std::uint64_t update = 0; update < 200; ++update) REQUIRE(room.learn_and_apply(ordinary_trials(), update));
    const double cosine = room.learner.alignment()[0].cosine;
    INFO(feedback << " cosine " << cosine);
    // 0.95^200 = 3.5e-5 of the distance is left, of which the cosine loses the square.
    if (feedback == "random") CHECK(cosine < 0.9);
    if (feedback == "kolen_pollack") CHECK(cosine > 1 - 1e-6);
  }
}

TEST_CASE("while freeze-in lasts, temporal consistency learns alone") {
  const auto network = ordinary_network();
  const Matrix<double> feedback = network.W_out.transpose();
  for (const auto& [rule, form] : {std::pair{"bptt", "loss"},
                                   {"bptt", "local"},
                                   {"e_prop", "loss"},
                                   {"uoro", "local"},
                                   {"node_perturbation", "instantaneous"},
                                   {"reward_hebbian", "local"}}) {
    const Assignments consistency = {{"tcr.form", form}, {"tcr.lambda", "2"}};
    const std::string measured = form == std::string("loss") ? rule : "bptt";
    auto share = gradient_of(measured, feedback, consistency);
    const auto task = gradient_of(measured, feedback);
    INFO(rule << " " << form);
    const auto learned = after(with(plain(rule, consistency), frozen_always), 1, network);
    CHECK(relative_difference(learned.W - network.W, -0.1 * (share.W - task.W)) < 1e-10);  // differences of gradients
    CHECK(relative_difference(learned.W_in - network.W_in, -0.1 * (share.W_in - task.W_in)) < 1e-10);
    CHECK(relative_difference(learned.b - network.b, -0.1 * (share.b - task.b)) < 1e-10);
    CHECK(learned.W_out == network.W_out);
    CHECK(learned.b_out == network.b_out);
    CHECK((learned.W - network.W).norm() > 1e-4);
  }
}

TEST_CASE("freeze-in updates between updates of the task leave the readout alone, whatever the optimizer remembers") {
  for (const std::string optimizer : {"sgd", "momentum", "adam"})
    for (const std::string feedback : {"symmetric", "kolen_pollack"}) {
      LearningFixture<> room(plain("e_prop", {{"optimizer.name", optimizer},
                                              {"rule.feedback", feedback},
                                              {"tcr.form", "local"},
                                              {"shadow.rules", "bptt"},
                                              {"freeze_in.updates", "2"},
                                              {"freeze_in.every", "3"}}),
                             ordinary_network(), T);
      for (std::uint64_t update = 0; update < 8; ++update) {
        const auto before = room.network;
        REQUIRE(room.learn_and_apply(ordinary_trials(), update));
        const bool frozen = update < 2 || update % 3 == 0;
        INFO(optimizer << " " << feedback << " update " << update);
        CHECK((room.network.W_out == before.W_out) == frozen);
        CHECK((room.network.b_out == before.b_out) == frozen);
        CHECK(room.network.W != before.W);
        // One pair per rule and update, as everything else that is recorded: none where no rule was taught.
        REQUIRE(room.learner.alignment().size() == 1);
        CHECK(std::isnan(room.learner.alignment()[0].cosine) == frozen);
      }
    }
  for (const char* option : {"freeze_in.updates", "freeze_in.every"})
    for (const auto& nothing :
         std::vector<Assignments>{{}, {{"tcr.form", "local"}, {"tcr.lambda", "0"}}, {{"synapse.kind", "tcr"}}})
      CHECK_THROWS_WITH(LearningFixture<>(with(plain("e_prop", {{option, "3"}}), nothing), ordinary_network(), T),
                        Catch::Contains(std::string(option) + " = 3") && Catch::Contains("tcr.form"));
}

TEST_CASE("consolidation adds its share of the integral of the synapses over the trial") {
  for (const bool frozen : {false, true}) {
    const auto network = ordinary_network();
    const auto trials = random_trials(K, O, T, B, seed);
    const double kappa = 0.02;
    const auto chosen = plain("e_prop", {{"synapse.kind", "tcr"}, {"synapse.form", "dense"}, {"synapse.beta", "60"}});
    const auto learned = [&](const Assignments& more) {
      LearningFixture<> room(with(chosen, more), network, T);
      REQUIRE(room.learn_and_apply(trials));
      return room.network;
    };
    LearningFixture<> room(chosen, network, T);
    room.simulation.begin(trials, {LearningFixture<>::seed, 0}, *room.synapse);
    auto& S = dynamic_cast<ContinuousSynapse<double>&>(*room.synapse).state();
    Matrix<double> integral = Matrix<double>::Zero(N, N);
    for (Index t = 0; t < T; ++t) {
      room.simulation.step(t);
      for (Index b = 0; b < B; ++b) integral += integration.dt_ms / B * S.col(b).reshaped(N, N);
    }
    const Assignments consolidation = {{"synapse.consolidation", "0.02"}};
    const auto with_it = learned(frozen ? with(consolidation, frozen_always) : consolidation);
    const auto without = frozen ? network : learned({});
    INFO((frozen ? "frozen" : "with the task"));
    CHECK((kappa * integral).cwiseAbs().maxCoeff() > 1e-4);
    CHECK((with_it.W - without.W - kappa * integral).cwiseAbs().maxCoeff() < 1e-15);  // one rounding of the weights
    CHECK(with_it.W_in == without.W_in);
    CHECK(with_it.W_out == without.W_out);
    CHECK((without.W == network.W) == frozen);
  }
}
