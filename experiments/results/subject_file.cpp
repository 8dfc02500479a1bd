#include "experiments/results/subject_file.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "experiments/results/result_file.hpp"
#include "sim/files/network_group.hpp"

namespace stillpoint {

namespace {

std::shared_ptr<Synapse<double>> equation_of(const Options& options, const Network<double>& network) {
  try {
    const bool tcr = options.text("synapse.kind") == "tcr";
    return as_equation(tcr ? tcr_synapse(as_equation(tcr_parameters(options))) : synapse_model(options), network);
  } catch (const ParameterError& problem) {
    throw ParameterError(problem.name, problem.value, problem.allowed + "; use --synapse none");
  }
}

}  // namespace

Options resolved_synapse(const std::map<std::string, std::string>& stored) {
  Options options;
  options.declare({synapse_kind_option()});
  if (const auto kind = stored.find("kind"); kind != stored.end()) options.set("synapse.kind", kind->second);
  options.declare(synapse_kind(options.text("synapse.kind")).options);
  for (const auto& [name, value] : stored)
    if (options.knows("synapse." + name)) options.set("synapse." + name, value);
  return options;
}

const TrainedRun& SubjectFile::require_run() const {
  if (!run) throw UserError(problem);
  return *run;
}

void SubjectFile::take_synapse(const Options& options) {
  subject.synapse = equation_of(options, subject.network);
  takes.synapse = subject.continuous() != nullptr;
}

namespace {

/// Of the same kind and shape, array by array: what analyses go from one to another of.
void require_same_shape(const Network<double>& network, const Network<double>& initial, const std::string& where) {
  require_parameter(network.kind == initial.kind, where + ": attribute kind", network.kind,
                    fmt::format("must be {}, as the initial network", initial.kind));
  for_each_array(
      [&](const ArrayTraits& array, const auto& values, const auto& first) {
        require_parameter(values.rows() == first.rows() && values.cols() == first.cols(), where + ": " + array.name,
                          fmt::format("{} x {}", values.rows(), values.cols()),
                          fmt::format("must be {} x {}, as the initial network", first.rows(), first.cols()));
      },
      network, initial);
}

/// The networks of a run file, whose root is open.
std::vector<Checkpoint> read_checkpoints(const hdf5::ReadGroup& root, const RunFile& run) {
  const auto& record = run.record;
  std::map<long, std::string> groups;
  if (root.has("checkpoints")) {
    const auto group = root.group("checkpoints");
    for (const auto& name : group.members()) groups[update_of_checkpoint(name, group.where())] = name;
  }
  std::vector<Checkpoint> checkpoints;
  const auto add = [&](long update, const std::string& group) {
    checkpoints.push_back({update, read_network_group(root, group).network});
    require_same_shape(checkpoints.back().network, checkpoints.front().network, root.where() + ": group /" + group);
  };
  add(0, "initial/network");
  for (const auto& [update, name] : groups)
    if (update > 0) add(update, "checkpoints/" + name + "/network");
  const bool stopped = record.reached_at && record.options->at("training.stop_at_criterion") == "true";
  const long last = record.diverged_at ? *record.diverged_at  // ends before the change of that update
                    : stopped          ? *record.reached_at
                                       : static_cast<long>(run.curve.update.size());
  if (last > checkpoints.back().update) add(last, "final/network");
  return checkpoints;
}

/// Of a network as it is stored, and of the run that it comes from where there is one.
SubjectFile subject_of(const std::string& path, const StoredNetwork& stored, const std::optional<RunHead>& head) {
  SubjectFile opened;
  opened.path = path;
  opened.is_run = head.has_value();
  auto& subject = opened.subject;
  subject.network = stored.network;
  subject.input = Vector<double>::Zero(stored.network.inputs());
  subject.as = System::as_trained(stored.network);
  opened.stored_synapse = stored.synapse;
  try {
    opened.synapse = resolved_synapse(stored.synapse);
  } catch (const ParameterError& problem) {
    throw ParameterError(path + ": " + problem.name, problem.value, problem.allowed);
  }
  subject.synapse_kind = opened.synapse.text("synapse.kind");
  const bool is_map = network_kind(stored.network.kind).map;
  subject.integration = {Method::euler, stored.network.dt_ms.value_or(is_map ? stored.network.tau_ms(0)
                                                                             : stored.network.tau_ms.minCoeff() / 10)};
  subject.trial_synapse = [synapse = opened.synapse, network = stored.network,
                           integration = subject.integration](Index steps) {
    return synapse_model(synapse).make<double>(synapse_context(network, integration, {}, steps));
  };
  if (!head) {
    opened.problem = path + ": is not a run file: one is needed here, as `stillpoint run` writes it";
    return opened;
  }
  try {
    opened.run = std::make_shared<const TrainedRun>(make_run(path, *head));
    const auto& task = *opened.run->task;
    if (task.inputs() != stored.network.inputs() || task.outputs() != stored.network.outputs())
      throw UserError(fmt::format("{}: its network has {} inputs and {} outputs, its task {} and {}", path,
                                  stored.network.inputs(), stored.network.outputs(), task.inputs(), task.outputs()));
  } catch (const UserError& problem) {
    opened.run = nullptr;
    opened.problem = problem.what();
    return opened;
  }
  const auto& run = opened.run;
  subject.integration = run->integration;
  subject.noise = make_noise(run->options);
  subject.task = run->options.text("task.name");
  subject.trials = [run](Index count) { return run->trials(count); };
  subject.trial_synapse = [run, network = stored.network](Index steps) { return run->synapse(network, steps); };
  return opened;
}

}  // namespace

SubjectFile open_subject(const std::string& path, const std::string& group) {
  StoredNetwork stored;
  std::optional<RunHead> head;
  {
    const hdf5::ReadFile file(path);
    const auto& root = file.root();
    const bool is_run = root.format() == "stillpoint-run";
    if (is_run) require_finished(root);
    stored = read_network_group(root, !group.empty() ? group : is_run ? "final/network" : "network");
    if (is_run) head = read_run_head(root);
  }
  return subject_of(path, stored, head);
}

SubjectPath open_subject_path(const std::string& path) {
  StoredNetwork stored;
  RunFile run;
  RunHead head;
  std::vector<Checkpoint> checkpoints;
  {
    const hdf5::ReadFile file(path);
    const auto& root = file.root();
    run = read_run(root);
    head = read_run_head(root);
    checkpoints = read_checkpoints(root, run);
    stored = read_network_group(root, "final/network");
  }
  auto file = subject_of(path, stored, head);
  return {std::move(file), std::move(checkpoints), std::move(run)};
}

}  // namespace stillpoint
