// Training that was stopped, kept, or given more updates ends with the bits of training that was not.
#include <fmt/format.h>

#include <cstring>

#include "experiments/options/arms.hpp"
#include "sim/look_aside.hpp"
#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index K = 2, O = 2, T = 10;

template <class Values>
std::string bytes_of(const Values& values) {
  return {reinterpret_cast<const char*>(values.data()),
          static_cast<std::size_t>(values.size()) * sizeof(values.data()[0])};
}

template <class Scalar>
std::string all_bytes(const Training<Scalar>& training) {
  const auto& curve = training.curve;
  std::string all = name_of(training.outcome) +
                    fmt::format(" {} {} ", training.reached_at.value_or(-1), training.diverged_at.value_or(-1));
  for (const auto* values : {&curve.loss, &curve.accuracy, &curve.speed, &curve.stability_bound_ms, &curve.strength})
    all += bytes_of(*values);
  all += bytes_of(curve.update);
  for (const auto& rule : curve.alignment) all += rule.rule + bytes_of(rule.cosine) + bytes_of(rule.norm_ratio);
  const auto add = [&](const Network<Scalar>& network) {
    for_each_array([&](const ArrayTraits&, const auto& values) { all += bytes_of(values); }, network);
  };
  add(training.initial);
  add(training.final);
  if (training.after_freeze_in) add(*training.after_freeze_in);
  for (const auto& [update, network] : training.checkpoints) {
    all += std::to_string(update);
    add(network);
  }
  const double score[] = {training.final_score.loss, training.final_score.accuracy};
  return all + std::string(reinterpret_cast<const char*>(score), sizeof score) + training.state;
}

/// `grown`: whether a larger budget than 5 may be given later.
template <class Scalar>
void check_goes_on(Assignments chosen, bool grown = true) {
  std::string shown;
  for (const auto& [name, value] : chosen) shown += fmt::format("{} = {} ", name, value);
  INFO(shown);
  for (const auto& [name, value] : Assignments{{"network.size", "9"},
                                               {"training.updates", "12"},
                                               {"training.batch", "4"},
                                               {"training.criterion", "0.4"},
                                               {"training.checkpoints", "0 3 9"}})
    if (!find_assignment(chosen, name)) chosen.emplace_back(name, value);
  const auto options = resolve_options(chosen);
  const auto network = make_network(options, K, O, 5);
  const auto trials = [](TrialKey key, Index count) {
    auto drawn = random_trials(K, O, T, count, key.update + 1);
    for (std::size_t b = 0; b < drawn.condition.size(); ++b) drawn.condition[b] = static_cast<int>(b % 3);
    return drawn;
  };
  auto setting = setting_of(options, 5, trials);
  const auto whole = all_bytes(train<Scalar>(setting, network));

  for (const long stop : {1, 4, 11}) {
    INFO(stop);
    auto until = setting;
    until.progress = [&](const Standing& at) { return at.update + 1 == stop ? Next::stop : Next::go_on; };
    const auto begun = train<Scalar>(until, network);
    REQUIRE(begun.outcome == Outcome::unfinished);
    REQUIRE(begun.curve.update.size() == static_cast<std::size_t>(stop));
    CHECK((all_bytes(train<Scalar>(setting, network, begun)) == whole));
  }
  Training<Scalar> kept;
  auto keeping = setting;
  keeping.progress = [](const Standing& at) { return at.update == 6 ? Next::keep : Next::go_on; };
  const auto untouched = train<Scalar>(keeping, network, {}, [&](const auto& training) { kept = training; });
  CHECK((all_bytes(untouched) == whole));
  REQUIRE(kept.curve.update.size() == 7);
  CHECK((all_bytes(train<Scalar>(setting, network, kept)) == whole));
  if (!grown) return;
  auto shorter = setting;
  shorter.training.updates = 5;
  const auto end = train<Scalar>(shorter, network);
  REQUIRE(end.outcome != Outcome::unfinished);
  CHECK((all_bytes(train<Scalar>(setting, network, end)) == whole));
}

}  // namespace

TEST_CASE("every rule goes on where it was stopped") {
  for (const auto& kind : rule_kinds()) {
    Assignments chosen = {{"rule.name", kind.name}};
    if (kind.needs_feedback_weights) chosen.emplace_back("network.feedback", "uniform");
    check_goes_on<float>(chosen);
    check_goes_on<double>(chosen);
  }
}

TEST_CASE("every arm goes on where it was stopped, with noise") {
  for (const auto& arm : arms())
    check_goes_on<float>(
        {{"study.arm", arm.name}, {"rule.name", "bptt"}, {"noise.activity", "0.1"}, {"noise.weights", "0.01"}});
}

TEST_CASE("every schedule goes on where it was stopped, and one that ends with training keeps its end") {
  for (const auto* shape : {"constant", "linear", "exponential", "cosine", "pulse", "controlled"})
    check_goes_on<float>({{"study.arm", "tcr_loss"},
                          {"rule.name", "bptt"},
                          {"schedule.shape", shape},
                          {"schedule.final", "0.5"},
                          {"schedule.from", "2"}},
                         shape == std::string("constant") || shape == std::string("controlled"));
}

