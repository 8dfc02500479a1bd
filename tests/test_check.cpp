// Recordings against a table: what is counted of a file is what was recorded, and what cannot be told is said.
#include <unistd.h>

#include <cstdio>

#include "experiments/recordings/check.hpp"
#include "experiments/recordings/session_file.hpp"
#include "experiments/report/check_figure.hpp"
#include "experiments/report/check_formats.hpp"
#include "experiments/report/page/results_beside.hpp"
#include "experiments/report/svg.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

namespace {

constexpr Index neurons = 20, stimulated = 8, recorded = 16;
constexpr double bin_ms = 10;

/// Rates [Hz] of a session: rest, or a step whose response grows `creep` times from its beginning to its end.
SimulatedTrials trials_of(const std::string& name, Index trials, double creep) {
  SimulatedTrials of{name, {}, {bin_ms, -500, {}, {}}, {}, TrialSet<double>::zeros(1, 1, 2000, trials), 1, 500, {}, {}};
  of.protocol.trials = trials;
  of.protocol.after_ms = 1500;
  if (name == "step") {
    of.protocol.stimulus = Protocol::Stimulus::step;
    of.protocol.length_ms = 1000;
  }
  of.bins.assign(static_cast<std::size_t>(trials), 200);
  for (Index trial = 0; trial < trials; ++trial) {
    Matrix<double> rates = Matrix<double>::Constant(neurons, 200, 20);
    for (Index bin = 50; name == "step" && bin < 150; ++bin)
      rates.col(bin).head(stimulated).array() += 40 * (1 + (creep - 1) * static_cast<double>(bin - 50) / 100);
    of.rates_hz.trials.push_back(rates);
    of.rates_hz.condition.push_back(static_cast<int>(trial % 2));
    of.trials.condition[static_cast<std::size_t>(trial)] = static_cast<int>(trial % 2);
  }
  return of;
}

/// A file of such a session.
struct File {
  std::string path = "check_" + std::to_string(::getpid()) + ".nwb";
  SimulatedSession session;
  RecordedSession as;

  File(std::vector<std::string> experiments, Index trials, double creep) {
    session.subject = "mouse";
    session.neurons = neurons;
    for (Index i = 0; i < stimulated; ++i) session.stimulated.push_back(i);
    for (const auto& name : experiments) session.experiments.push_back({name, trials_of(name, 1, 1).protocol, {}});
    session.trials = trials;
    session.simulate = [=](std::size_t i, const auto& use) { use(trials_of(experiments[i], trials, creep)); };
    as.neurons = recorded;
    as.start_time = "2000-01-01T00:00:00+00:00";
    write_session(session, as, path);
  }
  ~File() { std::remove(path.c_str()); }

  /// What was recorded, before it was written.
  Evidence evidence(Index trials, double creep) const {
    Evidence found;
    found.signal = Signal::spikes;
    found.membrane_ms = 20;
    std::vector<Index> all(static_cast<std::size_t>(trials));
    for (Index i = 0; i < trials; ++i) all[static_cast<std::size_t>(i)] = i;
    for (std::size_t i = 0; i < session.experiments.size(); ++i) {
      const auto& name = session.experiments[i].name;
      found.sessions[name] =
          within(record(trials_of(name, trials, creep).rates_hz, recorded_neurons(session, recorded, 1), all,
                        as.recording, session.seed, recording_stream(1, i)),
                 {0, 1500});
    }
    return found;
  }
};

/// Creep of hypotheses whose networks lie about these values, at two sizes.
PredictionsFile table_of(const std::map<std::string, double>& creep) {
  PredictionsFile table;
  table.path = "predictions.json";
  table.bin_ms = bin_ms;
  table.focus = "tcr";
  table.stimulated = stimulated;
  for (const auto& name : experiment_names()) table.experiments[name] = {false, 1500};
  table.animals.sizes = {{4, 10}, {10, 20}};
  for (const auto& [name, centre] : creep)
    for (int size = 0; size < 2; ++size) {
      std::vector<SetAnimal> networks;
      for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const double value = centre + 0.08 * (static_cast<double>(seed) - 3.5);
        networks.push_back({{seed, {value, value + 0.01}}, "", {0, 1}});
      }
      table.animals.animals["creep"][name].push_back(networks);
    }
  table.pairs["creep"] = {
      {"static", "tcr", {4, 10}, 7}, {"tcr", "high_pass", {4, 10}, 9}, {"static", "tcr", {10, 20}, 3}};
  return table;
}

