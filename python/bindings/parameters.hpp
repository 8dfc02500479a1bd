// A plain struct of parameters as a class of Python: keywords, defaults, bounds and help are those of the struct and of its
// list of options, fields are named here once.
#pragma once

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "experiments/options/effect.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint::python {

namespace nb = nanobind;

template <class P, class T>
struct Field {
  Field(const char* named, T P::*member) : name(named), of([member](P& p) -> T& { return p.*member; }) {}
  template <class Part>
  Field(const char* named, Part P::*part, T Part::*member)
      : name(named), of([part, member](P& p) -> T& { return p.*part.*member; }) {}
  const T& at(const P& p) const { return of(const_cast<P&>(p)); }

  const char* name;
  std::function<T&(P&)> of;
};

/// The option of a field; its name is the field's behind the section. A field that Python would take for a word of its
/// own ends with _.
inline const Option& option_of(const std::vector<Option>& options, const std::string& field) {
  const auto name = field.back() == '_' ? field.substr(0, field.size() - 1) : field;
  for (const auto& option : options)
    if (option.name.substr(option.name.find('.') + 1) == name) return option;
  throw std::logic_error("no option is called " + field);
}

/// What is always the same, or from one to another.
using ShownRange = std::variant<double, std::pair<double, double>>;

/// Choices are their names in Python, option.choices[i] for Enum(i).
template <class T>
auto shown(const T& value, const Option& option) {
  if constexpr (std::is_enum_v<T>)
    return option.choices.at(static_cast<std::size_t>(value));
  else if constexpr (std::is_same_v<T, Range>)
    return value.low == value.high ? ShownRange(value.low) : ShownRange(std::pair(value.low, value.high));
  else
    return value;
}
inline Range range_of(const ShownRange& value) {
  if (const auto* one = std::get_if<double>(&value)) return {*one, *one};
  const auto& [low, high] = std::get<1>(value);
  return {low, high};
}
template <class T>
using Shown = decltype(shown(std::declval<T>(), std::declval<Option>()));
template <class T>
T read_back(const Shown<T>& value, const Option& option) {
  if constexpr (std::is_enum_v<T>) {
    option.check(value);
    for (std::size_t i = 0; i < option.choices.size(); ++i)
      if (option.choices[i] == value) return static_cast<T>(i);
    throw std::logic_error(option.name);
  } else if constexpr (std::is_same_v<T, Range>) {
    return range_of(value);
  } else {
    return value;
  }
}

inline std::string text_of(double value) { return number_text(value); }
inline std::string text_of(Index value) { return std::to_string(value); }
inline std::string text_of(bool value) { return value ? "true" : "false"; }
inline std::string text_of(const std::string& value) { return value; }
inline std::string text_of(const ShownRange& value) { return range_text(range_of(value)); }
inline std::string text_of(const std::vector<double>& value) { return numbers_text(value); }
inline std::string text_of(const std::vector<std::string>& value) { return join_words(value); }

/// "beta : float\n    strength ..; a number >= 0"
inline std::string documented(const Option& option, const std::string& field, const std::string& type) {
  return fmt::format("{} : {}\n    {} ({})\n", field, type, option.help, option.allowed());
}
template <class T>
std::string type_name() {
  if (std::is_same_v<T, Range>) return "float or (float, float)";
  if (std::is_same_v<T, std::vector<double>>) return "list of float";
  if (std::is_same_v<T, std::vector<std::string>>) return "list of str";
  if (std::is_same_v<T, std::string> || std::is_enum_v<T>) return "str";
  return std::is_same_v<T, bool> ? "bool" : std::is_integral_v<T> ? "int" : "float";
}

template <class T>
std::string type_hint() {
  if (std::is_same_v<T, Range>) return "float | tuple[float, float]";
  if (std::is_same_v<T, std::vector<double>>) return "collections.abc.Sequence[float]";
  if (std::is_same_v<T, std::vector<std::string>>) return "collections.abc.Sequence[str]";
  return type_name<T>();
}

/// A TypeError of one line, which stillpoint._keywords words.
template <class... Said>
[[noreturn]] void refuse(const char* by, const Said&... said) {
  const auto text = nb::module_::import_("stillpoint._keywords").attr(by)(said...);
  throw nb::type_error(nb::str(text).c_str());
}

/// Positional and named arguments under the names that there are.
inline nb::dict arguments_by_name(const char* of, const std::vector<std::string>& names, const nb::args& in_order,
                                  const nb::kwargs& named) {
  nb::dict given;
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    if (i == names.size()) refuse("too_many", of, in_order.size(), names);
    given[names[i].c_str()] = in_order[i];
  }
  for (const auto& [key, value] : named) {
    const auto name = nb::cast<std::string>(key);
    if (std::find(names.begin(), names.end(), name) == names.end()) refuse("unknown", of, name, names);
    if (given.contains(key)) refuse("given_twice", of, name);
    given[key] = value;
  }
  return given;
}

