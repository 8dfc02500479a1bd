// The table of predictions and the rehearsal, of networks whose values are made up.
#include <filesystem>
#include <random>

#include "experiments/predictions/animals_file.hpp"
#include "experiments/predictions/rehearsal.hpp"
#include "experiments/report/page/results_beside.hpp"
#include "experiments/report/prediction_figure.hpp"
#include "experiments/report/prediction_formats.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/results/atomic_file.hpp"
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
    CHECK(row.half_step->change.value == Approx(change + 0.0035));
  }
}

TEST_CASE("what half the time step changes is judged over seeds, of each hypothesis, and with two seeds not at all") {
  const auto row_of = [](std::uint64_t seeds) {
    auto study = empty_study();
    for (std::uint64_t seed = 1; seed <= 6; ++seed)
      for (const char* setting : {"gain = 1", "gain = 2", "gain = 3"})
        for (const auto& [name, value] : {std::pair("static", 0.0), std::pair("tcr", 1.0)}) {
          auto made = network(name, seed, setting, value + 0.01 * static_cast<double>(seed));
          const double change = value * 0.02 * (seed % 2 == 0 ? 1 : -1);  // none of static
          if (seed <= seeds) made.values[creep].half_step = *made.values[creep].rates + change;
          study.networks.push_back(std::move(made));
        }
    return table_of(study).rows[0];
  };
  const auto judged = row_of(4);
  REQUIRE(judged.half_step);
  CHECK(judged.half_step->hypothesis == "tcr");
  CHECK(judged.half_step->change.interval->high == Approx(0.0367).epsilon(0.01));  // 3.182 sd / 2, of 4 seeds
  CHECK(judged.pairs[0].step_change == Approx(0.0367).epsilon(0.01));
  CHECK(judged.step_dependent == false);
  const auto few = row_of(2);
  CHECK_FALSE(few.half_step);
  CHECK(few.measured_at_half_step);
  CHECK_FALSE(few.step_dependent);
  CHECK_FALSE(row_of(0).measured_at_half_step);
}

namespace {

/// A network whose recordings show something else than its rates.
MeasuredNetwork in_recordings(const std::string& hypothesis, std::uint64_t seed, double by_rates, double recorded,
                              double half_step = 0) {
  auto made = network(hypothesis, seed, "", by_rates);
  const double spread = 0.01 * static_cast<double>(seed % 4);
  const std::vector<double> sessions = {recorded + spread, recorded + spread + 0.01};
  made.values[creep].sessions = {sessions, sessions, sessions};
  made.values[creep].half_step = by_rates + half_step + 0.01 * static_cast<double>(seed % 2);
  return made;
}

}  // namespace

TEST_CASE("a difference that rates do not have, or that half the time step may make, is in no plan") {
  auto study = empty_study();
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    study.networks.push_back(in_recordings("tcr", seed, 1, 1));
    study.networks.push_back(in_recordings("static", seed, 0, 0));                  // as by rates
    study.networks.push_back(in_recordings("high_pass", seed, 2, 0));               // the other way round
    study.networks.push_back(in_recordings("tm_depressing", seed, 0.99, 0, 0.01));  // by rates hardly
    study.networks.push_back(in_recordings("low_gain", seed, 2, 1));                // not in recordings
  }
  const auto table = table_of(study);
  const auto& pairs = table.rows[0].pairs;
  const auto told = [&](const std::string& other) {
    return std::find_if(pairs.begin(), pairs.end(),
                        [&](const auto& pair) {
                          return (pair.a == "tcr" && pair.b == other) || (pair.b == "tcr" && pair.a == other);
                        })
        ->told(1);
  };
  CHECK(told("static") == Told::yes);
  CHECK(told("high_pass") == Told::not_by_rates);
  CHECK(told("tm_depressing") == Told::within_step);
  CHECK(told("low_gain") == Told::no);

  const std::vector<Rehearsal> none;
  const PredictionReport report{study, table, none, {}, 10, 18, {{"noise.drive", "0.1"}}};
  const auto plan = analysis_plan(report, by_sample(report));
  CHECK_THAT(plan, Catch::Contains("| creep | tcr > static |"));
  for (const char* other : {"high_pass", "tm_depressing", "low_gain"})
    CHECK_THAT(plan,
               !Catch::Contains(std::string("tcr > ") + other) && !Catch::Contains(std::string("tcr < ") + other));
  CHECK_THAT(plan, Catch::Contains("the other way round): creep (high_pass)") &&
                       Catch::Contains("half the time step may change): creep (tm_depressing)"));
  CHECK_THAT(plan, Catch::Contains("30 neurons or more, 18 where only stimulated ones count, 40 trials"));
  CHECK_THAT(predictions_text(report, true), Catch::Contains("`--set noise.drive=0.1`"));
  CHECK_THAT(predictions_summary(report), Catch::Contains("static (") && !Catch::Contains("high_pass"));
}

