// A place in a JSON file of `predict`, or of another command, which says where it is and what stands there where that is not what was asked
// for: behind it nothing is missing, of another kind or beyond what can be computed with.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

/// Every function throws UserError with one line, "FILE: is damaged: sizes/0/neurons = -1: must be ..".
class ReportEntry {
 public:
  /// Of the whole file, which must be of this kind ("predictions"). maker: the command that writes it.
  static ReportEntry of_kind(const std::string& kind, const nlohmann::json& all, const std::string& file,
                             const std::string& maker = "predict");

  ReportEntry operator[](const std::string& key) const;
  /// Absent where it is missing or null.
  std::optional<ReportEntry> find(const std::string& key) const;
  bool is_null() const { return value_->is_null(); }
  std::vector<ReportEntry> list() const;
  std::vector<std::pair<std::string, ReportEntry>> members() const;

  std::string text() const;
  double number(double low, double high) const;
  /// A statistic of an animal; absent where it is null.
  std::optional<double> statistic() const;
  /// Of neurons, trials or animals: 1 or more.
  Index count() const;
  std::uint64_t seed() const;
  /// A place in a list of so many.
  std::size_t place_among(std::size_t count) const;
  bool is_true() const;
  [[noreturn]] void fail(const std::string& allowed) const;

 private:
  ReportEntry(const nlohmann::json& value, std::string file, std::string place, std::string maker);

  const nlohmann::json* value_;
  std::string file_, place_, maker_;
};

}  // namespace stillpoint
