// libFuzzer's entry: STILLPOINT_FUZZ_TARGET names the target. With STILLPOINT_FUZZ_SEEDS=DIR seeds of all targets are
// written into DIR/TARGET/ and words into DIR/words, and nothing is run.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/targets.hpp"

namespace {

namespace fs = std::filesystem;
using stillpoint::testing::fuzz_targets;

const stillpoint::testing::FuzzTarget* chosen = nullptr;

void write_seeds(const fs::path& directory) {
  for (const auto& target : fuzz_targets()) {
    fs::create_directories(directory / target.name);
    for (std::size_t i = 0; i < target.seeds.size(); ++i)
      std::ofstream(directory / target.name / ("seed" + std::to_string(i)), std::ios::binary) << target.seeds[i];
  }
  std::ofstream words(directory / "words");
  for (const auto& word : stillpoint::testing::fuzz_words()) {
    words << '"';
    for (const char c : word)
      if (c == '\n')
        words << "\\x0a";
      else if (c == '"' || c == '\\')
        words << '\\' << c;
      else
        words << c;
    words << "\"\n";
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  if (const char* directory = std::getenv("STILLPOINT_FUZZ_SEEDS")) {
    write_seeds(directory);
    std::exit(0);
  }
  const char* name = std::getenv("STILLPOINT_FUZZ_TARGET");
  for (const auto& target : fuzz_targets())
    if (name && target.name == name) chosen = &target;
  if (!chosen) {
    std::fprintf(stderr, "STILLPOINT_FUZZ_TARGET must be one of:");
    for (const auto& target : fuzz_targets()) std::fprintf(stderr, " %s", target.name.c_str());
    std::fprintf(stderr, "\n");
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run(data, size);
  return 0;
}
