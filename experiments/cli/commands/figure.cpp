#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "experiments/cli/command.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/cells.hpp"
#include "experiments/report/learning_curves.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/study/study_directory.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

/// The conditions whose options have one of the values given for each; an option that is left with one value is no
/// longer named.
void keep_only(StudyRecord& study, const std::vector<std::string>& entries) {
  std::map<std::string, std::set<std::string>> wanted, there;
  for (const auto& condition : study.conditions)
    for (const auto& [option, value] : condition.varied) there[option].insert(value);
  std::vector<std::string> allowed;
  for (const auto& [option, values] : there)
    for (const auto& value : values) allowed.push_back(option + "=" + value);
  for (const auto& entry : entries) {
    require_argument(std::find(allowed.begin(), allowed.end(), entry) != allowed.end(), "--only", entry,
                     allowed.empty() ? "nothing varies in this study" : must_be_one_of(entry, allowed));
    const auto equals = entry.find('=');
    wanted[entry.substr(0, equals)].insert(entry.substr(equals + 1));
  }
  std::vector<Condition> kept;
  for (auto& condition : study.conditions) {
    Varied named;
    bool keep = true;
    for (const auto& [option, value] : condition.varied) {
      const auto chosen = wanted.find(option);
      keep = keep && (chosen == wanted.end() || chosen->second.count(value) > 0);
      if (chosen == wanted.end() || chosen->second.size() > 1) named.emplace_back(option, value);
    }
    if (keep) kept.push_back({named, std::move(condition.runs), condition.tuned});
  }
  study.conditions = std::move(kept);
}

int figure(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("out", po::value<OutputFile>(), "SVG file")(
      "only", po::value<std::vector<std::string>>()->composing(),
      "OPTION=VALUE: the conditions with this value alone; may be given more than once, also for values of one option");
  po::positional_options_description positional;
  positional.add("DIR", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto out = required_output(command, values, "out");
  require_svg("--out", out);
  const auto directory = required(command, values, "DIR");
  auto study = read_results(directory);
  if (values.count("only")) keep_only(study, values["only"].as<std::vector<std::string>>());
  if (!study.has_runs()) throw UserError(directory + ": no run to draw is finished yet");
  write_atomically(out, learning_curve_figure(study));
  return 0;
}

}  // namespace

Command figure_command() {
  return {"figure", "DIR --out FILE.svg [--only OPTION=VALUE]...",
          "Learning curves and the share of runs that reached criterion, per condition, as SVG.",
          "stillpoint figure results/quickstart --out quickstart.svg", figure};
}

}  // namespace stillpoint
