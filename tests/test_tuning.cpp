// What tuning says of its choice.
#include "experiments/study/tuning.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

TEST_CASE("a choice at the edge of what was tried is said, by value and not by place") {
  const auto edge_of = [](const std::vector<Assignments>& candidates, std::size_t chosen) {
    return edge_text(edges_of(candidates, candidates[chosen]));
  };
  const auto rates = [](const std::vector<std::string>& values) {
    std::vector<Assignments> candidates;
    for (const auto& value : values) candidates.push_back({{"optimizer.rate", value}});
    return candidates;
  };
  CHECK(edge_of(rates({"0.001", "0.003", "0.01"}), 0) == "at the lower edge of rate");
  CHECK(edge_of(rates({"0.001", "0.003", "0.01"}), 1).empty());
  CHECK(edge_of(rates({"0.001", "0.003", "0.01"}), 2) == "at the upper edge of rate");
  CHECK(edge_of(rates({"3e-3", "0.01", "0.001"}), 1) == "at the upper edge of rate");  // not the last
  CHECK(edge_of(rates({"3e-3", "0.01", "0.001"}), 2) == "at the lower edge of rate");
  CHECK(edge_of(rates({"3e-3", "0.01", "0.001"}), 0).empty());
  CHECK(edge_of(rates({"9", "10"}), 1) == "at the upper edge of rate");  // as numbers, not as text
  CHECK(edge_of(rates({"0.01", "1e-2"}), 1).empty());                    // one value
  CHECK(edge_of(rates({"0.01"}), 0).empty());
  CHECK(edge_of(rates({"adam", "sgd"}), 1).empty());  // no order
  CHECK(edges_of({}, {}).empty());

  const std::vector<Assignments> grid{{{"optimizer.rate", "1"}, {"synapse.beta", "30"}, {"network.size", "50"}},
                                      {{"optimizer.rate", "1"}, {"synapse.beta", "90"}, {"network.size", "50"}},
                                      {{"optimizer.rate", "2"}, {"synapse.beta", "30"}, {"network.size", "50"}},
                                      {{"optimizer.rate", "2"}, {"synapse.beta", "90"}, {"network.size", "50"}},
                                      {{"optimizer.rate", "3"}, {"synapse.beta", "30"}, {"network.size", "50"}}};
  CHECK(edge_of(grid, 4) == "at the upper edge of rate and the lower edge of beta");
  CHECK(edge_of(grid, 3) == "at the upper edge of beta");
  const auto edges = edges_of(grid, grid[4]);
  REQUIRE(edges.size() == 2);
  CHECK((edges[0].option == "optimizer.rate" && edges[0].upper && !edges[1].upper));
}
