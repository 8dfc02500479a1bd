// The fields of a plain struct of parameters, listed once: from the list come its named options, a struct filled from
// them, and the check of a struct that a program filled itself.
//
//   struct TcrParameters {
//     double beta = 100;      // strength
//     double tau_s_ms = 200;  // time constant of S [ms]
//   };
//   ParameterList<TcrParameters>()
//       .number("synapse.beta", &TcrParameters::beta, "", nonnegative, "strength; ..")
//       .number("synapse.tau_s_ms", &TcrParameters::tau_s_ms, "ms", positive, "time constant of S")
//
// Defaults stand in the struct, names, bounds and help in the list.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/options/option.hpp"
#include "sim/types.hpp"

namespace stillpoint {

/// As short as it can be written: "0.1", "100", "1e-3".
std::string number_text(double value);
/// "200" or "100..300"
std::string range_text(const Range& range);
/// "1 2.5 4"
std::string numbers_text(const std::vector<double>& values);

template <class Parameters>
class ParameterList {
 public:
  using Self = ParameterList&;

  Self number(std::string name, double Parameters::*field, std::string unit, Bounds bounds, std::string help) {
    const auto fallback = number_text(Parameters().*field);
    return add(
        number_option(name, fallback, std::move(unit), bounds, std::move(help)),
        [=](Parameters& p, const Options& options) { p.*field = options.number(name); },
        [=](const Parameters& p) { return number_text(p.*field); });
  }
  Self integer(std::string name, Index Parameters::*field, std::string unit, Bounds bounds, std::string help) {
    const auto fallback = std::to_string(Parameters().*field);
    return add(
        integer_option(name, fallback, std::move(unit), bounds, std::move(help)),
        [=](Parameters& p, const Options& options) { p.*field = options.integer(name); },
        [=](const Parameters& p) { return std::to_string(p.*field); });
  }
  Self flag(std::string name, bool Parameters::*field, std::string help) {
    return add(
        flag_option(name, Parameters().*field, std::move(help)),
        [=](Parameters& p, const Options& options) { p.*field = options.flag(name); },
        [=](const Parameters& p) { return std::string(p.*field ? "true" : "false"); });
  }
  /// names[i] stands for Enum(i).
  template <class Enum>
  Self choice(std::string name, Enum Parameters::*field, std::vector<std::string> names, std::string help) {
    const auto text = [=](const Parameters& p) { return names.at(static_cast<std::size_t>(p.*field)); };
    return add(
        choice_option(name, text(Parameters()), names, std::move(help)),
        [=](Parameters& p, const Options& options) {
          const auto& chosen = options.text(name);
          for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == chosen) p.*field = static_cast<Enum>(i);
        },
        text);
  }
  Self range(std::string name, Range Parameters::*field, std::string unit, Bounds bounds, std::string help) {
    const auto fallback = range_text(Parameters().*field);
    return add(
        range_option(name, fallback, std::move(unit), bounds, std::move(help)),
        [=](Parameters& p, const Options& options) { p.*field = options.range(name); },
        [=](const Parameters& p) { return range_text(p.*field); });
  }
  Self text(std::string name, std::string Parameters::*field, std::string help) {
    return add(
        text_option(name, Parameters().*field, std::move(help)),
        [=](Parameters& p, const Options& options) { p.*field = options.text(name); },
        [=](const Parameters& p) { return p.*field; });
  }
  /// One or more numbers, each within the bounds.
  Self numbers(std::string name, std::vector<double> Parameters::*field, std::string unit, Bounds bounds,
               std::string help) {
    const auto text = [=](const Parameters& p) { return numbers_text(p.*field); };
    return add(
        numbers_option(name, text(Parameters()), std::move(unit), bounds, std::move(help)),
        [=](Parameters& p, const Options& options) { p.*field = options.numbers(name); }, text);
  }
  /// One or more of `choices`.
  Self words(std::string name, std::vector<std::string> Parameters::*field, std::vector<std::string> choices,
             std::string help) {
    const auto text = [=](const Parameters& p) { return join_words(p.*field); };
    return add(
        words_option(name, text(Parameters()), std::move(choices), std::move(help)),
        [=](Parameters& p, const Options& options) { p.*field = options.words(name); }, text);
  }
  /// The fields of a struct within the struct, under their own names.
  template <class Part>
  Self part(Part Parameters::*field, const ParameterList<Part>& list) {
    for (const auto& entry : list.entries())
      add(
          entry.option, [=](Parameters& p, const Options& options) { entry.read(p.*field, options); },
          [=](const Parameters& p) { return entry.text(p.*field); },
          [=](const Parameters& p) { entry.check(p.*field); });
    return *this;
  }

  std::vector<Option> options() const {
    std::vector<Option> all;
    for (const auto& entry : entries_) all.push_back(entry.option);
    return all;
  }
  /// Every field from its option, which must be declared.
  Parameters from(const Options& options) const {
    Parameters parameters;
    for (const auto& entry : entries_) entry.read(parameters, options);
    return parameters;
  }
  /// Throws ParameterError where a field is out of its bounds.
  void check(const Parameters& parameters) const {
    for (const auto& entry : entries_) entry.check(parameters);
  }

  struct Entry {
    Option option;
    std::function<void(Parameters&, const Options&)> read;
    std::function<std::string(const Parameters&)> text;
    std::function<void(const Parameters&)> check;
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  Self add(Option option, std::function<void(Parameters&, const Options&)> read,
           std::function<std::string(const Parameters&)> text, std::function<void(const Parameters&)> check = {}) {
    if (!check) check = [=](const Parameters& p) { option.check(text(p)); };
    entries_.push_back({std::move(option), std::move(read), std::move(text), std::move(check)});
    return *this;
  }
  std::vector<Entry> entries_;
};

}  // namespace stillpoint
