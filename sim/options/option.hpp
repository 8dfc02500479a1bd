// Named options with unit, default, help and bounds. Every part of the toolkit declares its own; the program collects
// them.
#pragma once

#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace stillpoint {

/// A mistake of the user: one line that names the option, the value and what is allowed. The program exits with code 2.
struct UserError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A parameter whose value is not allowed, "NAME = VALUE: ALLOWED". The command line puts its own name for the parameter
/// in the place of the library's.
struct ParameterError : UserError {
  ParameterError(std::string name, std::string value, std::string allowed);
  std::string name, value, allowed;
};

/// Throws ParameterError unless `holds`.
void require_parameter(bool holds, const std::string& name, const std::string& value, const std::string& allowed);

struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_excluded = false;
};
constexpr Bounds any_number{};
constexpr Bounds positive{0, std::numeric_limits<double>::infinity(), true};
constexpr Bounds nonnegative{0, std::numeric_limits<double>::infinity(), false};
constexpr Bounds probability{0, 1, false};
Bounds at_least(double low);

/// A value drawn uniformly from [low, high]; written "200" (fixed) or "100..300".
struct Range {
  double low = 0, high = 0;
};

struct Option {
  enum class Kind { number, integer, flag, choice, words, range, numbers, text };

  std::string name;  // full name, "section.key"
  Kind kind;
  std::string fallback;  // default, as it would be written in a study file
  std::string unit;      // "" when dimensionless
  std::string help;
  Bounds bounds;
  std::vector<std::string> choices;

  /// Throws ParameterError when `text` is not a value of this option.
  void check(const std::string& text) const;
  /// The value of a number or an integer, checked.
  double value_of(const std::string& text) const;
  /// What is allowed, in words: "a number > 0 [ms]".
  std::string allowed() const;
};

Option number_option(std::string name, std::string fallback, std::string unit, Bounds bounds, std::string help);
Option integer_option(std::string name, std::string fallback, std::string unit, Bounds bounds, std::string help);
Option flag_option(std::string name, bool fallback, std::string help);
Option choice_option(std::string name, std::string fallback, std::vector<std::string> choices, std::string help);
/// One or more of `choices`, separated by spaces.
Option words_option(std::string name, std::string fallback, std::vector<std::string> choices, std::string help);
Option range_option(std::string name, std::string fallback, std::string unit, Bounds bounds, std::string help);
/// One or more numbers, separated by spaces.
Option numbers_option(std::string name, std::string fallback, std::string unit, Bounds bounds, std::string help);
Option text_option(std::string name, std::string fallback, std::string help);

/// Resolved options of one run: every known option has a value. Getters throw std::logic_error on an undeclared name.
class Options {
 public:
  /// Declares options, each at its default unless it was set before.
  void declare(const std::vector<Option>& options);
  /// Sets a declared option; throws UserError when the value is not allowed.
  void set(const std::string& name, const std::string& value);
  bool knows(const std::string& name) const { return entries_.count(name) != 0; }

  double number(const std::string& name) const;
  long integer(const std::string& name) const;
  bool flag(const std::string& name) const;
  const std::string& text(const std::string& name) const;
  std::vector<std::string> words(const std::string& name) const;
  Range range(const std::string& name) const;
  std::vector<double> numbers(const std::string& name) const;

  struct Entry {
    Option option;
    std::string value;
  };
  const std::map<std::string, Entry>& entries() const { return entries_; }

 private:
  const Entry& find(const std::string& name) const;
  std::map<std::string, Entry> entries_;
};

std::vector<std::string> split_words(const std::string& text);
std::string join_words(const std::vector<std::string>& words);

}  // namespace stillpoint
