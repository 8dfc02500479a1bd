#include "experiments/recordings/matched_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stillpoint {

namespace {

constexpr Index groups = 10;  // of the jackknife
constexpr std::uint64_t seed_of_draws = 0;

std::vector<Index> all_of(Index count) {
  std::vector<Index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), Index{0});
  return all;
}

std::vector<Index> pool_of(const Prediction& prediction, const SessionEvidence& session) {
  return prediction.cells == Prediction::Cells::stimulated ? *session.stimulated : session.evidence.cells;
}

Index trials_in(const SessionEvidence& session, const std::string& experiment) {
  return static_cast<Index>(session.evidence.sessions.at(experiment).trials.size());
}

using Trials = std::map<std::string, std::vector<Index>>;

/// Without a tenth of the trials of each experiment, in every neuron of the pool.
std::optional<double> jackknife_over_trials(const Prediction& prediction, const SessionEvidence& session) {
  Vector<double> without(groups);
  const auto pool = pool_of(prediction, session);
  for (Index group = 0; group < groups; ++group) {
    Trials trials;
    for (const auto& name : prediction.experiments)
      for (Index i = 0; i < trials_in(session, name); ++i)
        if (i % groups != group) trials[name].push_back(i);
    std::string ignored;
    const auto value = value_of_sample(prediction, session.evidence, pool, trials, ignored);
    if (!value) return std::nullopt;
    without(group) = *value;
  }
  return jackknife_error(without);
}

}  // namespace

std::optional<double> value_of_sample(const Prediction& prediction, const Evidence& of, const std::vector<Index>& cells,
                                      const std::map<std::string, std::vector<Index>>& trials, std::string& why) {
  Evidence sample;
  sample.signal = of.signal;
  sample.membrane_ms = of.membrane_ms;
  sample.delay = of.delay;
  sample.cells = all_of(static_cast<Index>(cells.size()));
  for (const auto& name : prediction.experiments) {
    const auto& chosen_trials = trials.at(name);
    sample.sessions[name] = chosen(of.sessions.at(name), cells, chosen_trials);
    if (const auto right = of.right.find(name); right != of.right.end())
      for (const Index trial : chosen_trials)
        sample.right[name].push_back(right->second[static_cast<std::size_t>(trial)]);
  }
  return value_of(prediction, sample, why);
}

std::string never_judged(const Prediction& prediction, const PredictionsFile& table, bool matched) {
  if (table.animals.animals.count(prediction.name) == 0) return not_in_table;
  if (prediction.cells == Prediction::Cells::connections)
    return "is about efficacies of connections, which units and trials do not hold";
  if (prediction.contrast.empty() && !matched)
    return "is a level, no contrast within an animal: another task, rate or constant changes it (--matched: they are "
           "the table's)";
  return "";
}

Sample sample_for(const Prediction& prediction, const SessionEvidence& session) {
  Sample sample;
  const auto cannot = [&](std::string why) {
    sample.cannot = std::move(why);
    return sample;
  };
  std::vector<std::string> lacking;
  for (const auto& name : prediction.experiments)
    if (session.evidence.sessions.count(name) == 0) lacking.push_back(name);
  for (const auto& name : lacking)  // what is at fault with a trial that is there says more than that others are not
    if (session.lacking.at(name).rfind(no_trials, 0) != 0) return cannot(session.lacking.at(name));
  if (!lacking.empty())
    return cannot(
        fmt::format("{} the experiment{} {}", no_trials, lacking.size() > 1 ? "s" : "", fmt::join(lacking, ", ")));
  if (prediction.cells == Prediction::Cells::stimulated && !session.stimulated)
    return cannot(
        "which units are stimulated is not known: mark them in a column `stimulated` of the units, or by "
        "--stimulated");
  sample.neurons = static_cast<Index>(pool_of(prediction, session).size());
  sample.trials = trials_in(session, prediction.experiments.front());
  for (const auto& name : prediction.experiments) sample.trials = std::min(sample.trials, trials_in(session, name));
  return sample;
}

RecordingSize recorded_size(const Prediction& prediction, const RecordingSize& size, const PredictionsFile& table) {
  const bool stimulated = prediction.cells == Prediction::Cells::stimulated && table.stimulated;
  return {stimulated ? std::min(size.neurons, *table.stimulated) : size.neurons, size.trials};
}

std::optional<MatchedValue> matched_value(const Prediction& prediction, const SessionEvidence& session,
                                          const RecordingSize& size, std::uint64_t number, std::string& why) {
  const auto sample = sample_for(prediction, session);
  const auto pool = pool_of(prediction, session);
  const bool whole = sample.neurons <= size.neurons &&
                     std::all_of(prediction.experiments.begin(), prediction.experiments.end(),
                                 [&](const auto& name) { return trials_in(session, name) == size.trials; });
  double sum = 0;
  int defined = 0;
  const int draws = whole ? 1 : draws_of_session;
  for (int draw = 0; draw < draws; ++draw) {
    const Stream stream(seed_of_draws, Purpose::recording, number, static_cast<std::uint64_t>(draw));
    Trials trials;
    for (const auto& name : prediction.experiments)
      trials[name] = some_of(all_of(trials_in(session, name)), size.trials, stream);
    const auto value = value_of_sample(prediction, session.evidence, some_of(pool, size.neurons, stream), trials, why);
    if (!value) continue;
    sum += *value;
    ++defined;
  }
  if (2 * defined <= draws && draws > 1) {
    why = fmt::format("undefined in {} of {} samples of {} neurons and {} trials: {}", draws - defined, draws,
                      size.neurons, size.trials, why);
    return std::nullopt;
  }
  if (defined == 0) return std::nullopt;
  return MatchedValue{sum / defined, jackknife_over_trials(prediction, session), groups - 1.0};
}

}  // namespace stillpoint
