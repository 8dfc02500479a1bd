#include "experiments/report/page/beside.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "experiments/options/message.hpp"
#include "experiments/report/page/page_text.hpp"
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

FiguresBeside figures_beside(const std::string& directory, const std::string& name, std::size_t most_bytes) {
  FiguresBeside beside;
  std::size_t bytes = 0;
  bool any_restructuring = false;
  for (const auto& file : all_svg_files(directory)) {
    const auto path = fs::relative(file, directory).string();
    try {
      auto text = read_text(file.string());
      if (text.find("<title>" + markup(name) + "</title>") != std::string::npos) continue;
      any_restructuring = any_restructuring || text.find("<title>restructuring events</title>") != std::string::npos;
      if ((bytes += text.size()) > most_bytes)
        beside.notes.push_back(fmt::format("{}: is left out, for the page would grow too large.", path));
      else
        beside.figures.push_back({path, std::move(text)});
    } catch (const UserError& problem) {
      beside.notes.push_back(fmt::format("{}: is left out: {}", path, problem.what()));
    }
  }
  std::error_code none;
  if (!any_restructuring && fs::exists(fs::path(directory) / "restructuring", none))
    beside.notes.push_back(
        "Restructuring events were measured and not drawn: `stillpoint analyze restructuring DIR --plot DIR/events.svg` "
        "draws them, and a new report shows them.");
  return beside;
}

std::string figures_beside_html(const FiguresBeside& beside) {
  if (beside.figures.empty() && beside.notes.empty()) return "";
  std::string html = "<section id=\"analyses\">\n<h2>Analyses</h2>\n";
  for (const auto& [path, bytes] : beside.figures)
    html += fmt::format("<figure><img alt=\"{0}\" src=\"data:image/svg+xml,{1}\"><figcaption>{0}</figcaption></figure>\n",
                        markup(printable(path)), percent_encoded(bytes));
  for (const auto& note : beside.notes) html += element("p", note, "class=\"notice\"");
  return html + "</section>\n";
}

}  // namespace stillpoint
