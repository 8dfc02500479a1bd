// Trials of recordings: what is chosen by columns, counted about events, and observed.
#include <algorithm>

#include "experiments/recordings/aligned.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;
using Catch::Contains;
using Catch::StartsWith;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

RecordedTable trials() {
  RecordedTable table;
  table.path = "/intervals/trials";
  table.id = {10, 11, 12, 13, 14};
  table.columns = {
      {"side", "", TableColumn::Kind::text, {}, {"left", "right", "left", "", "a, b|c"}},
      {"contrast", "", TableColumn::Kind::number, {static_cast<double>(0.1F), 0.5, 1, none, -2}, {}},
      {"correct", "", TableColumn::Kind::truth, {1, 0, 1, 1, 0}, {}},
  };
  table.left_out = {"licks: ragged"};
  return table;
}

std::vector<Index> rows(const std::string& filter) { return RowFilter("--where", filter).rows(trials(), "f.nwb"); }
using Rows = std::vector<Index>;

}  // namespace

TEST_CASE("rows of a table are chosen by texts, numbers and truths") {
  CHECK(rows("") == Rows{0, 1, 2, 3, 4});
  CHECK(rows("side=left") == Rows{0, 2});
  CHECK(rows(" side = left|right ") == Rows{0, 1, 2});
  CHECK(rows("side!=left") == Rows{1, 3, 4});
  CHECK(rows("side=\"a, b|c\"") == Rows{4});
  CHECK(rows("contrast=0.1") == Rows{0});  // held in single precision
  CHECK(rows("contrast>0.1") == Rows{1, 2});
  CHECK(rows("contrast>=0.1,correct=true") == Rows{0, 2});
  CHECK(rows("contrast<=0.1") == Rows{0, 4});
  CHECK(rows("contrast<0.1") == Rows{4});
  CHECK(rows("contrast!=-2") == Rows{0, 1, 2, 3});
  CHECK(rows("correct=false") == Rows{1, 4});
  CHECK(rows("id>=13, correct!=true") == Rows{4});
}

TEST_CASE("filters that say nothing, and columns and values that are not there, are named with those that are") {
  for (const auto* wrong :
       {"side", "=left", "side=", "side=left,", "side!left", "contrast<a", "contrast<1|2", "side=\"x"})
    CHECK_THROWS_WITH(RowFilter("--where", wrong), Contains("--where") && Contains(wrong));
  CHECK_THROWS_WITH(rows("sid=left"), Contains("side, contrast, correct") && Contains("did you mean side"));
  CHECK_THROWS_WITH(rows("licks=3"), Contains("ragged"));
  CHECK_THROWS_WITH(rows("side<3"), Contains("has no numbers") && Contains("left"));
  const auto table = trials();
  auto other = trials();
  other.columns[0].texts = {"up", "up", "up", "up", "up"};
  const RowFilter filter("--where", "side=left|up");
  CHECK_THROWS_WITH(filter.require_values({{&table, "a.nwb"}}), Contains("side = up") && Contains("left, right"));
  CHECK_THROWS_WITH(RowFilter("--where", "sid=left").require_values({{&table, "a.nwb"}}), StartsWith("--where sid: a.nwb: "));
  CHECK_THROWS_WITH(column_named({}, "side", "--where", "a.nwb"), StartsWith("--where side: a.nwb: has no table"));
  CHECK_NOTHROW(filter.require_values({{&table, "a.nwb"}, {&other, "b.nwb"}}));
}

TEST_CASE("values of a column come by size or by the alphabet, each once") {
  const auto table = trials();
  CHECK(values_of(table.columns[0]) == std::vector<std::string>{"a, b|c", "left", "right"});
  CHECK(values_of({"n", "", TableColumn::Kind::number, {10, 9, none, 10}, {}}) == std::vector<std::string>{"9", "10"});
  const auto window = window_option("--window", "-200..1e3");
  CHECK((window.from_ms == -200 && window.to_ms == 1000));
  for (const auto* wrong : {"200", "3..1", "a..b", "..", "1..nan"})
    CHECK_THROWS_WITH(window_option("--window", wrong), Contains("FROM..TO"));
}