const CheckedPrediction& of_name(const Check& check, const std::string& name) {
  for (const auto& checked : check.predictions)
    if (predictions()[checked.prediction].name == name) return checked;
  throw std::logic_error(name);
}

Check checked(const std::string& path, const PredictionsFile& table, CheckRequest request = {}) {
  if (!request.evidence.membrane_ms) request.evidence.membrane_ms = 20;
  std::vector<Recording> recordings;
  recordings.emplace_back(path);
  return check_recordings(recordings, table, request);
}

}  // namespace

TEST_CASE("what is counted of a file is what was recorded, and so is every statistic of it") {
  const File file({"rest", "step"}, 24, 1.5);
  const auto table = table_of({{"static", 1}, {"tcr", 1.5}});
  EvidenceRequest request;
  request.membrane_ms = 20;
  const auto found = evidence_of(Recording(file.path), request, table);
  const auto expected = file.evidence(24, 1.5);
  REQUIRE((found.evidence.sessions.size() == 2 && found.stimulated && found.subject == "mouse"));
  for (const auto& [name, session] : expected.sessions) {
    const auto& read = found.evidence.sessions.at(name);
    REQUIRE((read.trials.size() == 24 && read.bin_ms == bin_ms && read.start_ms == 0));
    for (std::size_t trial = 0; trial < 24; ++trial) CHECK(read.trials[trial] == session.trials[trial]);
    CHECK(read.condition == session.condition);
  }
  const std::vector<Index> some = {0, 2, 3}, trials = {1, 2, 4, 5, 7, 8, 11, 14, 15, 20, 22, 23};
  std::string why;
  for (const char* name : {"creep", "residual_200", "autocorrelation_400", "fano"})
    for (const auto& prediction : predictions())
      if (prediction.name == name) {
        const std::map<std::string, std::vector<Index>> of = {{"rest", trials}, {"step", trials}};
        const auto by_file = value_of_sample(prediction, found.evidence, some, of, why),
                   in_memory = value_of_sample(prediction, expected, some, of, why);
        INFO(name << ": " << why);
        REQUIRE(by_file.has_value() == in_memory.has_value());
        if (by_file) CHECK(*by_file == Approx(*in_memory).epsilon(1e-12));
      }
}

TEST_CASE(
    "a hypothesis whose networks creep otherwise is excluded, the one that fits is left, and nothing else is said") {
  const File file({"rest", "step"}, 24, 1.5);
  const auto table = table_of({{"static", 0.5}, {"tcr", 1.42}, {"high_pass", 1.4}, {"tcr_yoked", 1}});
  const auto check = checked(file.path, table);
  const auto& creep = of_name(check, "creep");
  REQUIRE(creep.cannot.empty());
  CHECK((creep.size.neurons == stimulated && creep.size.trials == 20 && creep.sessions == 1 && creep.over == "trials"));
  CHECK(creep.measured == Approx(1.4).margin(0.3));  // three errors of counts of some 670 and 940 spikes
  REQUIRE(creep.interval);
  CHECK((creep.interval->low < creep.measured && creep.measured < creep.interval->high));
  CHECK((creep.needed && creep.needed->animals == 9 && creep.needed->told == 2));
  REQUIRE(check.joint.tested.size() == 3);
  for (const auto& each : check.joint.tested) CHECK(each.excluded == (each.hypothesis == "static"));
  CHECK((check.next.size() == 1 && check.next[0].pair.animals_80 == 9));
  const auto conclusion = conclusion_of(check);
  CHECK_THAT(conclusion, Catch::StartsWith(
                             "Left: tcr, high_pass; excluded at 5 %, as they are in the table: static; not tested: "));
  CHECK_THAT(check_text(check),
             Catch::Contains("residual_200") && Catch::Contains(": not in the table") && Catch::Contains(conclusion));
  const auto json = check_json(check, table);
  CHECK((json["joint"]["hypotheses"]["static"]["excluded"] == true && json["conclusion"] == conclusion));
  const auto drawn = svg_file(check_figure(check, conclusion));
  CHECK_THAT(drawn, Catch::StartsWith("<svg") && Catch::Contains("creep"));
  // The page of a study draws the same from the file.
  const auto written = nlohmann::json::parse(json.dump());
  const auto read = check_beside(ReportEntry::of_kind("check", written, "check.json", "check"), "check-1");
  CHECK(read.says == conclusion);
  REQUIRE(read.panels.size() == 1);
  const auto& panel = read.panels[0].panel;
  CHECK(svg_file({panel.width, panel.height, panel.title, panel.draw}) == drawn);
}

