#include "experiments/report/summary.hpp"

#include <fmt/format.h>

#include "experiments/cli/command.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

int summary(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("format", po::value<std::string>()->default_value("table"), "table, csv or json")(
      "against", po::value<std::string>()->default_value(""),
      "arm that the others are compared with, seed by seed; default: the first");
  po::positional_options_description positional;
  positional.add("DIR", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto format = values["format"].as<std::string>();
  require_argument(format == "table" || format == "csv" || format == "json", "--format", format,
                   "must be one of: table, csv, json");
  const auto study = read_results(required(command, values, "DIR"));
  const auto against = values["against"].as<std::string>();
  fmt::print("{}", format == "json"  ? summary_json(study, against)
                   : format == "csv" ? summary_csv(study, against)
                                     : summary_table(study, against));
  return 0;
}

}  // namespace

Command summary_command() {
  return {
      "summary", "DIR [--format table|csv|json] [--against ARM]",
      "What came of a study, per condition: runs that reached criterion, updates to criterion, speed, with intervals.",
      "stillpoint summary results/quickstart --format json", summary};
}

}  // namespace stillpoint
