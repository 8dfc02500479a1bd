#include "experiments/predictions/animals_file.hpp"

#include <filesystem>

#include "experiments/predictions/report_entry.hpp"
#include "experiments/results/text_file.hpp"

namespace stillpoint {

namespace {

using Json = nlohmann::ordered_json;

/// null where the statistic is undefined: so that the n-th is of the same session in every prediction.
Json sessions_json(const SetAnimal& network, Index sessions) {
  auto json = Json::array();
  for (Index i = 0; i < sessions; ++i) json.push_back(nullptr);
  for (std::size_t i = 0; i < network.numbers.size(); ++i)
    json[static_cast<std::size_t>(network.numbers[i])] = network.animal.sessions[i];
  return json;
}

SetAnimal network_of(const ReportEntry& entry) {
  SetAnimal network{{entry["seed"].seed(), {}}, entry["setting"].text(), {}};
  Index number = 0;
  for (const auto& session : entry["sessions"].list()) {
    if (const auto value = session.statistic()) {
      network.animal.sessions.push_back(*value);
      network.numbers.push_back(number);
    }
    ++number;
  }
  return network;
}

AnimalsFile taken_from(const ReportEntry& all) {
  AnimalsFile file;
  for (const auto& size : all["sizes"].list()) file.sizes.push_back({size["neurons"].count(), size["trials"].count()});
  if (file.sizes.empty()) all["sizes"].fail("a list of one or more");
  for (const auto& [prediction, hypotheses] : all["predictions"].members())
    for (const auto& [name, of_hypothesis] : hypotheses.members()) {
      const auto lists = of_hypothesis.list();
      if (lists.size() != file.sizes.size()) of_hypothesis.fail("a list of as many as there are sizes");
      auto& of_sizes = file.animals[prediction][name];
      for (const auto& list : lists) {
        of_sizes.emplace_back();
        for (const auto& entry : list.list())
          if (auto network = network_of(entry); !network.numbers.empty()) of_sizes.back().push_back(std::move(network));
      }
    }
  return file;
}

}  // namespace

std::string animals_json(const PredictionStudy& study, const PredictionTable& table) {
  Json json = {{"kind", "animals"}, {"sizes", Json::array()}, {"predictions", Json::object()}};
  for (const auto& size : study.setting.sizes)
    json["sizes"].push_back({{"neurons", size.neurons}, {"trials", size.trials}});
  for (const auto& row : table.rows)
    for (const auto& name : table.hypotheses) {
      auto& sizes = json["predictions"][predictions()[row.prediction].name][name] = Json::array();
      for (std::size_t size = 0; size < study.setting.sizes.size(); ++size) {
        auto list = Json::array();
        for (const auto& network : animals_of(study, name, row.prediction, size))
          list.push_back({{"seed", network.animal.seed},
                          {"setting", network.setting},
                          {"sessions", sessions_json(network, study.setting.sessions(study.setting.sizes[size]))}});
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
  return read_json(path,
                   [&](const nlohmann::json& all) { return taken_from(ReportEntry::of_kind("animals", all, path)); });
}

}  // namespace stillpoint
