// Responses against a linear unit with a synapse of temporal consistency, exponentials, and spikes of known rate.
#include <Eigen/Eigenvalues>
#include <numeric>

#include "analysis/activity/response.hpp"
#include "analysis/statistics/intervals.hpp"
#include "tests/activity_processes.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr double onset = 200, offset = 1200;
const Step step{onset, offset, 100};

/// A linear unit, gain 1, with recurrent weight J, at rest at rate r0, and a synapse of temporal consistency (equation:
/// plasticity/short_term/tcr.cpp). With x = r - r0 and c = r0 (sum of S) for small x
///
///   tau dx/dt = -(1 - J) x + c + I,   tau_s dc/dt = -c - k tau dx/dt,   k = beta r0^2 / 1
struct Unit {
  double tau = 20, tau_s = 400, J = 0.6, r0 = 12, k = 6;

  /// Integral from 0 to t of x after a unit step of I at 0.
  double integral(double t) const {
    if (t <= 0) return 0;
    Eigen::Matrix2cd A;
    A << -(1 - J) / tau, 1 / tau, k * (1 - J) / tau_s, -(1 + k) / tau_s;
    const Eigen::Vector2cd b(1 / tau, -k / tau_s);
    const Eigen::ComplexEigenSolver<Eigen::Matrix2cd> modes(A);
    const Eigen::Vector2cd part = modes.eigenvectors().inverse() * b;
    std::complex<double> x = 0;
    for (int i = 0; i < 2; ++i) {
      const auto rate = modes.eigenvalues()(i);
      x += modes.eigenvectors()(0, i) * part(i) * ((std::exp(rate * t) - 1.) / rate - t) / rate;
    }
    return x.real();
  }
  /// Mean response to the step of current from onset to offset.
  double mean(double from, double to) const {
    const auto until = [&](double t) { return integral(t - onset) - integral(t - offset); };
    return (until(to) - until(from)) / (to - from);
  }

  /// The unit as four neurons, not linearised: rates under r0 (1 - J) + current(t), mean over bins of 10 ms.
  Session run(const std::function<double(double)>& current) const {
    const double dt = 0.02, beta = k / (r0 * r0);
    const Index N = 4, bins = 220;
    Vector<double> r = Vector<double>::Constant(N, r0);
    Matrix<double> S = Matrix<double>::Zero(N, N), rates = Matrix<double>::Zero(N, bins);
    const auto per_bin = std::lround(10 / dt);
    for (Index t = 0; t < bins; ++t)
      for (long i = 0; i < per_bin; ++i) {
        const double now = dt * (static_cast<double>(t * per_bin + i) + 0.5);
        const Vector<double> v = -r + J * Vector<double>::Constant(N, r.mean()) + S * r +
                                 Vector<double>::Constant(N, r0 * (1 - J) + current(now));  // tau dr/dt
        S += dt / tau_s * (-S - beta / static_cast<double>(N) * v * r.transpose());
        rates.col(t) += (r + dt / tau / 2 * v) / static_cast<double>(per_bin);
        r += dt / tau * v;
      }
    return {10, 0, {rates, rates}, {}};
  }
};

constexpr double small = 1e-4;  // current at which the unit is linear
double square(double t) { return t > onset && t < offset ? small : 0; }

std::vector<Index> first_cells(Index count) {
  std::vector<Index> cells(static_cast<std::size_t>(count));
  std::iota(cells.begin(), cells.end(), 0);
  return cells;
}

/// 1 from onset to offset, then exp(-t / tau).
std::function<double(double)> decaying(double tau, double rebound = 0, double slower = 1) {
  return [=](double t) {
    if (t < onset) return 0.;
    const double since = t - offset;
    return since < 0 ? 1. : (1 + rebound) * std::exp(-since / tau) - rebound * std::exp(-since / slower);
  };
}

const auto nothing = [](double) { return 0.; };

}  // namespace

