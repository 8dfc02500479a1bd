// The page of a study: text of files stays text, numbers are those of the summary, words do not say more than numbers.
#include <filesystem>
#include <set>

#include "experiments/report/page/page_table.hpp"
#include "experiments/report/page/page_text.hpp"
#include "experiments/report/page/portrait_panels.hpp"
#include "experiments/report/page/study_page.hpp"
#include "experiments/report/page/study_panels.hpp"
#include "experiments/report/summary.hpp"
#include "experiments/results/atomic_file.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

const std::string hostile = "</script><script>alert(1)</script><!-- \" ' & \xE2\x80\xA8 \x01 {{data}}";

StudyPage page_of(StudyRecord record) {
  StudyPage page{"results/two_arms", compare_conditions(std::move(record)), {}, {}, {}, {}, {}};
  return page;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

/// What stands between the tags of the page's data.
Json data_of(const std::string& html) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const auto from = html.find(begin) + begin.size();
  return Json::parse(html.substr(from, html.find("</script>", from) - from));
}

/// Two networks, each with a stable point and a saddle; four neurons in the last, of which one ramps.
Portrait made_portrait() {
  Portrait portrait{0, "#0 none", 1, {{0.6, 0.3, 0.1}}, {0}, {}, true, {}, ""};
  for (const long update : {0L, 400L})
    portrait.moments.push_back(
        {update,
         {{{0, 0, 0}, {1, 1, 1}}},
         {{{0, 0, 0}, true, 0, {{0.5, 0.25}, {0.5, -0.25}}}, {{1, 0, 0}, false, 1, {{1.5, 0}, {0.125, 0}}}}});
  portrait.trial = {Matrix<double>::Zero(4, 20), 5, 0, 3};
  for (Index k = 0; k < 20; ++k) {
    const double t = static_cast<double>(k) / 20;
    portrait.trial.rates(0, k) = std::sin(20 * t);
    portrait.trial.rates(1, k) = -0.5 * t + 0.01 * std::cos(50 * t);
    portrait.trial.rates(2, k) = k == 3;
    portrait.trial.rates(3, k) = 1e-4 * t;  // straight, and of no size
  }
  return portrait;
}

}  // namespace

TEST_CASE("Names of a study never become markup or script of its page") {
  auto record = two_arms();
  const auto harmless = page_html(page_of(record));
  record.name = hostile;
  record.conditions[1].varied[0].second = hostile;
  record.left_out.push_back({{{"study.arm", hostile}}, hostile});
  auto page = page_of(record);
  page.damaged.push_back(hostile);
  page.study_file = hostile;
  page.beside.figures.push_back({hostile, "<svg>" + hostile + "</svg>"});
  StudyPanel panel{"check-1", hostile, hostile, "check-1", 10, [](Drawing& drawing) { drawing.text({0, 0}, hostile); }};
  page.results.results.push_back({hostile, hostile, {{panel, {{"columns", {hostile}}, {"rows", {{hostile}}}}}}});
  page.results.notes.push_back(hostile);
  page.portraits.push_back(made_portrait());
  page.portraits.back().label = hostile;
  const auto html = page_html(page);
  CHECK(html.find("<script>alert") == std::string::npos);
  CHECK(html.find("<!-- ") == std::string::npos);
  CHECK(html.find("\xE2\x80\xA8", html.find("application/json")) == std::string::npos);
  CHECK(count(html, "<script") == count(harmless, "<script"));
  CHECK(count(html, "</script") == count(harmless, "</script"));
  CHECK(data_of(html)["study"].get<std::string>() == hostile);
  CHECK(element("p", "a<b & \"c\"") == "<p>a&lt;b &amp; &quot;c&quot;</p>\n");
}

TEST_CASE("Data of a page is ASCII in which nothing ends a script") {
  const auto text = script_json({{"a", "</script>"}, {"b", "<!--"}, {"c", "\xE2\x80\xA8"}, {"d", "\xFF"}});
  CHECK(text.find('<') == std::string::npos);
  for (const char c : text) CHECK(static_cast<unsigned char>(c) < 0x80);
  CHECK(Json::parse(text)["c"] == "\xE2\x80\xA8");
}

TEST_CASE("The numbers of a page are those of the summary") {
  const auto page = page_of(two_arms());
  const auto summary = Json::parse(summary_json(page.study));
  const auto data = data_of(page_html(page));
  CHECK(data["summary"] == summary);
  const auto& conditions = data["tables"]["conditions"];
  const auto at = [&](std::size_t row, const std::string& key) {
    const auto& columns = conditions["columns"];
    const auto place = std::find(columns.begin(), columns.end(), key) - columns.begin();
    return conditions["rows"][row][static_cast<std::size_t>(place)];
  };
  REQUIRE(conditions["rows"].size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    for (const auto* key : {"number", "runs", "reached", "diverged", "final_accuracy", "final_loss", "median_updates"})
      CHECK(at(i, key) == summary[i][key]);
    CHECK(at(i, "reached_low") == summary[i]["reached_interval"][0]);
    CHECK(at(i, "median_updates_high") == summary[i]["median_updates_interval"][1]);
  }
}

