// Whatever a file holds, its reader succeeds or throws UserError: some thousand of the inputs that scripts/fuzz tries.
#include <random>

#include "tests/catch.hpp"
#include "tests/fuzz/targets.hpp"

using namespace stillpoint::testing;

namespace {

/// Bytes at random, or a seed with some of its bytes changed.
std::string some_input(const FuzzTarget& target, std::mt19937& random) {
  const bool text = target.name == "study" || target.name == "curve" || target.name == "json";
  std::string input(8 + random() % 24, '\0');
  if (text) input = target.seeds[random() % target.seeds.size()];
  for (std::size_t i = 0, count = text ? 1 + random() % 4 : input.size(); i < count; ++i)
    input[text ? random() % input.size() : i] = static_cast<char>(random());
  return input;
}

void try_inputs(const FuzzTarget& target, int count) {
  std::mt19937 random(1);
  for (int i = 0; i < count; ++i) {
    const auto input = some_input(target, random);
    target.run(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  }
}

}  // namespace

TEST_CASE("files of well-formed HDF5 and wrong contents are read or refused", "[files]") {
  for (const auto& target : fuzz_targets())
    if (target.name == "network" || target.name == "run" || target.name == "trials" || target.name == "recording") {
      INFO(target.name);
      CHECK_NOTHROW(try_inputs(target, 2000));
    }
}

TEST_CASE("a report of predictions with wrong contents is held against a recording or refused", "[files]") {
  for (const auto& target : fuzz_targets())
    if (target.name == "report") CHECK_NOTHROW(try_inputs(target, 2000));
}

TEST_CASE("text that is no study, no curve, no JSON and no option is read or refused", "[files]") {
  for (const auto& target : fuzz_targets())
    if (target.name == "study" || target.name == "options" || target.name == "curve" || target.name == "json") {
      INFO(target.name);
      CHECK_NOTHROW(try_inputs(target, target.name == "study" ? 300 : 2000));
    }
}
