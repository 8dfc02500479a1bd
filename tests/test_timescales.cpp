// Time scales against linear networks and processes of known time constant.

#include <numeric>

#include "analysis/paths/timescales.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

TEST_CASE(
    "modes of a linear network are those of its weights: tau / (1 - w), by Euler -dt / ln(1 - (1 - w) dt / tau)") {
  // Three relu neurons above threshold: w = .5, and a rotation .2 +- .6i.
  auto network = random_network("leaky_rate", Nonlinearity::relu, 3, 0, 1);
  network.W << 0.5, 0, 0, 0, 0.2, -0.6, 0, 0.6, 0.2;
  network.tau_ms.setConstant(40);
  network.b.setConstant(5);
  const Column x = Column::Ones(3);
  const auto modes_of = [&](System::As as) {
    const System system(network, Column::Zero(2), as);
    return modes_at(equations_of(system), x);
  };
  const auto flow = modes_of(System::As::flow);
  REQUIRE(flow.size() == 2);  // of a pair one
  CHECK(flow[0].tau_ms == Approx(40 / 0.5));
  CHECK(!flow[0].period_ms.has_value());
  CHECK(flow[1].tau_ms == Approx(40 / 0.8));
  CHECK(*flow[1].period_ms == Approx(2 * M_PI * 40 / 0.6));
  network.dt_ms = 4;
  const auto map = modes_of(System::As::map);
  CHECK(map[0].tau_ms == Approx(-4 / std::log(1 - 0.1 * 0.5)));
  const std::complex<double> turning(1 - 0.1 * 0.8, 0.1 * 0.6);
  CHECK(map[1].tau_ms == Approx(-4 / std::log(std::abs(turning))));
  CHECK(*map[1].period_ms == Approx(2 * M_PI * 4 / std::arg(turning)));
  // Each neuron its own tau, growth, and the order: growth first
  network.W.setZero();
  network.W.diagonal() << 1.5, 1.2, 0;
  network.tau_ms << 40, 10, 20;
  const auto growing = modes_of(System::As::flow);
  CHECK(growing[0].tau_ms == Approx(-10 / 0.2));
  CHECK(growing[1].tau_ms == Approx(-40 / 0.5));
  CHECK(growing[2].tau_ms == Approx(20));
}

TEST_CASE("activity dies out where it halves within a run, whatever its size, and rest is rounding errors") {
  // x = exp(-t / tau) over T: its halves' standard deviations differ by exp(T / 2 tau).
  const auto transient = [](double tau, double size) {
    Matrix<double> x(2, 400);
    for (Index t = 0; t < 400; ++t) x.col(t).setConstant(0.7 + size * std::exp(-static_cast<double>(t) / tau));
    return motion_of({x, x});
  };
  for (const double size : {1e-6, 1.}) {
    CHECK(transient(40, size).dies_out());
    CHECK(transient(200 / std::log(2.01), size).dies_out());
    CHECK_FALSE(transient(200 / std::log(1.99), size).dies_out());
    CHECK_FALSE(transient(40, size).at_rest());
  }
  Matrix<double> noise(3, 400);
  Stream(4, Purpose::estimate).fill_normal(noise);
  for (const double size : {1e-6, 1.}) {
    const auto lasting = motion_of({size * noise + Matrix<double>::Constant(3, 400, 2)});
    CHECK_FALSE((lasting.dies_out() || lasting.at_rest()));
    CHECK(lasting.sd == Approx(size).epsilon(0.1));
  }
  CHECK(motion_of({1e-13 * noise + Matrix<double>::Constant(3, 400, 2)}).at_rest());
  CHECK(motion_of({Matrix<double>::Zero(2, 9)}).at_rest());
  // Two runs that die out at points of their own differ for good; so do trials about a mean that is gone.
  Matrix<double> x(1, 400);
  for (Index t = 0; t < 400; ++t) x(0, t) = std::exp(-static_cast<double>(t) / 20);
  const std::vector<Matrix<double>> apart{x, x.array() + 3};
  CHECK(motion_of(apart).dies_out());
  CHECK_FALSE(motion_of(apart, About::common_mean).dies_out());
  CHECK(motion_of({x, x}, About::common_mean).dies_out());
  CHECK(motion_of({x}, About::zero).dies_out());
  CHECK_FALSE(motion_of({x.array() + 3}, About::zero).dies_out());
}

