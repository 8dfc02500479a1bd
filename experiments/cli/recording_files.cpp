#include "experiments/cli/recording_files.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/message.hpp"

namespace stillpoint {

namespace po = boost::program_options;

int with_recordings(const Command& command, const std::vector<std::string>& arguments, po::options_description options,
                    const std::function<void(const po::variables_map& values)>& work) {
  options.add_options()("trials", po::value<std::string>()->default_value(usual_trials),
                        "table of intervals whose rows are the trials (see `observe --list`)");
  po::positional_options_description positional;
  positional.add("RECORDING", -1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  return with_option_names(options, [&] {
    required_words(command, values, "RECORDING");
    require_svg("--plot", output_path(values, "plot"));
    work(values);
    return 0;
  });
}

std::vector<Recording> opened_recordings(const po::variables_map& values) {
  std::vector<Recording> recordings;
  std::set<std::filesystem::path> seen;
  for (const auto& file : values["RECORDING"].as<std::vector<std::string>>()) {
    std::error_code failed;  // said by who opens it
    require_argument(seen.insert(std::filesystem::weakly_canonical(file, failed)).second, "RECORDING", file,
                     "is given twice");
    recordings.emplace_back(file, values["trials"].as<std::string>());
  }
  return recordings;
}

void tell_left_out(const std::vector<Recording>& recordings) {
  for (const auto& recording : recordings)
    for (const auto& line : recording.left_out()) tell(fmt::format("{}: left out: {}", recording.file(), line));
}

}  // namespace stillpoint
