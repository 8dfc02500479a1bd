#include "experiments/results/subject_file.hpp"

#include <algorithm>
#include <optional>

#include "experiments/results/result_file.hpp"
#include "sim/files/network_group.hpp"

namespace stillpoint {

namespace {

/// Jointly integrated, as a differential equation is; it is handed over without a step, of which 2^-10 ms is no limit.
constexpr Integration joint{Method::rk4, 0x1p-10, 0};

std::shared_ptr<Synapse<double>> as_equation(Options options, const Network<double>& network) {
  const auto& kind = options.text("synapse.kind");
  if (kind == "tcr") {
    for (const char* control : {"synapse.postsynaptic", "synapse.current"})
      require_parameter(options.text(control) == "own", control, options.text(control),
                        "this control is no differential equation of one trial's state; use --synapse none");
    options.set("synapse.form", "dense");
  }
  std::shared_ptr<Synapse<double>> synapse =
      synapse_model(options).make<double>(synapse_context(network, joint, {}, 1));
  auto* continuous = synapse->continuous();
  require_parameter(continuous || (!synapse->drives() && !synapse->scales()), "synapse.kind", kind,
                    "is no differential equation; use --synapse none");
  if (continuous) continuous->bind(network);
  return synapse;
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
  subject.synapse = as_equation(options, subject.network);
  takes.synapse = subject.continuous() != nullptr;
}

namespace {

/// The networks of a run file, whose root is open.
std::vector<Checkpoint> read_checkpoints(const H5::Group& root, const std::string& path, const RunRecord& record) {
  std::vector<std::string> names;
  if (hdf5::has(root, "checkpoints")) {
    const auto group = root.openGroup("checkpoints");
    for (hsize_t i = 0; i < group.getNumObjs(); ++i) names.push_back(group.getObjnameByIdx(i));
  }
  std::sort(names.begin(), names.end());
  std::vector<Checkpoint> checkpoints;
  checkpoints.push_back({0, read_network_group(root, "initial/network", path).network});
  const auto number = integer_option(path + ": group /checkpoints", "", "", nonnegative, "");
  for (const auto& name : names)
    if (const auto update = static_cast<long>(number.value_of(name)); update > 0)
      checkpoints.push_back({update, read_network_group(root, "checkpoints/" + name + "/network", path).network});
  const bool stopped = record.reached_at && record.options.at("training.stop_at_criterion") == "true";
  const long last = record.diverged_at ? *record.diverged_at  // ends before the change of that update
                    : stopped          ? *record.reached_at
                                       : static_cast<long>(record.update.size());
  if (last > checkpoints.back().update)
    checkpoints.push_back({last, read_network_group(root, "final/network", path).network});
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
  opened.synapse = resolved_synapse(stored.synapse);
  subject.synapse_kind = opened.synapse.text("synapse.kind");
  if (!head) {
    opened.problem = path + ": is not a run file: one is needed here, as `stillpoint run` writes it";
    return opened;
  }
  try {
    opened.run = std::make_shared<const TrainedRun>(make_run(path, *head));
  } catch (const UserError& problem) {
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
    const auto held = hdf5::lock();
    const auto file = hdf5::open(path);
    const auto root = file.openGroup("/");
    const bool is_run = hdf5::read_text(root, "format", path) == "stillpoint-run";
    stored = read_network_group(root, !group.empty() ? group : is_run ? "final/network" : "network", path);
    if (is_run) require_finished(root, path);
    if (is_run) head = read_run_head(root, path);
  }
  return subject_of(path, stored, head);
}

SubjectPath open_subject_path(const std::string& path) {
  StoredNetwork stored;
  RunHead head;
  std::vector<Checkpoint> checkpoints;
  {
    const auto held = hdf5::lock();
    const auto file = hdf5::open(path);
    const auto root = file.openGroup("/");
    const auto record = read_run(root, path);
    head = {record.seed, record.options};
    checkpoints = read_checkpoints(root, path, record);
    stored = read_network_group(root, "final/network", path);
  }
  return {subject_of(path, stored, head), std::move(checkpoints)};
}

}  // namespace stillpoint
