#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/cli/analyses/of_study.hpp"
#include "experiments/cli/command.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/cli/terminal.hpp"
#include "experiments/results/result_file.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

std::vector<std::string> known_kinds() {
  std::vector<std::string> names;
  for (const auto& kind : analysis_kinds()) names.push_back(kind.name);
  return names;
}

/// What the help of a kind says of the directories of studies.
std::string of_studies(const AnalysisKind& kind) {
  if (kind.numbers.empty()) return "";
  std::vector<std::string> names;
  for (const auto& number : kind.numbers) names.push_back(number.name);
  return fmt::format(
      "\nOr the directory of a study: {} of every network, means per condition, paired differences (docs/analyses.md)",
      fmt::join(names, ", "));
}

/// KIND comes first, so that `analyze KIND --help` can show the options of that kind.
int analyze(const std::vector<std::string>& arguments, const Command& command) {
  if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h") {
    fmt::print("usage: stillpoint analyze {}\n\n{}\n\n", command.arguments, for_terminal(command.help));
    for (const auto& kind : analysis_kinds())
      fmt::print("{}", for_terminal(fmt::format("  {:14}  {}\n", kind.name, kind.help), 16));
    fmt::print("\n`stillpoint analyze KIND --help` shows its options, its JSON and an example.\n\nexample:\n  {}\n",
               command.example);
    return 0;
  }
  const auto kind = std::find_if(analysis_kinds().begin(), analysis_kinds().end(),
                                 [&](const AnalysisKind& each) { return each.name == arguments.front(); });
  if (kind == analysis_kinds().end())
    throw UserError(
        fmt::format("stillpoint analyze {}: {}", arguments.front(), must_be_one_of(arguments.front(), known_kinds())));
  const Command own = {"analyze " + kind->name, "FILE [--json OUT] [...]",
                       fmt::format("{}\nFILE: {}. JSON: {}{}", kind->help, kind->file, kind->schema, of_studies(*kind)),
                       kind->example, nullptr};
  po::options_description options;
  options.add_options()("json", po::value<OutputFile>(), "write the result here; - for standard output");
  kind->add_options(options);
  if (!kind->numbers.empty()) add_study_options(options);
  po::positional_options_description positional;
  positional.add("FILE", 1);
  po::variables_map values;
  if (!parse_command(own, {arguments.begin() + 1, arguments.end()}, options, positional, values)) return 0;

  const auto file = required(own, values, "FILE");
  const auto work = [&] {
    std::string text;
    const auto result =
        kind->numbers.empty() ? kind->run(file, values, text) : analyse_file_or_study(*kind, file, values, text);
    const auto json = result.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    const auto out = output_path(values, "json");
    if (out == "-") {
      std::cout << json;
    } else {
      if (!out.empty()) write_atomically(out, json);
      fmt::print("{}", text);
    }
    return 0;
  };
  return with_option_names(options, work, file);
}

}  // namespace

Command analyze_command() {
  return {"analyze", "KIND FILE|STUDYDIR [--json OUT] [...]",
          "Looks at the phase space of a network: fixed points, exponents, and what else is listed below.",
          "stillpoint analyze fixed-points results/quickstart/runs/condition0001-seed000001.h5 --json points.json",
          analyze};
}

}  // namespace stillpoint