TEST_CASE("samples that would tell more are of predictions that recordings are judged by") {
  const File file({"rest", "step"}, 24, 1.5);
  auto table = table_of({{"static", 0.5}, {"tcr", 1.42}, {"high_pass", 1.4}});
  table.animals.animals["fano"] = table.animals.animals["pairing_contrast"] = table.animals.animals["creep"];
  table.pairs["pairing_contrast"] = table.pairs["residual_200"] = {{"tcr", "high_pass", {4, 10}, 2}};
  table.pairs["fano"] = {{"tcr", "high_pass", {4, 10}, 3}};  // a level
  CheckRequest request;
  for (const bool matched : {false, true}) {
    request.matched = matched;
    const auto check = checked(file.path, table, request);
    REQUIRE(check.next.size() == 1);
    CHECK(check.next.front().prediction == (matched ? "fano" : "creep"));
    for (const char* name : {"pairing_contrast", "residual_200"}) CHECK(!of_name(check, name).needed);
    CHECK(of_name(check, "fano").needed.has_value() == matched);
    CHECK(of_name(check, "creep").needed.has_value());
  }
}

TEST_CASE("a file that is larger is sampled to the size, a smaller one cannot tell, and why is said") {
  const auto table = table_of({{"static", 1}, {"tcr", 1.5}});
  const auto why = [&](const std::vector<std::string>& experiments, Index trials, const char* name,
                       const CheckRequest& request = {}) {
    const File file(experiments, trials, 1.5);
    return of_name(checked(file.path, table, request), name).cannot;
  };
  CHECK_THAT(why({"rest", "step"}, 9, "creep"), Catch::Contains("9 trials") && Catch::Contains("4 and 10"));
  CHECK_THAT(why({"rest", "ramp"}, 24, "creep"), Catch::Contains("no trials of the experiment step"));
  CHECK_THAT(why({"rest", "step"}, 24, "autocorrelation_400"), Catch::Contains("not in the table"));
  CHECK_THAT(why({"rest", "step"}, 24, "pairing_contrast"), Catch::Contains("not in the table"));
  auto levels = table;
  levels.animals.animals["fano"] = levels.animals.animals["pairing_contrast"] = levels.animals.animals["creep"];
  const File file({"rest", "step"}, 12, 1.5);
  CHECK_THAT(of_name(checked(file.path, levels), "fano").cannot,
             Catch::Contains("level") && Catch::Contains("--matched"));
  CHECK_THAT(of_name(checked(file.path, levels), "pairing_contrast").cannot, Catch::Contains("connections"));
  CheckRequest matched;
  matched.matched = true;
  CHECK(of_name(checked(file.path, levels, matched), "fano").cannot.empty());
  CHECK(of_name(checked(file.path, levels), "creep").size.trials == 10);
  CheckRequest unknown;
  unknown.evidence.membrane_ms = -1;
  CHECK_THAT(of_name(checked(file.path, levels, unknown), "creep").cannot, Catch::Contains("membrane"));
  CheckRequest filtered;
  filtered.evidence.stimulated = {"--stimulated", "neuron<2"};
  CHECK_THAT(of_name(checked(file.path, levels, filtered), "creep").cannot, Catch::Contains("stimulated neurons"));
  for (const auto& [filter, says] : std::map<std::string, std::string>{
           {"condition=7", "--experiment condition=7: no row has condition = 7; there are: 0, 1"},
           {"condition>7", "--experiment step=condition>7: no trial of any recording meets it"}}) {
    CheckRequest nothing;
    nothing.evidence.experiments.emplace("step", RowFilter("--experiment", filter));
    CHECK_THROWS_WITH(checked(file.path, levels, nothing), says);
  }
  CheckRequest wrong;
  wrong.evidence.align = "events";
  CHECK_THROWS_WITH(checked(file.path, levels, wrong),
                    Catch::StartsWith("--align events: " + file.path + ": /intervals"));
  CheckRequest column, value;  // what is wrong for every experiment is not told of one of them
  column.evidence.units = {"--units", "quality=good"};
  CHECK_THROWS_WITH(checked(file.path, levels, column),
                    Catch::StartsWith("--units quality: " + file.path + ": /units has"));
  value.evidence.stimulated = {"--stimulated", "stimulated=maybe"};
  CHECK_THROWS_WITH(checked(file.path, levels, value), Catch::Contains("there are: false, true"));
  const File other({"simulate"}, 12, 1.5);
  CHECK_THROWS_WITH(checked(other.path, levels), Catch::Contains("has simulate"));
}

