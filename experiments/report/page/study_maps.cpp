#include "experiments/report/page/study_maps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "experiments/report/cells.hpp"

namespace stillpoint {

namespace {

constexpr double right_margin = 8, cell_height = 22, title_line = 9, gap = 10, values_height = 11, name_height = 14;
constexpr std::size_t letters = 62, most_letters = 24;  // of a line, of a value
constexpr double letter_width = 3.7;                    // of 7-point type, on average

struct VariedOption {
  std::string name, short_name;
  std::vector<std::string> values;  // as they first occur
};

std::size_t longest_value(const VariedOption& option) {
  std::size_t longest = 0;
  for (const auto& value : option.values) longest = std::max(longest, value.size());
  return std::min(longest, most_letters);
}

std::string shortened(const std::string& value, std::size_t most) {
  return value.size() <= most ? value : value.substr(0, most - 1) + "…";
}

double left_margin(const VariedOption& down) { return 26 + letter_width * static_cast<double>(longest_value(down)); }

std::vector<VariedOption> options_of(const StudyRecord& study) {
  std::vector<VariedOption> options;
  if (study.conditions.empty()) return options;
  const auto& varied = study.conditions.front().varied;
  const auto names = short_names(varied);
  for (std::size_t i = 0; i < varied.size(); ++i) {
    const auto& tuned = study.tuned_options;
    if (std::find(tuned.begin(), tuned.end(), varied[i].first) != tuned.end()) continue;
    VariedOption option{varied[i].first, names[i], {}};
    for (const auto& condition : study.conditions)
      for (const auto& [name, value] : condition.varied)
        if (name == option.name && std::find(option.values.begin(), option.values.end(), value) == option.values.end())
          option.values.push_back(value);
    if (option.values.size() > 1) options.push_back(std::move(option));
  }
  return options;
}

/// Conditions that differ in the two options alone.
struct Field {
  std::string title;
  std::map<std::pair<std::string, std::string>, std::size_t> condition;  // by the values across and down
};

std::vector<Field> fields_of(const StudyRecord& study, const std::vector<VariedOption>& options,
                             const VariedOption& across, const VariedOption& down) {
  const auto varies = [&](const std::string& name) {
    return std::any_of(options.begin(), options.end(), [&](const auto& option) { return option.name == name; });
  };
  std::vector<Field> fields;
  for (std::size_t i = 0; i < study.conditions.size(); ++i) {
    Varied others;
    std::pair<std::string, std::string> place;
    for (const auto& each : study.conditions[i].varied) {
      if (each.first == across.name)
        place.first = each.second;
      else if (each.first == down.name)
        place.second = each.second;
      else if (varies(each.first))
        others.push_back(each);
    }
    const auto title = others.empty() ? "" : condition_label(others);
    auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& each) { return each.title == title; });
    if (field == fields.end()) field = fields.insert(fields.end(), {title, {}});
    field->condition[place] = i;
  }
  return fields;
}

double height_of(const Field& field, const VariedOption& down) {
  const auto lines = field.title.empty() ? 0 : in_lines(field.title, letters).size();
  return static_cast<double>(lines) * title_line + 4 + static_cast<double>(down.values.size()) * cell_height +
         values_height + gap;
}

void draw_cell(Drawing& drawing, Point corner, double width, const Summary& summary) {
  const Point middle{corner.x + width / 2, corner.y + cell_height / 2};
  if (summary.runs == 0) {
    drawing.text({middle.x, middle.y + 2.5}, "–", {7, "middle"});
    return;
  }
  const double share = static_cast<double>(summary.reached) / static_cast<double>(summary.runs);
  const double right = corner.x + width - 1, bottom = corner.y + cell_height - 1;
  drawing.polygon({corner, {right, corner.y}, {right, bottom}, {corner.x, bottom}}, "#0072B2", 0.06 + 0.5 * share);
  drawing.text({middle.x, middle.y - 1}, fmt::format("{}/{}", summary.reached, summary.runs), {7, "middle"});
  const auto updates =
      summary.median_updates ? fmt::format("{:g}", *summary.median_updates) : fmt::format(">{}", summary.budget);
  drawing.text({middle.x, middle.y + 7}, updates, {7, "middle"});
}

void draw_field(Drawing& drawing, double& y, const Field& field, const VariedOption& across, const VariedOption& down,
                const std::vector<Summary>& summaries, double panel_width) {
  if (!field.title.empty())
    for (const auto& line : in_lines(field.title, letters)) drawing.text({8, y += title_line}, line, {7});
  y += 4;
  const double left = left_margin(down);
  const double width = (panel_width - left - right_margin) / static_cast<double>(across.values.size());
  drawing.text({9, y + static_cast<double>(down.values.size()) * cell_height / 2}, down.short_name, {8, "middle", -90});
  for (const auto& value : down.values) {
    drawing.text({left - 4, y + cell_height / 2 + 2.5}, shortened(value, most_letters), {7, "end"});
    for (std::size_t k = 0; k < across.values.size(); ++k)
      if (const auto at = field.condition.find({across.values[k], value}); at != field.condition.end())
        draw_cell(drawing, {left + static_cast<double>(k) * width, y}, width, summaries[at->second]);
    y += cell_height;
  }
  const auto room = std::max<std::size_t>(static_cast<std::size_t>(width / letter_width), 3);
  for (std::size_t k = 0; k < across.values.size(); ++k)
    drawing.text({left + (static_cast<double>(k) + 0.5) * width, y + 8}, shortened(across.values[k], room),
                 {7, "middle"});
  y += values_height + gap;
}

StudyPanel map_of(const ComparedStudy& study, const std::vector<VariedOption>& options, const VariedOption& across,
                  const VariedOption& down, double panel_width) {
  auto fields = fields_of(study.study, options, across, down);
  const auto all = fields.size();
  fields.resize(std::min(all, most_map_fields));
  double height = 2 + name_height;
  for (const auto& field : fields) height += height_of(field, down);
  std::string caption =
      "Runs that reached criterion of those that finished (the more, the darker), and below it the median of the "
      "updates that it "
      "took. Intervals are in the table of conditions.";
  if (all > fields.size())
    caption += fmt::format(" Of the combinations of the other options the first {} are shown.", most_map_fields);
  return {"map-" + across.short_name + "-" + down.short_name,
          "Over two options",
          std::move(caption),
          "conditions",
          height,
          [fields = std::move(fields), across, down, height, panel_width, &study](Drawing& drawing) {
            double y = 2;
            for (const auto& field : fields) draw_field(drawing, y, field, across, down, study.summaries, panel_width);
            const double left = left_margin(down);
            drawing.text({left + (panel_width - left - right_margin) / 2, height - gap - name_height + 9},
                         across.short_name, {8, "middle"});
          },
          down.short_name + " × " + across.short_name,
          false};
}

}  // namespace

std::vector<StudyPanel> study_maps(const ComparedStudy& study, double width) {
  const auto options = options_of(study.study);
  struct Pair {
    std::size_t first, second, cells;
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < options.size(); ++i)
    for (std::size_t k = i + 1; k < options.size(); ++k)
      pairs.push_back({i, k, options[i].values.size() * options[k].values.size()});
  std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.cells > b.cells; });
  pairs.resize(std::min(pairs.size(), most_maps));
  std::vector<StudyPanel> maps;
  for (const auto& pair : pairs) {
    const auto &first = options[pair.first], &second = options[pair.second];
    const bool second_across = longest_value(first) > longest_value(second);
    maps.push_back(second_across ? map_of(study, options, second, first, width)
                                 : map_of(study, options, first, second, width));
  }
  return maps;
}

}  // namespace stillpoint
