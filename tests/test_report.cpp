#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "analysis/statistics/statistics.hpp"
#include "experiments/report/learning_curves.hpp"
#include "experiments/report/summary.hpp"
#include "experiments/report/svg.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

StudyRecord two_arms() {
  StudyRecord study{"evidence <two arms> & \"controls\"", {}};
  study.conditions.push_back({{{"study.arm", "none"}, {"network.g", "2.5"}, {"synapse.on", "false"}},
                              {run(1, std::nullopt), run(2, std::nullopt), run(3, 300), diverged_run(4, 50)}});
  study.conditions.push_back({{{"study.arm", "tcr"}, {"network.g", "2.5"}, {"synapse.on", "false"}},
                              {run(1, 100), run(2, 120), run(3, 90), run(4, 110)}});
  return study;
}

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

TEST_CASE("Wilson intervals equal published values and solve the score equation") {
  // Newcombe 1998, Statistics in Medicine 17:857, table I, method 3, printed with four decimals; 15/20 by hand.
  const double table[][4] = {{81, 263, .2553, .3662}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}, {15, 20, .5313, .8881}};
  for (const auto& row : table) {
    const auto interval = wilson_interval(std::lround(row[0]), std::lround(row[1]));
    CHECK(interval.low == Approx(row[2]).margin(6e-5));
    CHECK(interval.high == Approx(row[3]).margin(6e-5));
  }
  for (const auto& [level, z] : {std::pair(0.95, 1.959963985), std::pair(0.99, 2.575829304)}) {
    const auto interval = wilson_interval(15, 20, level);
    for (const double p : {interval.low, interval.high})
      CHECK(std::abs(0.75 - p) / std::sqrt(p * (1 - p) / 20) == Approx(z).epsilon(1e-8));
  }
  for (long n = 0; n <= 100; ++n) {
    CHECK(wilson_interval(0, n).low == 0);
    CHECK(wilson_interval(n, n).high == 1);
  }
}

TEST_CASE("Kaplan-Meier estimate of the remission times of Freireich et al. 1963") {
  // Blood 21:699, the 6-MP arm; estimates as printed in many textbooks. Out of order on purpose.
  std::vector<TimeToCriterion> times;
  for (const double t : {22., 6., 6., 6., 7., 23., 10., 13., 16.}) times.push_back({t, true});
  for (const double t : {35., 6., 9., 10., 11., 17., 19., 20., 25., 32., 32., 34.}) times.push_back({t, false});
  const auto steps = kaplan_meier(times);
  const double published[][2] = {{6, .857}, {7, .807}, {10, .753}, {13, .690}, {16, .627}, {22, .538}, {23, .448}};
  REQUIRE(steps.size() == 7);
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(steps[i].updates == published[i][0]);
    CHECK(steps[i].survival == Approx(published[i][1]).margin(5e-4));
  }
  CHECK(median_time(times) == 23.0);

  std::vector<TimeToCriterion> placebo;
  for (const double t : {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23})
    placebo.push_back({t, true});
  CHECK(median_time(placebo) == 8.0);
}

TEST_CASE("the median time is absent when fewer than half of the runs reached, whatever their number") {
  for (long n = 1; n <= 60; ++n)
    for (long reached = 0; reached <= n; ++reached) {
      std::vector<TimeToCriterion> times;
      for (long i = 1; i <= n; ++i)
        times.push_back({i <= reached ? 10. * static_cast<double>(i) : 1000., i <= reached});
      const auto median = median_time(times);
      CAPTURE(n, reached);
      REQUIRE(median.has_value() == (2 * reached >= n));
      if (median) REQUIRE(*median == static_cast<double>(10 * ((n + 1) / 2)));
    }
  CHECK_FALSE(median_time({}).has_value());
}

TEST_CASE("a run that diverged stays at risk, one with a small budget does not") {
  const std::vector<RunRecord> runs{run(1, 10), run(2, 20), run(3, std::nullopt, 15), diverged_run(4, 12)};
  const auto steps = kaplan_meier(times_to_criterion(runs));
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].survival == Approx(3. / 4));
  CHECK(steps[1].survival == Approx(3. / 4 * 1 / 2));
  CHECK(median_time(times_to_criterion(runs)) == 20.0);
}

