#include "experiments/report/page/option_maps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "experiments/report/cells.hpp"
#include "experiments/report/page/colours.hpp"
#include "experiments/report/page/findings.hpp"
#include "experiments/report/panel.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t most_maps = 6;
constexpr double row_height = 20, letter = 3.8, right = 8, head = 22;

struct Option {
  std::string name, short_name;
  std::vector<std::string> values;  // in the order of the grid
};

/// Options that conditions differ in, but those that were chosen for each.
std::vector<Option> options_of(const StudyRecord& study) {
  std::vector<Option> options;
  if (study.conditions.empty()) return options;
  const auto names = short_names(study.conditions.front().varied);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const auto& name = study.conditions.front().varied[k].first;
    const auto& tuned = study.tuned_options;
    if (std::find(tuned.begin(), tuned.end(), name) != tuned.end()) continue;
    Option option{name, names[k], {}};
    for (const auto& condition : study.conditions)
      for (const auto& [own, value] : condition.varied)
        if (own == name && std::find(option.values.begin(), option.values.end(), value) == option.values.end())
          option.values.push_back(value);
    if (option.values.size() > 1) options.push_back(std::move(option));
  }
  return options;
}

std::size_t place_of(const Option& option, const Condition& condition) {
  for (const auto& [name, value] : condition.varied)
    if (name == option.name)
      return static_cast<std::size_t>(std::find(option.values.begin(), option.values.end(), value) -
                                      option.values.begin());
  return 0;
}

/// Conditions that differ in the two options alone.
struct Map {
  std::string others;                                                // what they share, "" where nothing else varies
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> cells;  // column, row -> condition
};

struct Maps {
  Option across, up;
  std::vector<Map> maps;
};

Maps maps_of(const StudyRecord& study, std::vector<Option> options) {
  std::stable_sort(options.begin(), options.end(),
                   [](const auto& a, const auto& b) { return a.values.size() > b.values.size(); });
  Maps found{options[0], options[1], {}};
  for (std::size_t i = 0; i < study.conditions.size(); ++i) {
    const auto& condition = study.conditions[i];
    std::string others;
    for (std::size_t k = 2; k < options.size(); ++k)
      others += fmt::format("{}{} = {}", others.empty() ? "" : ", ", options[k].short_name,
                            options[k].values[place_of(options[k], condition)]);
    auto map =
        std::find_if(found.maps.begin(), found.maps.end(), [&](const auto& each) { return each.others == others; });
    if (map == found.maps.end()) map = found.maps.insert(found.maps.end(), {others, {}});
    map->cells[{place_of(found.across, condition), place_of(found.up, condition)}] = i;
  }
  return found;
}

/// A cell: its text, and its place on the scale of colours; none: grey.
struct Cell {
  std::string text;
  std::optional<double> share;
};

double longest(const std::vector<std::string>& values) {
  std::size_t most = 0;
  for (const auto& value : values) most = std::max(most, value.size());
  return letter * static_cast<double>(most);
}

struct Layout {
  double left, cell_width, below;
  bool turned;  // names of columns that do not fit beside each other

  explicit Layout(const Maps& maps) {
    left = std::clamp(longest(maps.up.values) + 22, 40.0, 120.0);
    cell_width = (column_width - left - right) / static_cast<double>(maps.across.values.size());
    turned = longest(maps.across.values) > cell_width - 2;
    below = (turned ? std::min(longest(maps.across.values) * 0.75, 70.0) : 8) + 24;
  }
  double map_height(const Maps& maps) const {
    return head + row_height * static_cast<double>(maps.up.values.size()) + below;
  }
};

void draw_map(Drawing& drawing, const Maps& maps, const Map& map, const std::vector<Cell>& cells, double y) {
  const Layout layout(maps);
  if (!map.others.empty()) drawing.text({layout.left, y + 12}, map.others, {7.5, "start", 0, "#000000", true});
  const double top = y + head, bottom = top + row_height * static_cast<double>(maps.up.values.size());
  // The text stays within its cell.
  const auto size_for = [&](const std::string& text) {
    return std::clamp((layout.cell_width - 2) / (0.55 * static_cast<double>(text.size())), 2.5, 7.0);
  };
  for (std::size_t row = 0; row < maps.up.values.size(); ++row) {
    // The first value at the bottom, as on an axis.
    const double at = bottom - row_height * static_cast<double>(row + 1);
    drawing.text({layout.left - 4, at + row_height / 2 + 2.5}, maps.up.values[row], {7, "end"});
    for (std::size_t column = 0; column < maps.across.values.size(); ++column) {
      const double x = layout.left + layout.cell_width * static_cast<double>(column);
      const auto condition = map.cells.find({column, row});
      const Cell none{"–", {}};
      const auto& cell = condition == map.cells.end() ? none : cells[condition->second];
      const double middle = x + layout.cell_width / 2;
      if (!cell.share) {
        drawing.text({middle, at + row_height / 2 + 2.5}, cell.text, {7, "middle"});
        continue;
      }
      const auto step = colour_step(*cell.share);
      drawing.rect({x + 0.4, at + 0.4}, layout.cell_width - 0.8, row_height - 0.8, sequential_colour(step));
      drawing.text({middle, at + row_height / 2 + 2.5}, cell.text,
                   {size_for(cell.text), "middle", 0, colour_of_text_on(step)});
    }
  }
  for (std::size_t column = 0; column < maps.across.values.size(); ++column) {
    const double middle = layout.left + layout.cell_width * (static_cast<double>(column) + 0.5);
    if (layout.turned)
      drawing.text({middle + 3, bottom + 8}, maps.across.values[column], {7, "end", -45});
    else
      drawing.text({middle, bottom + 9}, maps.across.values[column], {7, "middle"});
  }
  drawing.text({layout.left + (column_width - layout.left - right) / 2, bottom + layout.below - 8},
               maps.across.short_name, {8, "middle"});
  drawing.text({9, (top + bottom) / 2}, maps.up.short_name, {8, "middle", -90});
}

