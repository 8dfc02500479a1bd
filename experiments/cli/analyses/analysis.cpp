#include "experiments/cli/analyses/analysis.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string.hpp>
#include <cmath>

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
  const auto number = number_option(option, "", "", any_number, "");
  for (std::size_t i = 0; i < words.size(); ++i) numbers(static_cast<Index>(i)) = number.value_of(words[i]);
  return numbers;
}

namespace {

SubjectFile open_given(const std::string& file, const Given& given) {
  auto opened = open_subject(file, given.count("group") ? given["group"].as<std::string>() : "");
  auto& subject = opened.subject;
  if (given.count("as")) {
    const auto& as = given["as"].as<std::string>();
    require_parameter(as == "trained" || as == "flow" || as == "map", "--as", as, "must be flow, map or trained");
    if (as != "trained") subject.as = as == "flow" ? System::As::flow : System::As::map;
  }
  if (given.count("input")) subject.input = numbers_of("--input", given["input"].as<std::string>());
  return opened;
}

}  // namespace

std::function<nlohmann::ordered_json(const std::string&, const Given&, std::string&)> of_subject(
    Takes takes, std::function<nlohmann::ordered_json(SubjectFile&, const Given&, std::string&)> analyse) {
  return [=](const std::string& file, const Given& given, std::string& text) {
    auto opened = open_given(file, given);
    opened.takes = takes;
    auto json = analyse(opened, given, text);
    say_left_out(opened, json, text);
    return json;
  };
}

void say_left_out(const SubjectFile& file, nlohmann::ordered_json& result, std::string& text) {
  auto names = left_out(file.subject, file.takes);
  result["left_out"] = names;
  if (names.empty()) return;
  if (!file.takes.synapse && file.subject.synapse_kind != "none" && !file.without_synapse.empty())
    names.front() += fmt::format(" ({})", file.without_synapse);
  // First, so that nobody reads numbers before what they are not of.
  text = fmt::format("left out: {}\n", fmt::join(names, ", ")) + text;
}

void add_hint(const std::string& hint, const std::string& of_this_network, nlohmann::ordered_json& result,
              std::string& text) {
  result["hints"].push_back(hint);
  text += fmt::format("hint: {}\n", of_this_network);
}

nlohmann::ordered_json finite_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
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
