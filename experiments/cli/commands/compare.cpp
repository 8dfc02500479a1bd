#include <fmt/format.h>

#include "experiments/cli/command.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/comparison_formats.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;

int compare(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("format", po::value<std::string>()->default_value("table"), "table, csv or json")(
      "by", po::value<Words>(),
      "option whose values are compared, all others being equal; may be given more than once; "
      "default: rule.*, study.arm, synapse.* and tcr.*")(
      "equal-seconds", "follow conditions for the same time of training instead of the same number of updates");
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
  const auto by = values.count("by") > 0 ? values["by"].as<Words>() : Words();
  const auto compared = compare_conditions(pooled(studies, directories), by, values.count("equal-seconds") > 0);
  fmt::print("{}", format == "json"  ? comparison_json(compared)
                   : format == "csv" ? comparison_csv(compared)
                                     : comparison_table(compared));
  return 0;
}

}  // namespace

Command compare_command() {
  return {"compare", "DIR... [--format table|csv|json] [--by OPTION] [--equal-seconds]",
          "Conditions compared with the first of their kind: log-rank test, Cliff's delta, updates and seconds needed.",
          "stillpoint compare results/quickstart", compare};
}

}  // namespace stillpoint
