// Statistics over sessions and animals: what an interval is of, and that it holds the mean.
#include "experiments/recordings/over_sessions.hpp"

#include <fmt/format.h>

#include "sim/random.hpp"
#include "tests/activity_processes.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

TEST_CASE("intervals over sessions are of animals where there are some, and hold the mean of all animals") {
  for (const int animals : {3, 6, 12}) {
    long held = 0, repeats = 400;
    for (long repeat = 0; repeat < repeats; ++repeat) {
      Stream stream(6, Purpose::estimate, static_cast<std::uint64_t>(repeat), static_cast<std::uint64_t>(animals));
      std::vector<ScaledStatistic> sessions;
      std::vector<std::string> names;
      for (int animal = 0; animal < animals; ++animal) {
        const double own = 5 + stream.normal();
        for (int session = 0; session < 3; ++session) {
          sessions.push_back({own + 0.5 * stream.normal()});
          names.push_back(fmt::format("m{}", animal));
        }
      }
      const auto found = combined(Scale::plain, sessions, names);
      CHECK((found.level == "animals" && found.count == animals));
      held += found.value->interval->low <= 5 && 5 <= found.value->interval->high;
    }
    INFO(animals << " animals: " << held << " of " << repeats);
    CHECK(covers(held, repeats));
  }
}

TEST_CASE("few animals: the interval is of what there is enough of, and says so") {
  const ScaledStatistic with{2, {1.9, 2.1, 2}}, without{4};
  CHECK(combined(Scale::plain, {with}, {""}).level == "trials");
  CHECK(combined(Scale::plain, {with, with}, {"", ""}).level == "trials");
  CHECK(combined(Scale::plain, {with, with, without}, {"", "", ""}).level == "sessions");
  CHECK(combined(Scale::plain, {with, with, without, without}, {"a", "a", "b", "b"}).level == "sessions");
  CHECK(combined(Scale::plain, {with, with, with}, {"a", "a", "b"}).level == "trials");
  const auto none = combined(Scale::plain, {without}, {""});
  CHECK((none.value->value == 4 && !none.value->interval && none.level.empty()));
  CHECK(combined(Scale::logarithm, {{std::log(2.)}, {std::log(8.)}}, {"", ""}).value->value == Approx(4));
  CHECK(combined(Scale::square, {{-1.}}, {""}).value->value == 0);
  CHECK(combined(Scale::plain, {with, {std::nullopt, {}, "why"}}, {"", ""}).absent ==
        "of 1 of 2 sessions; the others: why");
  const ScaledStatistic decoded{0.99, {0.98, 1, 0.99}}, all_decoded{1, {1, 1, 1}};
  const auto cut = combined(Scale::plain, {decoded}, {""}, a_share);
  CHECK((cut.value->interval->high == 1 && cut.value->interval->low < 0.97));
  CHECK(combined(Scale::plain, {decoded}, {""}).value->interval->high > 1);
  const auto certain = combined(Scale::plain, {all_decoded}, {""}, a_share);
  CHECK((certain.value->value == 1 && !certain.value->interval && certain.absent == "no interval: it is 1 throughout"));
  // Two sessions of a and one of b: b's weighs as much as both of a's.
  CHECK(combined(Scale::plain, {{1.}, {3.}, {10.}}, {"a", "a", "b"}).value->value == Approx(6));
}