TEST_CASE("a linear unit with a synapse of temporal consistency creeps and lingers as its closed form says") {
  for (const double k : {0., 2., 6., 20.}) {
    Unit unit;
    unit.k = k;
    const auto stimulated = unit.run(square), control = unit.run(nothing);
    const ResponseSessions recorded{stimulated, control, {0, 2, 3}};
    INFO("k " << k);
    CHECK(population_response(recorded, {300, 500}).value == Approx(small * unit.mean(300, 500)).epsilon(1e-3));
    CHECK(mean_response(recorded, {300, 500}).minCoeff() == Approx(small * unit.mean(300, 500)).epsilon(1e-3));
    const double late = unit.mean(offset - 100, offset);
    CHECK(*creep_index(recorded, step, 20) == Approx(late / unit.mean(260, 360)).epsilon(1e-3));
    CHECK(*residual_after_offset(recorded, step, 200) == Approx(unit.mean(1350, 1450) / late).epsilon(1e-3));
    CHECK(peak_response(recorded, {onset, offset}, 100) == Approx(small * late).epsilon(1e-3));
    // A ramp is a row of small steps.
    const auto ramped = unit.run([](double t) { return small * std::clamp((t - onset) / (offset - onset), 0., 1.); });
    const auto ramp_until = [&](double t) {
      const double dt = 1;
      double sum = 0;
      for (double s = onset + dt / 2; s < t; s += dt) sum += unit.integral(t - s) * dt / (offset - onset);
      return sum;
    };
    const double ramp_late = (ramp_until(offset) - ramp_until(offset - 100)) / 100;
    CHECK(*step_ramp_ratio(recorded, {onset, offset}, {ramped, control, {0}}, {onset, offset}, 100) ==
          Approx(late / ramp_late).epsilon(2e-3));
    if (k == 0) {  // a membrane of tau / (1 - J) = 50 ms, alone
      const double w = 100. / 50;
      CHECK(*creep_index(recorded, step, 50) == Approx(1 / (1 - std::exp(-3.) * (1 - std::exp(-w)) / w)).epsilon(1e-3));
    } else {
      CHECK(*creep_index(recorded, step, 20) > 1.05);
    }
  }
}

TEST_CASE("a response settles when it stays within a tenth of what it was, or is censored at the end") {
  const auto control = noiseless(4, 440, 5, nothing);
  const auto settled = [&](const std::function<double(double)>& shape, double until, double share = 0.1) {
    const auto stimulated = noiseless(4, 440, 5, shape);
    return settling_ms({stimulated, control, {0}}, step, until, share);
  };
  for (const double tau : {20., 60., 200.}) {
    CHECK(*settled(decaying(tau), 900) == Approx(tau * std::log(10.)).margin(0.5));
    CHECK(*settled(decaying(tau), 900, 0.3) == Approx(-tau * std::log(0.3)).margin(0.5));
  }
  CHECK(*settled(decaying(600), 900) == 900);  // not settled by then
  CHECK(*settled([](double t) { return -decaying(60)(t); }, 900) == Approx(60 * std::log(10.)).margin(0.5));
  // It comes within a tenth, crosses, and returns from the other side: what counts is that it stays.
  const double late = *settled(decaying(40, 0.5, 200), 900);
  CHECK(std::abs(decaying(40, 0.5, 200)(offset + late)) == Approx(0.1).margin(1e-3));
  CHECK(decaying(40, 0.5, 200)(offset + late) < 0);
  // At once: linear from the offset to the middle of the first bin, 2.5 ms
  CHECK(*settled([](double t) { return t > onset && t < offset ? 1. : 0.; }, 900) == Approx(0.9 * 2.5));
  CHECK_FALSE(settled(nothing, 900).has_value());

  // Noise of known size, e and -e by turns: the band is as wide as q errors, q that of the largest of 180 bins.
  auto noisy = noiseless(20, 440, 5, decaying(60)), steady = noiseless(20, 440, 5, nothing);
  for (const double e : {0.05, 0.2, 0.6}) {
    auto of_e = noisy;
    for (std::size_t k = 0; k < 20; ++k) of_e.trials[k].array() += k % 2 == 0 ? e : -e;
    const double q = 4.0309, error = e / std::sqrt(19.);  // normal quantile at 1 - .005 / 180
    const auto time = settling_ms({of_e, steady, {0}}, step, 900);
    if (q * error > 0.5)
      CHECK_FALSE(time.has_value());
    else
      CHECK(*time == Approx(-60 * std::log(std::max(0.1, q * error))).margin(0.5));
  }
}

