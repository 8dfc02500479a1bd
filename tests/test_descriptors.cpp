// Matched random steps, and descriptors of networks whose phase space is known.
#include <cmath>

#include "analysis/restructuring/descriptors.hpp"
#include "analysis/restructuring/random_walk.hpp"
#include "sim/initial_weights.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/problems.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

/// One direction of activity with gain g: r = 0 attracts below g = 1, a pair of points above (tanh).
Network<double> rank_one(double gain, Index N) {
  auto network = random_network("leaky_rate", Nonlinearity::tanh, N, 1, 3);
  const Column m = normal_array(N, 1, 8).normalized();
  network.W = gain * m * m.transpose();
  network.b.setZero();
  network.tau_ms.setConstant(50);
  network.dt_ms = 10;
  network.r0.resize(0);
  return network;
}

/// Input +1 or -1 for ten steps, asked for thirty steps later.
TrialSet<double> sign_trials(Index batch) {
  auto trials = TrialSet<double>::zeros(2, 2, 50, batch);
  for (Index b = 0; b < batch; ++b) {
    const double sign = b % 2 == 0 ? 1 : -1;
    for (Index t = 0; t < 10; ++t) trials.inputs(0, trials.column(t, b)) = sign;
    for (Index t = 40; t < 50; ++t) {
      trials.targets(0, trials.column(t, b)) = sign;
      trials.mask(0, trials.column(t, b)) = 1;
    }
  }
  return trials;
}

const Index row_attractors = 0, row_settled = 1, row_field = 2, row_slowest = 3, row_exponent = 4, row_dimension = 5,
            row_memory = 6, row_dynamics = 7;

Array path_of(const std::vector<Network<double>>& networks) {
  Synapse<double> none;
  const GeometryProbe probe(networks.front(), {Method::euler, 10}, sign_trials(16), none, 5);
  std::vector<Geometry> seen;
  for (const auto& network : networks) seen.push_back(probe(network));
  return probe.path(seen);
}

}  // namespace

TEST_CASE("a random step has the singular values of the step it is matched to, and another direction") {
  for (const std::string kind : {"leaky_rate", "low_rank", "lstm", "plrnn"}) {
    INFO(kind);
    const auto make = [&](std::uint64_t seed) {
      return make_network(resolve_options({{"network.kind", kind}, {"network.size", "9"}}), 2, 2, seed);
    };
    const auto at = make(1), from = make(2), to = make(3);
    const auto moved = random_step(at, from, to, 4, 0, 1);
    const bool constrained = at.constrained();
    if (at.W.size() > 0 && !constrained) {
      CHECK(largest_difference(singular_values_of(moved.W - at.W), singular_values_of(to.W - from.W)) < 1e-12);
      const Array step = moved.W - at.W, own = to.W - from.W;  // neither of its two sides keeps a direction
      CHECK((step.transpose() * step - own.transpose() * own).norm() > 0.1 * own.squaredNorm());
      CHECK((step * step.transpose() - own * own.transpose()).norm() > 0.1 * own.squaredNorm());
    }
    if (at.W.size() > 0) CHECK((moved.W - at.W).norm() == Approx((to.W - from.W).norm()).epsilon(1e-9));
    CHECK(largest_difference(singular_values_of(moved.W_in - at.W_in), singular_values_of(to.W_in - from.W_in)) <
          1e-12);
    CHECK(largest_difference(singular_values_of(moved.W_out - at.W_out), singular_values_of(to.W_out - from.W_out)) <
          1e-12);
    CHECK((moved.M - at.M).norm() == Approx((to.M - from.M).norm()));
    CHECK((moved.V - at.V).norm() == Approx((to.V - from.V).norm()));
    CHECK(weight_distance(at, moved) == Approx(weight_distance(from, to)).epsilon(1e-9));
    CHECK(identical(random_step(at, from, to, 4, 0, 1).W_in, moved.W_in));
    CHECK((random_step(at, from, to, 4, 1, 1).W_in - moved.W_in).norm() > 0.1);
    CHECK((random_step(at, from, to, 4, 0, 2).W_in - moved.W_in).norm() > 0.1);
  }
}

