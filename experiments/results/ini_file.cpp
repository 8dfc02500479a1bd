#include "experiments/results/ini_file.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string.hpp>
#include <boost/program_options.hpp>
#include <sstream>

#include "experiments/results/text_file.hpp"

namespace stillpoint {

namespace {

/// Where a line that Boost quotes stands: without comment and white space at its ends.
long number_of_line(const std::string& text, const std::string& quoted) {
  std::istringstream lines(text);
  long number = 1;
  for (std::string line; std::getline(lines, line); ++number)
    if (boost::trim_copy(line.substr(0, line.find('#'))) == quoted) break;
  return number;
}

}  // namespace

Assignments read_ini(const std::string& path, const std::string& what) {
  namespace po = boost::program_options;
  auto text = read_text(path);
  if (const std::string mark = "\xEF\xBB\xBF"; text.rfind(mark, 0) == 0) text.erase(0, mark.size());  // of UTF-8
  std::istringstream file(text);
  Assignments entries;
  try {
    const auto parsed = po::parse_config_file(file, po::options_description(), true);
    for (const auto& entry : parsed.options) {
      if (find_assignment(entries, entry.string_key))
        throw UserError(fmt::format("{}: {} stands twice", path, entry.string_key));
      entries.emplace_back(entry.string_key, entry.value.empty() ? "" : entry.value.front());
    }
  } catch (const po::invalid_config_file_syntax& problem) {
    throw UserError(fmt::format("{}: line {}: '{}': must be [SECTION], KEY = VALUE or a comment", path,
                                number_of_line(text, problem.tokens()), problem.tokens()));
  } catch (const po::error& problem) {
    throw UserError(fmt::format("{}: {}", path, problem.what()));
  }
  if (entries.empty())
    throw UserError(
        fmt::format("{}: holds no entry; {} has one at least, KEY = VALUE under its [SECTION]", path, what));
  return entries;
}

}  // namespace stillpoint
