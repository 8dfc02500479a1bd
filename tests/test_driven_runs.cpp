// Activity by the time loop against that of the joint equations, and what is left of trials about their conditions' means.
#include "analysis/paths/driven_runs.hpp"
#include "analysis/points/joint_equations.hpp"
#include "analysis/start_states.hpp"
#include "tests/bound_synapse.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

TEST_CASE("runs by the time loop without noise are those of the joint equations, and noise moves them by its size") {
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 7, 1.6, 5);
  network.dt_ms = 5;
  const auto model = tcr_synapse(dense_tcr(20, 150));
  Subject subject{network, Column::Constant(2, 0.2), System::As::map, {Method::euler, 5, 0}};
  subject.trial_synapse = [&](Index steps) {
    return model.make<double>(synapse_context(network, {Method::euler, 5, 0}, {}, steps));
  };
  const auto system = subject.system();
  const auto bound = bound_to(network, model);
  const Stepper stepper(joint_equations(system, bound->continuous()));
  const auto x = trial_starts(system, 35, 0.5, 2);  // more than run at once
  Matrix<double> y(stepper.dimension(), 35);
  for (Index i = 0; i < 35; ++i) y.col(i) = with_initial_synapse(system, *bound->continuous(), x.col(i));
  const auto free = free_runs(
      stepper, y, [](const Matrix<double>& state) { return Matrix<double>(state.topRows(7)); }, 30, 200, 12);
  const auto still = noisy_runs(subject, {}, x, 30, 200, 12, 1);
  REQUIRE(still.activity.size() == 35);
  CHECK(still.sample_ms == free.sample_ms);
  CHECK((still.end - free.end.topRows(7)).cwiseAbs().maxCoeff() < 1e-12);
  for (std::size_t i = 0; i < 35; ++i) CHECK(largest_difference(still.activity[i], free.activity[i]) < 1e-12);
  const auto moved = noisy_runs(subject, {1e-4}, x, 30, 200, 12, 1),
             other = noisy_runs(subject, {1e-4}, x, 30, 200, 12, 2);
  const auto difference = [](const FreeRuns& a, const FreeRuns& b) {
    return largest_difference(a.activity[34], b.activity[34]);
  };
  CHECK(difference(moved, still) < 1e-2);
  CHECK(difference(moved, still) > 1e-5);
  CHECK(difference(moved, other) > 1e-5);
  CHECK(difference(moved, noisy_runs(subject, {1e-4}, x, 30, 200, 12, 1)) == 0);
  CHECK_THROWS_WITH(noisy_runs(subject, {}, x, 30, 15, 12, 1), Catch::Contains("duration_ms = 15"));
}

TEST_CASE("what is left of trials is about the mean of their condition, and nothing where they do not differ") {
  const Array common = normal_array(3, 12, 1), one = normal_array(3, 12, 2), other = normal_array(3, 12, 3);
  TrialRuns trials;
  trials.sample_ms = 10;
  trials.condition = {4, 1, 4, 7};
  trials.activity = {common + one, common, common - one, 5 * other};
  const auto left = about_condition_means(trials);
  REQUIRE(left.activity.size() == 2);  // the others are alone
  CHECK(left.sample_ms == 10);
  CHECK(largest_difference(left.activity[0], one) < 1e-14);
  CHECK(largest_difference(left.activity[1], -one) < 1e-14);
  trials.activity[2] = trials.activity[0] + 1e-14 * other;
  for (const auto& run : about_condition_means(trials).activity) CHECK(run.isZero(0));
  trials.condition = {1, 2, 3, 4};
  CHECK_THROWS_WITH(about_condition_means(trials),
                    Catch::Contains("trials = 4") && Catch::Contains("share a condition"));
}
