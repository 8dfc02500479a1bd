#include <fmt/format.h>

#include "experiments/cli/command.hpp"
#include "experiments/cli/comparison_options.hpp"
#include "experiments/cli/terminal.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/comparison_formats.hpp"
#include "experiments/report/pooled.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

int compare(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("format", po::value<std::string>()->default_value("table"), "table, csv or json");
  add_comparison_options(options);
  options.add_options()("equal-seconds",
                        "follow conditions for the same time of training instead of the same number of updates");
  po::positional_options_description positional;
  positional.add("DIR", -1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto format = values["format"].as<std::string>();
  require_argument(format == "table" || format == "csv" || format == "json", "--format", format,
                   "must be one of: table, csv, json");
  const auto directories = required_words(command, values, "DIR");
  std::vector<StudyRecord> studies;
  for (const auto& directory : directories) studies.push_back(read_results(directory));
  auto request = comparison_request(values);
  request.equal_seconds = values.count("equal-seconds") > 0;
  const auto compared = compare_conditions(pooled(studies, directories), request);
  std::string sources;  // "#2.3": condition 3 of the second directory
  for (std::size_t i = 0; i < directories.size() && directories.size() > 1; ++i)
    sources += fmt::format("#{}.: {}\n", i + 1, directories[i]);
  fmt::print("{}", format == "json" ? comparison_json(compared)
                   : format == "csv"
                       ? comparison_csv(compared)
                       : for_terminal(comparison_table(compared, sources, terminal_width().value_or(usual_width))));
  return 0;
}

}  // namespace

Command compare_command() {
  return {"compare", "DIR... [--format table|csv|json] [--by OPTION] [--against CONDITION] [--equal-seconds]",
          "Conditions compared, within a study or over several: differences over shared seeds, test, Cliff's delta,\n"
          "updates and seconds needed.",
          "stillpoint compare results/quickstart", compare};
}

}  // namespace stillpoint
