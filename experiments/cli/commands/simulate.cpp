#include <fmt/format.h>

#include <boost/algorithm/string.hpp>
#include <filesystem>

#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/cli/command.hpp"
#include "experiments/cli/commands/simulation_file.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/durations.hpp"
#include "experiments/options/effect.hpp"
#include "experiments/options/known_options.hpp"
#include "experiments/options/message.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/study/study.hpp"
#include "sim/files/network_group.hpp"
#include "sim/random.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

/// Every option of the run that a file holds; none of a network file.
std::map<std::string, std::string> run_options(const std::string& path) {
  const hdf5::ReadFile file(path);
  const auto& root = file.root();
  if (root.format() != "stillpoint-run") return {};
  require_finished(root);
  return read_run_head(root).options;
}

/// The run's options of the task that is asked for, but those that a preset given by the user sets; of another task
/// none.
Assignments task_options(const SimulationRequest& request, const std::map<std::string, std::string>& run) {
  const auto* name = find_assignment(request.given, "task.name");
  const auto own = run.find("task.name");
  if (!name || own == run.end() || own->second != *name) return {};
  Assignments of_preset;
  if (const auto* difficulty = find_assignment(request.given, "task.difficulty"))
    of_preset = preset(task_kind(*name), *difficulty);
  Assignments options;
  for (const auto& [option, value] : run)
    if (option.rfind("task.", 0) == 0 && !find_assignment(of_preset, option)) options.emplace_back(option, value);
  return options;
}

/// What of the run that a file holds is not simulated, a line.
std::string left_out(const SimulationRequest& request, const std::map<std::string, std::string>& run,
                     const Options& options) {
  std::string text;
  const auto own = run.find("task.name");
  if (request.has_task && own != run.end() && own->second != options.text("task.name"))
    text = fmt::format("the run's task is {}: of {} the defaults are taken, and --set; ", own->second,
                       options.text("task.name"));
  for (const char* noise : {"noise.activity", "noise.drive"}) {
    const auto of_run = run.find(noise);
    if (of_run == run.end()) continue;
    if (options.entries().at(noise).option.value_of(of_run->second) != options.number(noise))
      text += fmt::format("the run had {0} = {1}, here it is {2} (--set {0}={1}); ", noise, of_run->second,
                          options.text(noise));
  }
  return text.empty() ? "" : text.substr(0, text.size() - 2);
}

/// Options of the simulation: what the file says of method, step, synapse and its task, under what the user says.
Options options_for(const SimulationRequest& request, const StoredNetwork& stored,
                    const std::map<std::string, std::string>& run) {
  Assignments all = task_options(request, run);
  if (const auto method = run.find("integration.method"); method != run.end())
    all.emplace_back("integration.method", method->second);
  const auto& network = stored.network;
  const auto step = network.dt_ms ? network.dt_ms : request.inputs ? request.inputs->dt_ms : std::nullopt;
  if (step) all.emplace_back("integration.dt_ms", fmt::format("{}", *step));
  all.emplace_back("network.kind", network.kind);
  if (!network_kind(network.kind).map)
    all.emplace_back("network.tau_ms", range_text({network.tau_ms.minCoeff(), network.tau_ms.maxCoeff()}));
  for (const auto& [name, value] : stored.synapse) all.emplace_back("synapse." + name, value);
  for (const auto& [name, value] : request.given) assign(all, name, value);
  auto options = resolve_options(all, Unused::ignored);
  for (const auto& [name, value] : request.given)
    require_parameter(name != "integration.precision" && name != "noise.weights", name, value,
                      "has no effect: simulate computes in double, and nothing learns; remove it");
  refuse_without_effect(request.given, options);
  if (options.text("synapse.kind") == "tcr" && options.text("synapse.form") == "auto")
    options.set("synapse.form", "dense");
  return options;
}

