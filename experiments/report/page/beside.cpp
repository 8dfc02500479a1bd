#include "experiments/report/page/beside.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "experiments/options/message.hpp"
#include "experiments/options/shell_word.hpp"
#include "experiments/report/page/page_text.hpp"
#include "experiments/report/page/svg_problem.hpp"
#include "experiments/results/text_file.hpp"

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

}  // namespace

FiguresBeside figures_beside(const std::string& directory, const std::string& name, const ResultsBeside& drawn,
                             std::size_t most_bytes) {
  FiguresBeside beside;
  std::size_t bytes = 0;
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
  for (const auto& [path, bytes] : beside.figures)
    html += fmt::format("<figure><img alt=\"{}\" src=\"data:image/svg+xml,{}\"><figcaption>{}</figcaption></figure>\n",
                        markup(printable(path)), percent_encoded(bytes), markup(printable(path)));
  for (const auto& note : beside.notes) html += element("p", note, "class=\"notice\"");
  return html;
}

}  // namespace stillpoint
