#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "experiments/commands/command.hpp"
#include "experiments/report/learning_curves.hpp"
#include "experiments/result_file.hpp"
#include "experiments/runner.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

/// The conditions in which an option has a value; the option is then no longer named.
void keep_only(StudyRecord& study, const std::string& entry) {
  const auto equals = entry.find('=');
  require_option(equals != std::string::npos && equals > 0, "--only", entry, "must be OPTION=VALUE");
  const std::pair<std::string, std::string> wanted{entry.substr(0, equals), entry.substr(equals + 1)};
  std::vector<Condition> kept;
  std::vector<std::string> there;
  for (auto& condition : study.conditions) {
    auto& varied = condition.varied;
    for (const auto& [option, value] : varied) there.push_back(option + "=" + value);
    const auto found = std::find(varied.begin(), varied.end(), wanted);
    if (found == varied.end()) continue;
    varied.erase(found);
    kept.push_back(std::move(condition));
  }
  std::sort(there.begin(), there.end());
  there.erase(std::unique(there.begin(), there.end()), there.end());
  require_option(!kept.empty(), "--only", entry, fmt::format("must be one of: {}", fmt::join(there, ", ")));
  study.conditions = std::move(kept);
}

int figure(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("out", po::value<std::string>(), "SVG file")(
      "only", po::value<std::vector<std::string>>()->composing(),
      "OPTION=VALUE: the conditions with this value alone; may be given more than once");
  po::positional_options_description positional;
  positional.add("DIR", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto out = required(command, values, "out");
  require_option(std::filesystem::path(out).extension() == ".svg", "--out", out, "must end in .svg");
  auto study = read_results(required(command, values, "DIR"));
  if (values.count("only"))
    for (const auto& entry : values["only"].as<std::vector<std::string>>()) keep_only(study, entry);
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
