#include "experiments/report/page/beside.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "experiments/options/message.hpp"
#include "experiments/options/shell_word.hpp"
#include "experiments/report/page/page_text.hpp"
#include "experiments/report/page/svg_problem.hpp"
#include "experiments/report/restructuring_figure.hpp"
#include "experiments/results/text_file.hpp"
#include "experiments/study/restructuring_study.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> svg_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.is_regular_file(none) && entry.path().extension() == ".svg") files.push_back(entry.path());
  return files;
}

std::vector<fs::path> all_svg_files(const fs::path& directory) {
  auto files = svg_files(directory);
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory, none))
    if (fs::exists(entry.path() / "predictions.json", none))
      for (const auto& file : svg_files(entry.path())) files.push_back(file);
  std::sort(files.begin(), files.end());
  return files;
}

/// For an address that begins with data:
std::string percent_encoded(const std::string& bytes) {
  static const std::string plain = "-_.,:;=/()";
  std::string text;
  for (const char c : bytes) {
    const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    text += stays || plain.find(c) != std::string::npos ? std::string(1, c)
                                                        : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

/// "#1 tcr: 3 of 4 runs have an event"
std::string events_line(const ConditionRestructuring& condition) {
  const auto measured = static_cast<Index>(condition.runs.size()) - condition.not_measured;
  if (measured == 0)
    return fmt::format("{}: none of its {} runs could be judged ({}).", condition.condition.name(),
                       condition.runs.size(), condition.runs.empty() ? "" : condition.runs.front().problem);
  auto text = fmt::format("{}: {} of {} measured runs have an event", condition.condition.name(), condition.with_event,
                          measured);
  if (condition.lead)
    text += fmt::format(
        ", the last of them on average {:.0f} updates before the drop of the loss{}", condition.lead->value,
        condition.lead->interval
            ? fmt::format(" [{:.0f}, {:.0f}]", condition.lead->interval->low, condition.lead->interval->high)
            : "");
  return text + (condition.note.empty() ? "." : fmt::format(" ({}).", condition.note));
}

void add_restructuring(const KeptRestructuring& kept, FiguresBeside& beside) {
  if (!kept.problem.empty()) beside.notes.push_back(kept.problem);
  if (kept.conditions.empty()) return;
  std::string caption = "Restructuring events, a row per run.";
  for (const auto& condition : kept.conditions) caption += ' ' + events_line(condition);
  beside.figures.push_back({"restructuring", restructuring_figure(kept.conditions), caption});
}

}  // namespace

KeptRestructuring kept_restructuring(const std::string& directory) {
  std::error_code none;
  if (!fs::exists(fs::path(directory) / "restructuring", none)) return {};
  try {
    RestructuringSetting setting;
    setting.kept_only = true;
    return {find_restructuring_of_study(directory, setting), ""};
  } catch (const UserError& problem) {
    return {{},
            fmt::format("Restructuring events are not shown: {}. `stillpoint analyze restructuring {}` "
                        "measures what is missing.",
                        problem.what(), shell_word(directory))};
  }
}

FiguresBeside figures_beside(const std::string& directory, const std::string& name,
                             const KeptRestructuring& restructuring, const ResultsBeside& drawn,
                             std::size_t most_bytes) {
  FiguresBeside beside;
  std::size_t bytes = 0;
  add_restructuring(restructuring, beside);
  for (const auto& file : all_svg_files(directory)) {
    const auto path = fs::relative(file, directory).string();
    if (drawn.pictures.count(path) > 0) continue;
    try {
      auto text = read_text(file.string());
      if (const auto problem = svg_problem(text); !problem.empty())
        throw UserError(fmt::format("is no SVG that can be shown: {}", problem));
      if (text.find("<title>" + markup(name) + "</title>") != std::string::npos) {
        beside.notes.push_back(fmt::format(
            "{}: is left out: its title is the study's, as of the learning curves that this page draws itself.", path));
        continue;
      }
      if (drawn.bytes.count(text) > 0) continue;
      if (!beside.figures.empty() && text == beside.figures.front().bytes) continue;  // the same, drawn before
      if ((bytes += text.size()) > most_bytes)
        beside.notes.push_back(fmt::format("{}: is left out, for the page would grow too large.", path));
      else
        beside.figures.push_back({path, std::move(text)});
    } catch (const UserError& problem) {
      beside.notes.push_back(fmt::format("{}: is left out: {}", path, problem.what()));
    }
  }
  return beside;
}

std::string figures_beside_html(const FiguresBeside& beside) {
  std::string html;
  for (const auto& [path, bytes, caption] : beside.figures)
    html += fmt::format("<figure><img alt=\"{}\" src=\"data:image/svg+xml,{}\"><figcaption>{}</figcaption></figure>\n",
                        markup(printable(path)), percent_encoded(bytes),
                        markup(printable(caption.empty() ? path : caption)));
  for (const auto& note : beside.notes) html += element("p", note, "class=\"notice\"");
  return html;
}

}  // namespace stillpoint