template <class Value>
Value argument(const char* of, const char* name, nb::handle given, const std::string& type) {
  Value value;
  if (!nb::try_cast(given, value)) refuse("of_another_type", of, name, given, type);
  return value;
}

/// A field as files have it.
template <class P, class T>
std::string text_in(const P& of, const Field<P, T>& field, const std::vector<Option>& options) {
  return text_of(shown(field.at(of), option_of(options, field.name)));
}

/// Options' names within a text, as the fields are called.
template <class... Fields>
std::string in_own_names(std::string text, const std::vector<Option>& options, const Fields&... fields) {
  const auto replace = [&](const std::string& option, const std::string& field) {
    for (auto at = text.find(option); at != std::string::npos; at = text.find(option, at + field.size()))
      text.replace(at, option.size(), field);
  };
  (replace(option_of(options, fields.name).name, fields.name), ...);
  return text;
}

/// Every field is checked by its option, and that it counts beside the others; `check` throws ParameterError where two
/// together are not allowed.
template <class P, class Check, class... T>
nb::class_<P> bind_parameters(nb::module_& module, const char* name, const std::string& summary,
                              const std::vector<Option>& options, Check check, Field<P, T>... fields) {
  constexpr bool any = sizeof...(fields) > 0;
  const std::array<const char*, sizeof...(fields)> names = {fields.name...};
  const std::string text = ((summary + (any ? "\n\nParameters\n----------\n" : "")) + ... +
                            documented(option_of(options, fields.name), fields.name, type_name<T>()));
  auto bound = nb::class_<P>(module, name, text.c_str());
  // Not by nanobind's own matching of arguments, whose errors are of several lines and name none.
  std::string signature = "def __init__(self";
  ((signature += fmt::format(", {}: {} = {}", fields.name, type_hint<T>(),
                             nb::repr(nb::cast(shown(fields.at(P()), option_of(options, fields.name)))).c_str())),
   ...);
  signature += ") -> None";
  bound.def(
      "__init__",
      [=](P* self, const nb::args& in_order, const nb::kwargs& named) {
        const auto given = arguments_by_name(name, {fields.name...}, in_order, named);
        P made;
        try {
          (
              [&](const auto& field) {
                if (!given.contains(field.name)) return;
                const auto& option = option_of(options, field.name);
                const auto value = argument<Shown<T>>(name, field.name, given[field.name], type_name<T>());
                field.of(made) = read_back<T>(value, option);
                option.check(text_of(value));
              }(fields),
              ...);
          const auto value_of = [&](const std::string& option) {
            std::optional<std::string> text;
            ((option_of(options, fields.name).name == option ? void(text = text_in(made, fields, options)) : void()),
             ...);
            return text;
          };
          for (const auto& [key, _] : given) {
            const auto& option = option_of(options, nb::cast<std::string>(key));
            const auto text = value_of(option.name);
            const auto lacking = text == option.fallback ? "" : lacking_beside(option.name, value_of);
            require_parameter(lacking.empty(), option.name, *text, "has no effect: " + lacking);
          }
          check(made);
        } catch (const ParameterError& error) {
          throw ParameterError(fmt::format("{}: {}", name, in_own_names(error.name, options, fields...)), error.value,
                               in_own_names(error.allowed, options, fields...));
        }
        new (self) P(std::move(made));
      },
      nb::sig(signature.c_str()));
  (bound.def_prop_ro(
       fields.name, [=](const P& self) { return shown(fields.at(self), option_of(options, fields.name)); },
       option_of(options, fields.name).help.c_str()),
   ...);
  // For completion of keywords; what nanobind says of its own functions inspect does not read.
  const auto inspect = nb::module_::import_("inspect");
  const nb::object parameter = inspect.attr("Parameter");
  nb::list parameters;
  (parameters.append(parameter(fields.name, parameter.attr("POSITIONAL_OR_KEYWORD"),
                               nb::arg("default") = shown(fields.at(P()), option_of(options, fields.name)))),
   ...);
  bound.attr("__signature__") = inspect.attr("Signature")(parameters);
  bound.def("__reduce__", [=](nb::handle self) {
    return nb::typed<nb::tuple, nb::any, nb::any>(
        nb::make_tuple(self.type(), nb::make_tuple(self.attr(fields.name)...)));
  });
  // As files have it: names and values as text.
  bound.def("_texts", [=](const P& self) {
    std::map<std::string, std::string> texts;
    ((texts[fields.name] = text_in(self, fields, options)), ...);
    return texts;
  });
  bound.def("__repr__", [=](nb::handle self) {
    std::string inside;
    for (const char* field : names)
      inside += fmt::format("{}{}={}", inside.empty() ? "" : ", ", field, nb::repr(self.attr(field)).c_str());
    return fmt::format("{}({})", name, inside);
  });
  bound.def(
      "__eq__",
      [=](nb::handle self, nb::handle other) {
        if (!self.type().is(other.type())) return false;
        bool same = true;
        for (const char* field : names) same = same && self.attr(field).equal(other.attr(field));
        return same;
      },
      nb::arg("other").none());
  return bound;
}

}  // namespace stillpoint::python
