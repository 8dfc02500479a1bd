#include <fmt/format.h>

#include <filesystem>

#include "experiments/commands/command.hpp"
#include "experiments/report/learning_curves.hpp"
#include "experiments/result_file.hpp"
#include "experiments/runner.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

int figure(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("out", po::value<std::string>(), "SVG file");
  po::positional_options_description positional;
  positional.add("DIR", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto out = required(command, values, "out");
  require_option(std::filesystem::path(out).extension() == ".svg", "--out", out, "must end in .svg");
  const auto study = read_results(required(command, values, "DIR"));
  write_atomically(out, learning_curve_figure(study));
  return 0;
}

}  // namespace

Command figure_command() {
  return {"figure", "DIR --out FILE.svg",
          "Learning curves and the share of runs that reached criterion, per condition, as SVG.",
          "stillpoint figure results/quickstart --out quickstart.svg", figure};
}

}  // namespace stillpoint
