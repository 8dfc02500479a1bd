#include "experiments/report/page/notices.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/report/naming.hpp"
#include "experiments/report/page/page_text.hpp"
#include "experiments/report/summary.hpp"
#include "experiments/runs/progress.hpp"

namespace stillpoint {

std::string notice(const std::string& text) { return element("p", text, "class=\"notice\""); }

namespace {

/// Text of several lines, each a notice.
std::string notices(const std::string& lines) {
  std::string html;
  for (std::size_t at = 0; at < lines.size();) {
    auto end = lines.find('\n', at);
    while (end != std::string::npos && lines.compare(end, 3, "\n  ") == 0) end = lines.find('\n', end + 1);
    html += notice(lines.substr(at, end == std::string::npos ? end : end - at));
    at = end == std::string::npos ? lines.size() : end + 1;
  }
  return html;
}

std::string status_notices(const StudyPage& page) {
  std::string html = notices(completion_line(page.study.study));
  if (!page.status) return html;
  const auto& runs = page.status->runs;
  if (runs.left == 0 && runs.running.empty())
    html += notice("No run is left to be trained; what is missing here is damaged or failed, and named below.");
  else if (runs.seconds_left && !runs.running.empty())
    html += notice(fmt::format("{} being trained now; about {} left.",
                               runs.running.size() == 1 ? "1 run is" : fmt::format("{} runs are", runs.running.size()),
                               duration_text(*runs.seconds_left)));
  else if (runs.one_at_a_time)
    html += notice(fmt::format("Nobody works on it now; one run after the other, what is missing takes about {}.",
                               duration_text(*runs.one_at_a_time)));
  else
    html += notice("How long the rest takes is not known before a run of every condition has ended.");
  for (const auto& [name, reason] : runs.failed) html += notice(fmt::format("Failed: {}: {}", name, reason));
  return html;
}

std::string missing_notices(const StudyRecord& study) {
  std::string html;
  for (const auto& condition : study.conditions) {
    std::vector<std::string> diverged, missing;
    auto seeds = condition.completion.planned;
    for (const auto seed : condition.completion.running) seeds.erase(seed);
    for (const auto& run : condition.runs) {
      seeds.erase(run.seed);
      if (run.diverged()) diverged.push_back(fmt::format("{}", run.seed));
    }
    for (const auto seed : seeds) missing.push_back(fmt::format("{}", seed));
    const auto named = [&](std::vector<std::string> list) {
      constexpr std::size_t most = 20;
      const auto more = list.size() > most ? fmt::format(" and {} more", list.size() - most) : std::string();
      const char* seeds = list.size() == 1 ? "seed" : "seeds";
      list.resize(std::min(list.size(), most));
      return fmt::format("{} {}{}", seeds, fmt::join(list, ", "), more);
    };
    if (!diverged.empty())
      html += notice(fmt::format("Diverged, {}: {} of {} runs ({}).", condition.name(), diverged.size(),
                                 condition.done(), named(diverged)));
    if (!missing.empty())
      html += notice(fmt::format("Missing, {}: {} of {} runs ({}).", condition.name(), missing.size(),
                                 condition.planned(), named(missing)));
  }
  return html;
}

}  // namespace

std::string study_notices(const StudyPage& page) {
  const auto& study = page.study.study;
  auto html = status_notices(page) + missing_notices(study);
  for (const auto& problem : page.damaged) html += notice("Damaged and left out: " + problem);
  html += notices(notes_on_conditions(page.study));
  if (const auto mixed = mixed_programs_line(study.programs()); !mixed.empty()) html += notice(mixed);
  return html;
}

}  // namespace stillpoint
