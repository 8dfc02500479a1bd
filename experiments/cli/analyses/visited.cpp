#include "experiments/cli/analyses/visited.hpp"

#include <fmt/format.h>

namespace stillpoint {

void add_visited_option(boost::program_options::options_description& options) {
  options.add_options()("visited", boost::program_options::value<std::string>(),
                        "visited starts: trials (of the task that a run file brings, its default) or free (runs)");
}

std::string visited_of(const Given& given) {
  const auto which = given.count("visited") ? given["visited"].as<std::string>() : "";
  require_parameter(which.empty() || which == "trials" || which == "free", "--visited", which,
                    "must be trials or free");
  return which;
}

Matrix<double> visited_in_trials(SubjectFile& file, const std::string& which, Index count, std::uint64_t seed) {
  if (which == "trials") file.require_run();
  if (which == "free" || !file.run || count < 1) return {};
  file.takes.task = file.takes.noise = true;
  return states_of_trials(file.subject, count, seed);
}

std::string free_runs_instead(const SubjectFile& file, const std::string& which) {
  if (!which.empty() || !file.is_run || file.run) return "";
  return fmt::format("free runs in the place of the task's trials, as --visited free asks for: {}\n", file.problem);
}

}  // namespace stillpoint
