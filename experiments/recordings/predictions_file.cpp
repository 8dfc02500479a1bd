#include "experiments/recordings/predictions_file.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "experiments/predictions/report_entry.hpp"
#include "experiments/results/text_file.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

constexpr double smallest = 1e-6, largest = 1e6;  // of times [ms] and rates [Hz]

/// A sample counts where recordings of this size show the difference as well.
std::optional<long> animals_of_pair(const ReportEntry& pair) {
  const auto sample = pair["sample_80"], interval = pair["recorded_interval"];
  if (sample.is_null() || interval.is_null()) return std::nullopt;
  const auto ends = interval.list();
  if (ends.size() != 2) return std::nullopt;
  const auto low = ends[0].statistic(), high = ends[1].statistic();
  if (!low || !high || (*low <= 0 && *high >= 0)) return std::nullopt;
  return sample["animals"].count();
}

/// recording.signal as an option has it.
bool is_of_spikes(const ReportEntry& recording) {
  const auto signal = recording["recording.signal"].text();
  if (signal == "spikes" || signal == "calcium") return signal == "spikes";
  recording["recording.signal"].fail("spikes or calcium");
}

PredictionsFile taken_from(const ReportEntry& all, const std::string& path) {
  PredictionsFile file;
  file.path = path;
  file.f_max_hz = all["f_max_hz"].number(smallest, largest);
  file.focus = all["focus"].text();
  if (const auto bin_ms = all.find("bin_ms")) file.bin_ms = bin_ms->number(smallest, largest);
  if (const auto stimulated = all.find("stimulated")) file.stimulated = stimulated->count();
  const auto recording = all["recording"];
  if (const double bin_ms = recording["recording.bin_ms"].number(0, largest); bin_ms >= smallest) file.bin_ms = bin_ms;
  file.of_spikes = is_of_spikes(recording);
  for (const auto& [name, options] : all["experiments"].members())
    file.experiments[name] = {options["experiment.during"].text() == "task",
                              options["experiment.after_ms"].number(smallest, largest)};
  for (const auto& prediction : all["predictions"].list())
    for (const auto& pair : prediction["pairs"].list())
      file.pairs[prediction["name"].text()].push_back({pair["a"].text(),
                                                       pair["b"].text(),
                                                       {pair["neurons"].count(), pair["trials"].count()},
                                                       animals_of_pair(pair)});
  return file;
}

}  // namespace

PredictionsFile read_predictions(const std::string& path) {
  std::error_code failed;
  const auto name = fs::is_directory(path, failed) ? (fs::path(path) / "predictions.json").string() : path;
  PredictionsFile file;
  try {
    if (!fs::exists(name, failed)) throw UserError(name + ": there is none");
    file = read_json(name, [&](const nlohmann::json& all) {
      return taken_from(ReportEntry::of_kind("predictions", all, name), name);
    });
  } catch (const UserError& problem) {
    throw UserError(
        fmt::format("{}; give predictions.json of a directory that `stillpoint predict --out` wrote", problem.what()));
  }
  const auto beside = fs::path(name).parent_path();
  file.animals = read_animals(beside.empty() ? "." : beside.string());
  return file;
}

}  // namespace stillpoint
