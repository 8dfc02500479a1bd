#include "experiments/recordings/predictions_file.hpp"

#include <filesystem>

#include "experiments/results/text_file.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A sample counts where recordings of this size show the difference as well.
std::optional<long> animals_of_pair(const json& pair) {
  const auto& interval = pair.at("recorded_interval");
  if (pair.at("sample_80").is_null() || interval.is_null()) return std::nullopt;
  if (interval.at(0).get<double>() <= 0 && interval.at(1).get<double>() >= 0) return std::nullopt;
  return pair.at("sample_80").at("animals").get<long>();
}

PredictionsFile taken_from(const json& all, const std::string& path) {
  if (!all.is_object() || !all.contains("kind") || all.at("kind") != "predictions")
    throw UserError(path + ": is not what `stillpoint predict` writes as predictions.json" +
                    (all.is_object() && all.contains("kind") ? ": its kind is " + all.at("kind").dump() : ""));
  PredictionsFile file;
  file.path = path;
  file.f_max_hz = all.at("f_max_hz");
  file.focus = all.at("focus");
  file.bin_ms = all.value("bin_ms", file.bin_ms);
  if (all.contains("stimulated")) file.stimulated = all.at("stimulated").get<Index>();
  const auto& recording = all.at("recording");
  if (const double bin_ms = recording.at("recording.bin_ms"); bin_ms > 0) file.bin_ms = bin_ms;
  file.of_spikes = recording.at("recording.signal") == "spikes";
  for (const auto& [name, options] : all.at("experiments").items())
    file.experiments[name] = {options.at("experiment.during") == "task",
                              options.at("experiment.after_ms").get<double>()};
  for (const auto& prediction : all.at("predictions"))
    for (const auto& pair : prediction.at("pairs"))
      file.pairs[prediction.at("name")].push_back(
          {pair.at("a"), pair.at("b"), {pair.at("neurons"), pair.at("trials")}, animals_of_pair(pair)});
  return file;
}

}  // namespace

PredictionsFile read_predictions(const std::string& path) {
  std::error_code failed;
  const auto name = fs::is_directory(path, failed) ? (fs::path(path) / "predictions.json").string() : path;
  if (!fs::exists(name, failed))
    throw UserError(name +
                    ": there is none; give predictions.json of a directory that `stillpoint predict --out` wrote");
  auto file = read_json(name, [&](const json& all) { return taken_from(all, name); });
  const auto beside = fs::path(name).parent_path();
  file.animals = read_animals(beside.empty() ? "." : beside.string());
  return file;
}

}  // namespace stillpoint
