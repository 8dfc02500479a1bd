// What was measured of a network, kept in a file beside the report: taken from there as long as it is of the same run,
// setting and program.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/predictions/measurement.hpp"
#include "experiments/results/text_file.hpp"

namespace stillpoint {

/// Of what, how and by which program.
nlohmann::json identity_of_measurement(const std::string& run, const MeasurementSetting& setting,
                                       const std::vector<Prediction>& asked);

/// One place per set of settings, so that what was measured under another stays.
std::string settings_hash(const MeasurementSetting& setting, const std::vector<Prediction>& asked);

nlohmann::json as_kept(const std::vector<PredictionValue>& values);
/// Throws UserError where there are not so many.
std::vector<PredictionValue> kept_values(const nlohmann::json& kept, std::size_t count);

nlohmann::json or_null(const std::optional<double>& value);
std::optional<double> or_absent(const nlohmann::json& value);

/// Written whole, the directory made. Throws UserError.
void keep_measurement(const std::string& file, const nlohmann::json& identity, nlohmann::json measured);
/// Hands what was kept to `take`; false where it is absent, damaged or of another identity: measured anew.
template <class Take>
bool find_measurement(const std::string& file, const nlohmann::json& identity, Take&& take) {
  try {
    return read_json(file, [&](const nlohmann::json& json) {
      if (json.at("identity") != identity) return false;
      take(json);
      return true;
    });
  } catch (const UserError&) {
    return false;
  }
}

}  // namespace stillpoint
