#include <fmt/format.h>

#include "experiments/cli/command.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/report/checks_table.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

int check_gradients(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("set", po::value<std::vector<std::string>>()->composing(),
                        "KEY=VALUE, over the study file or the defaults; may be given again")(
      "rule", po::value<std::string>(), "check this rule instead of the study's")(
      "full", "networks and trials as they are (minutes), not 16 neurons and the last 20 steps of a trial")(
      "draws", po::value<long>()->default_value(10000), "draws of each random estimator");
  po::positional_options_description positional;
  positional.add("STUDY.ini", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;

  RuleChecksRequest request;
  if (values.count("STUDY.ini")) request.study.path = values["STUDY.ini"].as<std::string>();
  if (values.count("set")) request.study.set = values["set"].as<std::vector<std::string>>();
  if (values.count("rule")) request.rule = rule_kind(values["rule"].as<std::string>()).name;
  request.full = values.count("full") > 0;
  const long draws = values["draws"].as<long>();
  require_argument(draws >= 100 && draws <= 10000000, "--draws", fmt::format("{}", draws), "must be 100 to 1e7");
  request.draws = draws;

  const auto checked = check_rules(request);
  fmt::print("{}", checks_table(checked));
  return exit_code(checked);
}

}  // namespace

Command check_gradients_command() {
  return {"check-gradients", "[STUDY.ini] [--set KEY=VALUE]... [--rule NAME] [--full] [--draws N]",
          "Checks rules against what defines them: differences of the loss, or their formula. Exit code 1: one failed.",
          "stillpoint check-gradients experiments/studies/quickstart.ini --rule bptt --set network.kind=leaky_current",
          check_gradients};
}

}  // namespace stillpoint
