#include "experiments/cli/analyses/analysis.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string.hpp>

#include "sim/files/network_file.hpp"

namespace stillpoint {

namespace po = boost::program_options;

#define STILLPOINT_ANALYSIS(name) AnalysisKind name##_analysis();
#include "experiments/cli/analyses/analyses.def"
#undef STILLPOINT_ANALYSIS

const std::vector<AnalysisKind>& analysis_kinds() {
#define STILLPOINT_ANALYSIS(name) name##_analysis(),
  static const std::vector<AnalysisKind> kinds = {
#include "experiments/cli/analyses/analyses.def"
  };
#undef STILLPOINT_ANALYSIS
  return kinds;
}

void add_system_options(po::options_description& options) {
  options.add_options()("as", po::value<std::string>()->default_value("trained"),
                        "flow, map, or trained: a map where the file has dt_ms or the network is one")(
      "input", po::value<std::string>(), "constant input v1,v2,..; default: zeros")(
      "group", po::value<std::string>(),
      "which network of a run file, e.g. initial/network or checkpoints/00000100/network; default final/network")(
      "seed", po::value<long>()->default_value(1), "seed of every draw");
}

std::uint64_t seed_of(const po::variables_map& given) {
  const long seed = given["seed"].as<long>();
  require_parameter(seed >= 0, "--seed", fmt::format("{}", seed), "must be 0 or more");
  return static_cast<std::uint64_t>(seed);
}

Vector<double> numbers_of(const std::string& option, const std::string& text) {
  std::vector<std::string> words;
  boost::split(words, text, boost::is_any_of(","));
  Vector<double> numbers(static_cast<Index>(words.size()));
  for (std::size_t i = 0; i < words.size(); ++i) {
    Options one;
    one.declare({number_option(option, "0", "", any_number, "")});
    one.set(option, words[i]);
    numbers(static_cast<Index>(i)) = one.number(option);
  }
  return numbers;
}

System make_system(const std::string& file, const po::variables_map& given) {
  const auto network = given.count("group") ? read_network(file, given["group"].as<std::string>()).network
                                            : read_trained_network(file).network;
  const auto& as = given["as"].as<std::string>();
  require_parameter(as == "trained" || as == "flow" || as == "map", "--as", as, "must be flow, map or trained");
  Vector<double> input = Vector<double>::Zero(network.inputs());
  if (given.count("input")) input = numbers_of("--input", given["input"].as<std::string>());
  return System(network, input,
                as == "trained" ? System::as_trained(network)
                : as == "flow"  ? System::As::flow
                                : System::As::map);
}

nlohmann::ordered_json as_json(const Vector<double>& values) {
  return std::vector<double>(values.data(), values.data() + values.size());
}

nlohmann::ordered_json as_json(const Eigen::VectorXcd& values) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& value : values) list.push_back({value.real(), value.imag()});
  return list;
}

}  // namespace stillpoint
