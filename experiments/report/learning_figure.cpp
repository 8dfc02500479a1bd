#include "experiments/report/learning_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/statistics/quantiles.hpp"
#include "experiments/report/panel.hpp"
#include "experiments/report/svg.hpp"

namespace stillpoint {

namespace {

using Verdict = LearningPhases::Verdict;

constexpr double left = 44, right = 10, top = 50, gap = 42, panel_height = 78, row_gap = 46;
const std::pair<Verdict, std::string> series[] = {{Verdict::abrupt, "#D55E00"}, {Verdict::gradual, "#0072B2"}};

/// Values of networks by their distance from the fall, in days, where half of them or more were recorded: else the ends
/// of a curve would be of other networks than its middle.
struct Course {
  std::map<long, std::vector<double>> values;
  double updates_per_day = 1;
};
Course course_of(const LearningStudy& study, const std::string& hypothesis, Verdict verdict, std::size_t statistic) {
  Course course;
  std::size_t networks = 0;
  for (const auto& network : study.networks) {
    const auto& path = network.path;
    if (network.hypothesis != hypothesis || path.verdict != verdict || !path.fall) continue;
    ++networks;
    course.updates_per_day = network.updates_per_day;
    const auto values = daily_values(path, statistic, 0);
    for (std::size_t i = 0; i < path.update.size(); ++i)
      if (const double value = values(static_cast<Index>(i)); std::isfinite(value))
        course.values[std::lround((static_cast<double>(path.update[i]) - path.fall->middle) / network.updates_per_day)]
            .push_back(value);
  }
  for (auto each = course.values.begin(); each != course.values.end();)
    each = 2 * each->second.size() < networks ? course.values.erase(each) : std::next(each);
  for (auto& each : course.values) std::sort(each.second.begin(), each.second.end());
  return course;
}

void draw(Svg& svg, const Panel& panel, const Course& course, const std::string& colour) {
  std::vector<Point> outline, back, middle;
  for (const auto& [day, values] : course.values) {
    const double update = static_cast<double>(day) * course.updates_per_day;
    outline.push_back(panel.at(update, quantile(values, 0.25)));
    back.push_back(panel.at(update, quantile(values, 0.75)));
    middle.push_back(panel.at(update, quantile(values, 0.5)));
  }
  outline.insert(outline.end(), back.rbegin(), back.rend());
  if (outline.empty()) return;
  svg.polygon(outline, colour, 0.18);
  svg.polyline(middle, {colour, 1.2, ""});
}

void legend(Svg& svg) {
  double x = left;
  for (const auto& [verdict, colour] : series) {
    svg.line({x, 22}, {x + 18, 22}, {colour, 1.2, ""});
    svg.text({x + 22, 24.5}, fmt::format("loss falls {}", verdict == Verdict::abrupt ? "abruptly" : "gradually"));
    x += 110;
  }
  svg.text({x, 24.5}, "median and quartiles of networks");
}

}  // namespace

std::string learning_figure(const LearningStudy& study, const LearningTable& table) {
  const auto& statistics = learning_statistics();
  const auto columns = static_cast<double>(statistics.size());
  const double width = (page_width - left - right - (columns - 1) * gap) / columns;
  Svg svg(page_width, top + static_cast<double>(table.verdicts.size()) * (panel_height + row_gap), "learning");
  svg.text({8, 11}, "On the way of learning", {9, "start", 0, "#000000", true});
  legend(svg);
  for (std::size_t row = 0; row < table.verdicts.size(); ++row)
    for (std::size_t s = 0; s < statistics.size(); ++s) {
      const auto& hypothesis = table.verdicts[row].hypothesis;
      std::vector<Course> courses;
      std::vector<double> updates, shown;
      for (const auto& each : series) {
        courses.push_back(course_of(study, hypothesis, each.first, s));
        for (const auto& [day, values] : courses.back().values) {
          updates.push_back(static_cast<double>(day) * courses.back().updates_per_day);
          shown.insert(shown.end(), {quantile(values, 0.25), quantile(values, 0.75)});
        }
      }
      const auto& statistic = statistics[s];
      const Panel panel{
          {left + static_cast<double>(s) * (width + gap), top + static_cast<double>(row) * (panel_height + row_gap)},
          width,
          panel_height,
          Axis::covering("updates from the fall", updates),
          Axis::covering(
              statistic.unit.empty() ? statistic.name : fmt::format("{} ({})", statistic.name, statistic.unit), shown)};
      if (panel.x.low < 0 && panel.x.high > 0)
        svg.line(panel.at(0, panel.y.low), panel.at(0, panel.y.high), {"#BBBBBB", 0.5, "2 2"});
      for (std::size_t i = 0; i < courses.size(); ++i) draw(svg, panel, courses[i], series[i].second);
      panel.draw_axes(svg, "", s == 0 ? hypothesis : "");
    }
  return svg.str();
}

}  // namespace stillpoint
