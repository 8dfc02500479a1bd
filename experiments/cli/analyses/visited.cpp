#include "experiments/cli/analyses/visited.hpp"

namespace stillpoint {

void add_visited_option(boost::program_options::options_description& options) {
  options.add_options()("visited", boost::program_options::value<std::string>(),
                        "visited starts: trials (of the task that a run file brings, its default) or free (runs)");
}

Matrix<double> visited_in_trials(SubjectFile& file, const Given& given, Index count) {
  const auto which = given.count("visited") ? given["visited"].as<std::string>() : "";
  require_parameter(which.empty() || which == "trials" || which == "free", "--visited", which,
                    "must be trials or free");
  if (which == "trials") file.require_run();
  if (which == "free" || !file.run || count < 1) return {};
  file.takes.task = file.takes.noise = true;
  return states_of_trials(file.subject, count, seed_of(given));
}

}  // namespace stillpoint
