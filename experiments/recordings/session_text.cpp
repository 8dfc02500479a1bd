#include "experiments/recordings/session_text.hpp"

#include <fmt/format.h>

#include "experiments/results/program.hpp"

namespace stillpoint {

namespace {

/// The synthetic construct of the taxonomy of NCBI, by the address that nwbinspector takes for a species.
const std::string synthetic_construct = "http://purl.obolibrary.org/obo/NCBITaxon_32630";

/// What of it is not the default, "NAME: during = task, ..".
std::string line_of(const Experiment& experiment) {
  const auto usual = protocol_texts({});
  const auto own = protocol_texts(experiment.protocol);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < own.size(); ++i)
    if (own[i].second != usual[i].second) words.push_back(fmt::format("{} = {}", own[i].first, own[i].second));
  for (const auto& [name, value] : experiment.changed) words.push_back(fmt::format("{} = {}", name, value));
  return fmt::format("{}: {}", experiment.name, fmt::join(words, ", "));
}

std::string recording_line(const RecordingModel& model) {
  std::vector<std::string> words;
  for (const auto& entry : recording_list().entries())
    words.push_back(fmt::format("{} = {}", entry.option.name, entry.text(model)));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string notes_of(const SimulatedSession& session) {
  std::string text = "Program: " + program_text(this_program_facts()) +
                     "\n\nExperiments, where they differ from `stillpoint list experiment`:\n";
  for (const auto& experiment : session.experiments) text += line_of(experiment) + '\n';
  text += "\nOptions of the simulation:\n";
  for (const auto& [name, value] : session.options) text += fmt::format("{} = {}\n", name, value);
  return text;
}

}  // namespace

NwbSession session_text(const SimulatedSession& session, const RecordedSession& as, const std::vector<Index>& neurons) {
  std::vector<std::string> names;
  for (const auto& experiment : session.experiments) names.push_back(experiment.name);
  const auto experiments = fmt::format("{}", fmt::join(names, ", "));
  NwbSession text;
  text.key = fmt::format("{:016x}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", session.fingerprint, session.subject, session.seed,
                         as.number, experiments, recording_line(as.recording), fmt::join(neurons, " "), as.command);
  text.start_time = as.start_time;
  text.description = fmt::format("Simulated: {} of the {} neurons of a recurrent network, in trials of {}",
                                 neurons.size(), session.neurons, experiments);
  const auto option = [&](const std::string& name) {
    const auto found = session.options.find(name);
    return found == session.options.end() ? std::string() : found->second;
  };
  text.general = {
      {"session_id", fmt::format("{}", as.number)},
      {"experiment_description", "Virtual experiments on a recurrent network: " + experiments},
      {"data_collection", "Recorded by a model: " + recording_line(as.recording)},
      {"stimulus",
       "Inputs of the task, currents and silencing are those that the simulation was given; currents are in "
       "units of the drive u of a neuron, whose rate is phi(u)"},
      {"notes", notes_of(session)}};
  text.keywords = {"simulation", "recurrent neural network", "stillpoint"};
  for (const auto& word : {option("task.name"), option("synapse.kind")})
    if (!word.empty() && word != "none") text.keywords.push_back(word);
  text.command = as.command;
  text.subject = {{"subject_id", session.subject},
                  {"sex", "U"},
                  {"age", "P0D"},
                  {"species", synthetic_construct},
                  {"description", fmt::format("A simulated network of {} neurons, whose age has no meaning; seed {}",
                                              session.neurons, session.seed)}};
  return text;
}

NwbSeriesHead series_head(SeriesKind kind, const SimulatedSession& session) {
  switch (kind) {
    case SeriesKind::rates:
      return {"processing/ecephys/firing_rates",
              "TimeSeries",
              "Firing rates of the recorded neurons, in the order of their table: of a bin that begins at its time",
              "",
              "Hz",
              1,
              {}};
    case SeriesKind::frames:
      return {"processing/ophys/DfOverF/RoiResponseSeries",
              "RoiResponseSeries",
              "Fluorescence: of a frame, the mean over its time, which begins at the timestamp",
              "",
              "dF/F",
              1,
              {}};
    case SeriesKind::inputs:
      return {"stimulus/presentation/input",
              "TimeSeries",
              "Input channels of the task, held within a step that begins at the timestamp",
              session.input_names.empty() ? "" : fmt::format("channels: {}", fmt::join(session.input_names, ", ")),
              "a.u.",
              1,
              {}};
    case SeriesKind::current:
      return {"stimulus/presentation/current",
              "TimeSeries",
              "Current into the stimulated neurons, or into the weights of an input channel where /general/notes says "
              "experiment.onto = input",
              "",
              "a.u.",
              0,
              {}};
    case SeriesKind::silencing:
      break;
  }
  return {
      "stimulus/presentation/silencing",
      "TimeSeries",
      "1 while the stimulated neurons are silenced: their drive is clamped where the rate is lowest, so that firing "
      "falls towards 0 Hz with the membrane time constant",
      "",
      "a.u.",
      0,
      {}};
}

}  // namespace stillpoint
