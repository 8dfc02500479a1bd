// Ramping against Poisson spikes whose rates ramp, step at random or stay.
#include "analysis/activity/ramping.hpp"
#include "tests/activity_processes.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

std::function<double(double)> ramp(double slope) {
  return [=](double t) { return 20 + slope * (t / 1000 - 0.5); };
}

}  // namespace

TEST_CASE("the slope of a ramp is found in Hz/s, of spikes and of rates, and noise adds nothing to its square") {
  for (const double bin : {20., 50.}) {
    const auto bins = static_cast<Index>(1000 / bin);
    auto spikes = noiseless(2, bins, bin, [&](double t) { return ramp(-8)(t) * bin / 1000; });
    CHECK(ramping(spikes, {0, 1000}, Signal::spikes).slope == Approx(8));
    CHECK(ramping(noiseless(2, bins, bin, ramp(8)), {200, 900}, Signal::rates).slope == Approx(8));
    CHECK(*ramping(spikes, {0, 1000}, Signal::spikes).index == Approx(1));
  }
  for (const double slope : {0., 6.}) {
    std::vector<double> squares, absolute;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const auto found = ramping(poisson_session(10, 8, 20, 50, ramp(slope), seed), {0, 1000}, Signal::spikes);
      squares.push_back(found.slope * std::abs(found.slope));
      absolute.push_back(found.mean_absolute_slope);
    }
    const auto square = sample_of(squares), plain = sample_of(absolute);
    CHECK(std::abs(square.mean - slope * slope) < 4 * square.error);
    // The absolute slope is that of a folded normal: counts of 1 in a bin of 50 ms, 8 trials, times' squares 1.6625.
    const double error = std::sqrt(400 / 8. / 1.6625), ratio = slope / error;
    const double folded =
        error * std::sqrt(2 / M_PI) * std::exp(-ratio * ratio / 2) + slope * std::erf(ratio / M_SQRT2);
    CHECK(std::abs(plain.mean - folded) < 4 * plain.error);
    CHECK(folded - slope > 4 * plain.error);
  }
}

TEST_CASE("the product of different trials is the mean over all splits into halves, conditions and neurons alike") {
  Session session = poisson_session(3, 10, 12, 50, ramp(5), 4);
  session.condition = {0, 1, 0, 1, 0, 1, 0, 1, 2, 0};
  session.trials.pop_back();
  session.condition.pop_back();
  const auto slope_of = [](const Matrix<double>& x, Index neuron) {
    double above = 0, below = 0;
    for (Index t = 0; t < 12; ++t) {
      const double time = 0.05 * (static_cast<double>(t) - 5.5);
      above += time * x(neuron, t) / 0.05;
      below += time * time;
    }
    return above / below;
  };
  double sum = 0, sizes = 0;
  for (const int condition : {0, 1})
    for (Index n = 0; n < 3; ++n) {
      std::vector<double> slopes;
      for (std::size_t k = 0; k < session.trials.size(); ++k)
        if (session.condition[k] == condition) slopes.push_back(slope_of(session.trials[k], n));
      REQUIRE(slopes.size() == 4);
      for (const auto& [a, b, c, d] : {std::tuple(0, 1, 2, 3), {0, 2, 1, 3}, {0, 3, 1, 2}}) {
        const auto s = [&](int i) { return slopes[static_cast<std::size_t>(i)]; };
        sum += (s(a) + s(b)) / 2 * (s(c) + s(d)) / 2 / 3;
      }
      sizes += std::abs(slopes[0] + slopes[1] + slopes[2] + slopes[3]) / 4;
    }
  const auto found = ramping(session, {0, 600}, Signal::spikes);
  CHECK(found.slope * std::abs(found.slope) == Approx(sum / 6));
  CHECK(found.mean_absolute_slope == Approx(sizes / 6));
}

TEST_CASE("the index is the linear share of what changes: that of a square is 15/16, that of a bump 0") {
  const Index bins = 200;
  const auto index_of = [&](const std::function<double(double)>& f) {
    return *ramping(noiseless(2, bins, 5, f), {0, 1000}, Signal::rates).index;
  };
  CHECK(index_of([](double t) { return 3 + t; }) == Approx(1));
  // t^2 on [0, 1] has variance 1/5 - 1/9 = 4/45, its regression on t the slope 1 and so 1/12.
  CHECK(index_of([](double t) { return t * t / 1e6; }) == Approx(15. / 16).epsilon(1e-3));
  CHECK(index_of([](double t) { return std::sin(M_PI * t / 1000); }) == Approx(0).margin(1e-9));
  CHECK(index_of([](double t) { return t > 500 ? 1. : 0.; }) == Approx(0.75).epsilon(1e-3));
  CHECK_FALSE(ramping(noiseless(2, bins, 5, [](double) { return 4.; }), {0, 1000}, Signal::rates).index.has_value());
  // Noise, as large as the ramp in the mean of these trials, takes nothing of it.
  std::vector<double> indices;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    indices.push_back(*ramping(poisson_session(10, 40, 20, 50, ramp(10), seed), {0, 1000}, Signal::spikes).index);
  const auto sample = sample_of(indices);
  CHECK(std::abs(sample.mean - 1) < 0.01 + 4 * sample.error);
}

TEST_CASE("trials that step at random times ramp as much as trials that ramp") {
  Session steps{50, 0, {}, {}};
  const auto ramps = poisson_session(
      10, 400, 20, 50, [](double t) { return 10 + 20 * t / 1000; }, 1);
  for (std::uint64_t k = 0; k < 400; ++k) {
    const double at = Stream(2, Purpose::estimate, k).uniform(0, 1000);
    steps.trials.push_back(poisson_session(
                               10, 1, 20, 50, [=](double t) { return t > at ? 30. : 10.; }, 1000 + k)
                               .trials[0]);
  }
  const auto of_steps = ramping(steps, {0, 1000}, Signal::spikes), of_ramps = ramping(ramps, {0, 1000}, Signal::spikes);
  CHECK(of_ramps.slope == Approx(20).epsilon(0.05));
  CHECK(of_steps.slope == Approx(20).epsilon(0.1));
  CHECK(*of_steps.index == Approx(*of_ramps.index).margin(0.05));
}

TEST_CASE("ramping needs three bins and two trials of a condition") {
  CHECK_THROWS_WITH(ramping(noiseless(2, 10, 50, ramp(1)), {0, 100}, Signal::rates),
                    "window = 0 to 100 ms: holds 2 bins of 50 ms: it must be at least 150 ms long");
  CHECK_THROWS_WITH(ramping(noiseless(1, 10, 50, ramp(1)), {0, 500}, Signal::rates),
                    "trials = 1: at least 2 of one condition are needed");
}