TEST_CASE("bootstrap intervals are those of the exact resampling distribution, twice the same") {
  // Half of ten values are 1: the sum of a resample is Binomial(10, 1/2), with 2 and 8 at 2.5 % and 97.5 %.
  const std::vector<double> values{0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  const auto estimate = mean_estimate(values);
  REQUIRE((estimate && estimate->interval));
  CHECK(estimate->value == 0.5);
  CHECK((estimate->interval->low == Approx(0.2) && estimate->interval->high == Approx(0.8)));
  const std::vector<double> uneven{0.1, 0.27, 1.4, 3.3, 5.8, 9.1};
  CHECK(mean_estimate(uneven)->interval->low == mean_estimate(uneven)->interval->low);
  CHECK_FALSE(mean_estimate({}));
  CHECK_FALSE(mean_estimate({3})->interval);

  // Times 1..20: the median of a resample is at most k with the probability that 10 or more of 20 draws are.
  std::vector<TimeToCriterion> times;
  for (int k = 20; k >= 1; --k) times.push_back({static_cast<double>(k), true});
  const auto quantile = [](double share) {
    int k = 1;
    while (1 - boost::math::cdf(boost::math::binomial(20, k / 20.), 9) < share) ++k;
    return k;
  };
  const auto interval = median_time_interval(times);
  REQUIRE((interval && interval->low && interval->high));
  CHECK(*interval->low == quantile(0.025));
  CHECK(*interval->high == quantile(0.975));

  // With 12 of 20 reached, 13 % of resamples have their median beyond the budget: the upper end is there, too.
  for (auto& time : times)
    if (time.updates > 12) time = {400, false};
  CHECK(median_time_interval(times)->low == interval->low);
  CHECK_FALSE(median_time_interval(times)->high);
  CHECK_FALSE(median_time_interval({{3, true}}));
}

TEST_CASE("bootstrap intervals cover the truth about as often as they say") {
  // Expected: 93 % for the mean of 20 normal values (t of 19 degrees of freedom at 1.96 sqrt(19/20)), 93 to 95 % for
  // the median; 300 repetitions have a standard error of 1.3 to 1.5 %: .88 and .99 are three of them away.
  const std::uint64_t seed = 7;
  Stream stream(seed, Purpose::perturbation);
  int mean_covered = 0, median_covered = 0;
  constexpr int repetitions = 300;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    std::vector<double> values;
    std::vector<TimeToCriterion> times;
    for (int i = 0; i < 20; ++i) {
      values.push_back(5 + 2 * stream.normal());
      const double time = -100 * std::log(1 - stream.uniform());
      times.push_back({std::min(time, 150.0), time < 150});
    }
    const auto mean = *mean_estimate(values)->interval;
    const auto median = *median_time_interval(times);
    if (mean.low <= 5 && 5 <= mean.high) ++mean_covered;
    const double truth = 100 * std::log(2.0);
    if (median.low.value_or(1e9) <= truth && truth <= median.high.value_or(1e9)) ++median_covered;
  }
  CAPTURE(seed);
  for (const int covered : {mean_covered, median_covered}) {
    CHECK(covered > 0.88 * repetitions);
    CHECK(covered < 0.99 * repetitions);
  }
}

TEST_CASE("the interval of a paired difference of shares is Newcombe's, and has a width when all pairs are alike") {
  // Independent outcomes (ad = bc): the square-and-add interval of two unpaired shares.
  const auto free = paired_share_interval(4, 4, 2, 2), first = wilson_interval(8, 12), second = wilson_interval(6, 12);
  const double p1 = 8. / 12, p2 = 6. / 12;
  CHECK(free.low == Approx(p1 - p2 - std::hypot(p1 - first.low, second.high - p2)));
  CHECK(free.high == Approx(p1 - p2 + std::hypot(first.high - p1, p2 - second.low)));
  // The equation by hand for 36, 12, 2, 0: phi = (0 - 24) / sqrt(48 * 2 * 38 * 12), Wilson intervals of 48/50 and
  // 38/50.
  const double phi = -24 / std::sqrt(48. * 2 * 38 * 12);
  const auto p = wilson_interval(48, 50), q = wilson_interval(38, 50);
  const double x = 0.96 - p.low, y = q.high - 0.76;
  CHECK(paired_share_interval(36, 12, 2, 0).low == Approx(0.2 - std::sqrt(x * x - 2 * phi * x * y + y * y)));
  CHECK(paired_share_interval(36, 12, 2, 0).low == Approx(0.0569).margin(5e-5));  // Newcombe 1998, table II
  CHECK(paired_share_interval(36, 12, 2, 0).high == Approx(0.3404).margin(5e-5));
  CHECK(paired_share_interval(0, 20, 0, 0).low < 0.8);
  CHECK(paired_share_interval(0, 20, 0, 0).high == Approx(1));
  CHECK(paired_share_interval(0, 0, 0, 20).low < -0.1);
  // Agreement beyond chance narrows the interval, after the correction for continuity.
  CHECK(paired_share_interval(20, 5, 0, 20).low > paired_share_interval(11, 14, 9, 11).low);
}