TEST_CASE("a rebound is the largest response of opposite sign, and noise makes none") {
  const auto control = noiseless(4, 440, 5, nothing);
  const auto of = [&](const std::function<double(double)>& shape) {
    const auto stimulated = noiseless(4, 440, 5, shape);
    return *rebound({stimulated, control, {0}}, {onset, offset, 5}, 900);
  };
  // .5 exp(-t / 200) - 1.5 exp(-t / 40) is largest where its slope is 0: t = 50 ln 15.
  const double t = 50 * std::log(15.), largest = 0.5 * std::exp(-t / 200) - 1.5 * std::exp(-t / 40);
  CHECK(of(decaying(40, 0.5, 200)) == Approx(largest).margin(1e-3));
  CHECK(of([](double x) { return -decaying(40, 0.5, 200)(x); }) == Approx(largest).margin(1e-3));
  CHECK(of(decaying(20)) == Approx(0).margin(1e-6));

  std::vector<double> rebounds, peaks, naive;
  const auto cells = first_cells(10);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto stimulated = poisson_session(
                   10, 20, 88, 25, [](double at) { return 10 + 20 * decaying(5)(at); }, 2 * seed),
               steady = poisson_session(
                   10, 20, 88, 25, [](double) { return 10.; }, 2 * seed + 1);
    const ResponseSessions recorded{stimulated, steady, cells};
    rebounds.push_back(*rebound(recorded, step, 900));
    peaks.push_back(peak_response(recorded, {onset, offset}, 25) / 0.025);
    const Matrix<double> difference = mean_over_trials(stimulated) - mean_over_trials(steady);
    naive.push_back(difference.colwise().mean().segment(8, 40).maxCoeff() / 0.025);
  }
  const auto sample = sample_of(rebounds), peak = sample_of(peaks), plain = sample_of(naive);
  CHECK(std::abs(sample.mean) < 4 * sample.error);
  CHECK(std::abs(peak.mean - 20) < 4 * peak.error);
  CHECK(plain.mean - 20 > 10 * plain.error);  // the maximum of the mean over all trials
}

TEST_CASE("ratios of pulses are those of their means, over conditions in the proportions of the stimulated trials") {
  const auto pulses = [](std::vector<std::pair<double, double>> sizes) {  // (time, size), 50 ms each
    return noiseless(3, 40, 50, [=](double t) {
      double sum = 5;
      for (const auto& [at, size] : sizes)
        if (t > at) sum += size * std::exp(-(t - at - 25) / 100);
      return sum;
    });
  };
  const auto control = pulses({}), first = pulses({{200, 2}}), second = pulses({{400, 2}}),
             both = pulses({{200, 2}, {400, 1.2}});
  const Window early{200, 250}, late{400, 450};
  double error = -1;
  CHECK(*paired_pulse_ratio(both, first, control, {0}, early, late, &error) == Approx(0.6));
  CHECK(error == Approx(0).margin(1e-12));
  CHECK(*train_ratio({both, control, {0}}, {early, late}) == Approx((1.2 + 2 * std::exp(-2.)) / 2));
  CHECK(*additivity(both, first, second, control, {0}, {400, 1000}) ==
        Approx((1.2 + 2 * std::exp(-2.)) / (2 + 2 * std::exp(-2.))));
  CHECK_FALSE(train_ratio({both, control, {0}}, {{100, 150}, late}).has_value());  // no response to divide by

  // Noise of the control alone, e and -e by turns: it is in the numerator once, in the denominator twice, so that
  // nothing of it is left in a ratio of a half, and .6 of it in one of .8.
  auto noisy = pulses({});
  noisy.trials.resize(2, noisy.trials[0]);
  const double e = 0.05;
  noisy.trials[0].array() += e;
  noisy.trials[1].array() -= e;
  for (const double sum : {1., 1.6}) {
    const auto response = [&](double size) { return noiseless(3, 40, 50, [=](double) { return 5 + size; }); };
    CHECK(*additivity(response(sum), response(1), response(1), noisy, {0}, {0, 200}, &error) == Approx(sum / 2));
    CHECK(error == Approx(std::abs(sum - 1) * e / 2).margin(1e-9));
  }

  // Condition 1 responds by 1, condition 2 by 3, from baselines of 10 and 50; 3 was never stimulated, 4 always.
  Session stimulated{100, 0, {}, {}}, steady{100, 0, {}, {}};
  const auto add = [](Session& to, int condition, double value, int times) {
    for (int i = 0; i < times; ++i) {
      to.trials.push_back(Matrix<double>::Constant(1, 2, value));
      to.condition.push_back(condition);
    }
  };
  add(stimulated, 1, 11, 6);
  add(stimulated, 2, 53, 2);
  add(stimulated, 4, 5000, 3);
  add(steady, 3, 1000, 4);
  add(steady, 2, 50, 9);
  add(steady, 1, 10, 2);
  CHECK(population_response({stimulated, steady, {0}}, {0, 200}).value == Approx((6 * 1 + 2 * 3) / 8.));
}

