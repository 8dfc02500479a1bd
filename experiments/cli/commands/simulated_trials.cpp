#include "experiments/cli/commands/simulated_trials.hpp"

#include <fmt/format.h>

#include <cmath>

#include "experiments/options/argument.hpp"
#include "experiments/runs/machine.hpp"
#include "sim/random.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

constexpr Index usual_trials = 10;

/// Refuses what this machine cannot hold, before anything is allocated: trials, one more copy of their inputs while they
/// are written, trajectory, synapse, and what is recorded.
void require_memory(const SimulationRequest& request, const Options& options, const Network<double>& network,
                    Index steps, Index trials) {
  const auto& kind = network_kind(network.kind);
  const auto number = [](Index count) { return static_cast<double>(count); };
  const double N = number(network.size()), D = number(kind.states) * N, U = number(kind.gates) * N,
               K = number(network.inputs()), O = number(network.outputs()), T = number(steps),
               samples = T / number(request.every) + 1;
  const bool tcr = options.text("synapse.kind") == "tcr";
  double recorded = 0;
  for (const auto& name : request.record)
    recorded += name == "synapse" ? (tcr ? N * N : 2 * N) : name == "output" ? O : name == "state" ? D : N;
  const double numbers =
      number(trials) * (T * (2 * K + 2 * O + D + U + O + N) + samples * recorded + (tcr ? N * N : 0));
  const double bytes = numbers * sizeof(double), available = usable_memory();
  require_argument(
      bytes <= available, "--trials", fmt::format("{}", trials),
      fmt::format("{} steps of them need about {} of memory, {} is available: take fewer trials, less time, "
                  "a larger --every or less to --record",
                  steps, memory_text(bytes), memory_text(available)));
}

TrialSet<double> trials_of_file(const SimulationRequest& request, const Options& options,
                                const Network<double>& network) {
  const auto& [all, made_for_ms] = *request.inputs;
  const auto& path = request.inputs_path;
  const double dt_ms = options.number("integration.dt_ms");
  require_parameter(!made_for_ms || std::abs(*made_for_ms - dt_ms) <= 1e-9 * dt_ms, path + ": attribute dt_ms",
                    fmt::format("{}", made_for_ms.value_or(0)),
                    fmt::format("must be {}, the step of the network or of --dt-ms", dt_ms));
  require_parameter(all.inputs.rows() == network.inputs(), path + ": inputs",
                    fmt::format("{} channels", all.inputs.rows()), fmt::format("the network has {}", network.inputs()));
  require_parameter(!request.inputs->graded() || all.targets.rows() == network.outputs(), path + ": targets",
                    fmt::format("{} outputs", all.targets.rows()),
                    fmt::format("the network has {}", network.outputs()));
  const Index count = request.trials.value_or(all.batch);
  require_argument(count <= all.batch, "--trials", fmt::format("{}", count), fmt::format("{} has {}", path, all.batch));
  require_memory(request, options, network, all.steps, count);
  std::vector<Index> first(static_cast<std::size_t>(count));
  std::iota(first.begin(), first.end(), Index(0));
  auto trials = chosen_trials(all, first);
  if (!request.inputs->graded()) {
    trials.targets.setZero(network.outputs(), trials.steps * trials.batch);
    trials.mask = trials.targets;
  }
  return trials;
}

}  // namespace

bool graded(const TrialSet<double>& trials) { return (trials.mask.array() != 0).any(); }

TrialSet<double> trials_for(const SimulationRequest& request, const Options& options, const Network<double>& network) {
  if (request.inputs) return trials_of_file(request, options, network);
  const double dt_ms = options.number("integration.dt_ms");
  const Index count = request.trials.value_or(usual_trials);
  if (request.has_task) {
    const auto task = task_kind(options.text("task.name")).make(options, dt_ms);
    require_memory(request, options, network, task->draw({request.seed, evaluation_update}, 0).steps, count);
    require_argument(task->inputs() == network.inputs(), "--task", options.text("task.name"),
                     fmt::format("has {} input channels, the network has {}", task->inputs(), network.inputs()));
    return task->draw({request.seed, evaluation_update}, count);
  }
  const Index steps = steps_of(request.duration_ms, dt_ms, "--duration-ms");
  require_memory(request, options, network, steps, count);
  auto trials = TrialSet<double>::zeros(network.inputs(), network.outputs(), steps, count);
  require_argument(request.input.size() == 0 || request.input.size() == network.inputs(), "--input",
                   fmt::format("{} values", request.input.size()),
                   fmt::format("the network has {} input channels", network.inputs()));
  if (request.input.size() > 0) trials.inputs.colwise() = request.input;
  return trials;
}

}  // namespace stillpoint
