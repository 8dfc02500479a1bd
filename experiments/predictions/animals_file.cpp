#include "experiments/predictions/animals_file.hpp"

#include <cmath>
#include <filesystem>

#include "experiments/results/text_file.hpp"

namespace stillpoint {

using Json = nlohmann::ordered_json;

std::string animals_json(const PredictionStudy& study, const PredictionTable& table) {
  Json json = {{"kind", "animals"}, {"sizes", Json::array()}, {"predictions", Json::object()}};
  for (const auto& size : study.setting.sizes)
    json["sizes"].push_back({{"neurons", size.neurons}, {"trials", size.trials}});
  for (const auto& row : table.rows)
    for (const auto& name : table.hypotheses) {
      auto& sizes = json["predictions"][predictions()[row.prediction].name][name] = Json::array();
      for (std::size_t size = 0; size < study.setting.sizes.size(); ++size) {
        auto list = Json::array();
        for (const auto& [animal, setting] : animals_of(study, name, row.prediction, size))
          list.push_back({{"seed", animal.seed}, {"setting", setting}, {"sessions", animal.sessions}});
        sizes.push_back(std::move(list));
      }
    }
  return json.dump() + "\n";
}

AnimalsFile read_animals(const std::string& directory) {
  const auto path = (std::filesystem::path(directory) / "animals.json").string();
  std::error_code failed;
  if (!std::filesystem::exists(directory, failed))
    throw UserError(directory + ": does not exist; give the --out directory of `stillpoint predict`");
  if (!std::filesystem::exists(path, failed))
    throw UserError(directory + ": is no directory that `stillpoint predict --out` wrote: it has no animals.json");
  return read_json(path, [&](const nlohmann::json& json) {
    AnimalsFile file;
    if (json.at("kind") != "animals")
      throw UserError(path + ": is no animals.json of `stillpoint predict`: kind = " + json.at("kind").dump());
    for (const auto& size : json.at("sizes")) file.sizes.push_back({size.at("neurons"), size.at("trials")});
    for (const auto& [prediction, hypotheses] : json.at("predictions").items())
      for (const auto& [name, sizes] : hypotheses.items()) {
        auto& of_sizes = file.animals[prediction][name];
        for (const auto& list : sizes) {
          of_sizes.emplace_back();
          for (const auto& animal : list)
            of_sizes.back().push_back(
                {{animal.at("seed"), animal.at("sessions").get<std::vector<double>>()}, animal.at("setting")});
        }
        of_sizes.resize(file.sizes.size());
      }
    return file;
  });
}

}  // namespace stillpoint
