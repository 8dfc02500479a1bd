#include "experiments/report/naming.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillpoint {

namespace {

Rows names_of(const StudyRecord& study, bool with_options) {
  Rows names{{"condition"}};
  if (with_options && !study.conditions.empty()) {
    names.front() = {"#"};
    for (const auto& name : short_names(study.conditions.front().varied)) names.front().push_back(name);
    if (names.front().size() == 1) names.front().push_back("condition");
  }
  for (const auto& condition : study.conditions) {
    names.push_back({condition.tag()});
    if (!with_options) continue;
    for (const auto& [name, value] : condition.varied) names.back().push_back(value);
    if (condition.varied.empty()) names.back().push_back(condition.label());
  }
  return names;
}

Rows beside(const Rows& names, const Block& block) {
  Rows rows{names.front()};
  for (const auto condition : block.conditions) rows.push_back(names[condition + 1]);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i].insert(rows[i].end(), block.rows[i].begin(), block.rows[i].end());
  return rows;
}

/// Conditions that were stopped on their way, and are not running.
long kept(const Condition& condition) {
  auto seeds = condition.completion.kept;
  for (const auto seed : condition.completion.running) seeds.erase(seed);
  for (const auto& run : condition.runs) seeds.erase(run.seed);
  return static_cast<long>(seeds.size());
}

}  // namespace

NamedBlocks with_names(const StudyRecord& study, const std::vector<Block>& blocks, std::size_t width) {
  const auto options = names_of(study, true), numbers = names_of(study, false);
  NamedBlocks result;
  for (const auto& block : blocks) {
    const bool fits = table_width(beside(options, block)) <= width;
    const auto& names = fits ? options : numbers;
    if (!fits && result.blocks.empty()) {
      for (const auto& condition : study.conditions) result.key += condition.tag() + "  " + condition.label() + '\n';
      result.key += '\n';
    }
    result.blocks.push_back(aligned(beside(names, block), names.front().size(), width));
  }
  return result;
}

StateColumns::StateColumns(const StudyRecord& study) : unfinished_(!study.finished()) {
  for (const auto& condition : study.conditions) {
    running_ = running_ || condition.running() > 0;
    unmatched_ = unmatched_ || condition.unmatched() > 0;
  }
}

std::vector<std::string> StateColumns::header() const {
  std::vector<std::string> names;
  if (unfinished_) names.push_back("done");
  if (running_) names.push_back("running");
  if (unmatched_) names.push_back("unmatched");
  return names;
}

std::vector<std::string> StateColumns::cells(const Condition& condition) const {
  std::vector<std::string> cells;
  if (unfinished_) cells.push_back(fmt::format("{}/{}", condition.done(), condition.planned()));
  if (running_) cells.push_back(fmt::format("{}", condition.running()));
  if (unmatched_)
    cells.push_back(condition.unmatched() == 0 ? "-" : fmt::format("{}/{}", condition.unmatched(), condition.done()));
  return cells;
}

std::string completion_line(const StudyRecord& study) {
  if (study.finished()) return "";
  long done = 0, planned = 0, running = 0, missing = 0, stopped = 0;
  bool at_least = false;
  for (const auto& condition : study.conditions) {
    done += condition.done();
    planned += condition.planned();
    running += condition.running();
    missing += condition.missing();
    stopped += kept(condition);
    at_least = at_least || condition.completion.at_least;
  }
  auto text = fmt::format("UNFINISHED: {} of {}{} planned runs are done, {} running, {} missing", done,
                          at_least ? "at least " : "", planned, running, missing);
  if (stopped > 0) text += fmt::format(" ({} kept on their way)", stopped);
  return text +
         "; every number is of those done,\n  and a p-value that is looked at again and again until it is small is too "
         "small.\n";
}

std::string unmatched_lines(const StudyRecord& study) {
  std::string text;
  for (const auto& condition : study.conditions)
    if (condition.unmatched() > 0)
      text += fmt::format(
          "unmatched: {} of {} runs of {}:\n  not matched to the TCR network (/control of the run files),"
          " so no runs of this control; comparisons set them apart\n",
          condition.unmatched(), condition.done(), condition.name());
  return text;
}

std::string left_out_lines(const StudyRecord& study) {
  std::string text;
  for (const auto& each : study.left_out) {
    const auto line = fmt::format("not applicable, {}: {}\n", condition_label(each.varied), each.reason);
    if (text.find(line) == std::string::npos) text += line;  // several studies may leave out the same
  }
  return text;
}

Json identity_json(const Condition& condition) {
  Json identity{{"number", condition.number}};
  if (condition.directory > 0) identity["directory"] = condition.directory;
  identity.update({{"label", condition.label()},
                   {"condition", options_json(condition.varied)},
                   {"runs", condition.done()},
                   {"planned", condition.planned()},
                   {"planned_at_least", condition.completion.at_least},
                   {"running", condition.running()},
                   {"kept", kept(condition)},
                   {"missing", condition.missing()},
                   {"unmatched", condition.unmatched()}});
  return identity;
}

std::string identity_header(const StudyRecord& study) {
  std::string text = "number,";
  if (study.conditions.empty()) return text;
  if (study.conditions.front().directory > 0) text += "directory,";
  text += "label,";
  for (const auto& [name, value] : study.conditions.front().varied) text += csv_field(name) + ',';
  return text + "runs,planned,planned_at_least,running,kept,missing,unmatched,";
}

std::string identity_fields(const Condition& condition) {
  auto text = fmt::format("{},", condition.number);
  if (condition.directory > 0) text += fmt::format("{},", condition.directory);
  text += csv_field(condition.label()) + ',';
  for (const auto& [name, value] : condition.varied) text += csv_field(value) + ',';
  return text + fmt::format("{},{},{},{},{},{},{},", condition.done(), condition.planned(),
                            condition.completion.at_least, condition.running(), kept(condition), condition.missing(),
                            condition.unmatched());
}

}  // namespace stillpoint
