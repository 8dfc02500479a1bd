#include "analysis/points/slow_points.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/analyses/visited.hpp"
#include "experiments/report/text_table.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

std::string as_text(const SlowPoints& found, double radius, bool by_trials) {
  std::string text;
  if (!found.points.empty()) {
    Rows rows = {{"point", "speed [1/s]", "q", "passage [ms]", "index", "eigenvalue", "hits"}};
    for (const auto& point : found.points) {
      if (rows.size() > 20) break;
      rows.push_back({fmt::format("{}", rows.size()), fmt::format("{:.4g}", point.speed_per_s),
                      fmt::format("{:.3g}", point.q), point.passage_ms ? fmt::format("{:.5g}", *point.passage_ms) : "-",
                      fmt::format("{}", point.index),
                      fmt::format("{:.3g}{:+.3g}i", point.eigenvalue.real(), point.eigenvalue.imag()),
                      fmt::format("{}", point.hits)});
    }
    text += aligned(rows, 1);
    if (const auto more = found.points.size() + 1 - rows.size())
      text += fmt::format("and {} more (--json has all)\n", more);
  }
  return text + fmt::format(
                    "{} slow point{} from {} start{}, half where free runs from {} states are slowest, half random; {} "
                    "ended at fixed "
                    "points, {} at no minimum\npassage: within a distance of {:g} in the state; index: unstable "
                    "directions beside the slow one\n",
                    found.points.size(), found.points.size() == 1 ? "" : "s", found.starts,
                    found.starts == 1 ? "" : "s", by_trials ? "the trials'" : "random", found.at_fixed_points,
                    found.unfinished, radius);
}

/// Without a value where a point was not passed, which takes longer than any that was.
std::optional<double> longest_passage_ms(const nlohmann::ordered_json& result) {
  const auto passages = values_in(result, "/points", "/passage_ms");
  if (passages.empty() || passages.size() < result["points"].size()) return std::nullopt;
  return *std::max_element(passages.begin(), passages.end());
}

}  // namespace

AnalysisKind slow_points_analysis() {
  AnalysisKind kind = {
      "slow-points",
      "Where the network lingers without resting: minima of its speed that are no fixed points, and the time to pass.",
      "a network file or a run file",
      R"({"kind":"slow-points","as":"flow|map","tau_ref_ms","starts","at_fixed_points","unfinished","radius",)"
      R"("points":[{"state":[..],"q","speed_per_s","slow_direction":[..],"eigenvalue":[re,im],"index","passage_ms":t|null,"hits"},..]})",
      "stillpoint analyze slow-points results/quickstart/runs/condition0001-seed000001.h5 --as flow --json slow.json",
      [](po::options_description& options) {
        add_system_options(options);
        add_visited_option(options);
        options.add_options()("starts", po::value<long>()->default_value(64),
                              "half where free runs are slowest, half random")(
            "radius", usual_number(0.1),
            "passage: from this far before the point (distance in the state) to as far behind");
      },
      of_subject({}, [](SubjectFile& file, const po::variables_map& given, std::string& text) {
        const auto system = file.subject.system();
        SlowPointSearch search{given["starts"].as<long>(), given["radius"].as<double>(), seed_of(given)};
        search.visited = visited_in_trials(file, visited_of(given), (search.starts + 1) / 2, search.seed);
        const auto found = find_slow_points(system, search);
        text = as_text(found, search.radius, search.visited.size() > 0) + free_runs_instead(file, visited_of(given));
        auto points = nlohmann::ordered_json::array();
        for (const auto& point : found.points) {
          nlohmann::ordered_json passage;
          if (point.passage_ms) passage = *point.passage_ms;
          points.push_back({{"state", as_json(point.state)},
                            {"q", point.q},
                            {"speed_per_s", point.speed_per_s},
                            {"slow_direction", as_json(point.slow_direction)},
                            {"eigenvalue", {point.eigenvalue.real(), point.eigenvalue.imag()}},
                            {"index", point.index},
                            {"passage_ms", passage},
                            {"hits", point.hits}});
        }
        return nlohmann::ordered_json{{"kind", "slow-points"},
                                      {"as", system.as() == System::As::map ? "map" : "flow"},
                                      {"tau_ref_ms", system.reference_tau_ms()},
                                      {"starts", found.starts},
                                      {"at_fixed_points", found.at_fixed_points},
                                      {"unfinished", found.unfinished},
                                      {"radius", search.radius},
                                      {"visited", search.visited.size() > 0 ? "trials" : "free"},
                                      {"points", points}};
      })};
  kind.numbers = {count_of("points", "/points"),
                  smallest_of("lowest_speed", "1/s", "/points", "/speed_per_s"),
                  {"longest_passage", "ms", longest_passage_ms}};
  return kind;
}

}  // namespace stillpoint
