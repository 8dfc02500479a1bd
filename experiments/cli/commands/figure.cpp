#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "experiments/cli/command.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/learning_curves.hpp"
#include "experiments/results/atomic_file.hpp"
#include "experiments/results/condition_choice.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

/// The conditions that have one of the values given for each option, and those that are named.
void keep_only(StudyRecord& study, const std::vector<std::string>& entries) {
  std::map<std::string, std::set<std::size_t>> having;  // by option; "": named
  for (const auto& entry : entries)
    for (const auto i : conditions_named(study, "--only", entry)) having[option_named(study, entry)].insert(i);
  const auto named = having[""];
  having.erase("");
  std::vector<Condition> kept;
  for (std::size_t i = 0; i < study.conditions.size(); ++i) {
    const bool has_all = !having.empty() && std::all_of(having.begin(), having.end(),
                                                        [&](const auto& option) { return option.second.count(i) > 0; });
    if (has_all || named.count(i) > 0) kept.push_back(std::move(study.conditions[i]));
  }
  require_argument(!kept.empty(), "--only", fmt::format("{}", fmt::join(entries, ", ")),
                   "no condition has all of these values");
  study.conditions = std::move(kept);
}

int figure(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("out", po::value<OutputFile>(), "SVG file")(
      "only", po::value<std::vector<std::string>>()->composing(),
      "the conditions with this OPTION=VALUE alone, or one of them by its number (3) or label; may be given more than "
      "once, also for values of one option")(
      "panels", po::value<std::string>(),
      "OPTION: a row of panels for each of its values; none: one row with all. By itself, beyond 8 conditions, the "
      "option that leaves the fewest in a row. All are drawn; where a row has more than 12, take --only");
  po::positional_options_description positional;
  positional.add("DIR", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto out = required_output(command, values, "out");
  require_svg("--out", out);
  const auto directory = required(command, values, "DIR");
  const auto panels = values.count("panels") > 0 ? values["panels"].as<std::string>() : std::string();
  auto study = read_results(directory);
  if (values.count("only")) keep_only(study, values["only"].as<std::vector<std::string>>());
  if (!study.has_runs()) throw UserError(directory + ": no run to draw is finished yet");
  write_atomically(out, learning_curve_figure(study, panels));
  return 0;
}

}  // namespace

Command figure_command() {
  return {
      "figure", "DIR --out FILE.svg [--panels OPTION] [--only CONDITION]...",
      "Learning curves, the share of runs that reached criterion, and medians with intervals, per condition, as SVG.",
      "stillpoint figure results/quickstart --out quickstart.svg", figure};
}

}  // namespace stillpoint
