// The table of predictions and the rehearsal, of networks whose values are made up.
#include <random>

#include "experiments/predictions/rehearsal.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

namespace {

std::size_t place_of(const std::string& name) {
  for (std::size_t i = 0; i < predictions().size(); ++i)
    if (predictions()[i].name == name) return i;
  throw std::logic_error(name);
}
const std::size_t creep = place_of("creep");

MeasuredNetwork network(const std::string& hypothesis, std::uint64_t seed, const std::string& setting, double value,
                        std::size_t study = 0, const std::string& variant = "") {
  MeasuredNetwork made;
  made.study = study;
  made.hypothesis = hypothesis;
  made.setting = setting;
  made.variant = variant;
  made.seed = seed;
  made.values.resize(predictions().size());
  made.values[creep] = {value, "", {{value, value + 0.1}, {value, value}, {value, value}}, {}};
  return made;
}

PredictionStudy empty_study() {
  PredictionStudy study{{"made up"}, {}};
  study.setting.only = {"creep"};
  return study;
}

/// All rehearsed statistics: normal about a centre of each hypothesis.
void add_rehearsed(PredictionStudy& study, const std::string& hypothesis, double centre, std::uint64_t seeds,
                   std::mt19937_64& generator, std::size_t of_study = 0) {
  std::normal_distribution<double> normal;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    auto made = network(hypothesis, seed, "", 0, of_study, of_study == 0 ? "" : "study " + std::to_string(of_study));
    for (const auto& name : rehearsed_statistics()) {
      const double value = centre + normal(generator);
      made.values[place_of(name)] = {value, "", {{value, value}, {value, value}, {value, value}}, {}};
    }
    study.networks.push_back(std::move(made));
  }
}

}  // namespace

TEST_CASE("hypotheses are compared over seeds and settings that both have, and means are over all of each") {
  auto study = empty_study();
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const double noise = 0.01 * static_cast<double>(seed % 3);
    study.networks.push_back(network("static", seed, "gain = 1", 1 + noise));
    study.networks.push_back(network("tcr", seed, "gain = 1", 2 + noise));
    study.networks.push_back(network("tcr", seed, "gain = 2", 100));  // static networks learn nothing there
  }
  const auto table = table_of(study);
  REQUIRE(table.hypotheses == std::vector<std::string>{"static", "tcr"});
  REQUIRE(table.rows.size() == 1);
  const auto& row = table.rows[0];
  CHECK(row.values[1].networks == 16);
  CHECK(row.values[1].value->value == Approx((2.00875 + 100) / 2).epsilon(1e-3));
  REQUIRE(row.pairs.size() == 1);
  CHECK(row.pairs[0].difference->value == Approx(1).epsilon(1e-12));
  CHECK(row.pairs[0].sizes[0].discrimination->auc.value == 1);
  CHECK(row.pairs[0].sizes[0].discrimination->animals_b == 8);
  CHECK(row.pairs[0].sizes[0].animals_80 <= 4);
  CHECK(row.pairs[0].settings == 1);
  CHECK(row.pairs[0].holds == 1);
}

TEST_CASE("a difference that holds in one setting only is said to, and variants of a hypothesis count") {
  auto study = empty_study();
  study.directories.push_back("other");
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const double noise = 0.01 * static_cast<double>(seed);
    for (const auto& [setting, difference] : {std::pair("gain = 1", 1.0), std::pair("gain = 2", -0.5)}) {
      study.networks.push_back(network("static", seed, setting, noise));
      study.networks.push_back(network("tcr", seed, setting, difference + noise));
    }
    study.networks.push_back(network("tcr", seed, "gain = 1", 3 + noise, 1, "beta = 300"));
  }
  const auto row = table_of(study).rows[0];
  CHECK(row.pairs[0].difference->value == Approx(0.25));
  CHECK(row.pairs[0].settings == 3);
  CHECK(row.pairs[0].holds == 2);
  CHECK(row.settings.size() == 5);
  CHECK(tabled(study, "tcr").size() == 12);
}

TEST_CASE("a prediction depends on the time step where its change is beyond a fifth of the smallest difference") {
  for (const auto& [change, dependent] : {std::pair(0.05, false), std::pair(0.5, true)}) {
    auto study = empty_study();
    for (std::uint64_t seed = 1; seed <= 6; ++seed)
      for (const auto& [name, value] : {std::pair("static", 0.0), std::pair("tcr", 1.0)}) {
        auto made = network(name, seed, "", value + 0.01 * static_cast<double>(seed));
        made.values[creep].half_step = *made.values[creep].rates + change + 0.001 * static_cast<double>(seed);
        study.networks.push_back(std::move(made));
      }
    const auto row = table_of(study).rows[0];
    REQUIRE(row.step_dependent);
    CHECK(*row.step_dependent == dependent);
    CHECK(row.half_step->value == Approx(change + 0.0035));
  }
}

TEST_CASE("a rehearsal finds what is far apart, takes what it does not know for none of these, and guesses without") {
  std::mt19937_64 generator(7);
  PredictionStudy study{{"made up", "stronger"}, {}};
  add_rehearsed(study, "static", 0, 20, generator);
  add_rehearsed(study, "tcr", 6, 20, generator);
  add_rehearsed(study, "high_pass", -6, 20, generator);
  add_rehearsed(study, "tcr", 6, 10, generator, 1);
  add_rehearsed(study, "tcr_yoked", 30, 20, generator);  // a control takes no part
  const auto rehearsals = rehearse(study);
  REQUIRE(rehearsals.size() == 3);
  for (const auto& rehearsal : rehearsals) {
    CHECK(rehearsal.statistics.size() == rehearsed_statistics().size());
    CHECK(rehearsal.within.truths() == std::vector<std::string>{"static", "tcr", "high_pass"});
    CHECK(rehearsal.within.right().value > 0.8);
    CHECK(rehearsal.within.count(0, 1) + rehearsal.within.count(0, 2) == 0);
    CHECK(rehearsal.outside.total(1) == 10);
    CHECK(rehearsal.outside.count(1, 1) >= 8);
    CHECK(rehearsal.variants.total(1) == 30);
    CHECK(rehearsal.variants.count(1, 1) >= 24);
    for (const auto& each : rehearsal.left_out) CHECK(each.none == each.total);
  }

  // A weaker variant, far from all that is known: known by its own law, it is found.
  add_rehearsed(study, "tcr", 30, 12, generator, 2);
  const auto weaker = rehearse(study)[0];
  CHECK(weaker.outside.count(1, std::nullopt) >= 11);
  CHECK(weaker.variants.total(1) == 42);
  CHECK(weaker.variants.count(1, 1) >= 35);
  CHECK(weaker.variants.count(0, 1) + weaker.variants.count(2, 1) == 0);

  PredictionStudy alike{{"made up"}, {}};
  for (const char* name : {"static", "tcr", "high_pass"}) add_rehearsed(alike, name, 0, 40, generator);
  CHECK(rehearse(alike)[0].variants.total(0) == 0);  // there is no other variant
  const auto guessed = rehearse(alike)[0].within.right();
  CHECK(guessed.low < 1.0 / 3);
  CHECK(guessed.value < 0.5);
}
