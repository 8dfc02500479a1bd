#include "experiments/recordings/simulation_trials.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>

#include "experiments/options/argument.hpp"
#include "sim/files/hdf5.hpp"
#include "sim/files/network_group.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

/// What a simulation file holds, as far as a session needs it.
struct SimulationContents {
  Network<double> network;
  std::uint64_t seed = 1;
  std::vector<double> time_ms, condition, length;
  hdf5::Array rate, output, input, target, mask;
  double event_ms = 0;
  std::vector<double> stimulated;
  std::map<std::string, std::string> options;
};

SimulationContents read_simulation(const std::string& path) {
  const hdf5::ReadFile file(path);
  const auto& root = file.root();
  const auto recording = root.group("recording"), trials = root.group("trials");
  if (!recording.has("rate"))
    throw UserError(path + ": dataset recording/rate: missing; record it: simulate --record rate,output");
  SimulationContents contents;
  contents.network = read_network_group(root, "/network").network;
  contents.seed = static_cast<std::uint64_t>(root.whole("seed"));
  contents.time_ms = root.vector("time_ms");
  contents.rate = recording.array("rate");
  if (recording.has("output")) contents.output = recording.array("output");
  contents.input = trials.array("input");
  if (trials.has("target")) contents.target = trials.array("target");
  if (trials.has("mask")) contents.mask = trials.array("mask");
  if (trials.has("condition")) contents.condition = trials.vector("condition");
  if (trials.has("length")) contents.length = trials.vector("length");
  if (trials.has_attribute("event_ms")) contents.event_ms = trials.number("event_ms");
  if (trials.has("stimulated")) contents.stimulated = trials.vector("stimulated");
  contents.options = root.group("options").options();
  return contents;
}

void require(bool holds, const std::string& path, const std::string& dataset, const std::string& wrong) {
  if (!holds) throw UserError(fmt::format("{}: dataset {}: {}", path, dataset, wrong));
}

/// [trial, step, channel] as columns t*B + b, of the first B trials, from step `first` on.
Matrix<double> columns_of(const hdf5::Array& array, Index batch, Index first = 0) {
  if (array.shape.empty()) return {};
  const auto steps = static_cast<Index>(array.shape[1]), channels = static_cast<Index>(array.shape[2]);
  Matrix<double> columns(channels, (steps - first) * batch);
  for (Index b = 0; b < batch; ++b)
    for (Index t = first; t < steps; ++t)
      columns.col((t - first) * batch + b) =
          Eigen::Map<const Vector<double>>(array.values.data() + (b * steps + t) * channels, channels);
  return columns;
}

void check(const SimulationContents& of, const std::string& path) {
  const Index neurons = of.network.size();
  const auto trials = of.rate.shape.empty() ? 0 : of.rate.shape[0];
  require(of.rate.shape.size() == 3 && of.rate.shape[1] >= 2 && of.rate.shape[1] == of.time_ms.size() &&
              static_cast<Index>(of.rate.shape[2]) == neurons && trials >= 1,
          path, "recording/rate", "must be [trial, sample, neuron], two samples or more as time_ms has");
  require(of.time_ms[0] == 0 && of.time_ms[1] > 0 && std::isfinite(of.time_ms[1]), path, "time_ms", "must rise from 0");
  require(of.input.shape.size() == 3 && of.input.shape[0] == trials && of.input.shape[1] >= 1, path, "trials/input",
          "must be [trial, step, channel]");
  for (const auto& [name, array] : {std::pair("target", &of.target), std::pair("mask", &of.mask)})
    require(array->shape.empty() ||
                (array->shape.size() == 3 && array->shape[0] == trials && array->shape[1] == of.input.shape[1]),
            path, std::string("trials/") + name, "must be [trial, step, output]");
  require(of.target.shape == of.mask.shape, path, "trials/mask", "must be as trials/target");
  for (const auto& [name, values] : {std::pair("condition", &of.condition), std::pair("length", &of.length)})
    require(values->empty() || values->size() == trials, path, std::string("trials/") + name,
            fmt::format("must have a value for each of {} trials", trials));
  for (const double length : of.length)
    require(length >= 1 && length <= static_cast<double>(of.input.shape[1]), path, "trials/length",
            "must lie between 1 and the steps of trials/input");
  for (const double neuron : of.stimulated)
    require(neuron >= 0 && neuron < static_cast<double>(neurons), path, "trials/stimulated",
            fmt::format("must be neurons, 0 to {}", neurons - 1));
}

Protocol protocol_of(const std::map<std::string, std::string>& all) {
  Options options;
  options.declare(protocol_options());
  for (const auto& [name, value] : all)
    if (options.knows(name)) options.set(name, value);
  return make_protocol(options);
}

/// Those of the task and the step; none without a task.
std::optional<Options> task_options(const std::map<std::string, std::string>& all) {
  const auto name = all.find("task.name");
  if (name == all.end()) return std::nullopt;
  Options options;
  options.declare({task_name_option()});
  options.declare(task_kind(name->second).options);
  for (const auto& [option, value] : all)
    if (options.knows(option)) options.set(option, value);
  return options;
}

