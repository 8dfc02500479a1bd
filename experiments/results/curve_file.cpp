#include "experiments/results/curve_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "experiments/results/result_file.hpp"
#include "experiments/results/text_file.hpp"
#include "sim/files/hdf5.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

std::vector<std::string> fields(std::string line) {
  std::vector<std::string> words;
  boost::split(words, line, boost::is_any_of(","));
  for (auto& word : words) boost::trim(word);
  return words;
}

double number_in(const std::string& text, const std::string& where) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  require_parameter(!text.empty() && end == text.c_str() + text.size(), where, text.empty() ? "(empty)" : text,
                    "must be a number");
  return value;
}

LossCurve read_table(std::istream& file, const std::string& path) {
  std::string line;
  std::getline(file, line);
  if (line.rfind("\xEF\xBB\xBF", 0) == 0) line.erase(0, 3);  // a byte order mark
  const auto header = fields(line);
  const auto column = [&](const char* name) { return std::find(header.begin(), header.end(), name) - header.begin(); };
  const auto columns = static_cast<std::ptrdiff_t>(header.size());
  for (const char* name : {"update", "loss"})
    require_parameter(column(name) < columns, path + ": header", boost::trim_copy(line),
                      fmt::format("the column `{}` is missing; update,loss[,accuracy] is needed", name));
  LossCurve curve;
  for (long row = 2; std::getline(file, line); ++row) {
    if (boost::trim_copy(line).empty()) continue;
    const auto words = fields(line);
    const auto where = fmt::format("{}: line {}", path, row);
    require_parameter(words.size() == header.size(), where, fmt::format("{} fields", words.size()),
                      fmt::format("must have {}, as the header", header.size()));
    const auto value = [&](const char* name) {
      return number_in(words[static_cast<std::size_t>(column(name))], fmt::format("{}: {}", where, name));
    };
    curve.update.push_back(value("update"));
    curve.loss.push_back(value("loss"));
    if (column("accuracy") < columns) curve.accuracy.push_back(value("accuracy"));
  }
  return curve;
}

LossCurve read_run_curve(const std::string& path) {
  const hdf5::ReadFile file(path);
  const auto& root = file.root();
  require_parameter(root.has("curve"), path, "no group /curve", "must be a run file or a table");
  if (root.has_attribute("outcome")) require_finished(root);
  const auto curve = root.group("curve");
  LossCurve read{curve.vector("update"), curve.vector("loss")};
  if (curve.has("accuracy")) read.accuracy = curve.vector("accuracy");
  for (const auto& [name, values] : {std::pair("loss", &read.loss), {"accuracy", &read.accuracy}})
    require_parameter(values->size() == read.update.size() || (name == std::string("accuracy") && values->empty()),
                      curve.where() + ": dataset " + name, fmt::format("{} values", values->size()),
                      fmt::format("must be {}, as many as in update", read.update.size()));
  return read;
}

}  // namespace

LossCurve read_curve(const std::string& path) {
  {
    std::ifstream file(path, std::ios::binary);
    char start[8] = {};
    file.read(start, 8);
    if (std::string(start, 8) == "\x89HDF\r\n\x1a\n") return read_run_curve(path);
  }
  std::istringstream table(read_text(path));
  return read_table(table, path);
}

}  // namespace stillpoint