TEST_CASE("errors over trials cover the truth, share controls rightly, and a response of noise has no ratio") {
  const auto slow = [](double t) { return t > onset && t < offset ? 1 - 0.4 * std::exp(-(t - onset) / 300) : 0.; };
  const auto truth = noiseless(2, 70, 20, slow), silence = noiseless(2, 70, 20, nothing);
  const double creep = *creep_index({truth, silence, {0}}, step, 20);
  const auto cells = first_cells(20);
  long held = 0, told = 0, held_sum = 0, held_mean = 0, of_noise = 0;
  std::vector<double> indices, sums, sum_errors;
  const int count = 200;
  const auto recording = [&](double size, std::uint64_t seed) {
    return poisson_session(
        20, 25, 70, 20, [=](double t) { return 10 + size * slow(t); }, seed, 0.1);
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto stimulated = recording(20, 10 * i), control = recording(0, 10 * i + 1), other = recording(0, 10 * i + 2),
               second = recording(20, 10 * i + 3), both = recording(30, 10 * i + 4);
    const ResponseSessions recorded{stimulated, control, cells};
    double error = 0;
    if (const auto index = creep_index(recorded, step, 20, &error)) {
      ++told;
      indices.push_back(*index);
      held += std::abs(*index - creep) <= student_interval(0, error, 48).high;
    }
    const auto mean = population_response(recorded, {260, 360});
    held_mean += std::abs(mean.value - population_response({truth, silence, {0}}, {260, 360}).value * 20 * 0.02) <=
                 student_interval(0, mean.standard_error, mean.degrees_of_freedom).high;
    const double sum = *additivity(both, stimulated, second, control, cells, {onset, offset}, &error);
    held_sum += std::abs(sum - 0.75) <= student_interval(0, error, 48).high;
    sums.push_back(sum);
    sum_errors.push_back(error);
    of_noise += creep_index({other, control, cells}, step, 20).has_value();
  }
  CHECK(told == count);
  CHECK(covers(held, count));
  CHECK(covers(held_mean, count));
  CHECK(covers(held_sum, count));
  CHECK(sample_of(sum_errors).mean == Approx(sample_of(sums).sd).epsilon(0.2));
  CHECK(not_above(of_noise, count, 0.05));
  // Bias of a ratio: the squared relative error of its denominator, some 2 % here
  const auto sample = sample_of(indices);
  CHECK(sample.mean - creep > -3 * sample.error);
  CHECK(sample.mean - creep < 0.03 * creep + 3 * sample.error);
}

TEST_CASE("windows that a recording or a step does not hold are refused, slow membranes have no creep") {
  const auto s = noiseless(3, 22, 100, decaying(60)), one = noiseless(1, 22, 100, nothing),
             short_bins = noiseless(3, 44, 50, nothing);
  const auto c = noiseless(3, 22, 100, nothing);
  const ResponseSessions recorded{s, c, {0}};
  CHECK_THROWS_WITH(
      creep_index(recorded, {200, 600, 100}, 80),
      "window = 200 to 600 ms: the step must last at least 440 ms, three membrane time constants and two windows");
  CHECK_FALSE(creep_index(recorded, step, 201).has_value());
  CHECK_THROWS_WITH(settling_ms(recorded, step, 2000), "window = 1200 to 3200 ms: the recording is from 0 to 2200 ms");
  CHECK_THROWS_WITH(residual_after_offset(recorded, step, 20),
                    "after_ms = 20: must be at least 50 ms, half a window: it would hold what is before the offset");
  CHECK_THROWS_WITH(population_response({s, one, {0}}, {0, 100}), "trials = 1: at least 2 of one condition are needed");
  CHECK_THROWS_WITH(population_response({s, short_bins, {0}}, {0, 100}),
                    "bin_ms = 50 from 0: must be the bins of the other recording, 100 from 0");
  CHECK_THROWS_WITH(population_response({s, c, {}}, {0, 100}), "cells = none: at least one must have been recorded");
  CHECK_THROWS_WITH(population_response({s, c, {1}}, {0, 100}), "cells = 1: 1 neurons were recorded, counted from 0");
  CHECK_THROWS_WITH(train_ratio(recorded, {{0, 100}}), "pulses = 1: must be two or more");
}
