#include "experiments/cli/analyses/of_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "experiments/cli/output_file.hpp"
#include "experiments/report/comparison.hpp"
#include "experiments/report/network_comparison.hpp"
#include "experiments/results/text_file.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

nlohmann::ordered_json value_json(const po::option_description& option, const boost::any& value) {
  if (option.semantic()->max_tokens() == 0) return true;
  if (const auto* text = boost::any_cast<std::string>(&value)) return *text;
  if (const auto* number = boost::any_cast<double>(&value)) return *number;
  if (const auto* number = boost::any_cast<int>(&value)) return *number;
  return boost::any_cast<long>(value);
}

/// Of the kind, but the files that it writes: those are of one network.
nlohmann::ordered_json options_of(const AnalysisKind& kind, const Given& given) {
  po::options_description own;
  kind.add_options(own);
  auto options = nlohmann::ordered_json::object();
  for (const auto& option : own.options()) {
    const auto& name = option->long_name();
    if (given.count(name) == 0) continue;
    if (const auto* output = boost::any_cast<OutputFile>(&given[name].value()))
      throw UserError(fmt::format("--{} {}: shows one network; give the file of a run", name, output->path));
    options[name] = value_json(*option, given[name].value());
  }
  return options;
}

void refuse_study_options(const Given& given) {
  for (const char* name : {"by", "against", "jobs", "quiet"})
    if (given.count(name) && !given[name].defaulted())
      throw UserError(fmt::format("--{}: belongs to the directory of a study", name));
}

/// In the order that names the folder of what is kept.
nlohmann::ordered_json kept_options(const AnalysisKind& kind, const nlohmann::json& kept) {
  po::options_description own;
  kind.add_options(own);
  auto options = nlohmann::ordered_json::object();
  for (const auto& option : own.options())
    if (const auto value = kept.find(option->long_name()); value != kept.end()) options[option->long_name()] = *value;
  return options;
}

/// The analysis whose results a folder keeps; absent where it holds none that can be read.
std::optional<NetworkAnalysis> kept_in(const std::filesystem::path& folder, const std::string& directory) {
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator(folder, none)) try {
      return read_json(file.path().string(), [&](const nlohmann::json& all) -> std::optional<NetworkAnalysis> {
        const auto name = all.at("identity").at("analysis").get<std::string>();
        for (const auto& kind : analysis_kinds())
          if (kind.name == name)
            return NetworkAnalysis{name, kept_options(kind, all.at("identity").at("options")), kind.numbers,
                                   [=](const std::string&) -> nlohmann::ordered_json {
                                     throw UserError(fmt::format(
                                         "what is kept of this network is not of this program and this run; "
                                         "`stillpoint analyze {} {}` with the same options analyses it anew",
                                         name, directory));
                                   }};
        return std::nullopt;
      });
    } catch (const UserError&) {  // damaged: the next may tell
    }
  return std::nullopt;
}

}  // namespace

std::vector<NetworkAnalysis> kept_analyses(const std::string& directory) {
  std::vector<std::filesystem::path> folders;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(directory) / "analyses", none))
    if (entry.is_directory(none)) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::vector<NetworkAnalysis> analyses;
  for (const auto& folder : folders)
    if (auto kept = kept_in(folder, directory)) analyses.push_back(std::move(*kept));
  return analyses;
}

void add_study_options(po::options_description& options) {
  options.add_options()("by", po::value<std::vector<std::string>>(),
                        (std::string("of a study: ") + compared_options_help).c_str())(
      "against", po::value<std::string>(),
      "of a study: what conditions are compared with, a condition's number or label, or a value that several "
      "have (none, network.gain=2); default: the first of each group, as in `compare`")(
      "jobs", po::value<int>()->default_value(0),
      "of a study: networks at a time; 0: one per processor that may be used")("quiet", "of a study: no progress");
}

nlohmann::ordered_json analyse_file_or_study(const AnalysisKind& kind, const std::string& file, const Given& given,
                                             std::string& text) {
  std::error_code failed;
  if (!std::filesystem::is_directory(file, failed)) {
    refuse_study_options(given);
    return kind.run(file, given, text);
  }
  const NetworkAnalysis analysis{kind.name, options_of(kind, given), kind.numbers, [&](const std::string& run) {
                                   std::string of_one;
                                   return kind.run(run, given, of_one);
                                 }};
  const int jobs = given["jobs"].as<int>();
  require_parameter(jobs >= 0, "--jobs", fmt::format("{}", jobs), "must be 0 or more");
  auto study = read_finished_results(file);
  ComparisonRequest request;
  if (given.count("by")) request.by = given["by"].as<std::vector<std::string>>();
  if (given.count("against")) request.against = given["against"].as<std::string>();
  compared_with(study, request);  // refuses a wrong one before the work
  auto networks = analyse_networks(study, file, analysis, jobs, given.count("quiet") > 0);
  const auto compared = compare_networks(std::move(study), analysis, std::move(networks), request);
  text = network_text(compared);
  return network_json(compared);
}

}  // namespace stillpoint
