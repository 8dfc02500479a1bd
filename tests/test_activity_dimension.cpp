// The dimension of recorded populations against known covariances.

#include "analysis/activity/population_dimension.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/catch.hpp"
#include "tests/recorded.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

double participation(const Vector<double>& variances) { return std::pow(variances.sum(), 2) / variances.squaredNorm(); }

/// Sines of different periods over the window and conditions, of these variances, seen through a rotation.
std::vector<Matrix<double>> signals(const Vector<double>& variances, Index N, Index bins) {
  Matrix<double> random(N, N);
  Stream(3, Purpose::estimate).fill_normal(random);
  const Matrix<double> rotation = orthogonal_factor_of(random);
  std::vector<Matrix<double>> means;
  for (int c = 0; c < 2; ++c) {
    Matrix<double> x(variances.size(), bins);
    for (Index i = 0; i < variances.size(); ++i)
      for (Index t = 0; t < bins; ++t)
        x(i, t) = std::sqrt(2 * variances(i)) *
                  std::cos(2 * M_PI * static_cast<double>((i / 2 + 1) * t) / static_cast<double>(bins) +
                           M_PI / 2 * static_cast<double>(i % 2) + c);
    means.push_back((rotation.leftCols(variances.size()) * x).array() + 20);
  }
  return means;
}

}  // namespace

TEST_CASE("single trials fill what signal and noise fill together, their means what the signal fills") {
  const Index N = 20, bins = 24, trials = 16;
  Vector<double> variances(6);
  variances << 9, 7, 4, 2, 1, 0.5;
  const double sigma = 0.9;
  Vector<double> both = Vector<double>::Constant(N, sigma * sigma);
  both.head(6) += variances;
  const auto means = signals(variances, N, bins);
  std::vector<double> single, signal;
  for (std::uint64_t repeat = 0; repeat < 60; ++repeat) {
    const auto session = noisy(means, trials, sigma, 20, repeat);
    single.push_back(population_dimension(session, whole(session)).participation_ratio->value);
    signal.push_back(*signal_dimension(session, whole(session)));
  }
  const auto of_trials = moments(single), of_means = moments(signal);
  INFO("trials " << of_trials.mean << " +- " << of_trials.mean_error << " of " << participation(both) << ", means "
                 << of_means.mean << " +- " << of_means.mean_error << " of " << participation(variances));
  CHECK(std::abs(of_trials.mean - participation(both)) < 4 * of_trials.mean_error + 0.02 * participation(both));
  CHECK(std::abs(of_means.mean - participation(variances)) < 4 * of_means.mean_error + 0.01 * participation(variances));
  CHECK(participation(both) > participation(variances) + 2);
}

TEST_CASE("the signal's dimension is found under noise that hides it, and absent where there is none") {
  Vector<double> variances(4);
  variances << 1, 1, 0.5, 0.5;
  const auto means = signals(variances, 20, 24);
  std::vector<double> found;
  for (std::uint64_t repeat = 0; repeat < 60; ++repeat) {
    const auto session = noisy(means, 20, 2, 20, repeat);  // noise of 80 over a signal of 3
    if (const auto dimension = signal_dimension(session, whole(session))) found.push_back(*dimension);
  }
  const auto all = moments(found);
  INFO(all.mean << " +- " << all.mean_error << " of " << participation(variances));
  CHECK(found.size() == 60);
  CHECK(std::abs(all.mean - participation(variances)) < 4 * all.mean_error + 0.03 * participation(variances));

  const auto still = alike(Matrix<double>::Zero(5, 10), 8, 20);
  CHECK(!signal_dimension(still, whole(still)));
  CHECK(!population_dimension(still, whole(still)).participation_ratio);
  CHECK_THROWS_WITH(population_dimension(alike(Matrix<double>::Zero(5, 10), 4, 20), {0, 40}),
                    Catch::Contains("trials = 4: a dimension needs at least 5"));
  CHECK_THROWS_WITH(signal_dimension(alike(Matrix<double>::Zero(5, 10), 3, 20), {0, 40}),
                    Catch::Contains("trials = 3: at least 4"));
  CHECK_THROWS_WITH(signal_dimension(still, {0, 20}), Catch::Contains("at least 40 ms long"));
}

TEST_CASE("a dimension is the same from more bins than neurons and from more neurons than bins") {
  // The same activity, once with as many neurons again that are silent: the other kind of products is made.
  const auto session = noisy(signals(Vector<double>::Constant(4, 1), 10, 15), 4, 0.5, 20, 1);
  auto padded = session;
  for (auto& trial : padded.trials) {
    Matrix<double> more = Matrix<double>::Zero(30, 15);
    more.topRows(10) = trial;
    trial = more;
  }
  const auto few = population_dimension(session, whole(session)), many = population_dimension(padded, whole(padded));
  CHECK(few.participation_ratio->value == Approx(many.participation_ratio->value).epsilon(1e-10));
  CHECK(few.participation_ratio->interval->low == Approx(many.participation_ratio->interval->low).epsilon(1e-9));
}
