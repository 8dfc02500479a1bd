// Well-formed HDF5 files with wrong contents, made from right ones.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/fuzz/choices.hpp"

namespace stillpoint::testing {

/// A right file, and what is in it.
class Example {
 public:
  explicit Example(std::string bytes);
  /// The file after a few changes: other types, ranks and sizes, links, missing and additional places, values.
  std::string damaged(Choices& choices) const;
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::vector<std::string> objects_;                             // but for the root, as paths
  std::vector<std::pair<std::string, std::string>> attributes_;  // object, name
};

}  // namespace stillpoint::testing
