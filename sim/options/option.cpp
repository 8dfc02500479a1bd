#include "sim/options/option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "sim/options/nearest.hpp"
#include "sim/options/parameter_list.hpp"
#include "sim/options/parse_number.hpp"

namespace stillpoint {

bool parse_number(std::string_view text, double& value) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

namespace {

bool within(const Bounds& bounds, double value) {
  return (bounds.low_excluded ? value > bounds.low : value >= bounds.low) && value <= bounds.high;
}

std::string describe(const Bounds& bounds) {
  const bool below = std::isfinite(bounds.low), above = std::isfinite(bounds.high);
  if (below && above && bounds.low_excluded) return fmt::format(" > {} and <= {}", bounds.low, bounds.high);
  if (below && above) return fmt::format(" from {} to {}", bounds.low, bounds.high);
  if (below) return fmt::format(" {} {}", bounds.low_excluded ? ">" : ">=", bounds.low);
  if (above) return fmt::format(" <= {}", bounds.high);
  return "";
}

bool parse_range(const std::string& text, Range& range) {
  const auto dots = text.find("..");
  if (dots == std::string::npos) {
    if (!parse_number(text, range.low)) return false;
    range.high = range.low;
    return true;
  }
  return parse_number(std::string_view(text).substr(0, dots), range.low) &&
         parse_number(std::string_view(text).substr(dots + 2), range.high);
}

}  // namespace

void require_parameter(bool holds, const std::string& name, const std::string& value, const std::string& allowed) {
  if (!holds) throw ParameterError(name, value, allowed);
}

ParameterError::ParameterError(std::string name_, std::string value_, std::string allowed_)
    : UserError(fmt::format("{} = {}: {}", name_, value_, allowed_)),
      name(std::move(name_)),
      value(std::move(value_)),
      allowed(std::move(allowed_)) {}

Bounds at_least(double low) { return {low, std::numeric_limits<double>::infinity(), false}; }

std::string Option::allowed() const {
  const std::string suffix = unit.empty() ? "" : " [" + unit + "]";
  switch (kind) {
    case Kind::number:
      return "a number" + describe(bounds) + suffix;
    case Kind::integer:
      return "an integer" + describe(bounds) + suffix;
    case Kind::flag:
      return "true or false";
    case Kind::choice:
      return fmt::format("one of: {}", fmt::join(choices, ", "));
    case Kind::words:
      return fmt::format("one or more of: {}", fmt::join(choices, ", "));
    case Kind::range:
      return "a number" + describe(bounds) + " or a range LOW..HIGH with LOW <= HIGH" + suffix;
    case Kind::numbers:
      return "one or more numbers" + describe(bounds) + suffix + ", separated by spaces";
    case Kind::text:
      return "text";
  }
  return "";
}

void Option::check(const std::string& text) const {
  const auto chosen = [this](const std::string& word) {
    return std::find(choices.begin(), choices.end(), word) != choices.end();
  };
  const auto is_number = [this](const std::string& word) {
    double value = 0;
    return parse_number(word, value) && within(bounds, value);
  };
  const auto words = split_words(text);
  bool valid = true;
  double value = 0;
  Range range{};
  switch (kind) {
    case Kind::number:
      valid = is_number(text);
      break;
    case Kind::integer:
      valid =
          parse_number(text, value) && value == std::floor(value) && std::abs(value) < 1e15 && within(bounds, value);
      break;
    case Kind::flag:
      valid = text == "true" || text == "false";
      break;
    case Kind::choice:
      valid = chosen(text);
      break;
    case Kind::words:
      valid = !words.empty() && std::all_of(words.begin(), words.end(), chosen);
      break;
    case Kind::numbers:
      valid = !words.empty() && std::all_of(words.begin(), words.end(), is_number);
      break;
    case Kind::range:
      valid = parse_range(text, range) && range.low <= range.high && within(bounds, range.low) &&
              within(bounds, range.high);
      break;
    case Kind::text:
      break;
  }
  if (valid) return;
  const auto wrong = std::find_if_not(words.begin(), words.end(), chosen);
  throw ParameterError(name, text.empty() ? "(empty)" : text,
                       "must be " + allowed() + (wrong == words.end() ? "" : did_you_mean(*wrong, choices)));
}

double Option::value_of(const std::string& text) const {
  check(text);
  double value = 0;
  parse_number(text, value);
  return value;
}

Option number_option(std::string name, std::string fallback, std::string unit, Bounds bounds, std::string help) {
  return {std::move(name), Option::Kind::number, std::move(fallback), std::move(unit), std::move(help), bounds, {}};
}
Option integer_option(std::string name, std::string fallback, std::string unit, Bounds bounds, std::string help) {
  return {std::move(name), Option::Kind::integer, std::move(fallback), std::move(unit), std::move(help), bounds, {}};
}
Option flag_option(std::string name, bool fallback, std::string help) {
  return {std::move(name), Option::Kind::flag, fallback ? "true" : "false", "", std::move(help), {}, {}};
}
Option choice_option(std::string name, std::string fallback, std::vector<std::string> choices, std::string help) {
  return {std::move(name), Option::Kind::choice, std::move(fallback), "", std::move(help), {}, std::move(choices)};
}
Option words_option(std::string name, std::string fallback, std::vector<std::string> choices, std::string help) {
  return {std::move(name), Option::Kind::words, std::move(fallback), "", std::move(help), {}, std::move(choices)};
}
Option range_option(std::string name, std::string fallback, std::string unit, Bounds bounds, std::string help) {
  return {std::move(name), Option::Kind::range, std::move(fallback), std::move(unit), std::move(help), bounds, {}};
}
Option numbers_option(std::string name, std::string fallback, std::string unit, Bounds bounds, std::string help) {
  return {std::move(name), Option::Kind::numbers, std::move(fallback), std::move(unit), std::move(help), bounds, {}};
}
Option text_option(std::string name, std::string fallback, std::string help) {
  return {std::move(name), Option::Kind::text, std::move(fallback), "", std::move(help), {}, {}};
}

void Options::declare(const std::vector<Option>& options) {
  for (const auto& option : options) entries_.try_emplace(option.name, Entry{option, option.fallback});
}

void Options::set(const std::string& name, const std::string& value) {
  auto& entry = const_cast<Entry&>(find(name));
  entry.option.check(value);
  entry.value = value;
}

const Options::Entry& Options::find(const std::string& name) const {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) throw std::logic_error("option not declared: " + name);
  return entry->second;
}

