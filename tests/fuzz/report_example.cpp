#include "tests/fuzz/report_example.hpp"

#include "experiments/predictions/animals_file.hpp"
#include "experiments/recordings/session_file.hpp"
#include "experiments/report/prediction_formats.hpp"
#include "tests/fuzz/examples.hpp"

namespace stillpoint::testing {

namespace {

using Json = nlohmann::json;

constexpr Index neurons = 4, trials = 6;

Protocol protocol_of(const std::string& name) {
  Protocol protocol;
  protocol.trials = trials;
  protocol.after_ms = 1500;
  if (name == "step") protocol.stimulus = Protocol::Stimulus::step;
  protocol.length_ms = 1000;
  return protocol;
}

/// 500 ms at rest, then a step to three times the rate that leaves a little behind.
SimulatedTrials trials_of(const std::string& name) {
  SimulatedTrials of{
      name, protocol_of(name), {10, -500, {}, {}}, {}, TrialSet<double>::zeros(1, 1, 2000, trials), 1, 500, {}, {}};
  of.bins.assign(trials, 200);
  for (Index trial = 0; trial < trials; ++trial) {
    Matrix<double> rates = Matrix<double>::Constant(neurons, 200, 20);
    if (name == "step") {
      rates.middleCols(50, 100).array() += 40;
      rates.rightCols(50).array() += 10;
    }
    of.rates_hz.trials.push_back(rates);
    of.rates_hz.condition.push_back(0);
  }
  return of;
}

std::string recording() {
  const std::vector<std::string> names = {"rest", "step"};
  SimulatedSession session;
  session.subject = "example";
  session.neurons = neurons;
  for (Index i = 0; i < neurons; ++i) session.stimulated.push_back(i);
  for (const auto& name : names) session.experiments.push_back({name, protocol_of(name), {}});
  session.trials = trials;
  session.simulate = [&](std::size_t i, const auto& use) { use(trials_of(names[i])); };
  RecordedSession as;
  as.neurons = neurons;
  as.start_time = "2000-01-01T00:00:00+00:00";
  const ScratchFile file;
  write_session(session, as, file.path());
  return file.bytes();
}

/// Networks of three hypotheses, their values made up; two sessions, one of which some lack.
PredictionStudy study() {
  PredictionStudy study{{"made up"}, {}};
  study.setting.sizes = {{2, 6}};
  study.setting.only = {"creep", "residual_200"};
  for (const auto* hypothesis : {"static", "tcr", "high_pass"})
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      MeasuredNetwork network;
      network.hypothesis = hypothesis;
      network.seed = seed;
      for (const auto& prediction : predictions()) {
        const double value = 0.1 * static_cast<double>(seed * prediction.name.size() % 7);
        network.values.push_back({value, "", {{value}}, {{seed == 2 ? 1 : 0}}, {}});
      }
      study.networks.push_back(std::move(network));
    }
  return study;
}

ReportExample example() {
  const auto of = study();
  const auto table = table_of(of);
  std::vector<Experiment> experiments;
  for (const auto* name : {"rest", "step"}) experiments.push_back({name, protocol_of(name), {}});
  const PredictionReport report{of, table, {}, experiments, 10, neurons};
  return {Json::parse(predictions_json(report)), Json::parse(animals_json(of, table)), recording()};
}

void places_in(const Json& json, const Json::json_pointer& at, std::vector<Json::json_pointer>& places) {
  places.push_back(at);
  if (json.is_object())
    for (const auto& [key, value] : json.items()) places_in(value, at / key, places);
  if (json.is_array())
    for (std::size_t i = 0; i < json.size(); ++i) places_in(json[i], at / i, places);
}

}  // namespace

const ReportExample& report_example() {
  static const auto made = example();
  return made;
}

Json damaged(Json json, Choices& choices) {
  static const std::vector<Json> wrong = {nullptr, true, "x", "two\nlines", Json::array(), Json::object(), -1, 0, 2};
  for (int changes = 0; changes < 3 && choices.left(); ++changes) {
    std::vector<Json::json_pointer> places;
    places_in(json, Json::json_pointer(), places);
    const auto& at = choices.of(places);
    const auto kind = choices.below(4);
    if (kind == 0 && !at.empty() && json[at.parent_pointer()].is_object())
      json[at.parent_pointer()].erase(at.back());
    else if (kind == 1)
      json[at] = choices.number();
    else if (kind == 2)
      json[at] = Json(choices.of(places).empty() ? json : json[choices.of(places)]);
    else
      json[at] = choices.of(wrong);
  }
  return json;
}

}  // namespace stillpoint::testing