TEST_CASE("where too few seeds could test a pair, none is said to be told apart, and a P without an interval says so") {
  auto study = empty_study();
  for (const auto& [name, value] : {std::pair("static", 0.0), std::pair("tcr", 1.0)})
    study.networks.push_back(network(name, 1, "", value));
  const auto text = [&] {
    const auto table = table_of(study);
    const std::vector<Rehearsal> none;
    return predictions_text({study, table, none, {}, 10, 30}, false);
  };
  CHECK_THAT(text(), Catch::Contains("None of 1 pairs could be tested") && !Catch::Contains("told apart by"));
  for (const auto& [name, value] : {std::pair("static", 0.1), std::pair("tcr", 1.1)})
    study.networks.push_back(network(name, 2, "", value));
  CHECK_THAT(text(), Catch::Contains("1.00, no interval (2 + 2)"));
  for (std::uint64_t seed = 3; seed <= 40; ++seed)
    for (const auto& [name, value] : {std::pair("static", 0.1), std::pair("tcr", 1.1)})
      study.networks.push_back(network(name, seed, "", value + 0.001 * static_cast<double>(seed)));
  CHECK_THAT(text(), Catch::Contains("All of the 1 pairs that were tested are told apart"));
}

TEST_CASE("an interval holds nothing that no value can be, and values at the end of their range are counted") {
  auto study = empty_study();
  study.setting.only = {"settling_200"};
  const auto settling = place_of("settling_200");
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    auto made = network("static", seed, "", 0);
    const double value = seed == 1 ? 0 : 600;
    made.values[settling] = {value, "", {{value}, {value}, {value}}, {}};
    study.networks.push_back(std::move(made));
  }
  const auto value = table_of(study).rows[0].values[0];
  CHECK(value.censored == 3);
  REQUIRE(value.value->interval);
  CHECK(value.value->interval->low == 0);
  CHECK(value.value->interval->high == 600);
  CHECK(value.recorded[1]->interval->high == 600);
}

TEST_CASE("a figure shows recordings of the middle size, and there is none of a prediction without values") {
  auto study = empty_study();
  for (std::uint64_t seed = 1; seed <= 4; ++seed) study.networks.push_back(in_recordings("tcr", seed, 5, 1));
  study.networks.push_back(in_recordings("static", 1, 2, 1));
  const auto table = table_of(study);
  const auto figure = svg_file(prediction_figure(shown_prediction(study, table, table.rows[0])));
  CHECK_THAT(figure, Catch::Contains("recorded, 30 neurons x 40 trials"));
  CHECK(has_values(table.rows[0]));

  // The page of a study draws the same from the files, with the outcome in the same words.
  const auto directory = std::filesystem::temp_directory_path() / ("stillpoint-predictions-" + process_token());
  std::filesystem::create_directories(directory);
  write_atomically((directory / "animals.json").string(), animals_json(study, table));
  const std::vector<Rehearsal> none;
  const auto written = nlohmann::json::parse(predictions_json({study, table, none, {}, 10, 30}));
  std::vector<std::string> notes;
  const auto read = predictions_beside(ReportEntry::of_kind("predictions", written, "predictions.json"),
                                       directory.string(), "predictions-1", notes);
  std::filesystem::remove_all(directory);
  CHECK(notes.empty());
  REQUIRE(read.panels.size() == 1);
  const auto& panel = read.panels[0].panel;
  CHECK(svg_file({panel.width, panel.height, panel.title, panel.draw}) == figure);
  CHECK(panel.caption == outcome(table.rows[0], focus_of(table), 1));

  study.setting.only = {"strength_duration"};
  CHECK_FALSE(has_values(table_of(study).rows[0]));
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
