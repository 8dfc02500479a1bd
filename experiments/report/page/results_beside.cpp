#include "experiments/report/page/results_beside.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "experiments/report/phases_figure.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/results/text_file.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = std::uintmax_t{1} << 26;  // [bytes]

/// What holds no results of other commands.
bool is_own(const std::string& folder) {
  static const std::set<std::string> own = {"runs", "planned", "tuning", "restructuring", "analyses"};
  return own.count(folder) > 0;
}

void add_json_files(const fs::path& folder, std::vector<fs::path>& files) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.is_regular_file(none) && entry.path().extension() == ".json" && entry.path().filename() != "study.json")
      files.push_back(entry.path());
}

std::vector<fs::path> json_files(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code none;
  add_json_files(directory, files);
  for (const auto& entry : fs::directory_iterator(directory, none))
    if (entry.is_directory(none) && !is_own(entry.path().filename().string())) add_json_files(entry.path(), files);
  std::sort(files.begin(), files.end());
  return files;
}

/// The command that writes results of a kind; "" where they are of another program, or part of another file.
std::string maker_of(const std::string& kind) {
  static const std::set<std::string> analyses = {"fixed-points", "slow-points", "lyapunov",   "dimension",
                                                 "basins",       "cycles",      "timescales", "phases",
                                                 "follow",       "memories",    "activity",   "restructuring"};
  if (kind == "predictions") return "predict";
  if (kind == "check") return "check";
  if (kind == "observation") return "observe";
  return analyses.count(kind) > 0 ? "analyze " + kind : "";
}

/// "" where it is of another program.
std::string kind_of(const nlohmann::json& all) {
  if (!all.is_object()) return "";
  if (const auto kind = all.find("kind"); kind != all.end()) return kind->is_string() ? kind->get<std::string>() : "";
  // of an earlier version
  const auto format = all.find("format");
  return format != all.end() && *format == "stillpoint-observation" ? "observation" : "";
}

/// What a figure is drawn from and the file does not hold; "" where it holds all.
std::string missing_of(const std::string& kind, const nlohmann::json& all) {
  const auto curve = all.find("curve");
  if (kind == "phases" && curve == all.end()) return "its curve, which earlier versions left out";
  if (kind == "phases" && curve->is_null()) return fmt::format("its curve, of more than {} points", most_kept_points);
  if (kind == "observation" && !all.contains("kind")) return "spikes of single units, which earlier versions left out";
  return "";
}

Figure figure_of(const StudyPanel& panel) { return {panel.width, panel.height, panel.title, panel.draw}; }

class Search {
 public:
  Search(const fs::path& directory, std::size_t most_bytes) : directory_(directory), most_bytes_(most_bytes) {}

  void look_at(const fs::path& file) {
    const auto path = fs::relative(file, directory_).string();
    try {
      std::error_code failed;
      if (const auto size = fs::file_size(file, failed); !failed && size > largest_file)
        throw UserError(fmt::format("{}: has more than {} MB", path, largest_file >> 20));
      // What is thrown names the file by its path within the directory.
      parse_json(read_text(file.string()), path,
                 [&](const nlohmann::json& all) { take(all, kind_of(all), file, path); });
    } catch (const UserError& problem) {
      // Of a file beside it, too, by its path within the directory.
      const std::string message = problem.what(), prefix = directory_.string() + "/";
      found.notes.push_back(
          fmt::format("{} (not drawn)", message.rfind(prefix, 0) == 0 ? message.substr(prefix.size()) : message));
    }
  }

  ResultsBeside found;

 private:
  void take(const nlohmann::json& all, const std::string& kind, const fs::path& file, const std::string& path) {
    const auto maker = maker_of(kind);
    if (maker.empty()) return;
    if (const auto missing = missing_of(kind, all); !missing.empty()) {
      found.notes.push_back(
          fmt::format("{}: a result of `stillpoint {}`, not drawn from its numbers, for it does not hold {}; where "
                      "--plot drew it, its SVG file here is shown.",
                      path, maker, missing));
      return;
    }
    const auto entry = ReportEntry::of_kind(kind, all, path, maker);
    const auto name = fmt::format("{}-{}", kind, ++count_[kind]);
    ResultBeside result;
    if (kind == "predictions")
      result = predictions_beside(entry, file.parent_path().string(), name, found.notes);
    else if (kind == "check")
      result = check_beside(entry, name);
    else if (kind == "observation")
      result = observation_beside(entry, name);
    else if (kind == "follow")
      result = followed_beside(entry, name);
    else if (kind == "phases")
      result = phases_beside(entry, name);
    else if (kind == "lyapunov")
      result = lyapunov_beside(entry, name);
    else {
      found.notes.push_back(
          fmt::format("{}: a result of `stillpoint {}`, which this page does not draw; where --plot draws it, its SVG "
                      "file here is shown.",
                      path, maker));
      return;
    }
    result.path = path;
    add(std::move(result), file);
  }

  void add(ResultBeside result, const fs::path& file) {
    std::size_t bytes = 0;
    std::set<std::string> texts;
    for (const auto& [panel, table] : result.panels) {
      const auto text = svg_file(figure_of(panel));
      bytes += text.size() + table.dump().size();
      texts.insert(text);
    }
    if ((bytes_ += bytes) > most_bytes_) {
      found.notes.push_back(fmt::format("{}: is left out, for the page would grow too large.", result.path));
      return;
    }
    found.bytes.merge(texts);
    const auto beside = [&](const std::string& name) {
      found.pictures.insert(fs::relative(file.parent_path() / name, directory_).string());
    };
    beside(file.stem().string() + ".svg");
    if (file.filename() == "predictions.json")
      for (const auto& each : result.panels) beside(each.panel.title + ".svg");
    found.results.push_back(std::move(result));
  }

  fs::path directory_;
  std::size_t most_bytes_, bytes_ = 0;
  std::map<std::string, int> count_;
};

}  // namespace

ResultPanel result_panel(Figure figure, const std::string& name, std::string caption, Json table) {
  StudyPanel panel{name, std::move(figure.title), std::move(caption), name, figure.height, std::move(figure.draw)};
  panel.shows_conditions = false;
  panel.width = figure.width;
  return {std::move(panel), std::move(table)};
}

ResultsBeside results_beside(const std::string& directory, std::size_t most_bytes) {
  Search search(directory, most_bytes);
  for (const auto& file : json_files(directory)) search.look_at(file);
  return std::move(search.found);
}

}  // namespace stillpoint