TEST_CASE("Curves of a page are thinned: however long a run, no curve has more points than the rule says") {
  auto record = two_arms();
  for (auto& condition : record.conditions)
    for (auto& each : condition.runs) {
      each.updates = 100000;
      each.curve = thinned(curve(100000, 100000));
    }
  const auto data = data_of(page_html(page_of(record)));
  const auto& single = data["tables"]["single_curves"];
  CHECK(single["rows"].size() == 8);
  CHECK(single["columns"].size() <= 3 + ThinCurve::most_bins);
}

TEST_CASE("A page of many runs holds the curves of some, and says so") {
  const auto html = page_html(page_of(arms_of(300, 10, 300)));
  CHECK(data_of(html)["tables"]["single_curves"]["rows"].size() == 400);
  CHECK(html.find("those of the first 200 of each condition") != std::string::npos);
  CHECK(html.size() < 5'000'000);
}

TEST_CASE("A title that a figure says itself is said once on the page, and in its file") {
  auto page = page_of(two_arms());
  StudyPanel panel{"predictions-1-creep", "creep", "Larger.", "predictions-1-creep", 40, [](Drawing& drawing) {
                     drawing.text({8, 12}, "creep", {9, "start", 0, "#000000", true});
                     drawing.text({8, 35}, "creep", {8});  // of an axis
                   }};
  page.results.results.push_back({"predictions.json", "", {{panel, {{"columns", {"a"}}, {"rows", {{1}}}}}}});
  const auto html = page_html(page);
  CHECK(count(html, ">creep<") == 2);
  CHECK(count(html, "viewBox=\"0 12 252.28 28.00\"") == 1);
  for (const auto& file : panel_files(page))
    if (file.name == "predictions-1-creep.svg") {
      CHECK(count(file.bytes, ">creep<") == 2 + 1);  // the name of the drawing
      CHECK(count(file.bytes, "viewBox=\"0 0 252.28 40.00\"") == 1);
    }
}

TEST_CASE("A logarithmic axis of updates begins where the curves begin") {
  const auto record = arms_of(1, 0, 1);  // of 400 updates, in bins of 4
  CHECK(CurvePanels(record.conditions).updates(Axis::Scale::log10).low == 2.5);
}

TEST_CASE("Every panel of a study is a file of its own, of one column's width") {
  const auto files = panel_files(page_of(two_arms()));
  std::set<std::string> names;
  for (const auto& file : files) {
    names.insert(file.name);
    if (file.name.find(".pdf") != std::string::npos) {
      CHECK(file.bytes.rfind("%PDF-", 0) == 0);
      continue;
    }
    CHECK(file.bytes.find("width=\"252.28pt\"") != std::string::npos);
    CHECK(file.bytes.find("var(") == std::string::npos);
    CHECK(file.bytes.find("<text") != std::string::npos);
  }
  CHECK(names.size() == files.size());
  CHECK(names.count("learning-curves.svg") == 1);
  CHECK(names.count("differences.svg") == 1);
}

TEST_CASE("A ramp is a neuron whose rate follows a straight line, and one that hardly changes is none") {
  const auto ramps = ramps_of(made_portrait().trial.rates);
  REQUIRE(ramps.size() >= 2);
  CHECK(ramps[0].neuron == 1);
  CHECK(ramps[0].change == Approx(-0.475).margin(0.02));  // over 19 of 20 steps
  CHECK(ramps[0].strength > 10 * ramps[1].strength);
  for (const auto& ramp : ramps) CHECK(ramp.neuron != 3);
  CHECK(ramps_of(Matrix<double>::Constant(3, 20, 0.5)).empty());
}

TEST_CASE("Eigenvalues, neurons and ramps of a portrait are panels of the page and files, with their numbers") {
  auto page = page_of(two_arms());
  page.portraits.push_back(made_portrait());
  const auto html = page_html(page);
  CHECK(count(html, "data-moment=\"") == 2);
  CHECK(count(html, "data-moment=\"0\" hidden") == 1);
  CHECK(count(html, "data-moment=\"1\">") == 1);
  const auto data = data_of(html);
  // Of a pair the upper one.
  CHECK(data["portraits"][0]["moments"][1]["points"][0]["eigenvalues"] == Json::array({0.5, 0.25}));
  CHECK(data["portraits"][0]["moments"][1]["points"][1]["eigenvalues"] == Json::array({1.5, 0, 0.125, 0}));
  const auto& neurons = data["tables"]["neurons-condition0000"]["rows"];
  REQUIRE(neurons.size() == 4);
  CHECK(neurons[0][1] == 1);  // it falls: its peak comes first
  CHECK(neurons[3][1] == 3);
  CHECK(data["tables"]["ramps-condition0000"]["rows"][0][0] == 1);
  std::set<std::string> names;
  for (const auto& file : panel_files(page)) {
    names.insert(file.name);
    if (file.name == "neurons-condition0000.svg") CHECK(count(file.bytes, "crispEdges") > 2);         // colours
    if (file.name == "spectrum-condition0000.svg") CHECK(count(file.bytes, "linecap=\"round") == 2);  // stable and not
  }
  for (const auto* name : {"spectrum", "neurons", "ramps"})
    for (const auto* end : {".svg", ".pdf"}) CHECK(names.count(std::string(name) + "-condition0000" + end) == 1);
}

