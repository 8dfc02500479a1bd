// How values of predictions are written in their tables.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "experiments/predictions/prediction_table.hpp"

namespace stillpoint {

/// Three digits.
std::string number_cell(double value);
/// "1.2 [0.9, 1.5]", "-" where absent.
std::string estimate_cell(const std::optional<Estimate>& of);
/// "8 / 11": animals per group for 80 and 90 % power, ">200" beyond; in brackets where the pair is not told.
std::string animals_cell(const PairRow& pair, std::size_t size);
/// Why recordings that tell a pair are not to be planned with, "" where they are.
std::string caveat(Told told);

/// Of a hypothesis of the table.
inline const HypothesisValue& value_in(const PredictionRow& row, const std::string& name) {
  return *std::find_if(row.values.begin(), row.values.end(), [&](const auto& each) { return each.hypothesis == name; });
}

inline bool touches(const PairRow& pair, const std::string& focus) { return pair.a == focus || pair.b == focus; }
inline const std::string& other_of(const PairRow& pair, const std::string& focus) {
  return pair.a == focus ? pair.b : pair.a;
}

}  // namespace stillpoint
