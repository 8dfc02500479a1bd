// How numbers that stand for a network are read from the JSON of its analysis. A number that is null or not finite has
// no value there.
#pragma once

#include <string>

#include "experiments/study/network_numbers.hpp"

namespace stillpoint {

/// At a place, a JSON pointer ("/drop/from"); without a value where there is no such place.
NetworkNumber number_at(const std::string& name, const std::string& unit, const std::string& place);

/// Entries of a list, or those whose `field` is `value`.
NetworkNumber count_of(const std::string& name, const std::string& list);
NetworkNumber count_of(const std::string& name, const std::string& list, const std::string& field,
                       const nlohmann::ordered_json& value);

/// Of what stands at `place` in each entry of a list, entries without a value passed over; without a value where no entry
/// has one.
NetworkNumber smallest_of(const std::string& name, const std::string& unit, const std::string& list,
                          const std::string& place);
NetworkNumber largest_of(const std::string& name, const std::string& unit, const std::string& list,
                         const std::string& place);
NetworkNumber mean_of(const std::string& name, const std::string& unit, const std::string& list,
                      const std::string& place);

/// Numbers are 0 or more, but for these: that may be below 0, and that are at most 1.
NetworkNumber of_any_sign(NetworkNumber number);
NetworkNumber of_a_share(NetworkNumber number);

/// The number, without a value where this does not hold of the result: a count of what was found says nothing where
/// most searches ended without an answer.
NetworkNumber defined_where(std::function<bool(const nlohmann::ordered_json& result)> holds, NetworkNumber number);

/// Those of a list, without the ones that have no value.
std::vector<double> values_in(const nlohmann::ordered_json& result, const std::string& list, const std::string& place);

}  // namespace stillpoint
