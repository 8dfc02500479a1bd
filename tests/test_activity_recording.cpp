// What is recorded of simulated rates against renewal processes, gains and indicators in closed form.

#include "analysis/activity/recording_model.hpp"
#include "sim/networks/networks.hpp"
#include "tests/catch.hpp"
#include "tests/recorded.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// Spikes in the whole recording, of every trial and neuron.
std::vector<double> totals(const Session& counts) {
  std::vector<double> all;
  for (const auto& trial : counts.trials)
    for (Index n = 0; n < trial.rows(); ++n) all.push_back(trial.row(n).sum());
  return all;
}

}  // namespace

TEST_CASE("spike counts are those of a renewal process in operational time, at any window and however rates vary") {
  Matrix<double> rates(40, 10);
  for (Index n = 0; n < 40; ++n)
    rates.row(n) << 0, 3, 60, 60, 0, 0, 200, 1, 0, 16;  // 3.4 spikes in bins of 10 ms, none in silent ones
  const double expected = rates.row(0).sum() / 100;
  const auto session = alike(rates, 500, 10);
  for (const int k : {1, 2, 5}) {
    RecordingModel model;
    model.shape = k;
    const auto counts = record(session, first(40), first(500), model, 1, static_cast<std::uint64_t>(k));
    const auto found = moments(totals(counts));
    const auto truth = gamma_counts(k, expected);
    INFO("k " << k << ": mean " << found.mean << " of " << truth.mean << ", variance " << found.variance << " of "
              << truth.variance);
    CHECK(truth.mean == Approx(expected).epsilon(1e-10));
    CHECK(std::abs(found.mean - truth.mean) < 4 * found.mean_error);
    CHECK(std::abs(found.variance - truth.variance) < 4 * found.variance_error);
    for (const auto& trial : counts.trials) {
      CHECK(trial.col(0).isZero());
      CHECK(trial.col(4).isZero());
      CHECK(trial.col(8).isZero());
    }
    // Within the bin of 200 Hz: a process that began before it is stationary in it from its first half to its second.
    model.bin_ms = 5;
    const auto fine = record(session, first(40), first(500), model, 1, static_cast<std::uint64_t>(k));
    std::vector<double> difference;
    for (const auto& trial : fine.trials)
      for (Index n = 0; n < 40; ++n) difference.push_back(trial(n, 13) - trial(n, 12));
    const auto halves = moments(difference);
    CHECK(std::abs(halves.mean) < 4 * halves.mean_error);
  }
}

TEST_CASE("intervals at a constant rate have the coefficient of variation of their shape, also one below 1") {
  const auto session = alike(Matrix<double>::Constant(20, 400, 50), 5, 50);
  for (const double shape : {0.5, 1.0, 4.0}) {
    RecordingModel model;
    model.shape = shape;
    std::vector<double> intervals;
    for (const auto& trial : spike_times(session, first(20), first(5), model, 3, 0))
      for (const auto& spikes : trial)
        for (std::size_t i = 1; i < spikes.size(); ++i) intervals.push_back(spikes[i] - spikes[i - 1]);
    const auto found = moments(intervals);
    CHECK(std::abs(found.mean - 20) <
          4 * found.mean_error + 0.1);  // a window favours short intervals: of order 1 in 1000
    CHECK(found.variance / (found.mean * found.mean) == Approx(1 / shape).epsilon(0.02));
  }
}

