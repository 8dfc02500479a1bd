// A small right report of `predict`, and a recording that can be held against it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/fuzz/choices.hpp"

namespace stillpoint::testing {

struct ReportExample {
  nlohmann::json predictions, animals;
  std::string recording;  // bytes of the file
};
const ReportExample& report_example();

/// The same with some of its entries taken away or replaced.
nlohmann::json damaged(nlohmann::json json, Choices& choices);

}  // namespace stillpoint::testing
