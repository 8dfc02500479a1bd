#include "experiments/predictions/measurement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/blas.hpp"

namespace stillpoint {

namespace {

constexpr std::uint64_t whole_recording = 1ULL << 31;  // number of a session, beside those of recordings

/// Of one session of an experiment: every prediction that looks at the same neurons and trials sees the same spikes.
std::uint64_t recording_of(const std::string& experiment, std::uint64_t session) {
  return (session << 32) + number_of_experiment(experiment);
}

using Results = std::map<std::string, std::optional<ExperimentResult>>;

/// Runs experiments when they are first asked for, and forgets them when no prediction needs them any more.
class Bench {
 public:
  Bench(const Preparation& of, Index trials) : of_(of), trials_(trials) {}

  /// False where one of them does not apply to the preparation.
  bool run(const std::vector<std::string>& names) {
    bool all = true;
    for (const auto& name : names) {
      if (results_.count(name) == 0) {
        const auto experiment = experiment_named(name, of_, trials_);
        results_[name] = experiment ? std::optional(run_experiment(*experiment, of_)) : std::nullopt;
      }
      all = all && results_.at(name).has_value();
    }
    return all;
  }
  const ExperimentResult& operator[](const std::string& name) const { return *results_.at(name); }
  void keep_only(const std::vector<std::string>& names) {
    for (auto each = results_.begin(); each != results_.end();)
      each = std::count(names.begin(), names.end(), each->first) ? std::next(each) : results_.erase(each);
  }

 private:
  const Preparation& of_;
  Index trials_;
  Results results_;
};

std::vector<Index> all_of(Index count) {
  std::vector<Index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), Index(0));
  return all;
}

std::vector<bool> right_answers(const ExperimentResult& result, const std::vector<Index>& trials) {
  std::vector<bool> right;
  for (const Index trial : trials) right.push_back(result.answers.right(trial));
  return right;
}

Evidence empty_evidence(const Preparation& of, Signal signal) {
  Evidence evidence;
  evidence.signal = signal;
  evidence.membrane_ms = of.network.tau_ms.mean();
  return evidence;
}

void add_task(const ExperimentResult& result, const std::string& name, const std::vector<Index>& trials,
              Evidence& evidence) {
  if (result.answers.answer.size() > 0) evidence.right[name] = right_answers(result, trials);
  if (result.delay) evidence.delay[name] = *result.delay;
}

std::vector<Index> pool_of(const Prediction& prediction, const Bench& bench, Index neurons) {
  if (prediction.cells == Prediction::Cells::stimulated)
    for (const auto& name : prediction.experiments)
      if (!bench[name].targets.empty()) return bench[name].targets;
  return all_of(neurons);
}

/// Every neuron and trial, by rates; of what rates do not have, by spikes.
Evidence by_rates(const Prediction& prediction, const Bench& bench, const Preparation& of,
                  const MeasurementSetting& setting) {
  auto evidence = empty_evidence(of, prediction.of_counts ? Signal::spikes : Signal::rates);
  const auto cells = pool_of(prediction, bench, of.network.size());
  for (const auto& name : prediction.experiments) {
    const auto& result = bench[name];
    const auto trials = all_of(static_cast<Index>(result.rates_hz.trials.size()));
    auto spikes = setting.recording;
    spikes.signal = RecordingModel::Signal::spikes;
    evidence.sessions[name] = prediction.of_counts ? record(result.rates_hz, cells, trials, spikes, of.seed,
                                                            recording_of(name, whole_recording))
                                                   : chosen(result.rates_hz, cells, trials);
    evidence.efficacy[name] = result.efficacy;
    add_task(result, name, trials, evidence);
  }
  evidence.cells = all_of(static_cast<Index>(cells.size()));
  return evidence;
}

/// A number of connections, each measured with an error of its own, the same connections in every pairing.
std::vector<EfficacyRatio> measured(const std::vector<EfficacyRatio>& all, Index count, const Stream& choice,
                                    Stream error) {
  std::vector<EfficacyRatio> some;
  for (const Index i : some_of(all_of(static_cast<Index>(all.size())), count, choice)) {
    some.push_back(all[static_cast<std::size_t>(i)]);
    some.back().ratio *= std::exp(efficacy_error * error.normal());
  }
  return some;
}

