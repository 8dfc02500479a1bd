// Kinds (of networks, rules, tasks, synapses) chosen by their name.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/options/option.hpp"

namespace stillpoint {

template <class Kind>
Option choice_among(const std::vector<Kind>& kinds, std::string option, std::string fallback, std::string help) {
  std::vector<std::string> names;
  for (const auto& kind : kinds) names.push_back(kind.name);
  return choice_option(std::move(option), std::move(fallback), std::move(names), std::move(help));
}

/// The kind of that name; throws ParameterError on an unknown one, listing those of the choice.
template <class Kind>
const Kind& kind_named(const std::vector<Kind>& kinds, const std::string& name, Option (*choice)()) {
  for (const auto& kind : kinds)
    if (kind.name == name) return kind;
  choice().check(name);
  throw std::logic_error("a choice without its kind");
}

}  // namespace stillpoint