TEST_CASE("random directions are uniform: the mean of P x over many steps vanishes, and P W Q' keeps no direction") {
  auto at = random_network("leaky_rate", Nonlinearity::tanh, 4, 1, 1), to = at;
  to.b(0) += 1;     // a unit vector, turned
  to.W(0, 0) += 1;  // a product of two
  Column mean = Column::Zero(4);
  Array square = Array::Zero(4, 4), W = square, rows = square, columns = square;
  constexpr int draws = 4000;
  for (int i = 0; i < draws; ++i) {
    const auto moved = random_step(at, at, to, 9, 0, static_cast<std::uint64_t>(i));
    const Column b = moved.b - at.b;
    const Array step = moved.W - at.W;
    mean += b / draws;
    square += b * b.transpose() / draws;
    W += step / draws;
    rows += step * step.transpose() / draws;
    columns += step.transpose() * step / draws;
  }
  CHECK(mean.cwiseAbs().maxCoeff() < 4 * 0.5 / std::sqrt(draws));
  CHECK(W.cwiseAbs().maxCoeff() < 4 * 0.25 / std::sqrt(draws));  // a product of two coordinates of variance 1/4
  // A squared coordinate of a unit vector has variance 3/24 - 1/16 = 1/16, a product of two of them 1/24.
  for (const Array& second : {square, rows, columns})
    CHECK((second - Array::Identity(4, 4) / 4).cwiseAbs().maxCoeff() < 4 * 0.25 / std::sqrt(draws));
}

TEST_CASE("masks and signs survive a random step") {
  auto free = random_network("leaky_rate", Nonlinearity::tanh, 12, 1, 1);
  auto to = free;
  to.W += 0.1 * normal_array(12, 12, 4);
  const Array mask = (normal_array(12, 12, 3).array() > 0).cast<double>();
  const Column sign = (Column(12) << Column::Ones(8), -Column::Ones(4)).finished();
  const double length = (to.W - free.W).norm();
  const auto step_of = [&](bool masked, bool signed_) {
    auto at = free;
    if (masked) at.mask = mask;
    if (signed_) at.sign = sign;
    at.W = free.W.cwiseAbs() * sign.asDiagonal();
    if (masked) at.W.array() *= mask.array();
    const auto moved = random_step(at, free, to, 1, 0, 0).W;
    INFO((masked ? "masked " : "") << (signed_ ? "signed" : ""));
    CHECK((moved - at.W).norm() <= length * (1 + 1e-12));
    if (!signed_) CHECK((moved - at.W).norm() == Approx(length).epsilon(1e-12));
    CHECK((moved - at.W).norm() > length / 2);
    return moved;
  };
  const auto absent = [&](const Array& W) { return (W.array() * (1 - mask.array())).abs().maxCoeff(); };
  const auto crossed = [&](const Array& W) { return ((W * sign.asDiagonal()).array() < 0).count(); };
  REQUIRE(absent(step_of(false, true)) > 0.1);
  REQUIRE(crossed(step_of(true, false)) > 5);
  CHECK(crossed(step_of(false, true)) == 0);
  CHECK(absent(step_of(true, false)) == 0);
  CHECK(crossed(step_of(true, true)) == 0);
  CHECK(absent(step_of(true, true)) == 0);
}

