#include "experiments/cli/commands/simulation_file.hpp"

#include "experiments/results/atomic_file.hpp"
#include "experiments/results/result_file.hpp"
#include "sim/files/hdf5_streamed.hpp"

namespace stillpoint {

namespace {

/// columns t*B + b -> row-major [trial, step, channel]
void write_trials(const H5::Group& group, const std::string& name, const Matrix<double>& columns, Index steps,
                  Index batch) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(columns.size()));
  for (Index b = 0; b < batch; ++b)
    for (Index t = 0; t < steps; ++t)
      for (Index k = 0; k < columns.rows(); ++k) values.push_back(columns(k, t * batch + b));
  hdf5::write_array(group, name, values.data(),
                    {static_cast<hsize_t>(batch), static_cast<hsize_t>(steps), static_cast<hsize_t>(columns.rows())});
}

void write_stimulated(const H5::Group& group, const Stimulated& of) {
  hdf5::write_attribute(group, "event_ms", of.event_ms);
  for (const auto& [name, neurons] : {std::pair("stimulated", &of.targets), std::pair("presynaptic", &of.presynaptic)})
    if (!neurons->empty()) {
      const std::vector<long> places(neurons->begin(), neurons->end());
      hdf5::write_vector(group, name, places.data(), places.size());
    }
}

}  // namespace

void write_simulation(const SimulationRequest& request, const StoredNetwork& stored, const Options& options,
                      const TrialSet<double>& trials, const Recorder& recorder,
                      const std::optional<Stimulated>& stimulated) {
  PartialFile partial(request.out);
  const auto held = hdf5::lock();
  hdf5::StreamedFile file(partial.descriptor());
  const auto root = file.root();
  hdf5::write_attribute(root, "format", std::string("stillpoint-simulation"));
  hdf5::write_attribute(root, "version", 1L);
  hdf5::write_attribute(root, "seed", static_cast<long>(request.seed));
  const double dt = options.number("integration.dt_ms");
  std::vector<double> time;
  for (Index t = 0; t <= trials.steps; t += recorder.every()) time.push_back(static_cast<double>(t) * dt);
  hdf5::write_vector(root, "time_ms", time.data(), time.size());
  const auto recorded = root.createGroup("recording");
  for (const auto& [name, recording] : recorder.recordings())
    hdf5::write_array(recorded, name, recording.values.data(),
                      {static_cast<hsize_t>(recording.trials), static_cast<hsize_t>(recording.samples),
                       static_cast<hsize_t>(recording.channels)});
  const auto shown = root.createGroup("trials");
  write_trials(shown, "input", trials.inputs, trials.steps, trials.batch);
  if (graded(trials)) {
    write_trials(shown, "target", trials.targets, trials.steps, trials.batch);
    write_trials(shown, "mask", trials.mask, trials.steps, trials.batch);
  }
  if (request.has_task || request.inputs) {
    const std::vector<long> condition(trials.condition.begin(), trials.condition.end()),
        length(trials.length.begin(), trials.length.end());
    hdf5::write_vector(shown, "condition", condition.data(), condition.size());
    hdf5::write_vector(shown, "length", length.data(), length.size());
  }
  if (stimulated) write_stimulated(shown, *stimulated);
  const auto resolved = root.createGroup("options");
  if (stimulated)
    for (const auto& [name, value] : protocol_texts(request.experiment->protocol))
      hdf5::write_attribute(resolved, name, value);
  for (const auto& [name, entry] : options.entries())
    for (const char* section : {"integration.", "noise.", "synapse.", "task."})
      if (name.rfind(section, 0) == 0 && (request.has_task || section[0] != 't'))
        hdf5::write_attribute(resolved, name, entry.value);
  write_network(root.createGroup("network"), stored.network, synapse_options(options));
  partial.put_in_place(file.close());
}

}  // namespace stillpoint