TEST_CASE(
    "counts are binned spike times, and noise is named by seed, session, trial and neuron, not by rates or choice") {
  Matrix<double> rates(6, 30);
  for (Index n = 0; n < 6; ++n)
    for (Index t = 0; t < 30; ++t) rates(n, t) = 5 * static_cast<double>(n) + 20 * (t % 3 == 0);
  auto session = alike(rates, 4, 20);
  session.condition = {7, 8, 7, 9};
  RecordingModel model;
  model.shape = 2;
  model.gain_sd = 0.4;
  model.gain_correlation_ms = 80;
  model.bin_ms = 25;
  const auto all = record(session, first(6), first(4), model, 11, 2);
  CHECK(all.bins() == 24);
  CHECK(all.start_ms == -100);
  Session binned = all;
  for (auto& trial : binned.trials) trial.setZero();
  const auto times = spike_times(session, first(6), first(4), model, 11, 2);
  for (std::size_t trial = 0; trial < 4; ++trial)
    for (std::size_t n = 0; n < 6; ++n) {
      CHECK(std::is_sorted(times[trial][n].begin(), times[trial][n].end()));
      for (const double t : times[trial][n])
        binned.trials[trial](static_cast<Index>(n), static_cast<Index>(std::floor((t + 100) / 25))) += 1;
      CHECK(binned.trials[trial].row(static_cast<Index>(n)) == all.trials[trial].row(static_cast<Index>(n)));
    }

  const auto some = record(session, {5, 1}, {3, 0, 3}, model, 11, 2);
  CHECK(some.condition == std::vector<int>{9, 7, 9});
  CHECK(some.trials[0].row(0) == all.trials[3].row(5));
  CHECK(some.trials[1].row(1) == all.trials[0].row(1));
  CHECK(some.trials[2] == some.trials[0]);
  CHECK(all.trials[0] != all.trials[2]);
  CHECK(record(session, first(6), first(4), model, 11, 3).trials[0] != all.trials[0]);
  CHECK(record(session, first(6), first(4), model, 12, 2).trials[0] != all.trials[0]);

  // Twice the rate at constant rates: the same spikes, each at half the time.
  model.gain_sd = 0;
  const auto slow = spike_times(alike(Matrix<double>::Constant(2, 100, 8), 3, 20), {0, 1}, {0, 1, 2}, model, 4, 0),
             fast = spike_times(alike(Matrix<double>::Constant(2, 100, 16), 3, 20), {0, 1}, {0, 1, 2}, model, 4, 0);
  for (std::size_t trial = 0; trial < 3; ++trial)
    for (std::size_t n = 0; n < 2; ++n)
      for (std::size_t i = 0; i < slow[trial][n].size(); ++i)
        CHECK(fast[trial][n][i] + 100 == Approx((slow[trial][n][i] + 100) / 2));
}

TEST_CASE("noise of a part of a session is that of the whole") {
  const auto whole = alike(Matrix<double>::Constant(3, 100, 30), 5, 10);
  Session part = whole;
  part.trials = {whole.trials[3], whole.trials[4]};
  part.condition.resize(std::min<std::size_t>(2, part.condition.size()));
  RecordingModel model;
  model.gain_sd = 0.5;
  CHECK(spike_times(part, {0, 2}, {1}, model, 7, 9, 3) == spike_times(whole, {0, 2}, {4}, model, 7, 9));
  model.signal = RecordingModel::Signal::calcium;
  CHECK(record(part, {0, 2}, {1}, model, 7, 9, 3).trials == record(whole, {0, 2}, {4}, model, 7, 9).trials);
}

TEST_CASE("a shared gain has mean 1 and makes counts covary by its variance, over time as its logarithm does") {
  Matrix<double> rates(2, 12);
  rates.row(0).setConstant(40);
  rates.row(1).setConstant(90);
  const double m0 = 0.8, m1 = 1.8, sd = 0.5;  // spikes in 20 ms
  const Index trials = 40000;
  const auto session = alike(rates, trials, 20);
  for (const double correlation_ms : {0.0, 50.0}) {
    RecordingModel model;
    model.gain_sd = sd;
    model.gain_correlation_ms = correlation_ms;
    const auto counts = record(session, {0, 1}, first(trials), model, 21, 0);
    for (const Index lag : {0, 2, 11}) {
      std::vector<double> products, means;
      for (const auto& trial : counts.trials) {
        products.push_back((trial(0, 0) - m0) * (trial(1, lag) - m1));
        means.push_back(trial(0, lag));
      }
      const double rho = correlation_ms == 0 ? 1 : std::exp(-20.0 * static_cast<double>(lag) / correlation_ms),
                   truth = m0 * m1 * (std::pow(1 + sd * sd, rho) - 1);
      const auto found = moments(products), mean = moments(means);
      INFO("correlation time " << correlation_ms << " ms, lag " << lag << ": " << found.mean << " of " << truth);
      CHECK(std::abs(found.mean - truth) < 4 * found.mean_error);
      CHECK(std::abs(mean.mean - m0) < 4 * mean.mean_error);
    }
    // One neuron: variance m + m^2 sd^2 within a bin.
    std::vector<double> one;
    for (const auto& trial : counts.trials) one.push_back(trial(1, 5));
    const auto found = moments(one);
    CHECK(std::abs(found.variance - (m1 + m1 * m1 * sd * sd)) < 4 * found.variance_error);
  }
}

