// Figures of learning curves: axes, well-formed SVG, and what runs that ended early count as.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <sstream>

#include "experiments/report/curve_panels.hpp"
#include "experiments/report/learning_curves.hpp"
#include "experiments/report/panel.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// Every tag is closed in order, attributes are quoted, text holds no bare '<' or '&'.
bool well_formed(const std::string& xml) {
  std::vector<std::string> open;
  bool had_root = false;
  for (std::size_t i = 0; i < xml.size(); ++i) {
    if (xml[i] == '&') {
      const auto entity = xml.substr(i, xml.find(';', i) + 1 - i);
      if (entity != "&amp;" && entity != "&lt;" && entity != "&gt;" && entity != "&quot;") return false;
    }
    if (xml[i] != '<') continue;
    if (open.empty() && had_root) return false;
    const auto end = xml.find('>', i);
    if (end == std::string::npos) return false;
    const auto tag = xml.substr(i + 1, end - i - 1);
    if (tag.find('<') != std::string::npos || std::count(tag.begin(), tag.end(), '"') % 2 != 0) return false;
    const auto name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag.front() == '/') {
      if (open.empty() || "/" + open.back() != tag) return false;
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
    had_root = true;
    i = end;
  }
  return had_root && open.empty();
}

/// Points of the n-th curve drawn with the stroke of series i, as "x,y" words.
std::vector<std::string> curve_points(const std::string& svg, std::size_t series, int n) {
  std::istringstream lines(svg);
  const std::string stroke = "stroke=\"" + series_stroke(series).colour + "\" stroke-width=\"1.20\"";
  for (std::string line; std::getline(lines, line);) {
    if (line.find(stroke) == std::string::npos || n-- > 0) continue;
    const auto begin = line.find("points=\"") + 8;
    std::istringstream words(line.substr(begin, line.find('"', begin) - begin));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

}  // namespace

TEST_CASE("axes have round ticks that span the data") {
  const auto accuracy = Axis::covering("", {0.43, 1.0, not_a_number});
  CHECK((accuracy.low == Approx(0.4) && accuracy.high == Approx(1.0)));
  CHECK(accuracy.ticks().size() == 7);
  CHECK(accuracy.fraction(0.7) == Approx(0.5));
  CHECK(accuracy.fraction(7) == 1);
  CHECK(std::isnan(accuracy.fraction(not_a_number)));
  CHECK(Axis{"", 0, 400}.ticks() == std::vector<double>{0, 100, 200, 300, 400});
  const auto loss = Axis::covering("", {0.003, 0, 2}, Axis::Scale::log10);
  CHECK((loss.low == Approx(1e-3) && loss.high == Approx(10)));
  CHECK(loss.fraction(0.1) == Approx(0.5));
  for (const double low : {0., -1.}) CHECK(loss.fraction(low) == 0);
  CHECK(Axis{"", 0.1, 1, Axis::Scale::log10}.ticks().size() == 4);
  CHECK(Axis{"", 4.5, 401, Axis::Scale::log10}.ticks() == std::vector<double>{5, 10, 20, 50, 100, 200});
  for (const double equal : {0., -3., 1e6}) {
    const auto axis = Axis::covering("", {equal, equal * (1 + 1e-15)});
    CHECK((axis.low < equal && equal < axis.high));
    CHECK(axis.ticks().size() > 1);
  }
}

TEST_CASE("figures are well-formed SVG with their text escaped, whatever the study holds") {
  CHECK(well_formed("<a b=\"c\"><d/>x &amp; y</a>"));
  for (const auto* wrong : {"<a><b></a></b>", "<a>x & y</a>", "<a b=\"c></a>", "<a><a/>", "", "<a/><b/>"})
    CHECK_FALSE(well_formed(wrong));

  auto study = two_arms();
  study.conditions[0].varied[0].second = "<none> & \x01 co";
  const auto figure = learning_curve_figure(study);
  CHECK(figure.find("<title>evidence &lt;two arms&gt; &amp; &quot;controls&quot;</title>") != std::string::npos);
  CHECK(figure.find(">#0 &lt;none&gt; &amp;  co, g = 2.5, on = false (n = 4, 1 diverged)</text>") != std::string::npos);
  CHECK(figure.find("width=\"510.24pt\"") != std::string::npos);

  StudyRecord constant{"", {{{}, {run(1, std::nullopt)}}}}, lost = constant, many;
  auto unchanged = curve(400), nothing = curve(400);
  unchanged.accuracy.assign(400, 0);
  for (auto* values : {&nothing.accuracy, &nothing.loss}) values->assign(400, not_a_number);
  constant.conditions[0].runs[0].curve = thinned(unchanged);
  lost.conditions[0].runs[0].curve = thinned(nothing);
  for (int i = 0; i < 12; ++i) many.conditions.push_back(two_arms().conditions[0]);
  for (auto& condition : many.conditions)
    condition.varied[0].second = std::string(79, 'x') + "é & " + std::string(99, 'y');
  many.conditions[3].completion.planned = {1, 2, 3, 4, 5, 6};
  const StudyRecord one{"", {{{}, {run(1, 3)}}}}, at_once{"", {{{}, {diverged_run(1, 0)}}}}, no_runs{"", {{{}, {}}}};
  CHECK(learning_curve_figure(constant).find("task loss") != std::string::npos);
  CHECK(curve_points(learning_curve_figure(lost), 0, 0).size() == 2);  // nothing in panel a, the flat line of panel b
  for (const auto& each : {study, constant, lost, many, one, at_once, no_runs, StudyRecord{}}) {
    const auto svg = learning_curve_figure(each);
    CHECK(well_formed(svg));
    CHECK((svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos));
  }
}

TEST_CASE("in the figure a diverged run counts as the worst, a run that stopped early keeps its final value") {
  // Budget 399: 100 bins of 4 updates.
  StudyRecord study{"", {{{}, {run(1, 100, 399), diverged_run(2, 200, 399), diverged_run(3, 120, 399)}}}};
  auto& runs = study.conditions[0].runs;
  CHECK(curve_points(learning_curve_figure(study), 0, 0).size() == 50);  // after update 200, two of three are lost
  runs[1] = run(2, 100, 399);
  for (auto& each : runs) {
    auto shown = curve(each.curve->updates, 399);
    shown.accuracy.clear();
    each.curve = thinned(shown);
  }
  CHECK(curve_points(learning_curve_figure(study), 0, 0).size() == 100);  // one of three, and the loss is shown

  runs = {run(1, 100, 399)};
  auto stopped = curve(100, 399);
  stopped.accuracy[50] = not_a_number;
  runs[0].curve = thinned(stopped);
  CHECK(learning_curve_figure(study).find("A run that stopped early") != std::string::npos);
  const auto points = curve_points(learning_curve_figure(study), 0, 0);
  const auto height = [](const std::string& point) { return std::stod(point.substr(point.find(',') + 1)); };
  REQUIRE(points.size() == 100);
  CHECK(height(points[24]) < height(points[23]));  // accuracy grows upwards, y downwards
  CHECK(height(points[25]) < height(points[24]));
  CHECK(height(points[25]) == height(points[99]));

  const auto steps = curve_points(learning_curve_figure(study), 0, 1);
  REQUIRE(steps.size() == 4);  // the origin, both ends of the step at 100, the budget
  CHECK((std::stod(steps[1]) == std::stod(steps[2]) && height(steps[1]) > height(steps[2])));
  CHECK(height(steps[3]) == height(steps[2]));
}

namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// Every combination of these values, in grid order, each with runs of its own.
StudyRecord grid(const std::vector<std::pair<std::string, std::vector<std::string>>>& axes) {
  StudyRecord study{"grid", {{{}, {}}}};
  for (const auto& [option, values] : axes) {
    std::vector<Condition> longer;
    for (const auto& condition : study.conditions)
      for (const auto& value : values) {
        longer.push_back(condition);
        longer.back().varied.emplace_back(option, value);
      }
    study.conditions = longer;
  }
  for (std::size_t i = 0; i < study.conditions.size(); ++i) {
    study.conditions[i].number = static_cast<long>(i);
    study.conditions[i].runs = {run(1, 10 + static_cast<long>(i)), run(2, 200), run(3, std::nullopt)};
  }
  return study;
}

/// The texts of a figure, in order.
std::vector<std::string> texts(const std::string& svg) {
  std::vector<std::string> found;
  for (auto at = svg.find("<text"); at != std::string::npos; at = svg.find("<text", at + 1)) {
    const auto begin = svg.find('>', at) + 1;
    found.push_back(svg.substr(begin, svg.find('<', begin) - begin));
  }
  return found;
}

std::size_t rows_of_panels(const std::string& svg) { return count_of(svg, ">Runs that reached criterion<"); }

}  // namespace

