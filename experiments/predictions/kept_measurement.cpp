#include "experiments/predictions/kept_measurement.hpp"

#include <fmt/format.h>

#include <boost/crc.hpp>
#include <filesystem>
#include <utility>

#include "experiments/results/atomic_file.hpp"
#include "experiments/results/result_file.hpp"

namespace stillpoint {

namespace {

nlohmann::json settings_json(const MeasurementSetting& setting, const std::vector<Prediction>& asked) {
  nlohmann::json sizes = nlohmann::json::array();
  for (const auto& size : setting.sizes) sizes.push_back({size.neurons, size.trials});
  std::vector<std::string> names;
  for (const auto& prediction : asked) names.push_back(prediction.name);
  nlohmann::json recording;
  for (const auto& entry : recording_list().entries()) recording[entry.option.name] = entry.text(setting.recording);
  return {{"sizes", sizes},
          {"recording", recording},
          {"f_max_hz", setting.f_max_hz},
          {"only", setting.only},
          {"predictions", names}};
}

/// Rising numbers from 0, as many in each size as there are values.
bool are_of(const std::vector<std::vector<Index>>& numbers, const std::vector<std::vector<double>>& values) {
  if (numbers.size() != values.size()) return false;
  for (std::size_t size = 0; size < numbers.size(); ++size) {
    if (numbers[size].size() != values[size].size()) return false;
    Index before = -1;
    for (const Index number : numbers[size])
      if (number <= std::exchange(before, number) || number >= most_sessions) return false;
  }
  return true;
}

}  // namespace

std::string settings_hash(const MeasurementSetting& setting, const std::vector<Prediction>& asked) {
  const auto text = settings_json(setting, asked).dump();
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return fmt::format("{:08x}", crc.checksum());
}

nlohmann::json identity_of_measurement(const std::string& run, const MeasurementSetting& setting,
                                       const std::vector<Prediction>& asked) {
  return {{"settings", settings_json(setting, asked)}, {"program", this_program_facts()}, {"run", provenance_of(run)}};
}

nlohmann::json or_null(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}
std::optional<double> or_absent(const nlohmann::json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

nlohmann::json as_kept(const std::vector<PredictionValue>& values) {
  nlohmann::json kept = nlohmann::json::array();
  for (const auto& value : values)
    kept.push_back({{"rates", or_null(value.rates)},
                    {"undefined", value.undefined},
                    {"sessions", value.sessions},
                    {"numbers", value.numbers},
                    {"half_step", or_null(value.half_step)}});
  return kept;
}

std::vector<PredictionValue> kept_values(const nlohmann::json& kept, std::size_t count) {
  require_parameter(kept.size() == count, "values", fmt::format("{}", kept.size()),
                    fmt::format("must be {}, one for each that was asked for", count));
  std::vector<PredictionValue> values;
  for (const auto& value : kept) {
    values.push_back({or_absent(value.at("rates")), value.at("undefined").get<std::string>(),
                      value.at("sessions").get<std::vector<std::vector<double>>>(),
                      value.at("numbers").get<std::vector<std::vector<Index>>>(), or_absent(value.at("half_step"))});
    require_parameter(are_of(values.back().numbers, values.back().sessions), "numbers", value.at("numbers").dump(),
                      "must be of the sessions that have a value");
  }
  return values;
}

void keep_measurement(const std::string& file, const nlohmann::json& identity, nlohmann::json measured) {
  measured["identity"] = identity;
  std::error_code failed;  // said by what is written
  std::filesystem::create_directories(std::filesystem::path(file).parent_path(), failed);
  write_atomically(file, measured.dump() + "\n");
}

}  // namespace stillpoint