TEST_CASE(
    "an indicator answers one spike by a difference of exponentials, frame by frame, and a train by its integral") {
  CalciumImaging imaging;
  imaging.baseline = 0.3;
  const double rise = imaging.rise_ms, decay = imaging.decay_ms, spike = 137.3, frame = 1000 / imaging.frame_hz;
  double largest = 0;
  for (double t = 0; t < 400; t += 0.01) largest = std::max(largest, std::exp(-t / decay) - std::exp(-t / rise));
  const auto response = [&](double t) {
    return t < 0 ? 0 : imaging.peak * (std::exp(-t / decay) - std::exp(-t / rise)) / largest;
  };
  const auto seen = fluorescence({spike}, 20, 30, imaging);
  const int parts = 20000;
  for (Index f = 0; f < 30; ++f) {
    double mean = imaging.baseline;
    for (int i = 0; i < parts; ++i)
      mean += response(20 + frame * (static_cast<double>(f) + (i + 0.5) / parts) - spike) / parts;
    CHECK(seen(f) == Approx(mean).epsilon(1e-7));
  }
  imaging.frame_hz = 1e4;  // frames too short to blur
  CHECK(fluorescence({spike}, 0, 8000, imaging).maxCoeff() == Approx(0.3 + imaging.peak).epsilon(1e-6));
  const auto two = fluorescence({spike, 200}, 0, 8000, imaging), second = fluorescence({200}, 0, 8000, imaging),
             only = fluorescence({spike}, 0, 8000, imaging);
  CHECK((two - only - second).array().abs().maxCoeff() == Approx(0.3));

  // A stationary train is stationary from the first frame on; noise is that of the frames, whatever the rates.
  RecordingModel model;
  model.signal = RecordingModel::Signal::calcium;
  model.calcium.baseline = 0.1;
  const auto session = alike(Matrix<double>::Constant(50, 20, 12), 60, 50);
  const auto filmed = record(session, first(50), first(60), model, 5, 0),
             silent = record(alike(Matrix<double>::Zero(50, 20), 60, 50), first(50), first(60), model, 5, 0);
  CHECK(filmed.bins() == 30);
  CHECK(filmed.bin_ms == Approx(frame));
  const double truth = 0.1 + 12e-3 * model.calcium.peak * (decay - rise) / largest;
  for (const Index f : {0, 29}) {
    std::vector<double> frames, quiet, difference;
    for (std::size_t trial = 0; trial < 60; ++trial)
      for (Index n = 0; n < 50; ++n) {
        frames.push_back(filmed.trials[trial](n, f));
        quiet.push_back(silent.trials[trial](n, f));
        difference.push_back(filmed.trials[trial](n, f) - silent.trials[trial](n, f));
      }
    const auto found = moments(frames), noise = moments(quiet);
    CHECK(std::abs(found.mean - truth) < 4 * found.mean_error);
    CHECK(std::abs(noise.mean - 0.1) < 4 * noise.mean_error);
    CHECK(std::sqrt(noise.variance) == Approx(model.calcium.noise * model.calcium.peak).epsilon(0.05));
    CHECK(*std::min_element(difference.begin(), difference.end()) >= 0);
  }
}

TEST_CASE("rates in Hz are silent where a network's units are") {
  Network<double> network;
  network.nonlinearity = Nonlinearity::tanh;
  const auto both = rate_map_of(network);
  CHECK(both.hz(both.silence()) == 0);
  CHECK(both.hz(0) == 10);
  CHECK(both.hz(1) == 20);
  CHECK(both.hz(-1.2) == 0);
  network.nonlinearity = Nonlinearity::softplus;
  CHECK(rate_map_of(network, 40).hz(0.5) == 20);
  network.rate_hz = 7;
  CHECK(rate_map_of(network, 40).hz(Matrix<double>::Constant(1, 2, 2)) == Matrix<double>::Constant(1, 2, 14));
  CHECK(rate_map_of(network).silence() == 0);
}

TEST_CASE("what cannot be recorded is named") {
  const auto session = alike(Matrix<double>::Constant(3, 10, 5), 2, 10);
  const auto says = [](const std::string& text) { return Catch::Contains(text); };
  CHECK_THROWS_WITH(record(session, {0, 3}, {0}, {}, 1, 0), says("neurons = 3: the session has 3"));
  CHECK_THROWS_WITH(record(session, {0}, {2}, {}, 1, 0), says("trials = 2: the session has 2"));
  RecordingModel model;
  model.bin_ms = 200;
  CHECK_THROWS_WITH(record(session, {0}, {0}, model, 1, 0), says("window = 100 ms") && says("at least 200 ms"));
  model = {};
  model.shape = 0;
  CHECK_THROWS_WITH(record(session, {0}, {0}, model, 1, 0), says("recording.shape = 0"));
  model = {};
  model.calcium.rise_ms = 180;
  CHECK_THROWS_WITH(record(session, {0}, {0}, model, 1, 0), says("recording.calcium_rise_ms = 180"));
  auto wrong = session;
  wrong.trials[1](2, 4) = -1;
  CHECK_NOTHROW(record(wrong, {0, 1}, {1}, {}, 1, 0));
  CHECK_THROWS_WITH(record(wrong, {2}, {1}, {}, 1, 0), says("rates = -1 to 5 Hz") && says("neuron 2, trial 1"));
  wrong.trials[1](2, 4) = std::nan("");
  CHECK_THROWS_WITH(record(wrong, {2}, {1}, {}, 1, 0), says("rates = "));
}