TEST_CASE("the autocorrelation of an Ornstein-Uhlenbeck process has its time constant, population by population") {
  const double tau = 50, dt = 5;
  const std::vector<Index> slow{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, fast{10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
  std::vector<Matrix<double>> runs;
  for (std::uint64_t run = 0; run < 4; ++run) {
    Matrix<double> x(20, 20000);
    Stream(2, Purpose::estimate, 0, run).fill_normal(x);
    for (Index t = 1; t < x.cols(); ++t)
      for (Index i = 0; i < 20; ++i) {
        const double keep = std::exp(-dt / (i < 10 ? tau : tau / 5));
        x(i, t) = keep * x(i, t - 1) + std::sqrt(1 - keep * keep) * x(i, t);
      }
    runs.push_back(x.array() + 7);
  }
  const auto of_slow = autocorrelation(runs, slow, dt), of_fast = autocorrelation(runs, fast, dt);
  // Sokal 1997: relative error sqrt(2 (2 * 5 tau + 1) / samples), in units of the step: .016 and .007
  CHECK(*of_slow.integrated_ms == Approx(tau).epsilon(0.05));
  CHECK(*of_slow.fitted_ms == Approx(tau).epsilon(0.05));
  CHECK(*of_fast.integrated_ms == Approx(dt / 2 / std::tanh(dt / 20)).epsilon(0.03));  // the trapezoidal rule's sum
  CHECK(*of_fast.fitted_ms == Approx(tau / 5).epsilon(0.03));
  CHECK(*of_slow.e_folding_ms == Approx(tau).epsilon(0.05));
  CHECK(*of_fast.e_folding_ms == Approx(tau / 5).epsilon(0.05));  // linear between e^-.5 and e^-1
  CHECK(of_slow.value(0) == 1);
  CHECK(of_slow.value(10) == Approx(std::exp(-1)).margin(0.03));
}

TEST_CASE("across short trials the time constant is that of the fluctuations, and what differs throughout an offset") {
  // 100 samples of Ornstein-Uhlenbeck processes about 0; and the same with a normal constant of half their variance.
  const double tau = 50, dt = 5, keep = std::exp(-dt / tau);
  std::vector<Matrix<double>> trials, with_constant;
  for (std::uint64_t trial = 0; trial < 400; ++trial) {
    Matrix<double> x(20, 100), constant(20, 1);
    Stream(2, Purpose::estimate, 1, trial).fill_normal(x);
    Stream(2, Purpose::estimate, 2, trial).fill_normal(constant);
    for (Index t = 1; t < x.cols(); ++t) x.col(t) = keep * x.col(t - 1) + std::sqrt(1 - keep * keep) * x.col(t);
    trials.push_back(x);
    with_constant.push_back(x.colwise() + std::sqrt(0.5) * constant.col(0));
  }
  std::vector<Index> all(20);
  std::iota(all.begin(), all.end(), 0);
  const auto alone = autocorrelation(trials, all, dt, About::zero);
  CHECK(alone.value.size() == 51);
  CHECK(*alone.fitted_ms == Approx(tau).epsilon(0.05));
  CHECK(*alone.offset == Approx(0).margin(0.02));
  const auto shifted = autocorrelation(with_constant, all, dt, About::zero);
  CHECK(*shifted.fitted_ms == Approx(tau).epsilon(0.05));
  CHECK(*shifted.offset == Approx(1. / 3).margin(0.02));
  CHECK_FALSE(shifted.integrated_ms.has_value());
  // Where the larger part stays, tau would be that of the smaller one; where the curve swings, of none.
  std::vector<Matrix<double>> staying, swinging;
  for (std::uint64_t trial = 0; trial < 400; ++trial) {
    staying.push_back((with_constant[trial] - trials[trial]) * std::sqrt(6) + trials[trial]);
    // Ornstein-Uhlenbeck processes of 20 samples that turn by .1 in each: exp(-lag / 20) cos(.1 lag).
    Matrix<double> x(40, 100), turned(20, 100);
    Stream(2, Purpose::estimate, 3, trial).fill_normal(x);
    const double left = std::exp(-1. / 20);
    for (Index t = 1; t < x.cols(); ++t) x.col(t) = left * x.col(t - 1) + std::sqrt(1 - left * left) * x.col(t);
    for (Index t = 0; t < x.cols(); ++t) {
      const double angle = 0.1 * static_cast<double>(t);
      turned.col(t) = std::cos(angle) * x.col(t).head(20) + std::sin(angle) * x.col(t).tail(20);
    }
    swinging.push_back(turned);
  }
  const auto plateau = autocorrelation(staying, all, dt, About::zero);
  CHECK_FALSE(plateau.fitted_ms.has_value());
  CHECK_FALSE(plateau.e_folding_ms.has_value());
  CHECK(*plateau.offset == Approx(0.75).margin(0.03));
  CHECK(*plateau.amplitude == Approx(0.25).margin(0.03));
  const auto swing = autocorrelation(swinging, all, dt, About::zero);
  CHECK_FALSE(swing.fitted_ms.has_value());
  CHECK(*swing.amplitude == Approx(1.34).margin(0.05));  // of the curve nearest to that law, by least squares in numpy
  CHECK(*swing.offset == Approx(-0.157).margin(0.04));
  CHECK(*swing.e_folding_ms == Approx(dt * 9.4107).epsilon(0.03));  // exp(-lag / 20) cos(.1 lag) = 1/e
  // A straight line down has no time constant within the lags.
  CHECK_FALSE(autocorrelation({Matrix<double>::Ones(1, 100)}, {0}, dt, About::zero).fitted_ms.has_value());
}

TEST_CASE("periodic activity has no time constant, rest no autocorrelation, and Dale's law names populations") {
  Matrix<double> wave(1, 400);
  for (Index t = 0; t < 400; ++t) wave(0, t) = std::sin(0.1 * static_cast<double>(t)) + 0.5;
  const auto periodic = autocorrelation({wave}, {0}, 5);
  CHECK(periodic.value.size() == 101);
  CHECK(!periodic.integrated_ms.has_value());
  CHECK(!periodic.fitted_ms.has_value());
  CHECK(periodic.value(31) == Approx(-1).margin(0.05));
  CHECK(autocorrelation({Matrix<double>::Constant(2, 50, 0.3)}, {0, 1}, 5).value.size() == 0);
  CHECK_THROWS_WITH(autocorrelation({Matrix<double>::Zero(2, 5)}, {0}, 5), Catch::Contains("5 samples"));
  auto network = random_network("leaky_rate", Nonlinearity::relu, 4, 0.3, 1);
  CHECK(populations_of(network).size() == 1);
  network.sign = Column::Ones(4);
  network.sign(1) = -1;
  const auto populations = populations_of(network);
  REQUIRE(populations.size() == 3);
  CHECK(populations[1].neurons == std::vector<Index>{0, 2, 3});
  CHECK(populations[2].name == "inhibitory");
}