TEST_CASE("the variance that targets explain: all, none, and no more than chance") {
  const Array y = normal_array(2, 40, 1), mix = normal_array(10, 2, 2);
  CHECK(explained_variance(mix * y, y) == Approx(1));
  CHECK(explained_variance(mix * y, 3 * y.array() + 1) == Approx(1));
  CHECK(explained_variance(normal_array(10, 40, 3), Array::Ones(2, 40)) == 0);
  CHECK(explained_variance(Array::Ones(10, 40), y) == 0);
  Column by_chance(200);
  for (Index i = 0; i < 200; ++i) {
    const auto draw = static_cast<std::uint64_t>(i);
    by_chance(i) = explained_variance(normal_array(10, 40, 10 + draw), normal_array(2, 40, 500 + draw));
  }
  const double mean = by_chance.mean(), error = std::sqrt((by_chance.array() - mean).square().sum() / (199. * 200));
  CHECK(std::abs(mean) < 4 * error);
  CHECK(2 / 39. > 8 * error);  // what it is without the adjustment
  // against regression row by row
  const Array x = normal_array(3, 40, 7) + normal_array(3, 2, 8) * y;
  Array design(40, 3);
  design << Column::Ones(40), y.transpose();
  double left = 0, total = 0;
  for (Index i = 0; i < 3; ++i) {
    const Column row = x.row(i).transpose();
    left += (row - design * (design.transpose() * design).inverse() * design.transpose() * row).squaredNorm();
    total += (row.array() - row.mean()).square().sum();
  }
  CHECK(explained_variance(x, y) == Approx(1 - left / total * 39 / 37));
}

TEST_CASE("across its pitchfork a rank-one network gains two attractors, remembers, and slows down") {
  std::vector<Network<double>> networks;
  for (const double gain : {0.4, 0.5, 1.6, 1.7}) networks.push_back(rank_one(gain, 20));
  const auto path = path_of(networks);
  const auto step = [&](Index row, Index i) { return path(row, i + 1) - path(row, i); };
  // one point at 0 either way; then it dies or moves, and one or two are born: a quarter of the radius each, at least
  CHECK(step(row_attractors, 0) == Approx(0).margin(1e-9));
  CHECK(step(row_attractors, 1) > 0.25);
  CHECK(step(row_attractors, 2) > 0);  // they move on, as r* grows with the gain
  CHECK(step(row_attractors, 2) < 0.25);
  CHECK(path.row(row_settled).minCoeff() == 1);
  // 50 steps of 10 ms at tau 50 ms: ln|1 + .2 (g - 1)| per step below the pitchfork
  CHECK(path(row_exponent, 0) == Approx(50 * std::log(1 - 0.2 * 0.6)).epsilon(1e-3));
  CHECK(path(row_exponent, 1) == Approx(50 * std::log(1 - 0.2 * 0.5)).epsilon(1e-3));
  CHECK(path(row_memory, 0) < 1e-3);  // a trace of the input that has decayed for six time constants
  CHECK(path(row_memory, 2) > 100 * path(row_memory, 0));
  CHECK(step(row_field, 1) == Approx(11 * step(row_field, 0)).epsilon(0.2));  // 1.1 against .1, but for tanh
}

TEST_CASE("slowest speed, dimension and memory are those of the trials' states by the equations") {
  for (const double gain : {0.5, 1.7}) {
    auto network = rank_one(gain, 12);
    network.r0 = normal_array(12, 1, 5, 0.4);
    // The two trials that there are: states at the start of each step, and their change in a step under zero input
    const auto trials = sign_trials(2);
    Array states(12, 100), settling(12, 100);
    const auto at_rest = static_network(network, Array::Zero(12, 1));
    for (Index b = 0; b < 2; ++b)
      states.middleCols(50 * b, 50) =
          euler_path(static_network(network, held_input(network, trials, b)), network.r0, 50, 10).leftCols(50);
    for (Index i = 0; i < 100; ++i) settling.col(i) = 10 * at_rest(0, states.col(i));
    const Array centred = states.colwise() - states.rowwise().mean();
    const Column variance = singular_values_of(centred).array().square();
    const Column apart = states.col(40) - states.col(90);  // when asked, ten steps before the end
    const auto path = path_of({network});
    INFO("gain " << gain);
    CHECK(path(row_slowest, 0) == Approx(std::log10(settling.colwise().norm().minCoeff() / std::sqrt(12.))));
    CHECK(path(row_dimension, 0) == Approx(std::log(std::pow(variance.sum(), 2) / variance.squaredNorm())));
    CHECK(path(row_memory, 0) == Approx(apart.squaredNorm() / 4 / (variance.sum() / 100)));
  }
}