TEST_CASE("a figure draws every condition, with its full name, in as many rows of panels as one option has values") {
  const std::vector<std::string> arms{"none", "tcr", "matched_speed", "matched_chaos"};
  const auto small = grid({{"study.arm", arms}, {"network.gain", {"1", "2"}}});
  const auto large = grid({{"study.arm", arms}, {"network.gain", {"1", "2", "3"}}, {"rule.name", {"bptt", "e_prop"}}});
  const auto by_gain = learning_curve_figure(large);
  CHECK(rows_of_panels(learning_curve_figure(small)) == 1);  // 8 conditions
  CHECK(rows_of_panels(by_gain) == 3);                       // 4 arms would leave fewer, but are to be compared
  CHECK(by_gain.find(">gain = 2</text>") < by_gain.find(">gain = 3</text>"));
  CHECK(rows_of_panels(learning_curve_figure(large, "none")) == 1);
  CHECK(rows_of_panels(learning_curve_figure(large, "rule.name")) == 2);
  CHECK(learning_curve_figure(large, "rule") == learning_curve_figure(large, "rule.name"));
  CHECK(rows_of_panels(learning_curve_figure(large, "study.arm")) == 4);
  const std::vector<std::string> gains{"1", "2", "3", "4", "5", "6", "7", "8", "9"};
  CHECK(rows_of_panels(learning_curve_figure(grid({{"network.gain", gains}}))) == 1);  // a row would hold one
  CHECK(rows_of_panels(learning_curve_figure(grid({{"study.arm", arms}, {"network.gain", {"1", "2", "3"}}}))) == 3);
  CHECK_THROWS_WITH(learning_curve_figure(large, "network.size"),
                    Catch::Contains("--panels") && Catch::Contains("network.size") && Catch::Contains("network.gain"));
  for (const auto& svg : {by_gain, learning_curve_figure(large, "none")}) {
    const auto all = texts(svg);
    for (const auto& condition : large.conditions)
      CHECK(std::count(all.begin(), all.end(), condition.name() + " (n = 3, 0 diverged)") == 1);
    // A curve in each of two panels, a sample, an interval in panels b and c; widths tell curves from axes.
    CHECK(count_of(svg, "stroke-width=\"1.20\"") == 3 * large.conditions.size());
    CHECK(count_of(svg, "stroke-width=\"0.90\"") == 3 * large.conditions.size());  // the interval of c has an arrow
  }
  // Conditions that differ in the option of the panels alone are drawn alike: 8 pairs of colour and dash.
  CHECK(count_of(by_gain, series_stroke(0).colour + "\" stroke-width=\"1.20\"") == 3 * 3);
}