TEST_CASE("A long name of a condition stands in lines that fit the panels of its networks") {
  auto portrait = made_portrait();
  portrait.label = "#0 none, adaptation = 0.25, gain = 1.5, noise = 0.05, recurrence = sparse, readout = fixed";
  const auto lines = title_lines(portrait, portrait.moments.back());
  CHECK(lines.size() == 3);
  for (const auto& line : lines) CHECK(line.size() <= 50);
  CHECK(spectrum_height(portrait, portrait.moments.back()) ==
        spectrum_height(made_portrait(), portrait.moments.back()) + 20);
  for (const auto& [panel, table] : neuron_panels(portrait)) {
    const auto text = svg_file({panel.width, panel.height, panel.title, panel.draw});
    for (const auto& line : lines) CHECK(count(text, ">" + line + "<") == 1);
  }
}

TEST_CASE("A picture whose figure is drawn from numbers is not shown twice, and what cannot be read is named") {
  const auto directory = std::filesystem::temp_directory_path() / ("stillpoint-beside-" + process_token());
  std::filesystem::create_directories(directory / "runs");
  const auto write = [&](const char* name, const std::string& text) {
    write_atomically((directory / name).string(), text);
  };
  write("study.json", "{}");
  write("other.json", R"({"what": "of another program"})");
  write("broken.json", "{\"kind\": \"follow\", ");
  write("short.json", R"({"kind": "follow", "run": {}})");
  write("phases.json", R"({"kind": "phases"})");
  write("phases.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>phases</title></svg>");
  write("runs/own.json", "not looked at");
  const auto results = results_beside(directory.string());
  CHECK(results.results.empty());
  REQUIRE(results.notes.size() == 3);
  CHECK(results.notes[0].find("broken.json: is damaged") == 0);
  CHECK(results.notes[1].find("phases.json: a result of `stillpoint analyze phases`") == 0);
  CHECK(results.notes[2].find("short.json: is damaged: run/file is missing") == 0);
  CHECK(figures_beside(directory.string(), "", results).figures.size() == 1);
  ResultsBeside drawn;
  drawn.pictures = {"phases.svg"};
  CHECK(figures_beside(directory.string(), "", drawn).figures.empty());
  drawn.pictures.clear();
  drawn.bytes = {"<svg xmlns=\"http://www.w3.org/2000/svg\"><title>phases</title></svg>"};
  CHECK(figures_beside(directory.string(), "", drawn).figures.empty());
  std::filesystem::remove_all(directory);
}

TEST_CASE("The table of comparisons holds what the summary says of shares and of Cliff's delta") {
  const auto page = page_of(arms_of(14, 1, 20));
  const auto table = data_of(page_html(page))["tables"]["comparisons"];
  const auto entry = Json::parse(summary_json(page.study))[1]["comparison"];
  const auto at = [&](const std::string& key) {
    const auto& columns = table["columns"];
    return table["rows"][0][static_cast<std::size_t>(std::find(columns.begin(), columns.end(), key) - columns.begin())];
  };
  CHECK(at("p_reached_holm") == entry["p_reached_holm"]);
  CHECK(at("p_reached_holm").get<double>() == *page.study.comparisons[1]->p_reached_holm);
  CHECK(at("cliffs_delta_low") == entry["cliffs_delta_interval"][0]);
  CHECK(at("cliffs_delta_high") == entry["cliffs_delta_interval"][1]);
}

TEST_CASE("One pair is a pair, and the line of no difference is not drawn through names") {
  const auto study = compare_conditions(arms_of(1, 0, 1));
  const CurvePanels curves(study.study.conditions);
  for (const auto& panel : study_panels(study, curves, 1)) {
    if (panel.name != "differences") continue;
    Svg svg(column_width, panel.height, "", Svg::Place::page);
    panel.draw(svg);
    CHECK(svg.str().find("minus #0 none, 1 pair</text>") != std::string::npos);
    CHECK(svg.str().find("<g class=\"series row\" data-condition=\"1\" data-height=\"20\">\n<text") !=
          std::string::npos);
    CHECK(svg.str().find("<polyline") > svg.str().find("</text>"));
  }
}

TEST_CASE("An axis of accuracy that does not begin at 0 says so") {
  auto record = two_arms();
  const CurvePanels curves(record.conditions);
  CHECK(curves.values(Axis::Scale::linear).label == "task accuracy (axis from 0.5)");
  CHECK(curves.values(Axis::Scale::log10).label == "task accuracy");
  record.conditions[0].runs[0].curve = thinned([] {
    auto from_nothing = curve(400);
    for (auto& accuracy : from_nothing.accuracy) accuracy = 2 * accuracy - 1;
    return from_nothing;
  }());
  record.conditions[0].runs.resize(1);
  const CurvePanels others(record.conditions);
  CHECK(others.values(Axis::Scale::linear).low == 0);
  CHECK(others.values(Axis::Scale::linear).label == "task accuracy");
}
