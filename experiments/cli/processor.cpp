// Compiled for any processor of its kind (cmake/program.cmake), and run before every other initialiser of the program.
#include "experiments/cli/processor.hpp"

#include <unistd.h>

#include <cstdio>

#ifdef __x86_64__

namespace {

__attribute__((constructor(101))) void check_processor() {
  __builtin_cpu_init();
  char missing[400] = "";
  int length = 0, number = 0;
  const auto look_at = [&](const char* name, bool found) {
    if (stillpoint::needed_instructions[number++] && !found)
      length += std::snprintf(missing + length, sizeof missing - static_cast<unsigned>(length), " %s", name);
  };
#define STILLPOINT_INSTRUCTIONS(name, macro) look_at(name, __builtin_cpu_supports(name));
#include "experiments/cli/processor.def"
#undef STILLPOINT_INSTRUCTIONS
  if (length == 0) return;
  std::fprintf(
      stderr,
      "stillpoint: this processor lacks instructions that the program was compiled for (%s): run it on the kind it was "
      "built on, or build it for every kind with -DSTILLPOINT_NATIVE=OFF\n",
      missing + 1);
  _exit(2);
}

}  // namespace

#endif
