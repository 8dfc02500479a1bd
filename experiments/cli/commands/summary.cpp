#include "experiments/report/summary.hpp"

#include <fmt/format.h>

#include "experiments/cli/command.hpp"
#include "experiments/cli/comparison_options.hpp"
#include "experiments/cli/terminal.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

int summary(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("format", po::value<std::string>()->default_value("table"), "table, csv or json");
  add_comparison_options(options);
  po::positional_options_description positional;
  positional.add("DIR", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto format = values["format"].as<std::string>();
  require_argument(format == "table" || format == "csv" || format == "json", "--format", format,
                   "must be one of: table, csv, json");
  const auto study = compare_conditions(read_results(required(command, values, "DIR")), comparison_request(values));
  fmt::print("{}", format == "json"  ? summary_json(study)
                   : format == "csv" ? summary_csv(study)
                                     : for_terminal(summary_table(study, terminal_width().value_or(usual_width))));
  return 0;
}

}  // namespace

Command summary_command() {
  return {
      "summary", "DIR [--format table|csv|json] [--by OPTION] [--against CONDITION]",
      "What came of a study, per condition: runs that reached criterion, updates to criterion, speed, with intervals,\n"
      "how many runs are still missing, and how conditions compare over the seeds they share.",
      "stillpoint summary results/quickstart --format json", summary};
}

}  // namespace stillpoint
