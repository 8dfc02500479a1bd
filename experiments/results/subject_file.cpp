#include "experiments/results/subject_file.hpp"

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

SubjectFile open_subject(const std::string& path, const std::string& group) {
  SubjectFile opened;
  opened.path = path;
  StoredNetwork stored;
  RunHead head;
  {
    const auto held = hdf5::lock();
    const auto file = hdf5::open(path);
    const auto root = file.openGroup("/");
    opened.is_run = hdf5::read_text(root, "format", path) == "stillpoint-run";
    stored = read_network_group(root, !group.empty() ? group : opened.is_run ? "final/network" : "network", path);
    if (opened.is_run) head = read_run_head(root, path);
  }
  auto& subject = opened.subject;
  subject.network = stored.network;
  subject.input = Vector<double>::Zero(stored.network.inputs());
  subject.as = System::as_trained(stored.network);
  opened.stored_synapse = stored.synapse;
  opened.synapse = resolved_synapse(stored.synapse);
  subject.synapse_kind = opened.synapse.text("synapse.kind");
  if (!opened.is_run) {
    opened.problem = path + ": is not a run file: one is needed here, as `stillpoint run` writes it";
    return opened;
  }
  try {
    opened.run = std::make_shared<const TrainedRun>(make_run(path, head));
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

}  // namespace stillpoint