/// Of a range each trial's own is not known.
std::optional<Delay> delay_of_trials(const Options& task) {
  auto delay = delay_of(task);
  if (delay && task.range("task.delay_ms").low < task.range("task.delay_ms").high)
    delay->length_ms = std::numeric_limits<double>::quiet_NaN();
  return delay;
}

/// Where outputs were kept at every step and the task asks for one answer a trial.
std::vector<std::string> outcomes_of(const SimulationContents& of, const TrialSet<double>& trials) {
  const bool every_step = of.output.shape.size() == 3 && of.output.shape[1] == of.input.shape[1] + 1;
  if (!every_step || of.target.shape.empty() || of.output.shape[2] != of.target.shape[2]) return {};
  const auto answers = answers_of(trials, columns_of(of.output, trials.batch, 1));
  std::vector<std::string> outcomes;
  for (Index trial = 0; trial < trials.batch; ++trial) outcomes.push_back(answers.right(trial) ? "correct" : "error");
  return outcomes;
}

TrialSet<double> trials_of_contents(const SimulationContents& of, Index batch) {
  TrialSet<double> trials;
  trials.steps = static_cast<Index>(of.input.shape[1]);
  trials.batch = batch;
  trials.inputs = columns_of(of.input, batch);
  trials.targets = columns_of(of.target, batch);
  trials.mask = columns_of(of.mask, batch);
  for (Index b = 0; b < batch; ++b) {
    const auto i = static_cast<std::size_t>(b);
    trials.condition.push_back(of.condition.empty() ? 0 : static_cast<int>(of.condition[i]));
    trials.length.push_back(of.length.empty() ? trials.steps : static_cast<Index>(of.length[i]));
  }
  return trials;
}

/// A sample is what the network was over the time to it, from the sample before.
Session rates_of(const SimulationContents& of, const TrialSet<double>& trials, const RateMap& map) {
  Session session{of.time_ms[1], -of.event_ms, {}, trials.condition};
  const auto samples = static_cast<Index>(of.rate.shape[1]), neurons = static_cast<Index>(of.rate.shape[2]);
  for (Index b = 0; b < trials.batch; ++b) {
    const Eigen::Map<const Matrix<double>> rates(of.rate.values.data() + b * samples * neurons, neurons, samples);
    session.trials.push_back(map.hz(rates.rightCols(samples - 1)));
  }
  return session;
}

}  // namespace

SimulatedSession session_of_simulation(const SessionRequest& request) {
  const auto& path = request.path;
  require_argument(request.experiments.empty(), "--experiments", "given with a simulation",
                   path + " is simulated already: give the file of a run");
  const auto of = read_simulation(path);
  const auto& network = of.network;
  check(of, path);
  const auto available = static_cast<Index>(of.rate.shape[0]), count = request.trials.value_or(available);
  require_argument(count <= available, "--trials", fmt::format("{}", count), fmt::format("{} has {}", path, available));
  auto done = std::make_shared<SimulatedTrials>();
  const auto step = of.options.find("integration.dt_ms");
  if (step == of.options.end()) throw UserError(path + ": group /options: attribute integration.dt_ms: missing");
  done->experiment = "simulate";
  done->protocol = protocol_of(of.options);
  done->trials = trials_of_contents(of, count);
  done->dt_ms = number_option("integration.dt_ms", "1", "ms", positive, "").value_of(step->second);
  done->event_ms = of.event_ms;
  done->rates_hz = rates_of(of, done->trials, rate_map_of(network, request.f_max_hz));
  for (const Index length : done->trials.length)
    done->bins.push_back(std::min(done->rates_hz.bins(), static_cast<Index>(static_cast<double>(length) * done->dt_ms *
                                                                            (1 + 1e-9) / done->rates_hz.bin_ms)));
  SimulatedSession session;
  if (const auto task = task_options(of.options)) {
    done->delay = delay_of_trials(*task);
    if (done->delay) done->outcome = outcomes_of(of, done->trials);
    try {
      const auto made = task_kind(task->text("task.name")).make(*task, done->dt_ms);
      for (Index channel = 0; channel < made->inputs(); ++channel)
        session.input_names.push_back(made->input_name(channel));
    } catch (const UserError&) {
      session.input_names.clear();  // of a file that is gone: channels stay without names
    }
  }
  session.neurons = network.size();
  session.seed = request.seed.value_or(of.seed);
  for (const double neuron : of.stimulated)
    if (done->protocol.stimulus != Protocol::Stimulus::none) session.stimulated.push_back(static_cast<Index>(neuron));
  session.experiments = {{done->experiment, done->protocol, {}}};
  session.options = of.options;
  session.fingerprint = fingerprint_of(network, of.options, of.rate.values);
  session.trials = count;
  session.simulate = [done](std::size_t, const auto& use) { use(*done); };
  return session;
}

}  // namespace stillpoint
