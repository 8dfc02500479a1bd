#include "experiments/cli/study_arguments.hpp"

#include "experiments/options/argument.hpp"

namespace stillpoint {

namespace po = boost::program_options;

void add_run_study_options(po::options_description& options) {
  options.add_options()("out", po::value<std::string>(),
                        "directory of the results; a study that was stopped continues in it")(
      "set", po::value<std::vector<std::string>>()->composing(), "KEY=VALUE, over the study file; may be given again")(
      "quick", "the study's quick version: its [quick] section replaces other entries");
}

StudyRequest study_request(const Command& command, const po::variables_map& values) {
  StudyRequest request;
  request.path = required(command, values, "STUDY.ini");
  if (values.count("set")) request.set = values["set"].as<std::vector<std::string>>();
  request.quick = values.count("quick") > 0;
  return request;
}

std::string study_directory(const Command& command, const po::variables_map& values) {
  auto directory = required(command, values, "out");
  require_argument(!directory.empty(), "--out", "(empty)", "must name a directory");
  return directory;
}

}  // namespace stillpoint
