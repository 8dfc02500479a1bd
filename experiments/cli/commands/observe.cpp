#include <fmt/format.h>

#include "experiments/cli/command.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/message.hpp"
#include "experiments/report/contents.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

int observe(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options;
  options.add_options()("list", "what the file holds")("json", "as JSON");
  po::positional_options_description positional;
  positional.add("RECORDING", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const Recording recording(required(command, values, "RECORDING"));
  if (values.count("json"))
    fmt::print("{}", json_text(contents_json(recording)));
  else
    fmt::print("{}", contents_of(recording));
  return 0;
}

}  // namespace

Command observe_command() {
  return {"observe", "RECORDING.nwb --list [--json]", "What a recording in the NWB format holds.",
          "stillpoint observe mouse1.nwb --list", observe};
}

}  // namespace stillpoint
