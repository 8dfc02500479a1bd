#include "experiments/cli/output_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "experiments/options/argument.hpp"
#include "sim/files/hdf5.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

/// Every word of the command line that may name a file: arguments, and what stands after `=` in OPTION=VALUE.
std::vector<std::string> words_of(const po::variables_map& values) {
  std::vector<std::string> words;
  for (const auto& [name, given] : values) {
    if (const auto* word = boost::any_cast<std::string>(&given.value()))
      words.push_back(*word);
    else if (const auto* several = boost::any_cast<std::vector<std::string>>(&given.value()))
      words.insert(words.end(), several->begin(), several->end());
  }
  for (std::size_t i = 0, count = words.size(); i < count; ++i)
    if (const auto equals = words[i].find('='); equals != std::string::npos)
      words.push_back(words[i].substr(equals + 1));
  return words;
}

/// "study in DIR", or "report in DIR" of predictions, that keeps files at such a path (experiments/study/runner.hpp,
/// experiments/predictions/measured_networks.hpp), or "".
std::string owner_of(const fs::path& path) {
  const auto place = fs::weakly_canonical(path), folder = place.parent_path(), above = folder.parent_path();
  if (const auto root = above.parent_path(); above.filename() == "analyses" && fs::exists(root / "study.json"))
    return "study in " + root.string();
  for (const auto& report : {above, above.parent_path()})
    if (folder.string().find("networks") != std::string::npos && fs::exists(report / "animals.json"))
      return "report in " + report.string();
  const auto is_one_of = [](const fs::path& name, std::initializer_list<const char*> names) {
    return std::find(names.begin(), names.end(), name.string()) != names.end();
  };
  if (is_one_of(place.filename(), {"study.json", "tuning.json", "runs.index"}) && fs::exists(folder / "study.json"))
    return "study in " + folder.string();
  if (is_one_of(place.filename(), {"animals.json", "predictions.json", "predictions.csv", "predictions.md"}) &&
      fs::exists(folder / "animals.json"))
    return "report in " + folder.string();
  if (is_one_of(folder.filename(), {"runs", "tuning", "restructuring"}) && fs::exists(above / "study.json"))
    return "study in " + above.string();
  return "";
}

/// Whether a file holds HDF5 that neither `simulate` nor `export-nwb` wrote, which may be made again: a run, a network,
/// trials, anyone's data.
bool holds_data(const std::string& path) {
  {
    const auto held = hdf5::lock();
    if (H5Fis_hdf5(path.c_str()) <= 0) return false;
  }
  try {
    const hdf5::ReadFile file(path);
    const auto& root = file.root();
    if (root.has("general/devices/stillpoint")) return false;  // an exported session
    return root.format() != "stillpoint-simulation";
  } catch (const UserError&) {
    return true;
  }
}

/// What speaks against writing to a path; "" where nothing does.
std::string objection(const std::string& path, const std::vector<std::string>& words) {
  std::error_code failed;
  if (path.empty()) return "must name a file";
  if (fs::is_directory(path, failed)) return "is a directory; name a file";
  const auto parent = fs::absolute(path, failed).parent_path();
  if (!fs::is_directory(parent, failed))
    return fmt::format("cannot be written: there is no directory {}", parent.string());
  const bool exists = fs::exists(path, failed);
  if (exists && !fs::is_regular_file(path, failed)) return "is no regular file; name another";
  if (::access(parent.c_str(), W_OK) != 0) return fmt::format("cannot be written in the directory {}", parent.string());
  if (std::any_of(words.begin(), words.end(), [&](const auto& word) { return fs::equivalent(path, word, failed); }))
    return "is an input of this command, which would be lost; choose another";
  if (const auto owner = owner_of(path); !owner.empty()) return fmt::format("belongs to the {}; choose another", owner);
  if (exists && fs::path(path).extension() == ".ini") return "is a study file, which would be lost; choose another";
  if (exists && holds_data(path))
    return "is HDF5 that neither simulate nor export-nwb wrote, which would be lost; choose another";
  return "";
}

}  // namespace

void validate(boost::any& value, const std::vector<std::string>& words, OutputFile*, int) {
  po::validators::check_first_occurrence(value);
  value = OutputFile{po::validators::get_single_string(words)};
}

std::string output_path(const po::variables_map& values, const std::string& name) {
  return values.count(name) > 0 ? values[name].as<OutputFile>().path : "";
}

void check_outputs(const po::variables_map& values) {
  const auto words = words_of(values);
  std::map<fs::path, std::string> outputs;
  for (const auto& [name, given] : values) {
    if (given.value().type() != typeid(OutputFile)) continue;
    const auto& path = given.as<OutputFile>().path;
    const auto shown = is_output(name) ? name : "--" + name;
    if (path == "-" && name == "json") continue;
    require_argument(path != "-", shown, path, "only --json can go to standard output; name a file");
    const auto wrong = objection(path, words);
    require_argument(wrong.empty(), shown, path.empty() ? "(empty)" : path, wrong);
    const auto [other, is_new] = outputs.emplace(fs::weakly_canonical(path), name);
    require_argument(is_new, shown, path, fmt::format("is --{} as well; choose another", other->second));
  }
}

}  // namespace stillpoint
