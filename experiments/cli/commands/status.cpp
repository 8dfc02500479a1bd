#include <fmt/format.h>

#include "experiments/cli/command.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/status_formats.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

int status(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("format", po::value<std::string>()->default_value("table"), "table or json");
  po::positional_options_description positional;
  positional.add("DIR", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto format = values["format"].as<std::string>();
  require_argument(format == "table" || format == "json", "--format", format, "must be one of: table, json");
  const auto found = read_status(required(command, values, "DIR"));
  fmt::print("{}", format == "json" ? status_json(found) : status_table(found));
  return 0;
}

}  // namespace

Command status_command() {
  return {
      "status", "DIR [--format table|json]",
      "How far a study is: runs finished, running (on which machine, since when), failed and left, and the time left.\n"
      "Failed are runs that could not be gone on with; one that diverged is finished. Finished runs whose files are\n"
      "cut short or no HDF5 are named. Times are those of UTC.",
      "stillpoint status results/quickstart --format json", status};
}

}  // namespace stillpoint