/// Times that are not what they were written as, a line each.
std::vector<std::string> remarks_on_times(const SimulationRequest& request, const Options& options, Index steps) {
  auto lines = request.has_task ? rounded_durations(options) : std::vector<std::string>();
  const double T = request.duration_ms;
  if (!request.has_task && !request.inputs)
    if (auto line = rounded_text("--duration-ms", {T, T}, options.number("integration.dt_ms")); !line.empty())
      lines.push_back(std::move(line));
  if (request.experiment)
    for (auto& line : rounded_times(request.experiment->protocol, options.number("integration.dt_ms")))
      lines.push_back(std::move(line));
  for (auto& line : implausible_times(options, steps)) lines.push_back(std::move(line));
  return lines;
}

po::options_description simulate_options() {
  po::options_description options;
  options.add_options()("out", po::value<OutputFile>(), "HDF5 file of the recording (layout: docs/file-formats.md)")(
      "task", po::value<std::string>(),
      "trials of this task, of a run's own task with the run's options; without it a free run")(
      "inputs", po::value<std::string>(),
      "trials of this file, once each, in its order: HDF5, or CSV of one trial (layout: docs/file-formats.md)")(
      "duration-ms", usual_number(1000), "length of a free run [ms]")("input", po::value<std::string>(),
                                                                      "free run: constant input v1,v2,...")(
      "trials", po::value<long>(),
      "number of trials, each from its own initial state (all from r0 where the network file has one); default: 10, "
      "of --inputs all")(
      "method", po::value<std::string>(),
      "euler, exponential_euler, rk4 or dopri5 (short for --set integration.method=); default: the run's own")(
      "dt-ms", po::value<double>(), "time step [ms]; default: the network's own")(
      "synapse", po::value<std::string>(), "one of `stillpoint list synapses`; default: the network's own")(
      "record", po::value<std::string>()->default_value("rate,output"),
      "any of rate, rate_hz, state, output, efficacy, current, synapse, with commas")(
      "every", po::value<long>()->default_value(1), "keep every n-th step")("seed", po::value<long>()->default_value(1),
                                                                            "seed of trials, initial states and noise")(
      "group", po::value<std::string>(),
      "which network of a run file, e.g. initial/network or checkpoints/00000100/network; default final/network")(
      "experiment", po::value<std::string>(),
      "INI file of a virtual experiment: [experiment], and [task], [noise], [synapse] for what differs from training "
      "(see `list experiment`); trials, currents and blocks are as it says")(
      "set", po::value<std::vector<std::string>>()->composing(),
      "KEY=VALUE: any option of integration, noise, synapse, task, experiment")("quiet", "print nothing");
  return options;
}

bool is_of_experiment(const std::string& option) { return option.rfind("experiment.", 0) == 0; }

/// A virtual experiment, of a file or of options alone; the task is that of the run where none is given.
void add_experiment(const po::variables_map& values, SimulationRequest& request) {
  Assignments set;
  if (values.count("set"))
    for (const auto& entry : values["set"].as<std::vector<std::string>>())
      if (const auto assignment = key_and_value("--set", entry); is_of_experiment(assignment.first))
        set.push_back(assignment);
  const bool has_file = values.count("experiment") > 0;
  if (!has_file && set.empty()) return;
  request.experiment = read_experiment(has_file ? values["experiment"].as<std::string>() : "", set);
  auto& experiment = *request.experiment;
  experiment.name = "simulate";
  for (const char* name : {"trials", "inputs", "duration-ms", "input"})
    require_argument(values.count(name) == 0 || values[name].defaulted(), std::string("--") + name,
                     "given with an experiment", "the experiment says so itself: see `stillpoint list experiment`");
  for (const auto& changed : experiment.changed) request.given.push_back(changed);
  experiment.changed.clear();
  const bool in_task = experiment.protocol.during == Protocol::During::task;
  require_argument(in_task || !request.has_task, "--task", "given with an experiment at rest",
                   "set experiment.during = task");
  if (!in_task || request.has_task) return;
  const auto run = run_options(request.network_path);
  const auto own = run.find("task.name");
  require_argument(own != run.end(), "experiment.during", "task",
                   "this file has no task: give --task NAME, the file of a run, or experiment.during = rest");
  request.has_task = true;
  request.given.emplace_back("task.name", own->second);
}

