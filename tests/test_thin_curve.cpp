// Learning curves in few bins.
#include <cmath>

#include "experiments/results/thin_curve.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

RunCurve random_curve(std::size_t updates) {
  Stream stream(5, Purpose::estimate);
  RunCurve made = curve(static_cast<long>(updates));
  for (auto* values : {&made.loss, &made.accuracy})
    for (auto& value : *values) value = stream.uniform();
  return made;
}

double mean_between(const std::vector<double>& values, std::size_t first, std::size_t end) {
  double sum = 0, count = 0;
  for (std::size_t k = first; k < std::min(end, values.size()); ++k)
    if (std::isfinite(values[k])) {
      sum += values[k];
      ++count;
    }
  return sum / count;
}

}  // namespace

TEST_CASE("bins are the smallest power of two of updates of which 128 hold the curve") {
  for (const auto& [updates, bin] :
       {std::pair(1L, 1L), {128, 1}, {129, 2}, {400, 4}, {512, 4}, {513, 8}, {100000, 1024}})
    CHECK(bin_of(updates) == bin);
}

TEST_CASE("a thin curve gives the means in its bins and in longer ones, without what is not finite") {
  auto made = random_curve(1000);
  made.accuracy[3] = made.accuracy[999] = not_a_number;
  for (std::size_t k = 64; k < 72; ++k) made.accuracy[k] = not_a_number;  // a whole bin
  const auto thin = thinned(made);
  CHECK((thin.updates == 1000 && thin.bin == 8));
  for (const long bin : {8, 16, 64, 1024}) {
    const auto means = bin_means(thin, true, bin);
    const auto width = static_cast<std::size_t>(bin);
    REQUIRE(means.size() == (1000 + width - 1) / width);
    for (std::size_t i = 0; i < means.size(); ++i) {
      const double expected = mean_between(made.accuracy, i * width, (i + 1) * width);
      CHECK(std::isnan(means[i]) == std::isnan(expected));
      if (!std::isnan(expected)) CHECK(means[i] == Approx(expected).epsilon(1e-13));
    }
  }
  CHECK(std::isnan(bin_means(thin, true, 8)[8]));
}

TEST_CASE("where accuracy never changed the loss is kept, and the accuracy known all the same") {
  auto made = random_curve(300);
  made.accuracy.assign(300, 0.25);
  const auto thin = thinned(made);
  CHECK_FALSE(thin.accuracy_changed());
  CHECK(bin_means(thin, false, 4)[2] == Approx(mean_between(made.loss, 8, 12)).epsilon(1e-13));
  CHECK(bin_means(thin, true, 4) == std::vector<double>(75, 0.25));
  made.accuracy.clear();
  CHECK(thinned(made).sum == thin.sum);
  CHECK((thinned({}).updates == 0 && bin_means(thinned({}), true, 1).empty()));
}
