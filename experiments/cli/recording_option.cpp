#include "experiments/cli/recording_option.hpp"

#include "experiments/options/argument.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

RecordingModel recording_of(const boost::program_options::variables_map& values) {
  Options options;
  options.declare(recording_list().options());
  if (values.count("set"))
    for (const auto& entry : values["set"].as<std::vector<std::string>>()) {
      const auto [name, value] = key_and_value("--set", entry);
      std::vector<std::string> known;
      for (const auto& option : recording_list().options()) known.push_back(option.name);
      require_argument(options.knows(name), "--set", entry, must_be_one_of(name, known));
      options.set(name, value);
    }
  return recording_list().from(options);
}

}  // namespace stillpoint
