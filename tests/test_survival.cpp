// Kaplan-Meier estimate and median times, with published remission times.
#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include "analysis/statistics/survival.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

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
