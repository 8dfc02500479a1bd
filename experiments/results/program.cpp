#include "experiments/results/program.hpp"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>

#include "build_info.hpp"
#include "sim/blas.hpp"

namespace stillpoint {

const std::vector<std::pair<std::string, std::string>>& this_program() {
  static const std::vector<std::pair<std::string, std::string>> facts = {
      {"stillpoint", STILLPOINT_VERSION},
      {"commit", STILLPOINT_COMMIT},
      {"build", STILLPOINT_BUILD},
      {"compiler", fmt::format("GNU-compatible {}", __VERSION__)},
      {"eigen", fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
      {"matrix_kernels", matrix_kernels()},
  };
  return facts;
}

ProgramFacts this_program_facts() {
  ProgramFacts values;
  for (const auto& [name, value] : this_program()) values.push_back(value);
  return values;
}

std::string mixed_programs_line(const std::map<ProgramFacts, long>& runs) {
  if (runs.size() < 2) return "";
  std::vector<std::string> each(runs.size());
  for (std::size_t fact = 0; fact < this_program().size(); ++fact) {
    const auto& first = runs.begin()->first.at(fact);
    if (std::all_of(runs.begin(), runs.end(), [&](const auto& program) { return program.first.at(fact) == first; }))
      continue;
    std::size_t i = 0;
    for (const auto& [program, count] : runs) {
      auto& text = each[i++];
      text += fmt::format("{}{} {}", text.empty() ? fmt::format("{} by ", count) : ", ", this_program()[fact].first,
                          program.at(fact));
    }
  }
  return fmt::format("runs of {} programs, whose numbers may differ, are together here: {}", runs.size(),
                     fmt::join(each, "; "));
}

std::string program_text(const ProgramFacts& program) {
  std::vector<std::string> each;
  for (std::size_t fact = 0; fact < program.size(); ++fact)
    each.push_back(this_program().at(fact).first + " " + program[fact]);
  return fmt::format("{}", fmt::join(each, ", "));
}

}  // namespace stillpoint
