// DIR/animals.json of a prediction: the values of every network in each of its sessions, which sample sizes are made
// of.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "experiments/predictions/prediction_table.hpp"

namespace stillpoint {

struct AnimalsFile {
  std::vector<RecordingSize> sizes;
  /// prediction -> hypothesis -> one list of animals for each size
  std::map<std::string, std::map<std::string, std::vector<std::vector<SetAnimal>>>> animals;
};
/// The text of it, of the networks of the table.
std::string animals_json(const PredictionStudy& study, const PredictionTable& table);
/// Throws UserError where the directory holds none, or it is damaged.
AnimalsFile read_animals(const std::string& directory);

}  // namespace stillpoint
