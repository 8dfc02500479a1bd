#include "experiments/cli/analyses/numbers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace stillpoint {

namespace {

using Pointer = nlohmann::ordered_json::json_pointer;

std::optional<double> value_at(const nlohmann::ordered_json& json, const std::string& place) {
  const Pointer at(place);
  if (!json.contains(at) || !json[at].is_number()) return std::nullopt;
  const double value = json[at];
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

template <class Reduce>
NetworkNumber reduced(const std::string& name, const std::string& unit, const std::string& list,
                      const std::string& place, Reduce&& reduce) {
  return {name, unit, [=](const nlohmann::ordered_json& result) {
            const auto values = values_in(result, list, place);
            return values.empty() ? std::nullopt : std::optional<double>(reduce(values));
          }};
}

}  // namespace

std::vector<double> values_in(const nlohmann::ordered_json& result, const std::string& list, const std::string& place) {
  std::vector<double> values;
  for (const auto& entry : result.at(Pointer(list)))
    if (const auto value = value_at(entry, place)) values.push_back(*value);
  return values;
}

NetworkNumber of_any_sign(NetworkNumber number) {
  number.possible.low = -std::numeric_limits<double>::infinity();
  return number;
}

NetworkNumber of_a_share(NetworkNumber number) {
  number.possible.high = 1;
  return number;
}

NetworkNumber defined_where(std::function<bool(const nlohmann::ordered_json&)> holds, NetworkNumber number) {
  number.of = [holds, of = number.of](const nlohmann::ordered_json& result) {
    return holds(result) ? of(result) : std::nullopt;
  };
  return number;
}

NetworkNumber number_at(const std::string& name, const std::string& unit, const std::string& place) {
  return {name, unit, [=](const nlohmann::ordered_json& result) { return value_at(result, place); }};
}

NetworkNumber count_of(const std::string& name, const std::string& list) {
  return {name, "", [=](const nlohmann::ordered_json& result) {
            return std::optional(static_cast<double>(result.at(Pointer(list)).size()));
          }};
}

NetworkNumber count_of(const std::string& name, const std::string& list, const std::string& field,
                       const nlohmann::ordered_json& value) {
  return {name, "", [=](const nlohmann::ordered_json& result) {
            const auto& entries = result.at(Pointer(list));
            const auto is_one = [&](const auto& entry) { return entry.at(field) == value; };
            return std::optional(static_cast<double>(std::count_if(entries.begin(), entries.end(), is_one)));
          }};
}

NetworkNumber smallest_of(const std::string& name, const std::string& unit, const std::string& list,
                          const std::string& place) {
  return reduced(name, unit, list, place,
                 [](const auto& values) { return *std::min_element(values.begin(), values.end()); });
}

NetworkNumber largest_of(const std::string& name, const std::string& unit, const std::string& list,
                         const std::string& place) {
  return reduced(name, unit, list, place,
                 [](const auto& values) { return *std::max_element(values.begin(), values.end()); });
}

NetworkNumber mean_of(const std::string& name, const std::string& unit, const std::string& list,
                      const std::string& place) {
  return reduced(name, unit, list, place, [](const auto& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  });
}

}  // namespace stillpoint