TEST_CASE("a long name is broken into lines and loses nothing") {
  auto study = two_arms();
  for (const auto& name :
       {std::string(79, 'x') + "é & " + std::string(99, 'y'), std::string("one two ") + std::string(60, 'z'),
        std::string(65, 'v'), std::string(66, 'v')}) {
    study.conditions[0].varied[0].second = name;
    std::string all;
    std::size_t longest = 0;
    for (const auto& line : texts(learning_curve_figure(study))) {
      all += line;
      longest = std::max(longest, line.size());
    }
    std::string expected = study.conditions[0].name();
    for (auto* text : {&all, &expected}) {
      text->erase(std::remove(text->begin(), text->end(), ' '), text->end());
      for (auto at = text->find("&amp;"); at != std::string::npos; at = text->find("&amp;")) text->replace(at, 5, "&");
    }
    INFO(name);
    CHECK(all.find(expected) != std::string::npos);
  }
}

TEST_CASE("conditions that lack runs or a match are marked in the figure and said in its legend") {
  auto study = two_arms();
  const auto hollow = [&] { return count_of(learning_curve_figure(study), "r=\"1.00\" fill=\"#FFFFFF\""); };
  CHECK(hollow() == 0);
  study.conditions[1].completion.planned = {1, 2, 3, 4, 5, 6, 7};
  CHECK(hollow() == 5);  // both curves, the share, the median, the legend
  CHECK(learning_curve_figure(study).find("(4 of 7 runs done, 0 diverged)") != std::string::npos);
  study.conditions[1].completion = {};
  study.conditions[0].runs[1].unmatched = study.conditions[0].runs[2].unmatched = true;
  CHECK(hollow() == 4);  // the median lies beyond the budget
  const auto figure = learning_curve_figure(study);
  const auto words = fmt::format("{}", fmt::join(texts(figure), " "));  // the line is broken
  CHECK(words.find("(n = 4, 1 diverged, 2 of 4 unmatched)") != std::string::npos);
  CHECK(figure.find("Hollow points") != std::string::npos);
  CHECK(figure.find(">100 [90, 120]</text>") != std::string::npos);
  CHECK(figure.find(">&gt;400 [") != std::string::npos);
}

TEST_CASE("quartiles over curves are of those that have a value there, and none where they are too few") {
  const std::vector<std::vector<double>> curves{{1, 2}, {3, not_a_number}, {5}};
  const auto some = quartiles_of(curves, 3), most = quartiles_of(curves, 2, 2);
  CHECK(some.low[0] == 2);
  CHECK(some.middle[0] == 3);
  CHECK(some.high[0] == 4);
  CHECK(some.middle[1] == 2);
  CHECK(std::isnan(some.middle[2]));
  CHECK(most.middle[0] == 3);
  CHECK(std::isnan(most.middle[1]));
}