TEST_CASE("the same network twice moves nowhere") {
  const auto network = rank_one(0.5, 12);
  const auto path = path_of({network, network});
  CHECK((path.col(1) - path.col(0)).cwiseAbs().maxCoeff() < 1e-6);
  CHECK(path(row_dynamics, 1) < 1e-6);
  Synapse<double> none;
  auto wild = network;
  wild.nonlinearity = Nonlinearity::relu;
  wild.W = Array::Constant(12, 12, 500);
  CHECK_THROWS_WITH(GeometryProbe(wild, {Method::euler, 10}, sign_trials(16), none, 5),
                    Catch::Contains("grows without bound"));
}

namespace {

/// All neurons alike: r = tanh(2 r + b). Of three fixed points two vanish in a fold at b = .533.
Network<double> fold_network(double b, Index N) {
  auto network = rank_one(1, N);
  network.W.setConstant(2. / static_cast<double>(N));
  network.b.setConstant(b);
  network.W_in *= 0.1;
  return network;
}

DescriptorPath measured(const std::vector<Network<double>>& networks) {
  Vector<double> step(static_cast<Index>(networks.size()) - 1);
  for (std::size_t i = 1; i < networks.size(); ++i)
    step(static_cast<Index>(i) - 1) = weight_distance(networks[i - 1], networks[i]);
  return {path_of(networks), step};
}

}  // namespace

TEST_CASE("a fold on a noisy path of networks is an event, dated to a checkpoint, and paths without one have none") {
  constexpr Index N = 8, T = 12;
  constexpr double from = 0, to = 1;
  const double r = std::sqrt(0.5), fold = -(std::atanh(r) - 2 * r);  // 1 = 2 (1 - r^2), b = atanh r - 2 r
  std::vector<Network<double>> straight;
  for (Index t = 0; t < T; ++t)
    straight.push_back(fold_network(from + (to - from) * static_cast<double>(t) / (T - 1), N));
  const auto first_beyond = static_cast<Index>(std::ceil(fold / (to - from) * (T - 1)));
  const auto noise = [&](std::uint64_t seed, Index t) {
    return normal_array(N, N, 1000 * seed + static_cast<std::uint64_t>(t), 1e-3);
  };

  std::vector<DescriptorPath> walks;
  for (std::uint64_t walk = 0; walk < 25; ++walk) {
    std::vector<Network<double>> walked = {straight.front()};
    for (std::size_t t = 1; t < straight.size(); ++t) {
      walked.push_back(random_step(walked.back(), straight[t - 1], straight[t], 1, walk, t));
      walked.back().W += noise(500 + walk, static_cast<Index>(t));
    }
    walks.push_back(measured(walked));
  }
  const auto scale = walk_scale(walks);
  const std::vector<ControlPopulation> controls = {control_population(standardised_walks(walks))};
  const auto events_of = [&](const std::vector<Network<double>>& networks) {
    return find_restructuring(standardised(measured(networks), scale), controls);
  };
  long dated = 0, none = 0;
  for (std::uint64_t run = 1; run <= 100; ++run) {
    auto ramp = straight;
    std::vector<Network<double>> idle = {straight.front()};
    Array drift = Array::Zero(N, N);
    for (Index t = 1; t < T; ++t) {
      const auto at = static_cast<std::size_t>(t);
      drift += noise(run, t);
      ramp[at].W += drift;
      idle.push_back(random_step(idle.back(), straight[at - 1], straight[at], 7, run, at));
      idle.back().W += noise(run, t);
    }
    none += events_of(idle).empty();
    if (run > 50) continue;
    for (const auto& event : events_of(ramp))
      if (std::abs(static_cast<double>(event.peak - first_beyond)) <= 1) {
        ++dated;
        break;
      }
  }
  WARN("dated within one checkpoint: " << dated << " of 50; random walks without an event: " << none);
  CHECK(testing::shown_above(dated, 50, 0.75));
  // An event is larger than all that 25 controls have; all walks are judged by the same ones.
  CHECK(testing::not_above(100 - none, 100, 1 / 26.));
}
