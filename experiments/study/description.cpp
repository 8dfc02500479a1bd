#include "experiments/study/description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "experiments/results/text_file.hpp"
#include "experiments/study/tuning.hpp"

namespace stillpoint {

using json = nlohmann::json;

namespace {
constexpr long newest_version = 2;  // of study.json
}

std::string description_of(const Study& study) {
  json conditions = json::array();
  for (const auto& point : study.points) {
    json varied = json::array();
    for (const auto& [option, value] : point.varied) varied.push_back({option, value});
    conditions.push_back(varied);
  }
  json left_out = json::array();
  for (const auto& each : study.left_out) left_out.push_back({{"varied", each.varied}, {"reason", each.reason}});
  json fixed = json::array();
  for (const auto& [option, value] : study.base) fixed.push_back(option);
  const json all = {
      {"format", "stillpoint-study"}, {"version", newest_version}, {"name", study.name}, {"identity", study.identity()},
      {"conditions", conditions},     {"left_out", left_out},      {"fixed", fixed}};
  return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

namespace {

/// Before version 2 the options that a study sets stood in its identity: lines "OPTION = VALUE" that are no axis.
std::vector<std::string> fixed_by_identity(const std::string& identity) {
  std::vector<std::string> options;
  std::istringstream lines(identity);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("grid.", 0) != 0 && line.rfind("tune.", 0) != 0) options.push_back(line.substr(0, line.find(' ')));
  return options;
}

}  // namespace

Description parse_description(const std::string& text, const std::string& path) {
  return parse_json(text, path, [&](const json& found) {
    if (!found.is_object() || found.value("format", "") != "stillpoint-study")
      throw UserError(path + ": is not the description of a study");
    Description description;
    description.version = found.at("version");
    if (description.version < 1 || description.version > newest_version)
      throw UserError(
          fmt::format("{}: version: {}: must be 1 to {}; another version of the program wrote it: use that one", path,
                      description.version, newest_version));
    description.name = found.at("name");
    description.identity = found.at("identity");
    description.conditions = found.at("conditions").get<std::vector<Varied>>();
    description.fixed = description.version < 2 ? fixed_by_identity(description.identity)
                                                : found.at("fixed").get<std::vector<std::string>>();
    for (const auto& each : found.value("left_out", json::array()))
      description.left_out.push_back({each.at("varied"), each.at("reason")});
    const auto same_options = [&](const Varied& varied) {
      const auto& first = description.conditions.front();
      return std::equal(varied.begin(), varied.end(), first.begin(), first.end(),
                        [](const auto& a, const auto& b) { return a.first == b.first; });
    };
    const auto& conditions = description.conditions;
    if (!std::all_of(conditions.begin(), conditions.end(), same_options))
      throw UserError(path + ": is damaged: its conditions vary other options");
    return description;
  });
}

Description read_description(const std::string& path) { return parse_description(read_text(path), path); }

std::string study_json_of(const std::string& directory) {
  return (std::filesystem::path(directory) / "study.json").string();
}

std::string read_study_text(const std::string& directory) {
  const auto path = study_json_of(directory);
  std::error_code ignored;
  if (!std::filesystem::exists(directory, ignored))
    throw UserError(directory + ": does not exist; give the --out directory of `stillpoint run`");
  if (!std::filesystem::exists(path, ignored))
    throw UserError(directory + ": holds no study (no study.json); give the --out directory of `stillpoint run`");
  return read_text(path);
}

Description read_study_description(const std::string& directory) {
  return parse_description(read_study_text(directory), study_json_of(directory));
}

namespace {

/// "optimizer.rate = 0.003", or "0.003"
std::string values_of(const json& candidate, bool with_names) {
  std::string text;
  for (const auto& pair : candidate.at("tuned"))
    text += (text.empty() ? "" : ", ") + (with_names ? pair.at(0).get<std::string>() + " = " : "") +
            pair.at(1).get<std::string>();
  return text;
}

std::string tuning_edge(const json& condition) {
  if (condition.is_null()) return "";
  std::vector<Assignments> run;
  const auto& candidates = condition.at("candidates");
  for (const auto& candidate : candidates)
    if (!candidate.contains("left_out")) run.push_back(candidate.at("tuned").get<Assignments>());
  const auto chosen = candidates.at(condition.at("chosen").get<std::size_t>()).at("tuned").get<Assignments>();
  return edge_text(edges_of(run, chosen));
}

/// "optimizer.rate = 0.003 (mean updates to criterion 0.001: 400, 0.003: 112), at the upper edge of rate", or nothing
/// where nothing was tuned.
std::string tuning_text(const json& condition) {
  if (condition.is_null()) return "";
  const auto& candidates = condition.at("candidates");
  std::string tried;
  for (const auto& candidate : candidates)
    tried += fmt::format("{}{}: {}", tried.empty() ? "" : "; ", values_of(candidate, false),
                         candidate.contains("left_out") ? "not applicable"
                                                        : fmt::format("{:.0f}", candidate.at("updates").get<double>()));
  const auto edge = tuning_edge(condition);
  return fmt::format("{} (mean updates to criterion {}){}{}",
                     values_of(candidates.at(condition.at("chosen").get<std::size_t>()), true), tried,
                     edge.empty() ? "" : ", ", edge);
}

}  // namespace

Tuning read_tuning(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  return read_json(path, [](const json& conditions) {
    Tuning tuning;
    for (const auto& condition : conditions) {
      tuning.conditions.push_back(tuning_text(condition));
      tuning.edges.push_back(tuning_edge(condition));
      if (!condition.is_null())
        for (const auto& pair : condition.at("candidates").at(0).at("tuned")) tuning.options.push_back(pair.at(0));
    }
    return tuning;
  });
}

}  // namespace stillpoint