TEST_CASE("what learns beside a rule goes on where it was stopped") {
  for (const auto* optimizer : {"sgd", "momentum", "adam"}) check_goes_on<float>({{"optimizer.name", optimizer}});
  check_goes_on<float>({{"rule.feedback", "kolen_pollack"}});
  check_goes_on<float>({{"rule.feedback", "random"}, {"rule.add", "oja"}});
  check_goes_on<float>({{"shadow.rules", "rtrl uoro"}});
  check_goes_on<float>({{"rule.form", "online"}, {"training.within_trial", "4"}});
  check_goes_on<float>({{"freeze_in.updates", "3"}, {"freeze_in.every", "3"}, {"tcr.form", "local"}});
  check_goes_on<float>({{"network.initial_state", "trained"}, {"rule.name", "bptt"}});
  check_goes_on<float>({{"network.kind", "low_rank"}, {"rule.name", "bptt"}});
  check_goes_on<float>({{"network.kind", "lstm"}, {"rule.name", "bptt"}});
  check_goes_on<double>({{"network.kind", "plrnn"}, {"rule.name", "rtrl"}});
}

TEST_CASE(
    "full FORCE goes on with its target network, though local consistency has changed what that was drawn beside") {
  check_goes_on<float>(
      {{"rule.name", "full_force"}, {"network.feedback", "none"}, {"tcr.form", "local"}, {"tcr.lambda", "5"}});
}

TEST_CASE("a run that diverged is as it was, with more updates as well") {
  Assignments chosen = {{"optimizer.rate", "1e38"}, {"optimizer.clip", "0"}, {"optimizer.name", "sgd"},
                        {"training.updates", "12"}, {"network.size", "9"},   {"training.batch", "4"}};
  const auto options = resolve_options(chosen);
  const auto network = make_network(options, K, O, 5);
  auto setting =
      setting_of(options, 5, [](TrialKey key, Index count) { return random_trials(K, O, T, count, key.update + 1); });
  const auto whole = train<float>(setting, network);
  REQUIRE(whole.outcome == Outcome::diverged);
  setting.training.updates = 20;
  CHECK((all_bytes(train<float>(setting, network, whole)) == all_bytes(whole)));
}

TEST_CASE("a kept state that is damaged, or of another training, is refused") {
  const auto trained = [](const std::string& rule) {
    const auto options = resolve_options({{"rule.name", rule},
                                          {"network.feedback", rule == "force" ? "uniform" : "none"},
                                          {"network.size", "9"},
                                          {"training.updates", "3"}});
    const auto network = make_network(options, K, O, 5);
    const auto setting =
        setting_of(options, 5, [](TrialKey key, Index count) { return random_trials(K, O, T, count, key.update + 1); });
    return std::pair(train<float>(setting, network),
                     [=](Training<float> begun) { train<float>(setting, network, begun); });
  };
  const auto [force, again] = trained("force");
  auto damaged = force;
  for (std::size_t size = 1; size < force.state.size(); ++size) {
    damaged.state.resize(size);
    CHECK_THROWS_AS(again(damaged), UserError);
    damaged.state = force.state;
  }
  damaged.state.clear();
  CHECK_THROWS_AS(again(damaged), KeptStateError);
  damaged.state = force.state + "x";
  CHECK_THROWS_AS(again(damaged), UserError);
  damaged.state = trained("bptt").first.state;
  CHECK_THROWS_AS(again(damaged), UserError);
  for (std::size_t at = 0; at < force.state.size(); at += 7) {
    damaged = force;
    damaged.state[at] = static_cast<char>(damaged.state[at] ^ 0x10);
    CHECK_THROWS_AS(again(damaged), UserError);
  }
}

TEST_CASE("a training that ends by an exception leaves what it had reached: whole updates") {
  const auto options = resolve_options({{"network.size", "9"}, {"training.updates", "12"}, {"training.batch", "4"}});
  const auto network = make_network(options, K, O, 5);
  auto setting =
      setting_of(options, 5, [](TrialKey key, Index count) { return random_trials(K, O, T, count, key.update + 1); });
  setting.training.updates = 7;
  auto whole = train<float>(setting, network);
  setting.training.updates = 12;
  whole.outcome = Outcome::unfinished;
  whole.final_score = {NAN, NAN};
  whole.state.clear();  // nothing goes on from there

  struct Enough {};
  const auto left_by = [&](TrainingSetting ended) {
    Training<float> reached;
    CHECK_THROWS_AS(train_in_place(ended, network, reached), Enough);
    return all_bytes(reached);
  };
  auto ended = setting;
  ended.progress = [](const Standing& at) { return at.update == 6 ? throw Enough() : Next::go_on; };
  CHECK((left_by(ended) == all_bytes(whole)));
  ended = setting;
  ended.trials = [&](TrialKey key, Index count) {
    return key.update == 7 ? throw Enough() : setting.trials(key, count);
  };
  CHECK((left_by(ended) == all_bytes(whole)));
  long looks = 0;
  const LookAside in_the_middle_of_an_update([&] {
    if (++looks == 7 * T + T / 2) throw Enough();
  });
  CHECK((left_by(setting) == all_bytes(whole)));
}
