#include "experiments/report/page/figure_style.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string.hpp>
#include <cmath>
#include <filesystem>
#include <set>

#include "experiments/options/argument.hpp"
#include "experiments/results/text_file.hpp"
#include "sim/options/nearest.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

namespace {

constexpr double narrowest = 23;  // widths of a font: names and numbers of a row, ticks of an axis

ParameterList<FigureStyle> keys() {
  return ParameterList<FigureStyle>()
      .number("width", &FigureStyle::width, "mm", {10, 1000, false}, "of a figure")
      .number("font", &FigureStyle::font, "pt", {3, 72, false}, "size of text; titles, points and lines in proportion")
      .flag("letters", &FigureStyle::letters, "a, b, c .. in the corners of panels");
}

/// Entries of a file begin with where they stand.
struct Entry {
  std::string place, text;
};

std::vector<Entry> entries_of(const std::string& option, const std::string& given) {
  std::vector<Entry> entries;
  std::vector<std::string> parts;
  std::error_code none;
  if (!std::filesystem::is_regular_file(given, none)) {
    require_argument(given.find('=') != std::string::npos, option, given.empty() ? "(empty)" : given,
                     "must be KEY=VALUE,.. or a file with a line KEY = VALUE for each; keys: " + figure_style_help());
    boost::split(parts, given, boost::is_any_of(","));
    for (const auto& part : parts) entries.push_back({option, boost::trim_copy(part)});
    return entries;
  }
  boost::split(parts, read_text(given), boost::is_any_of("\n"));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto text = boost::trim_copy(parts[i].substr(0, parts[i].find('#')));
    if (!text.empty()) entries.push_back({fmt::format("{} {}: line {}:", option, given, i + 1), text});
  }
  return entries;
}

}  // namespace

std::string figure_style_help() {
  std::vector<std::string> texts;
  for (const auto& key : keys().options())
    texts.push_back(fmt::format("{} ({}{})", key.name, key.unit.empty() ? "" : key.unit + ", ", key.fallback));
  return fmt::format("{}", fmt::join(texts, ", "));
}

FigureStyle figure_style(const std::string& option, const std::string& given) {
  const auto list = keys();
  std::vector<std::string> names;
  for (const auto& key : list.options()) names.push_back(key.name);
  Options options;
  options.declare(list.options());
  std::set<std::string> seen;
  for (const auto& [place, text] : entries_of(option, given)) {
    const auto [key, value] = key_and_value(place, text);
    require_argument(options.knows(key), place, key, must_be_one_of(key, names));
    require_argument(seen.insert(key).second, place, key, "is given twice; give it once");
    try {
      options.set(key, value);
    } catch (const ParameterError& problem) {
      throw UserError(fmt::format("{} {}", place, problem.what()));
    }
  }
  const auto style = list.from(options);
  const double least = std::ceil(narrowest * style.font / 72 * 25.4);
  require_argument(style.width >= least, option, fmt::format("width = {:g}", style.width),
                   fmt::format("text of {:g} pt has no room; must be {:g} mm or more", style.font, least));
  return style;
}

}  // namespace stillpoint
