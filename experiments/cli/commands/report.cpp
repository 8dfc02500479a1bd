#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "experiments/cli/analyses/of_study.hpp"
#include "experiments/cli/command.hpp"
#include "experiments/cli/comparison_options.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/message.hpp"
#include "experiments/report/page/figure_style.hpp"
#include "experiments/report/page/study_page.hpp"
#include "experiments/results/atomic_file.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

/// Makes the directory of figures, which must not be one of a study's own.
void open_figures(const std::string& directory) {
  require_argument(!directory.empty(), "--figures", "(empty)", "must name a directory");
  std::error_code failed;
  const auto place = fs::weakly_canonical(directory, failed);
  for (auto at = place; at.has_relative_path(); at = at.parent_path())
    for (const char* own : {"runs", "tuning", "planned", "restructuring", "analyses"})
      require_argument(at.filename() != own || !fs::exists(at.parent_path() / "study.json"), "--figures", directory,
                       fmt::format("belongs to the study in {}; choose another", at.parent_path().string()));
  fs::create_directories(directory, failed);
  require_argument(fs::is_directory(directory, failed) && ::access(directory.c_str(), W_OK) == 0, "--figures",
                   directory, "cannot be written to; name a directory that can");
}

/// Writes panels, and says which figures lie beside them that may be of an earlier report.
void write_figures(const std::string& directory, const std::vector<FigureFile>& files) {
  std::set<std::string> written, others;
  for (const auto& file : files) {
    write_atomically((fs::path(directory) / file.name).string(), file.bytes);
    written.insert(file.name);
  }
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory, none)) {
    const auto end = entry.path().extension();
    const auto name = entry.path().filename().string();
    if ((end == ".svg" || end == ".pdf") && written.count(name) == 0) others.insert(name);
  }
  if (others.empty()) return;
  constexpr std::size_t most = 6;
  const std::vector<std::string> named(
      others.begin(), std::next(others.begin(), static_cast<std::ptrdiff_t>(std::min(most, others.size()))));
  tell(fmt::format("remark: {} holds {} other figure{}, which this report did not write: {}{}", directory,
                   others.size(), others.size() == 1 ? "" : "s", fmt::join(named, ", "),
                   others.size() > most ? ", .." : ""));
}

int report(const std::vector<std::string>& arguments, const Command& command) {
  const auto style_help = fmt::format(
      "of --figures: KEY=VALUE,.. or a file with a line KEY = VALUE for each; keys: {}; for a slide: width=160,font=14",
      figure_style_help());
  po::options_description options;
  options.add_options()("out", po::value<OutputFile>(), "HTML file; default: DIR/report.html")(
      "figures", po::value<std::string>(), "directory for every panel as SVG and as PDF, a file each")(
      "style", po::value<std::string>(), style_help.c_str());
  add_comparison_options(options);
  po::positional_options_description positional;
  positional.add("DIR", 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  const auto directory = required(command, values, "DIR");
  const auto figures = values.count("figures") > 0 ? values["figures"].as<std::string>() : std::string();
  const bool styled = values.count("style") > 0;
  require_argument(!styled || values.count("figures") > 0, "--style", styled ? values["style"].as<std::string>() : "",
                   "is of figures that are files of their own; give --figures DIR as well");
  const auto style = styled ? figure_style("--style", values["style"].as<std::string>()) : FigureStyle{};
  if (values.count("figures") > 0) open_figures(figures);
  const auto given = output_path(values, "out");
  const auto out = given.empty() ? (fs::path(directory) / "report.html").string() : given;
  require_parameter(fs::path(out).extension() == ".html", "--out", out, "must end in .html");
  const auto page = read_study_page(directory, comparison_request(values), kept_analyses(directory));
  write_atomically(out, page_html(page));
  if (!figures.empty()) write_figures(figures, panel_files(page, style));
  fmt::print("{}\n", out);
  return 0;
}

}  // namespace

Command report_command() {
  return {
      "report", "DIR [--out FILE.html] [--figures DIR [--style STYLE]] [--by OPTION] [--against CONDITION]",
      "What came of a study, as one page to look at: what it found and how surely, curves, tables, phase portraits,\n"
      "where it comes from. One file that needs nothing beside itself; of a study that still runs, what is there.",
      "stillpoint report results/quickstart", report};
}

}  // namespace stillpoint
