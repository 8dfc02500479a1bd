// stillpoint COMMAND ...: exit code 0, 2 for a mistake of the user (one line on standard error), 1 for anything else.
#include <H5Cpp.h>
#include <fmt/format.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <cstdio>
#include <iostream>
#include <new>
#include <stdexcept>
#include <system_error>

#include "build_info.hpp"
#include "experiments/cli/command.hpp"
#include "experiments/cli/terminal.hpp"
#include "experiments/options/message.hpp"
#include "sim/blas.hpp"
#include "sim/options/nearest.hpp"

using namespace stillpoint;

namespace {

void print_help() {
  fmt::print("stillpoint: how could a brain circuit learn to remember?\n\nusage: stillpoint COMMAND ...\n\n");
  for (const auto& command : commands())
    fmt::print("{}", for_terminal(fmt::format("  {:15}  {}\n", command.name, in_short(command)), 17));
  fmt::print("\n`stillpoint COMMAND --help` shows options and an example.\n");
}

/// What was asked for is named as it was written: what of it was too much is not known here.
void print_out_of_memory(char** begin, char** end) {
  const bool trains = begin != end && std::string(*begin) == "run";
  tell(fmt::format("stillpoint {}: out of memory; {}", fmt::join(begin, end, " "),
                   trains ? "use a smaller network.size or training.batch, or fewer --jobs" : "ask for less of it"));
}

int dispatch(int count, char** words) {
  if (count < 2) throw UserError("stillpoint: no command given; see `stillpoint --help`");
  const std::string name = words[1];
  if (name == "--help" || name == "-h" || name == "help") {
    print_help();
    return 0;
  }
  if (name == "--version") {
    fmt::print("stillpoint {}\n", STILLPOINT_VERSION);
    return 0;
  }
  for (const auto& command : commands())
    if (command.name == name) return command.run(std::vector<std::string>(words + 2, words + count), command);
  std::vector<std::string> names;
  for (const auto& command : commands()) names.push_back(command.name);
  throw UserError(fmt::format("stillpoint: {}: unknown command; {}", name, must_be_one_of(name, names)));
}

/// What is freed is kept for the next array, up to 256 MB: given back each time, its pages would be made anew each time,
/// a fifth of the time of analyses of a few hundred neurons.
void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

}  // namespace

int main(int count, char** words) {
  keep_freed_memory();
  const ProductsOnOneThread products;  // of the whole program
  try {
    const int code = dispatch(count, words);
    std::cout.flush();
    if (std::fflush(stdout) != 0 || !std::cout) throw UserError("stillpoint: standard output cannot be written");
    return code;
  } catch (const UserError& problem) {
    tell(problem.what());
    return 2;
  } catch (const std::bad_alloc&) {
    print_out_of_memory(words + 1, words + count);
    return 2;
  } catch (const std::length_error&) {  // more than any vector holds
    print_out_of_memory(words + 1, words + count);
    return 2;
  } catch (const std::system_error& problem) {  // of files, threads, streams
    tell(fmt::format("stillpoint: {}", problem.what()));
    return 2;
  } catch (const H5::Exception& problem) {
    tell("stillpoint: HDF5 failed in " + problem.getFuncName() + ": " + problem.getDetailMsg());
    return 2;
  } catch (const std::exception& problem) {
    tell(fmt::format("stillpoint: internal error: {}", problem.what()));
    return 1;
  }
}