Evidence by_session(const Prediction& prediction, const Bench& bench, const Preparation& of,
                    const MeasurementSetting& setting, std::size_t size, Index session) {
  const bool spikes = setting.recording.signal == RecordingModel::Signal::spikes;
  auto evidence = empty_evidence(of, spikes ? Signal::spikes : Signal::rates);
  const auto number = static_cast<std::uint64_t>(session) * setting.sizes.size() + size;
  const Stream choice(of.seed, Purpose::recording, number, 0, 1);
  const auto [neurons, trials] = setting.sizes[size];
  const auto cells = some_of(pool_of(prediction, bench, of.network.size()), neurons, choice);
  for (const auto& name : prediction.experiments) {
    const auto& result = bench[name];
    const auto recording = recording_of(name, number);
    if (prediction.cells == Prediction::Cells::connections) {
      evidence.efficacy[name] =
          measured(result.efficacy, neurons, choice, Stream(of.seed, Purpose::recording, recording, 0, 2));
      continue;
    }
    auto which = all_of(trials);
    for (auto& each : which) each += session * trials;
    evidence.sessions[name] = record(result.rates_hz, cells, which, setting.recording, of.seed, recording);
    add_task(result, name, which, evidence);
  }
  evidence.cells = all_of(static_cast<Index>(cells.size()));
  return evidence;
}

PredictionValue measured_value(const Prediction& prediction, const Bench& bench, const Preparation& of,
                               const MeasurementSetting& setting) {
  PredictionValue value;
  value.rates = value_of(prediction, by_rates(prediction, bench, of, setting), value.undefined);
  for (std::size_t size = 0; size < setting.sizes.size(); ++size) {
    value.sessions.emplace_back();
    value.numbers.emplace_back();
    for (Index session = 0; session < setting.sessions(setting.sizes[size]); ++session) {
      std::string why;
      const auto found = value_of(prediction, by_session(prediction, bench, of, setting, size, session), why);
      if (found) {
        value.sessions.back().push_back(*found);
        value.numbers.back().push_back(session);
      }
      if (value.undefined.empty() && !value.rates) value.undefined = why;
    }
  }
  return value;
}

/// Calls use(i, bench) for each prediction whose experiments could be run, and not_run(i) for the others.
template <class Use, class NotRun>
void for_each_prediction(const std::vector<Prediction>& all, const Preparation& of, const MeasurementSetting& setting,
                         Use&& use, NotRun&& not_run) {
  Bench bench(of, setting.trials());
  const auto wanted = [&](const Prediction& prediction) {
    return setting.only.empty() || std::count(setting.only.begin(), setting.only.end(), prediction.name) > 0;
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (wanted(all[i])) {
      if (bench.run(all[i].experiments))
        use(i, bench);
      else
        not_run(i);
    }
    std::vector<std::string> later;
    for (std::size_t k = i + 1; k < all.size(); ++k)
      if (wanted(all[k])) later.insert(later.end(), all[k].experiments.begin(), all[k].experiments.end());
    bench.keep_only(later);
  }
}

}  // namespace

std::vector<Index> some_of(std::vector<Index> pool, Index count, Stream stream) {
  const auto size = static_cast<Index>(pool.size());
  for (Index i = 0; i < std::min(count, size); ++i)
    std::swap(pool[static_cast<std::size_t>(i)], pool[static_cast<std::size_t>(i + stream.below(size - i))]);
  pool.resize(static_cast<std::size_t>(std::min(count, size)));
  std::sort(pool.begin(), pool.end());
  return pool;
}

Index MeasurementSetting::trials() const {
  Index most = 0;
  for (const auto& size : sizes) most = std::max(most, least_sessions * size.trials);
  return most;
}

Index MeasurementSetting::sessions(const RecordingSize& size) const {
  return std::min(most_sessions, trials() / size.trials);
}

std::vector<PredictionValue> measure_predictions(const Preparation& of, const MeasurementSetting& setting,
                                                 bool half_step, const std::vector<Prediction>& asked) {
  const ProductsOnOneThread products;  // the same sums on any number of threads
  for (const auto& size : setting.sizes)
    require_parameter(size.neurons <= of.network.size(), "recording", fmt::format("{} neurons", size.neurons),
                      fmt::format("the network has {}", of.network.size()));
  std::vector<PredictionValue> values(asked.size());
  for_each_prediction(
      asked, of, setting,
      [&](std::size_t i, const Bench& bench) { values[i] = measured_value(asked[i], bench, of, setting); },
      [&](std::size_t i) {
        values[i].undefined = "its experiments need a task with a delay, or a synapse whose induction can be blocked";
      });
  if (half_step) {
    const auto finer = at_half_step(of);
    std::string ignored;
    for_each_prediction(
        asked, finer, setting,
        [&](std::size_t i, const Bench& bench) {
          values[i].half_step = value_of(asked[i], by_rates(asked[i], bench, finer, setting), ignored);
        },
        [](std::size_t) {});
  }
  return values;
}

}  // namespace stillpoint
