#include "experiments/predictions/report_entry.hpp"

#include <fmt/format.h>

#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

using nlohmann::json;

constexpr std::uint64_t most_counted = 1000000000;
/// Squares of statistics are added up: beyond this they could be infinite.
constexpr double largest_statistic = 1e100;
constexpr std::size_t most_shown = 60;

std::string shown(const json& value) {
  if (value.is_object()) return "{..}";
  if (value.is_array()) return value.empty() ? "[]" : "[..]";
  auto text = value.dump();
  if (text.size() > most_shown) text = text.substr(0, most_shown) + "..";
  return text;
}

}  // namespace

ReportEntry::ReportEntry(const json& value, std::string file, std::string place, std::string maker)
    : value_(&value), file_(std::move(file)), place_(std::move(place)), maker_(std::move(maker)) {}

ReportEntry ReportEntry::of_kind(const std::string& kind, const json& all, const std::string& file,
                                 const std::string& maker) {
  if (!all.is_object() || !all.contains("kind") || all.at("kind") != kind)
    throw UserError(fmt::format(
        "{}: is not what `stillpoint {}` writes as {}.json{}", file, maker, kind,
        all.is_object() && all.contains("kind") ? fmt::format(": its kind is {}", shown(all.at("kind"))) : ""));
  return {all, file, "", maker};
}

void ReportEntry::fail(const std::string& allowed) const {
  throw UserError(fmt::format("{}: is damaged: {} = {}: must be {}; have `stillpoint {}` write it anew", file_,
                              place_.empty() ? "the file" : place_, shown(*value_), allowed, maker_));
}

std::optional<ReportEntry> ReportEntry::find(const std::string& key) const {
  if (!value_->is_object()) fail("an object");
  const auto found = value_->find(key);
  if (found == value_->end() || found->is_null()) return std::nullopt;
  return ReportEntry(*found, file_, place_.empty() ? key : place_ + "/" + key, maker_);
}

ReportEntry ReportEntry::operator[](const std::string& key) const {
  if (!value_->is_object()) fail("an object");
  const auto found = value_->find(key);
  if (found == value_->end())
    throw UserError(fmt::format("{}: is damaged: {}{} is missing; have `stillpoint {}` write it anew", file_,
                                place_.empty() ? "" : place_ + "/", key, maker_));
  return ReportEntry(*found, file_, place_.empty() ? key : place_ + "/" + key, maker_);
}

std::vector<ReportEntry> ReportEntry::list() const {
  if (!value_->is_array()) fail("a list");
  std::vector<ReportEntry> all;
  for (std::size_t i = 0; i < value_->size(); ++i)
    all.push_back(ReportEntry((*value_)[i], file_, fmt::format("{}/{}", place_, i), maker_));
  return all;
}

std::vector<std::pair<std::string, ReportEntry>> ReportEntry::members() const {
  if (!value_->is_object()) fail("an object");
  std::vector<std::pair<std::string, ReportEntry>> all;
  for (const auto& [key, value] : value_->items())
    all.emplace_back(key, ReportEntry(value, file_, fmt::format("{}/{}", place_, key), maker_));
  return all;
}

std::string ReportEntry::text() const {
  if (!value_->is_string()) fail("text");
  return value_->get<std::string>();
}

double ReportEntry::number(double low, double high) const {
  const auto allowed = fmt::format("a number from {:g} to {:g}", low, high);
  if (!value_->is_number()) fail(allowed);
  const auto value = value_->get<double>();
  if (!(value >= low && value <= high)) fail(allowed);
  return value;
}

std::optional<double> ReportEntry::statistic() const {
  if (is_null()) return std::nullopt;
  return number(-largest_statistic, largest_statistic);
}

Index ReportEntry::count() const {
  const auto value = value_->is_number_unsigned() ? value_->get<std::uint64_t>() : 0;
  if (value < 1 || value > most_counted) fail(fmt::format("a whole number from 1 to {}", most_counted));
  return static_cast<Index>(value);
}

std::size_t ReportEntry::place_among(std::size_t count) const {
  const auto value = value_->is_number_unsigned() ? value_->get<std::uint64_t>() : most_counted;
  if (value >= count) fail(fmt::format("a whole number from 0 to {}", count - 1));
  return value;
}

bool ReportEntry::is_true() const {
  if (!value_->is_boolean()) fail("true or false");
  return value_->get<bool>();
}

std::uint64_t ReportEntry::seed() const {
  if (!value_->is_number_unsigned()) fail("a whole number, 0 or more");
  return value_->get<std::uint64_t>();
}

}  // namespace stillpoint
