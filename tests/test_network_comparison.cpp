// Numbers of the networks of a study: means, and pairs of which one is missing.
#include <algorithm>

#include "experiments/cli/analyses/analysis.hpp"
#include "experiments/report/network_comparison.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

NetworkAnalysis some_analysis() {
  const auto never = [](const nlohmann::ordered_json&) { return std::optional<double>(); };
  return {"lyapunov", nlohmann::ordered_json::object(), {{"leading", "1/s", never}, {"abrupt", "", never, true}}, {}};
}

AnalysedNetwork network(std::optional<double> leading, std::optional<double> abrupt) {
  return {{leading, abrupt}, {}, ""};
}
AnalysedNetwork unanalysed() { return {{}, {}, "grows without bound"}; }

}  // namespace

TEST_CASE("a network without a value is counted, one that was not analysed is neither counted nor paired") {
  const auto compared = compare_networks(two_arms(), some_analysis(),
                                         {{network(1, 1), network(3, 1), network({}, 0), unanalysed()},
                                          {network(2, 1), network(5, 1), network(9, 1), network(4, 1)}},
                                         {});
  const auto& leading = compared.summaries[0][0];
  CHECK(leading.mean == 2.0);
  CHECK(leading.undefined == 1);
  REQUIRE(leading.interval);
  CHECK(leading.interval->high == Approx(2 + 12.7062047).epsilon(1e-8));
  CHECK(leading.interval->low == 0);  // what is possible ends there
  REQUIRE(compared.differences.size() == 2);
  CHECK(compared.differences[0].against == 0);
  CHECK(compared.differences[0].test.pairs == 2);
  CHECK(compared.differences[0].test.mean == 1.5);
  CHECK(compared.differences[0].undefined == 1);
  CHECK(compared.differences[1].test.pairs == 3);
  CHECK(*compared.differences[0].p_holm == 1);
  const auto json = network_json(compared);
  CHECK(json["not_analysed"][0]["seed"] == 4);
  CHECK(json["conditions"][0]["networks"] == 3);
  CHECK(json["conditions"][0]["diverged"] == 1);
  CHECK(network_text(compared).find("not analysed: 1 of 4 networks of #0 none") != std::string::npos);
}

TEST_CASE("a share has Wilson's interval, and values that are all alike have none") {
  const auto compared = compare_networks(two_arms(), some_analysis(),
                                         {{network(1, 1), network(1, 1), network(1, 1), network(1, 1)},
                                          {unanalysed(), network(7, 0), network({}, {}), unanalysed()}},
                                         {});
  CHECK_FALSE(compared.summaries[0][0].interval);
  REQUIRE(compared.summaries[0][1].interval);
  CHECK(compared.summaries[0][1].interval->low == Approx(wilson_interval(4, 4).low));
  CHECK(compared.summaries[0][1].interval->high == 1);
  CHECK(compared.summaries[1][0].mean == 7.0);
  CHECK_FALSE(compared.summaries[1][0].interval);
}

TEST_CASE("pairs with a control that could not be matched are set apart") {
  auto study = two_arms();
  study.conditions[1].runs[2].unmatched = true;
  const auto compared = compare_networks(study, some_analysis(),
                                         {{network(0, 0), network(0, 0), network(0, 0), network(0, 0)},
                                          {network(1, 0), network(2, 0), network(99, 0), network(4, 0)}},
                                         {});
  CHECK(compared.differences[0].set_apart == 1);
  CHECK(compared.differences[0].test.pairs == 3);
  CHECK(compared.differences[0].test.mean == Approx(7. / 3));
  CHECK_FALSE(compared.differences[1].test.p);  // nothing differs
}

TEST_CASE("the points of a continuum are no fixed points of their own among the numbers of a network") {
  const auto& kinds = analysis_kinds();
  const auto kind =
      std::find_if(kinds.begin(), kinds.end(), [](const auto& each) { return each.name == "fixed-points"; });
  REQUIRE(kind != kinds.end());
  const auto result = nlohmann::ordered_json::parse(
      R"({"points": [{"stable": true, "index": 0}, {"stable": false, "index": 0}, {"stable": false, "index": 0},
          {"stable": false, "index": 2}], "continua": [{"points": 2}], "missing_at_least": null})");
  std::map<std::string, std::optional<double>> values;
  for (const auto& number : kind->numbers) values[number.name] = number.of(result);
  CHECK(values["points"] == 2.0);
  CHECK(values["stable"] == 1.0);
  CHECK(values["continua"] == 1.0);
  CHECK_FALSE(values["missing"]);
}