TEST_CASE("a spike at an edge is in the bin that begins there, and windows may overlap") {
  const auto bins = bins_about({-100, 220}, 100);
  REQUIRE(bins.count == 3);
  const std::vector<double> events = {1, 9, 1.1};
  const std::vector<double> spikes = {0.5, bins.edge_s(1, 0), 0.95, bins.edge_s(1, 1), 1.05, bins.edge_s(1, 3), 8.95};
  const AboutEvents about(events, bins);
  const auto counted = [&](const std::vector<double>& edges) {  // in parts that end there
    Matrix<std::uint32_t> counts = Matrix<std::uint32_t>::Zero(3, 3);
    const auto* first = spikes.data();
    for (const double edge : edges) {
      const auto* const last = std::lower_bound(first, spikes.data() + spikes.size(), edge);
      about.count(first, last, counts.data());
      first = last;
    }
    return counts;
  };
  const auto counts = counted({1e9});
  Matrix<std::uint32_t> expected(3, 3);
  for (Index k = 0; k < 3; ++k)
    for (Index i = 0; i < 3; ++i)
      expected(i, k) = static_cast<std::uint32_t>(std::count_if(spikes.begin(), spikes.end(), [&](double t) {
        const double event = events[static_cast<std::size_t>(k)];
        return t >= bins.edge_s(event, i) && t < bins.edge_s(event, i + 1);
      }));
  CHECK(counts == expected);
  CHECK(counted({0.9, 0.97, 1.04, 1.06, 1e9}) == expected);
  CHECK((counts(0, 0) == 2 && counts(1, 0) == 2 && counts(2, 0) == 0 && counts(0, 1) == 1));
  CHECK_THROWS_WITH(bins_about({0, 99}, 100), Contains("window"));
}

TEST_CASE("means of samples are absent where a bin has none, or one that is absent") {
  SeriesPart part{{0.9, 0.95, 1.0, 1.25}, Matrix<double>(4, 2)};
  part.values << 1, 2, 3, 4, 5, none, 7, 8;
  const auto means = means_about(part, 1, bins_about({-100, 300}, 100));
  CHECK((means(0, 0) == 2 && means(1, 0) == 3 && means(0, 1) == 5 && means(0, 3) == 7));
  CHECK((std::isnan(means(1, 1)) && std::isnan(means(0, 2)) && std::isnan(means(1, 2))));
}

TEST_CASE("what was observed goes over intervals that touch, and not over gaps") {
  const std::vector<TimeInterval> observed = {{0, 10}, {10 + 1e-9, 20}, {21, 30}};
  CHECK((is_within({0, 20}, observed) && is_within({9, 11}, observed) && is_within({21, 30}, observed)));
  CHECK((!is_within({19, 22}, observed) && !is_within({-1, 5}, observed) && !is_within({29, 31}, observed)));
  CHECK((!is_within({40, 41}, observed) && !is_within({0, 1}, {}) && !is_within({20.2, 20.8}, observed)));
}

TEST_CASE("of units and trials that were not observed together the one goes that loses less") {
  Truths unobserved = Truths::Constant(5, 20, false);
  unobserved.row(1).head(15).setConstant(true);  // a unit that is seldom there
  unobserved.col(17).setConstant(true);          // a trial without units
  unobserved(3, 4) = true;                       // one of either: a fifth of a trial is more than a twentieth of a unit
  const auto part = observed_part(unobserved);
  CHECK(part.units == Rows{0, 2, 3, 4});
  CHECK(part.trials.size() == 18);
  CHECK(std::count(part.trials.begin(), part.trials.end(), 4) == 0);
  for (const auto unit : part.units)
    for (const auto trial : part.trials) CHECK(!unobserved(unit, trial));
  CHECK(observed_part(Truths::Constant(3, 4, false)).trials.size() == 4);
  CHECK(observed_part(Truths::Constant(3, 4, true)).trials.empty());
}
