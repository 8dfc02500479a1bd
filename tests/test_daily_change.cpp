// The day on which a statistic changes, against every cut by its definition, and the rate at which there is none.
#include <cmath>

#include "analysis/learning/daily_change.hpp"
#include "sim/options/option.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index days = 12;

/// A step of 4 standard deviations: 0, then 4.
Vector<double> step_at(Index first, Stream& stream) {
  Vector<double> values(days);
  for (Index day = 0; day < days; ++day) values(day) = (day < first ? 0 : 4) + stream.normal();
  return values;
}

double squares_about_mean(const Vector<double>& values) { return (values.array() - values.mean()).square().sum(); }

/// Skewed, as a ratio of rates is.
Vector<double> without_change(Stream& stream) {
  Vector<double> values(days);
  for (auto& value : values) value = std::exp(stream.normal());
  return values;
}

}  // namespace

TEST_CASE("daily change: the first day after a step, its means, and what no other cut leaves") {
  Vector<double> step(days);
  step << 1, 1.1, 0.9, 1, 1, 3, 3.1, 2.9, 3, 3, 3, 3;
  const auto found = find_daily_change(step, 1);
  REQUIRE(found);
  CHECK(found->first == 5);
  CHECK(found->before == Approx(1));
  CHECK(found->after == Approx(3));
  CHECK(found->by_chance.size() == 199);

  for (std::uint64_t i = 0; i < 50; ++i) {
    Stream stream(i, Purpose::estimate, 77);
    const auto values = step_at(2 + static_cast<Index>(i % 9), stream);
    Index best = 0;
    double least = INFINITY;
    for (Index cut = 2; cut <= days - 2; ++cut)
      if (const double left = squares_about_mean(values.head(cut)) + squares_about_mean(values.tail(days - cut));
          left < least) {
        least = left;
        best = cut;
      }
    CHECK(find_daily_change(values, i, 1)->first == best);
  }
}

TEST_CASE("daily change: found as often as stated where there is none, nearly always where there is one") {
  long found = 0, permuted_found = 0, steps_found = 0;
  constexpr long series = 400;
  for (long i = 0; i < series; ++i) {
    Stream stream(static_cast<std::uint64_t>(i), Purpose::estimate, 78);
    found += find_daily_change(without_change(stream), static_cast<std::uint64_t>(i))->p <= 0.05;
    auto step = step_at(6, stream);
    steps_found += find_daily_change(step, static_cast<std::uint64_t>(i))->p <= 0.05;
    for (Index day = days - 1; day > 0; --day) std::swap(step(day), step(stream.below(day + 1)));
    permuted_found += find_daily_change(step, static_cast<std::uint64_t>(i))->p <= 0.05;
  }
  INFO("none " << found << ", permuted " << permuted_found << ", steps " << steps_found << " of " << series);
  CHECK(not_above(found, series, 0.05, 1e-3));
  CHECK(not_below(found, series, 0.02, 1e-3));
  CHECK(not_above(permuted_found, series, 0.05, 1e-3));
  CHECK(not_below(steps_found, series, 0.95, 1e-3));
}

TEST_CASE("daily change: what is no series of days") {
  CHECK_FALSE(find_daily_change(Vector<double>::Constant(days, 0.3), 1));
  CHECK_THROWS_AS(find_daily_change(Vector<double>::LinSpaced(7, 0, 1), 1), ParameterError);
  Vector<double> infinite = Vector<double>::LinSpaced(days, 0, 1);
  infinite(3) = INFINITY;
  CHECK_THROWS_AS(find_daily_change(infinite, 1), ParameterError);
}