TEST_CASE("samples of a larger session have the mean of one of the size and less spread") {
  const auto table = table_of({{"static", 1}, {"tcr", 1.5}});
  const auto& prediction =
      *std::find_if(predictions().begin(), predictions().end(), [](const auto& each) { return each.name == "creep"; });
  const std::vector<Index> first = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  double of_samples = 0, of_one = 0, squares_of_samples = 0, squares_of_one = 0;
  const int sessions = 60;
  std::vector<Index> cells(stimulated), all(40);
  for (Index i = 0; i < stimulated; ++i) cells[static_cast<std::size_t>(i)] = i;
  for (Index i = 0; i < 40; ++i) all[static_cast<std::size_t>(i)] = i;
  for (int i = 0; i < sessions; ++i) {
    SessionEvidence session;
    session.evidence.membrane_ms = 20;
    session.evidence.signal = Signal::spikes;
    for (const char* name : {"rest", "step"})
      session.evidence.sessions[name] =
          within(record(trials_of(name, 40, 1.5).rates_hz, cells, all, {}, static_cast<std::uint64_t>(i),
                        std::string(name) == "rest" ? 1 : 2),
                 {0, 1500});
    session.evidence.cells = cells;
    session.stimulated = cells;
    std::string why;
    const auto found = matched_value(prediction, session, {4, 10}, 0, why);
    const auto one =
        value_of_sample(prediction, session.evidence, {0, 1, 2, 3}, {{"rest", first}, {"step", first}}, why);
    REQUIRE((found && found->standard_error && one));
    of_samples += found->value / sessions;
    of_one += *one / sessions;
    squares_of_samples += found->value * found->value / sessions;
    squares_of_one += *one * *one / sessions;
  }
  const double spread_of_one = std::sqrt(squares_of_one - of_one * of_one),
               spread_of_samples = std::sqrt(squares_of_samples - of_samples * of_samples);
  INFO(of_samples << " +- " << spread_of_samples << ", one: " << of_one << " +- " << spread_of_one);
  CHECK(std::abs(of_samples - of_one) < 4 * spread_of_one / std::sqrt(sessions));
  CHECK(spread_of_samples < 0.8 * spread_of_one);
}