TEST_CASE("paired differences are runs minus reference over common seeds, to the smaller budget") {
  const std::vector<RunRecord> reference{run(1, std::nullopt), run(2, std::nullopt), run(3, 300), run(9, 10)};
  const std::vector<RunRecord> runs{run(8, 10), run(3, 100), run(2, std::nullopt), run(1, 200)};
  const auto difference = paired_difference(runs, reference);
  CHECK(difference.pairs == 3);
  CHECK(difference.share_reached->value == Approx(100. / 3));
  CHECK(difference.updates->value == Approx(-(200. + 0 + 200) / 3));
  CHECK(difference.share_reached->interval->high > 0);
  CHECK(difference.updates->interval->low == Approx(-200));
  CHECK(paired_difference(reference, runs).share_reached->value == Approx(-100. / 3));

  const auto unequal = paired_difference({run(1, 500, 1000)}, {run(1, std::nullopt, 400)});
  CHECK(unequal.share_reached->value == 0);
  CHECK(unequal.updates->value == 0);
  CHECK_FALSE(unequal.updates->interval);
  CHECK(paired_difference({run(1, 10)}, {diverged_run(1, 5)}).updates->value == 10 - 400);
  CHECK_FALSE(paired_difference({run(1, 10)}, {run(2, 10)}).updates);
}

TEST_CASE("the JSON summary has the promised keys, numbers as numbers and null for what is unknown") {
  auto study = two_arms();
  study.conditions[0].runs[3].final_accuracy = 0.1;  // diverged: must not enter the mean
  study.conditions[0].runs[2].speed_at_start = not_a_number;
  study.conditions[0].varied.push_back({"task.delay_ms", "100..300"});
  study.conditions[0].varied.push_back({"note", "nan"});
  const auto list = nlohmann::json::parse(summary_json(study));
  REQUIRE(list.size() == 2);
  const auto& none = list[0];
  CHECK(none["condition"]["study.arm"] == "none");
  CHECK(none["condition"]["network.g"].is_number_float());
  CHECK(none["condition"]["synapse.on"] == false);
  CHECK(none["condition"]["task.delay_ms"] == "100..300");
  CHECK(none["condition"]["note"] == "nan");
  CHECK(none["runs"] == 4);
  CHECK(none["reached"] == 1);
  CHECK(none["diverged"] == 1);
  CHECK(none["reached_interval"][0].get<double>() == Approx(wilson_interval(1, 4).low));
  CHECK(none["median_updates"].is_null());
  CHECK(none["median_updates_interval"] == nlohmann::json::parse("[300, null]"));
  CHECK(none["final_accuracy"] == 0.75);
  CHECK(none["final_loss"] == 0.5);
  CHECK(none["speed"] == nlohmann::json::parse(R"({"start": 6.0, "end": 4.0})"));
  CHECK(none["over_stability_bound"] == 0);
  CHECK(none["seconds_per_update"] == 0.004);
  CHECK(list[1]["median_updates"] == 100);
  CHECK(none["budget"] == 400);

  study.conditions = {{{}, {diverged_run(1, 3)}}, {{}, {}}};
  const auto lost = nlohmann::json::parse(summary_json(study));
  for (const auto* key : {"final_accuracy", "final_loss", "median_updates"}) CHECK(lost[0][key].is_null());
  CHECK(lost[0]["speed"]["end"].is_null());
  CHECK(lost[0]["condition"].empty());
  CHECK(lost[1]["runs"] == 0);
  CHECK(nlohmann::json::parse(summary_json({})).empty());

  const auto both = nlohmann::json::parse(summary_json(two_arms()));
  const auto difference = paired_difference(two_arms().conditions[1].runs, two_arms().conditions[0].runs);
  CHECK(both[0]["paired"].is_null());
  CHECK(both[1]["paired"]["against"] == "none");
  CHECK(both[1]["paired"]["pairs"] == 4);
  CHECK(both[1]["paired"]["reached_points"]["value"] == 75);
  CHECK(both[1]["paired"]["updates"]["interval"][1].get<double>() == Approx(difference.updates->interval->high));
  CHECK(nlohmann::json::parse(summary_json(two_arms(), "tcr"))[0]["paired"]["reached_points"]["value"] == -75);
}

