// What reads what others wrote, each as a function of any bytes: it returns, or aborts where a reader does anything
// but succeed or throw UserError. Run by clang's libFuzzer (scripts/fuzz), and by an ordinary test for some thousand
// inputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace stillpoint::testing {

struct FuzzTarget {
  std::string name;
  void (*run)(const std::uint8_t* data, std::size_t size);
  std::vector<std::string> seeds;  // inputs to begin with
};

const std::vector<FuzzTarget>& fuzz_targets();

/// Every name and value that options know: what inputs are best made of.
std::vector<std::string> fuzz_words();

}  // namespace stillpoint::testing
