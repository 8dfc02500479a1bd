#include "experiments/recordings/simulated_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <filesystem>
#include <numeric>

#include "experiments/options/argument.hpp"
#include "experiments/predictions/measurement.hpp"
#include "experiments/recordings/simulation_trials.hpp"
#include "sim/files/hdf5.hpp"
#include "sim/options/nearest.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

using P = Protocol;

constexpr Index usual_trials = 60;

/// ECMA-182
using Crc = boost::crc_optimal<64, 0x42F0E1EBA9EA3693ULL, ~0ULL, ~0ULL, false, false>;

/// Those of the predictions that spikes tell of: what a pairing does is measured in connections.
std::vector<std::string> recordable_experiments() {
  std::vector<std::string> names;
  for (const auto& prediction : predictions()) {
    if (prediction.cells == Prediction::Cells::connections) continue;
    for (const auto& name : prediction.experiments)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

/// "trial" is also there where the task has no delay: its event is the start of the trial.
std::optional<Experiment> experiment_of(const std::string& name, const Preparation& of, Index trials) {
  if (auto experiment = experiment_named(name, of, trials)) return experiment;
  if (name != "trial" || !of.has_task) return std::nullopt;
  Experiment trial{name, {}, {}};
  trial.protocol.during = P::During::task;
  trial.protocol.trials = trials;
  return trial;
}

std::vector<Experiment> experiments_of(const SessionRequest& request, const Preparation& of,
                                       std::vector<std::string>& left_out) {
  const auto known = recordable_experiments();
  const bool all = request.experiments == std::vector<std::string>{"all"};
  auto names = all ? known : request.experiments;
  if (names.empty()) names = {"trial"};
  std::vector<Experiment> experiments;
  for (const auto& name : names) {
    require_argument(std::find(known.begin(), known.end(), name) != known.end(), "--experiments", name,
                     must_be_one_of(name, known) + ", all");
    require_argument(std::count(names.begin(), names.end(), name) == 1, "--experiments", name, "stands twice");
    auto experiment = experiment_of(name, of, request.trials.value_or(usual_trials));
    require_argument(experiment || all, "--experiments", name,
                     of.has_task
                         ? "needs a task with a delay, or a synapse whose induction can be blocked"
                         : request.path + " has no task: give the file of a run, or --experiments rest,step ..");
    if (experiment)
      experiments.push_back(std::move(*experiment));
    else
      left_out.push_back(name);
  }
  return experiments;
}

/// Throws where experiments cannot be done on the network.
std::vector<Index> stimulated_by(const std::vector<Experiment>& experiments, const Preparation& of) {
  std::vector<Index> all;
  for (const auto& [name, protocol, changed] : experiments) {
    const Stimulation stimulation(protocol, of.network, 0, of.options.number("integration.dt_ms"), of.seed);
    if (protocol.stimulus == P::Stimulus::none) continue;
    for (const Index neuron : stimulation.targets())
      if (std::find(all.begin(), all.end(), neuron) == all.end()) all.push_back(neuron);
  }
  std::sort(all.begin(), all.end());
  return all;
}

void simulate_experiment(const Experiment& experiment, const std::string& name, const Preparation& of,
                         const std::function<void(const SimulatedTrials&)>& use) {
  run_experiment(experiment, of, [&](const auto& made, const auto& some, Index first, auto& result) {
    SimulatedTrials part{name, experiment.protocol, result.rates_hz, {}, some, 0, 0, result.delay, {}, first};
    result.rates_hz.trials.clear();
    result.rates_hz.condition.clear();
    part.dt_ms = made.options.number("integration.dt_ms");
    part.event_ms = static_cast<double>(made.event) * part.dt_ms;
    part.bins.assign(part.rates_hz.trials.size(), part.rates_hz.bins());
    if (part.delay)
      for (Index trial = first; trial < first + some.batch; ++trial)
        part.outcome.push_back(result.answers.right(trial) ? "correct" : "error");
    use(part);
  });
}

std::vector<std::string> input_names(const std::string& task_name, const Options& options) {
  std::vector<std::string> names;
  const auto task = task_kind(task_name).make(options, options.number("integration.dt_ms"));
  for (Index channel = 0; channel < task->inputs(); ++channel) names.push_back(task->input_name(channel));
  return names;
}

SimulatedSession session_of_network(const SessionRequest& request) {
  const auto file = open_subject(request.path);
  if (file.is_run) file.require_run();
  auto of = preparation_of(file, request.f_max_hz);
  if (request.seed) of.seed = *request.seed;
  SimulatedSession session;
  const auto experiments = experiments_of(request, of, session.left_out);
  session.neurons = of.network.size();
  session.seed = of.seed;
  session.stimulated = stimulated_by(experiments, of);
  session.experiments = experiments;
  session.trials = request.trials.value_or(usual_trials);
  if (of.has_task) session.input_names = input_names(of.options.text("task.name"), of.options);
  for (const auto& [name, entry] : of.options.entries()) session.options[name] = entry.value;
  session.simulate = [of, experiments, number = request.session](std::size_t i, const auto& use) {
    auto experiment = experiments.at(i);
    const auto name = experiment.name;
    // Trials and noise are drawn by the name: the first session has those that the predictions are measured in.
    if (number > 1) experiment.name += fmt::format(" of session {}", number);
    simulate_experiment(experiment, name, of, use);
  };
  session.fingerprint = fingerprint_of(of.network, session.options);
  return session;
}

}  // namespace

std::uint64_t fingerprint_of(const Network<double>& network, const std::map<std::string, std::string>& options,
                             const std::vector<double>& values) {
  Crc crc;
  for_each_array(
      [&](const ArrayTraits&, const auto& array) {
        crc.process_bytes(array.data(), static_cast<std::size_t>(array.size()) * sizeof(double));
      },
      network);
  for (const auto& [name, value] : options) {
    const auto line = fmt::format("{}={}\n", name, value);
    crc.process_bytes(line.data(), line.size());
  }
  crc.process_bytes(values.data(), values.size() * sizeof(double));
  return crc.checksum();
}

bool is_simulation(const std::string& path) { return hdf5::ReadFile(path).root().format() == "stillpoint-simulation"; }

SimulatedSession open_session(const SessionRequest& request) {
  auto session = is_simulation(request.path) ? session_of_simulation(request) : session_of_network(request);
  session.subject = std::filesystem::path(request.path).stem().string();
  return session;
}

std::vector<Index> recorded_neurons(const SimulatedSession& session, Index count, Index number) {
  require_argument(count >= 1 && count <= session.neurons, "--neurons", fmt::format("{}", count),
                   fmt::format("must be 1 to {}, the neurons that there are", session.neurons));
  const auto& some = session.stimulated;
  std::vector<Index> others;
  for (Index i = 0; i < session.neurons; ++i)
    if (!std::binary_search(some.begin(), some.end(), i)) others.push_back(i);
  const auto size = [](const auto& list) { return static_cast<Index>(list.size()); };
  const Index stimulated = std::min(size(some), std::max((count + 1) / 2, count - size(others)));
  const auto draw = [&](const std::vector<Index>& pool, Index of_them, std::uint64_t step) {
    return some_of(pool, of_them,
                   Stream(session.seed, Purpose::recording, recording_stream(number, choice_of_neurons), 0, step));
  };
  auto chosen = draw(some, stimulated, 1);
  for (const Index neuron : draw(others, count - stimulated, 2)) chosen.push_back(neuron);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace stillpoint