TEST_CASE("the CSV summary has as many fields in every row and quotes what needs it") {
  auto study = two_arms();
  CHECK(summary_csv(study).rfind("study.arm,network.g,synapse.on,runs,reached,diverged,", 0) == 0);
  std::istringstream lines(summary_csv(study));
  for (std::string line; std::getline(lines, line);) CHECK(std::count(line.begin(), line.end(), ',') == 28);
  CHECK(summary_csv(study).find("nan") == std::string::npos);
  study.conditions[0].varied[0].second = "a \"quoted\", value";
  CHECK(summary_csv(study).find("\n\"a \"\"quoted\"\", value\",2.5,") != std::string::npos);
}

TEST_CASE("the table shows censored medians, divergence and paired differences within 110 columns") {
  auto study = two_arms();
  const auto table = summary_table(study);
  CAPTURE(table);
  CHECK(table.find(">400 [300, >400]         1") != std::string::npos);
  CHECK(table.find("paired differences to none (same seeds)") != std::string::npos);
  CHECK(table.find("+75 [+9, +95]  -270 [-") != std::string::npos);
  CHECK(table.find("nan") == std::string::npos);
  CHECK(table.find("\nnone ") == table.rfind("\nnone "));
  CHECK_FALSE(std::regex_search(table, std::regex("[^\n]{111}")));

  for (auto& condition : study.conditions) condition.varied.push_back({"task.comment", std::string(60, 'x')});
  CHECK(summary_table(study).find("\n#2  tcr, g = 2.5, on = false, comment = xxx") != std::string::npos);
  CHECK(std::regex_search(summary_table(study), std::regex("\n#2 +4 +\\+75 \\[\\+9")));

  // Pairs are formed within a value of g: at 3 the first arm is the better one.
  study = two_arms();
  for (const auto* arm : {"none", "tcr"})
    study.conditions.push_back({{{"study.arm", arm}, {"network.g", "3"}, {"synapse.on", "false"}}, {run(1, 90)}});
  study.conditions[3].runs[0].reached_at.reset();
  CHECK(std::regex_search(summary_table(study), std::regex("\ntcr +3 +false +1 +-100 \\[-100, \\+12\\]")));
  study.conditions.resize(1);
  CHECK(summary_table(study).find("paired") == std::string::npos);
  study.conditions = {{{}, {run(1, 100)}}};
  CHECK(summary_table(study).find("\nall runs ") != std::string::npos);
  CHECK(summary_table(study).find("paired") == std::string::npos);
}

TEST_CASE("labels shorten option names unless two end alike") {
  StudyRecord study{"",
                    {{{{"study.arm", "tcr"}, {"network.g", "2"}}, {}}, {{{"a.g", "1"}, {"b.g", "2"}}, {}}, {{}, {}}}};
  CHECK(condition_labels(study) == std::vector<std::string>{"tcr, g = 2", "a.g = 1, b.g = 2", "all runs"});
}

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
  CHECK(figure.find(">&lt;none&gt; &amp;  co, g = 2.5, on = false (n = 4, 1 diverged)</text>") != std::string::npos);
  CHECK(figure.find("width=\"510.24pt\"") != std::string::npos);

  StudyRecord constant{"", {{{}, {run(1, std::nullopt)}}}}, lost = constant, many;
  std::fill(constant.conditions[0].runs[0].accuracy.begin(), constant.conditions[0].runs[0].accuracy.end(), 0);
  for (auto* curve : {&lost.conditions[0].runs[0].accuracy, &lost.conditions[0].runs[0].loss})
    curve->assign(400, not_a_number);
  for (int i = 0; i < 12; ++i) many.conditions.push_back(two_arms().conditions[0]);
  for (auto& condition : many.conditions)
    condition.varied[0].second = std::string(79, 'x') + "é & " + std::string(99, 'y');
  const StudyRecord one{"", {{{}, {run(1, 3)}}}}, at_once{"", {{{}, {diverged_run(1, 0)}}}}, no_runs{"", {{{}, {}}}};
  CHECK(learning_curve_figure(constant).find("task loss") != std::string::npos);
  CHECK(curve_points(learning_curve_figure(lost), 0, 0).size() == 2);  // nothing in panel a, the flat line of panel b
  CHECK(learning_curve_figure(many).find("The first 8 of 12 conditions are shown.") != std::string::npos);
  CHECK(learning_curve_figure(many).find("xx... (n = 4") != std::string::npos);
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
  for (auto& each : runs) each.accuracy.clear();
  CHECK(curve_points(learning_curve_figure(study), 0, 0).size() == 100);  // one of three, and the loss is shown

  runs = {run(1, 100, 399)};
  runs[0].update.resize(100);
  runs[0].accuracy[50] = not_a_number;
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