double Options::number(const std::string& name) const {
  double value = 0;
  parse_number(find(name).value, value);
  return value;
}
long Options::integer(const std::string& name) const { return static_cast<long>(number(name)); }
bool Options::flag(const std::string& name) const { return find(name).value == "true"; }
const std::string& Options::text(const std::string& name) const { return find(name).value; }
std::vector<std::string> Options::words(const std::string& name) const { return split_words(find(name).value); }
Range Options::range(const std::string& name) const {
  Range range{};
  parse_range(find(name).value, range);
  return range;
}

std::vector<std::string> split_words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string join_words(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

std::string number_text(double value) {
  const auto fixed = fmt::format("{}", value);
  auto text = fmt::format("{:e}", value);
  // The shortest of the digits that mean this value, written with an exponent: d.ddde-dd
  for (int digits = 0; digits <= 17; ++digits) {
    text = fmt::format("{:.{}e}", value, digits);
    if (std::strtod(text.c_str(), nullptr) == value || std::isnan(value)) break;
  }
  const auto e = text.find('e');
  if (e == std::string::npos) return fixed;
  const auto exponent = std::to_string(std::stoi(text.substr(e + 1)));
  const auto scientific = text.substr(0, e + 1) + exponent;
  return scientific.size() < fixed.size() && exponent.front() == '-' ? scientific : fixed;
}

std::string range_text(const Range& range) {
  return range.low == range.high ? number_text(range.low)
                                 : fmt::format("{}..{}", number_text(range.low), number_text(range.high));
}

std::string numbers_text(const std::vector<double>& values) {
  std::vector<std::string> words;
  for (const double value : values) words.push_back(number_text(value));
  return join_words(words);
}

std::vector<double> Options::numbers(const std::string& name) const {
  std::vector<double> numbers;
  for (const auto& word : words(name)) parse_number(word, numbers.emplace_back());
  return numbers;
}

}  // namespace stillpoint