SimulationRequest request_of(const po::variables_map& values, const Command& command) {
  SimulationRequest request;
  request.network_path = required(command, values, "NETWORK.h5");
  request.out = required_output(command, values, "out");
  if (values.count("group")) request.group = values["group"].as<std::string>();
  const auto at_least_one = [&](const char* name) {
    const long value = values[name].as<long>();
    require_argument(value >= 1, std::string("--") + name, fmt::format("{}", value), "must be 1 or more");
    return static_cast<Index>(value);
  };
  if (values.count("trials")) request.trials = at_least_one("trials");
  request.every = at_least_one("every");
  require_argument(values["seed"].as<long>() >= 0, "--seed", fmt::format("{}", values["seed"].as<long>()),
                   "must be 0 or more");
  request.seed = static_cast<std::uint64_t>(values["seed"].as<long>());
  request.duration_ms = values["duration-ms"].as<double>();
  require_argument(request.duration_ms > 0, "--duration-ms", fmt::format("{}", request.duration_ms), "must be > 0 ms");
  request.has_task = values.count("task") > 0;
  if (values.count("inputs")) {
    request.inputs_path = values["inputs"].as<std::string>();
    require_argument(!request.has_task, "--inputs", request.inputs_path, "the trials are those of --task; give one");
    request.inputs = read_trials(request.inputs_path);
  }
  for (const char* name : {"duration-ms", "input"})
    for (const auto& [is_given, shown] :
         {std::pair(request.has_task, "--task"), std::pair(request.inputs.has_value(), "--inputs")})
      require_argument(!is_given || values.count(name) == 0 || values[name].defaulted(), std::string("--") + name,
                       std::string("given with ") + shown, "belongs to a free run; there length and input are set");
  if (values.count("input")) request.input = numbers_of("--input", values["input"].as<std::string>());
  boost::split(request.record, values["record"].as<std::string>(), boost::is_any_of(","));
  if (request.has_task) request.given.emplace_back("task.name", values["task"].as<std::string>());
  if (values.count("method")) request.given.emplace_back("integration.method", values["method"].as<std::string>());
  if (values.count("dt-ms"))
    request.given.emplace_back("integration.dt_ms", fmt::format("{}", values["dt-ms"].as<double>()));
  if (values.count("synapse")) request.given.emplace_back("synapse.kind", values["synapse"].as<std::string>());
  add_experiment(values, request);
  if (values.count("set"))
    for (const auto& entry : values["set"].as<std::vector<std::string>>()) {
      const auto assignment = key_and_value("--set", entry);
      if (is_of_experiment(assignment.first)) continue;
      check_value(assignment.first, assignment.second);
      const auto section = entry.substr(0, entry.find('.'));
      require_argument(
          section == "integration" || section == "noise" || section == "synapse" ||
              (section == "task" && request.has_task),
          "--set", entry,
          "must be an option of integration, noise, synapse or, with --task, task; the network comes from its file");
      request.given.push_back(assignment);
    }
  return request;
}

