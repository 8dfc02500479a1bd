#include "experiments/report/page/provenance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "experiments/report/condition_summary.hpp"
#include "experiments/study/description.hpp"

namespace stillpoint {

namespace {

/// "OPTION = VALUE", or "OPTION = A | B" with a value for each condition. The order of axes is part of a study.
Assignments lines_of(const std::string& identity) {
  Assignments values;
  std::istringstream lines(identity);
  for (std::string line; std::getline(lines, line);)
    if (const auto equals = line.find(" = "); equals != std::string::npos)
      values.emplace_back(line.substr(0, equals), line.substr(equals + 3));
  return values;
}

/// What every condition that has the option has of it; absent where they differ.
std::optional<std::string> one_value(const std::string& values) {
  std::set<std::string> different;
  for (std::size_t at = 0, end; (end = values.find(" | ", at)), at <= values.size(); at = end + 3) {
    different.insert(values.substr(at, end == std::string::npos ? end : end - at));
    if (end == std::string::npos) break;
  }
  different.erase("-");
  return different.size() == 1 ? std::optional(*different.begin()) : std::nullopt;
}

/// Seeds without a gap, or none.
std::optional<std::pair<std::uint64_t, long>> range_of(const StudyRecord& study) {
  std::set<std::uint64_t> seeds;
  for (const auto& condition : study.conditions) {
    seeds.insert(condition.completion.planned.begin(), condition.completion.planned.end());
    for (const auto& run : condition.runs) seeds.insert(run.seed);
  }
  if (seeds.empty() || *seeds.rbegin() - *seeds.begin() + 1 != seeds.size()) return std::nullopt;
  return std::pair(*seeds.begin(), static_cast<long>(seeds.size()));
}

std::optional<Assignments> entries_of(const Description& description, const StudyRecord& study) {
  const auto seeds = range_of(study);
  if (!seeds) return std::nullopt;
  const auto lines = lines_of(description.identity);
  Assignments entries{{"study.name", description.name},
                      {"study.first_seed", fmt::format("{}", seeds->first)},
                      {"study.seeds", fmt::format("{}", seeds->second)}};
  if (!description.left_out.empty()) entries.emplace_back("study.inapplicable", "skip");
  for (const auto& [name, value] : lines) {
    if (name.rfind("grid.", 0) == 0 || (name.rfind("tune.", 0) == 0 && name != "tune.seeds"))
      entries.emplace_back(name, value);
    if (name == "tune.seeds") {
      const auto from = value.find(" from ");
      entries.emplace_back("tune.seeds", value.substr(0, from));
      entries.emplace_back("tune.first_seed", value.substr(from + 6));
    }
  }
  for (const auto& option : description.fixed) {
    if (option == "training.updates") continue;
    const auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& each) { return each.first == option; });
    const auto value = line == lines.end() ? std::nullopt : one_value(line->second);
    if (!value) return std::nullopt;
    entries.emplace_back(option, *value);
  }
  const auto is_axis = [](const auto& line) { return line.first == "grid.training.updates"; };
  if (std::none_of(lines.begin(), lines.end(), is_axis)) {  // no part of what the study is: it may go on
    long updates = 0;
    for (const auto& condition : study.conditions) updates = std::max(updates, largest_budget(condition.runs));
    entries.emplace_back("training.updates", fmt::format("{}", updates));
  }
  const auto is_cut = [](const auto& entry) { return entry.second.find_first_of("#\r\n") != std::string::npos; };
  return std::none_of(entries.begin(), entries.end(), is_cut) ? std::optional(entries) : std::nullopt;
}

std::string ini_text(const Assignments& entries) {
  std::vector<std::pair<std::string, std::string>> sections;  // in the order in which they begin
  for (const auto& [key, value] : entries) {
    const auto dot = key.find('.');
    const auto name = key.substr(0, dot);
    auto section = std::find_if(sections.begin(), sections.end(), [&](const auto& each) { return each.first == name; });
    if (section == sections.end()) section = sections.insert(sections.end(), {name, ""});
    section->second += fmt::format("{} = {}\n", key.substr(dot + 1), value);
  }
  std::string text;
  for (const auto& [name, lines] : sections) text += fmt::format("{}[{}]\n{}", text.empty() ? "" : "\n", name, lines);
  return text;
}

}  // namespace

std::optional<std::string> study_file_of(const std::string& directory, const StudyRecord& study) {
  const auto description = read_study_description(directory);
  const auto entries = entries_of(description, study);
  if (!entries) return std::nullopt;
  try {
    StudyRequest request;
    request.entries = *entries;
    if (read_study(request).identity() != description.identity) return std::nullopt;
  } catch (const UserError&) {  // its files of trials are gone, or an earlier program had other options
    return std::nullopt;
  }
  return ini_text(*entries);
}

}  // namespace stillpoint