ResultPanel panel_of(const Maps& maps, std::string name, std::string title, std::string caption,
                     std::vector<Cell> cells, Json table) {
  const double height = Layout(maps).map_height(maps);
  StudyPanel panel{name,
                   std::move(title),
                   std::move(caption),
                   name,
                   height * static_cast<double>(maps.maps.size()),
                   [=](Drawing& drawing) {
                     for (std::size_t i = 0; i < maps.maps.size(); ++i)
                       draw_map(drawing, maps, maps.maps[i], cells, height * static_cast<double>(i));
                   }};
  panel.shows_conditions = false;
  return {std::move(panel), std::move(table)};
}

Json table_of(const Maps& maps, const ComparedStudy& study) {
  Json table{{"columns",
              {"number", maps.across.name, maps.up.name, "others", "runs", "reached", "reached_low", "reached_high",
               "median_updates", "median_updates_low", "median_updates_high", "budget"}},
             {"rows", Json::array()}};
  for (const auto& map : maps.maps)
    for (const auto& [place, i] : map.cells) {
      const auto& summary = study.summaries[i];
      const auto& interval = summary.median_interval;
      table["rows"].push_back(
          {study.study.conditions[i].number, maps.across.values[place.first], maps.up.values[place.second], map.others,
           summary.runs, summary.reached, summary.reached_interval.low, summary.reached_interval.high,
           number_or_null(summary.median_updates), interval ? number_or_null(interval->low) : Json(),
           interval ? number_or_null(interval->high) : Json(), summary.budget});
    }
  return table;
}

}  // namespace

std::vector<ResultPanel> option_maps(const ComparedStudy& study, std::vector<std::string>& notes) {
  const auto options = options_of(study.study);
  if (options.size() < 2) return {};
  auto maps = maps_of(study.study, options);
  const auto table = table_of(maps, study);
  if (maps.maps.size() > most_maps) {
    notes.push_back(fmt::format("Maps are of {} of {} combinations of the other options; their CSV has all.", most_maps,
                                maps.maps.size()));
    maps.maps.resize(most_maps);
  }
  double least = std::numeric_limits<double>::infinity(), most = 0;
  for (const auto& summary : study.summaries) {
    most = std::max(most, static_cast<double>(summary.budget));
    if (summary.median_updates) least = std::min(least, *summary.median_updates);
  }
  std::vector<Cell> shares, medians;
  for (const auto& summary : study.summaries) {
    if (summary.runs == 0) {
      shares.push_back({"–", {}});
      medians.push_back({"–", {}});
      continue;
    }
    shares.push_back({fmt::format("{}/{}", summary.reached, summary.runs),
                      static_cast<double>(summary.reached) / static_cast<double>(summary.runs)});
    medians.push_back(summary.median_updates
                          ? Cell{fmt::format("{:.0f}", *summary.median_updates),
                                 most > least ? 1 - (*summary.median_updates - least) / (most - least) : 1}
                          : Cell{fmt::format(">{}", summary.budget), 0});
  }
  const auto axes = fmt::format(" over {} and {}", maps.across.short_name, maps.up.short_name);
  std::vector<ResultPanel> panels;
  panels.push_back(panel_of(maps, "map-shares", "How many reach criterion" + axes,
                            "Runs that reached criterion, of those that are finished; bright: all, dark: none. A cell "
                            "has an interval as wide as its runs are few: the table of conditions has it.",
                            std::move(shares), table));
  panels.push_back(panel_of(maps, "map-medians", "How long it takes" + axes,
                            "Kaplan-Meier median of the updates to criterion; bright: soon, dark: late. > means that "
                            "fewer than half of the runs reached criterion within so many updates.",
                            std::move(medians), table));
  return panels;
}

}  // namespace stillpoint