int simulate_network(const SimulationRequest& request, const StoredNetwork& stored, bool quiet) {
  const auto run = run_options(request.network_path);
  const auto resolved = options_for(request, stored, run);
  if (const auto line = left_out(request, run, resolved); !quiet && !line.empty()) tell(line);
  const auto integration = make_integration(resolved);
  require_stationary(stored.network, make_noise(resolved));
  Simulation<double> simulation(stored.network, integration, make_noise(resolved));
  std::unique_ptr<Synapse<double>> synapse;
  std::optional<Stimulation> stimulation;
  std::optional<Stimulated> stimulated;
  TrialSet<double> trials;
  if (request.experiment) {
    auto made = trials_of(*request.experiment, {stored.network, resolved, request.has_task, request.seed, {}});
    stimulation.emplace(request.experiment->protocol, stored.network, made.event, integration.dt_ms, request.seed);
    simulation.perturb_by(&*stimulation);
    stimulated = Stimulated{static_cast<double>(made.event) * integration.dt_ms, stimulation->targets(),
                            stimulation->presynaptic()};
    synapse = synapse_of(*request.experiment, made, stored.network);
    for (const auto& line : remarks_on_experiment(*request.experiment, made, *synapse))
      if (!quiet) tell(line);
    trials = std::move(made.trials);
  } else {
    trials = trials_for(request, resolved, stored.network);
    synapse = synapse_model(resolved).make<double>(
        synapse_context(stored.network, integration, make_noise(resolved), trials.steps));
  }
  Recorder recorder(request.record, request.every, simulation, *synapse, trials.steps, trials.batch);
  simulation.begin(trials, {request.seed, evaluation_update}, *synapse);
  recorder.observe(0);
  for (Index t = 0; t < trials.steps; ++t) {
    simulation.step(t);
    recorder.observe(t + 1);
  }
  simulation.finish();
  if (!simulation.trajectory().state.allFinite())
    tell("warning: the network diverges: what is recorded is not finite; take a smaller step, or a weaker current");
  const double bound_ms = synapse->stability_bound_ms(largest_mean_square_rate(simulation.trajectory()));
  if (integration.has_adjoint() && integration.dt_ms > bound_ms)
    tell(
        fmt::format("warning: integration.dt_ms = {:g} is past the stability bound of the synapse's own step, {:.3g} ms"
                    " at this activity; take a smaller step, or rk4",
                    integration.dt_ms, bound_ms));
  if (!quiet)
    for (const auto& line : remarks_on_times(request, resolved, trials.steps)) tell(line);
  std::error_code failed;
  const bool replaces = std::filesystem::exists(request.out, failed);
  write_simulation(request, stored, resolved, trials, recorder, stimulated);

  if (!quiet) {
    fmt::print("{}{}: {} trials of {:g} ms ({} steps of {:g} ms, {}), synapse {}, speed V = {:.3g} /s", request.out,
               replaces ? " (replaced)" : "", trials.batch, static_cast<double>(trials.steps) * integration.dt_ms,
               trials.steps, integration.dt_ms, resolved.text("integration.method"), resolved.text("synapse.kind"),
               population_speed(simulation, trials));
    if (graded(trials)) {
      const Score result = score(simulation.trajectory().outputs, trials);
      fmt::print(", accuracy {:.3f}, mean squared error {:.4g}", result.accuracy, result.loss);
    }
    fmt::print("\n");
  }
  return 0;
}

/// The step of a network file is called so, wherever it turns out to be wrong.
int simulate_request(const SimulationRequest& request, bool quiet) {
  const auto stored = request.group.empty() ? read_trained_network(request.network_path)
                                            : read_network(request.network_path, request.group);
  try {
    return simulate_network(request, stored, quiet);
  } catch (const ParameterError& error) {
    const std::string step = "integration.dt_ms";
    if (error.name != step || !stored.network.dt_ms || find_assignment(request.given, step)) throw;
    throw ParameterError(request.network_path + ": dt_ms", error.value, error.allowed);
  }
}

int simulate(const std::vector<std::string>& arguments, const Command& command) {
  const auto options = simulate_options();
  po::positional_options_description positional;
  positional.add("NETWORK.h5", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  return with_option_names(options,
                           [&] { return simulate_request(request_of(values, command), values.count("quiet") > 0); });
}

}  // namespace

Command simulate_command() {
  return {"simulate", "NETWORK.h5 --out FILE.h5 [--task NAME | --inputs FILE | --duration-ms T] [...]",
          "Runs a network freely, through a task's trials or through inputs of your own, with any integrator and "
          "synapse, and records it.",
          "stillpoint simulate results/quickstart/runs/condition0001-seed000001.h5 --task evidence_accumulation "
          "--method rk4 --out trials.h5",
          simulate};
}

}  // namespace stillpoint
