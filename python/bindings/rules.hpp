// Learning rules as Python names or writes them.
#pragma once

#include <nanobind/nanobind.h>

#include "plasticity/rule.hpp"

namespace stillpoint::python {

namespace nb = nanobind;

/// Of one of the classes of rules, or of a rule written in Python.
RuleModel rule_model_of(nb::handle rule);
/// rule.name and the rule's parameters as options; empty of a rule written in Python.
std::vector<std::pair<std::string, std::string>> rule_assignments(nb::handle rule);

/// A rule written in Python, with what it says of itself; its methods are called with the interpreter's lock held.
struct OwnRule {
  std::shared_ptr<nb::object> rule;
  RuleTraits traits;
  bool online = false;
};
RuleModel rule_model_of(const OwnRule& rule);

/// Let go of with the interpreter's lock held.
inline std::shared_ptr<nb::object> held(nb::object object) {
  return {new nb::object(std::move(object)), [](nb::object* kept) {
            const nb::gil_scoped_acquire lock;
            delete kept;
          }};
}

}  // namespace stillpoint::python
