// Synapses that the library does not know, defined here by their equations alone: every analysis takes them as it takes
// its own.
#include <algorithm>

#include "analysis/paths/lyapunov_spectrum.hpp"
#include "analysis/points/current_stability.hpp"
#include "analysis/points/fixed_points.hpp"
#include "analysis/points/resting_synapse.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/bound_synapse.hpp"
#include "tests/spectra.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

using View = MatrixView<double>;
using Ref = MatrixRef<double>;

/// Presynaptic depression alone: dp/dt = (1 - p)/tau - U p f, f = f_max (r + 1)/2, a = p.
class Depression : public ContinuousSynapse<double> {
 public:
  explicit Depression(double dt_ms) : ContinuousSynapse(dt_ms) {}
  Index rows(Index neurons) const override { return neurons; }
  bool scales() const override { return true; }
  void initial_state(View, Ref p) const override { p.setOnes(); }
  void efficacy_of(View p, Ref a) const override { a = p; }
  void efficacy_tangent(View, View dp, Ref da) const override { da = dp; }
  void derivative(View p, View r, View, Ref change) const override {
    change = (1 - p.array()) / tau - p.array() * used(r).array();
  }
  void derivative_tangent(View p, View r, View, View dp, View dr, View, Ref dchange) const override {
    dchange = -dp / tau - used(r).col(0).asDiagonal() * dp - U * f_max / 2 * (p.col(0).asDiagonal() * dr);
  }
  void resting_state(View r, Ref p) const override { p = 1 / (1 + tau * used(r).array()); }
  void resting_state_tangent(View r, View dr, Ref dp) const override {
    const Column p = 1 / (1 + tau * used(r).array());
    dp = -tau * U * f_max / 2 * (Column(p.array().square()).asDiagonal() * dr);
  }

 private:
  static constexpr double tau = 120, U = 0.4, f_max = 0.04;
  static Array used(View r) { return U * f_max / 2 * (r.array() + 1); }
};

/// A Hebbian trace: tau dS_ij/dt = -(1 + c r_i^2) S_ij + (eta/N) r_i r_j. Through S r alone it acts where c = 0.
class HebbianTrace : public ContinuousSynapse<double> {
 public:
  HebbianTrace(double dt_ms, double eta, double c) : ContinuousSynapse(dt_ms), eta_(eta), c_(c) {}
  Index rows(Index neurons) const override { return neurons * neurons; }
  bool drives() const override { return true; }
  void initial_state(View, Ref S) const override { S.setZero(); }
  void add_current_of(View S, View r, Ref u) const override {
    for (Index b = 0; b < r.cols(); ++b) u.col(b) += S.col(b).reshaped(r.rows(), r.rows()) * r.col(b);
  }
  void add_current_tangent(View S, View r, View dS, View dr, Ref du) const override {
    du += S.col(0).reshaped(r.rows(), r.rows()) * dr;
    for (Index k = 0; k < dr.cols(); ++k) du.col(k) += dS.col(k).reshaped(r.rows(), r.rows()) * r.col(0);
  }
  void derivative(View S, View r, View, Ref change) const override {
    for_each(S, r, [&](Index i, Index j, Index n, Index b) {
      change(n, b) = (-forgetting(r(i, b)) * S(n, b) + growth(r) * r(i, b) * r(j, b)) / tau;
    });
  }
  void derivative_tangent(View S, View r, View, View dS, View dr, View, Ref dchange) const override {
    for_each(dS, r, [&](Index i, Index j, Index n, Index k) {
      dchange(n, k) = (-forgetting(r(i, 0)) * dS(n, k) - 2 * c_ * r(i, 0) * dr(i, k) * S(n, 0) +
                       growth(r) * (r(i, 0) * dr(j, k) + dr(i, k) * r(j, 0))) /
                      tau;
    });
  }
  void resting_state(View r, Ref S) const override {
    for_each(S, r, [&](Index i, Index j, Index n, Index b) {
      S(n, b) = growth(r) * r(i, b) * r(j, b) / forgetting(r(i, b));
    });
  }
  void resting_state_tangent(View r, View dr, Ref dS) const override {
    for_each(dS, r, [&](Index i, Index j, Index n, Index k) {
      const double keeps = forgetting(r(i, 0));
      dS(n, k) = growth(r) * ((r(i, 0) * dr(j, k) + dr(i, k) * r(j, 0)) / keeps -
                              2 * c_ * r(i, 0) * dr(i, k) * r(i, 0) * r(j, 0) / (keeps * keeps));
    });
  }

  static constexpr double tau = 90;

 private:
  template <class Use>
  static void for_each(View of, View r, Use use) {
    for (Index b = 0; b < of.cols(); ++b)
      for (Index j = 0; j < r.rows(); ++j)
        for (Index i = 0; i < r.rows(); ++i) use(i, j, j * r.rows() + i, b);
  }
  double forgetting(double r) const { return 1 + c_ * r * r; }
  double growth(View r) const { return eta_ / static_cast<double>(r.rows()); }
  double eta_, c_;
};

constexpr double dt_ms = 4;

struct Case {
  std::string name;
  std::unique_ptr<ContinuousSynapse<double>> synapse;
};
std::vector<Case> cases() {
  std::vector<Case> all;
  all.push_back({"depression", std::make_unique<Depression>(dt_ms)});
  all.push_back({"trace", std::make_unique<HebbianTrace>(dt_ms, 0.8, 0)});
  all.push_back({"forgetful trace", std::make_unique<HebbianTrace>(dt_ms, 0.8, 1.5)});
  return all;
}

constexpr Index N = 5;

std::vector<Network<double>> networks() {
  std::vector<Network<double>> all;
  for (const char* kind : {"leaky_rate", "leaky_current"})
    all.push_back(random_network(kind, Nonlinearity::tanh, N, 1.6, 31));
  for (const Assignments& options :
       {Assignments{{"network.kind", "low_rank"}, {"network.rank", "2"}}, Assignments{{"network.kind", "rnn_map"}},
        Assignments{{"network.kind", "plrnn"}, {"network.gain", "0.7"}},
        Assignments{{"network.kind", "leaky_rate"}, {"network.feedback", "uniform"}}}) {
    auto chosen = options;
    chosen.emplace_back("network.size", std::to_string(N));
    all.push_back(make_network(resolve_options(chosen), 2, 2, 8));
    all.back().b += normal_array(N, 1, 9, 0.3);
    all.back().r0 = normal_array(N, 1, 10, 0.4);
    if (all.back().kind != "plrnn") continue;
    for (auto* array : {&all.back().b, &all.back().r0})
      *array *= 0.05;  // rates without a bound, and a trace of their squares
    all.back().W_in *= 0.05;
  }
  for (auto& network : all) network.dt_ms = dt_ms;
  return all;
}

const Column input = (Column(2) << 0.4, -0.3).finished();

}  // namespace

TEST_CASE("the joint tangent with a new synapse is the derivative of the joint value") {
  for (const auto& network : networks())
    for (const auto& [name, synapse] : cases())
      for (const auto as : {System::As::flow, System::As::map}) {
        if (as == System::As::flow && network_kind(network.kind).map) continue;
        INFO(network.kind << " " << name << (as == System::As::flow ? " flow" : " map"));
        synapse->bind(network);
        const System system(network, input, as);
        const auto joint = equations_with_synapse(system, *synapse);
        const Column y =
            with_initial_synapse(system, *synapse, network.r0) + normal_array(N + synapse->rows(N), 1, 12, 0.2);
        const Array q = normal_array(y.size(), 4, 13);
        CHECK((joint.tangent(y, q) - central_differences(joint.value, y, q)).cwiseAbs().maxCoeff() < 1e-8);
        const auto velocity = resting_velocity(system, *synapse);
        const Column x = y.head(N);
        CHECK((velocity.jacobian(x) - central_differences(velocity.value, x, Array::Identity(N, N)))
                  .cwiseAbs()
                  .maxCoeff() < 1e-8);
      }
}

TEST_CASE("the joint map with a new synapse is the simulation's step, synapse included") {
  for (const auto& network : networks())
    for (const auto& [name, synapse] : cases()) {
      INFO(network.kind << " " << name);
      Simulation<double> simulation(network, {Method::euler, dt_ms, 0});
      const auto& run = simulation.run(held_trials(input, 60), {}, *synapse);
      const System system(network, input, System::As::map);
      const Stepper stepper(equations_with_synapse(system, *synapse));
      Array y = with_initial_synapse(system, *synapse, network.r0);
      for (int t = 0; t < 60; ++t) stepper.advance(y);
      CHECK((y.topRows(N) - run.state.rightCols(1)).cwiseAbs().maxCoeff() < 1e-12);
      CHECK((y.bottomRows(synapse->rows(N)) - synapse->state()).cwiseAbs().maxCoeff() < 1e-12);
    }
}

TEST_CASE("a long run with a new synapse comes to rest at a stable fixed point, whose spectrum is the joint system's") {
  Index reached = 0;
  for (const auto& network : networks())
    for (const auto& [name, synapse] : cases()) {
      INFO(network.kind << " " << name);
      synapse->bind(network);
      const System system(network, input, System::As::map);
      FixedPointSearch search;
      search.starts = 40;
      search.synapse = synapse.get();
      const auto found = find_fixed_points(system, search);
      REQUIRE_FALSE(found.points.empty());
      const auto joint = equations_with_synapse(system, *synapse);
      Simulation<double> simulation(network, {Method::euler, dt_ms, 0});
      const auto& run = simulation.run(held_trials(input, 6000), {}, *synapse);
      for (const auto& point : found.points) {
        const Column y = with_resting_synapse(system, *synapse, point.state);
        CHECK((joint.value(y) - y).cwiseAbs().maxCoeff() < 1e-11);
        Eigen::VectorXcd all = point.eigenvalues;
        if (name == "trace") {
          REQUIRE(all.size() == 2 * N);
          all.conservativeResize(N + N * N);
          all.tail(N * N - N).setConstant(1 - dt_ms / HebbianTrace::tau);
        }
        check_same_spectrum(eigenvalues_of(central_differences(joint.value, y, Array::Identity(y.size(), y.size()))),
                            all, 1e-6);
        if (point.stable && (run.state.rightCols(1) - point.state).cwiseAbs().maxCoeff() < 1e-8 &&
            (synapse->state() - y.tail(synapse->rows(N))).cwiseAbs().maxCoeff() < 1e-8)
          ++reached;
      }
      // Where the run rests, it rests at a point that the search knows.
      const bool rests = (run.state.rightCols(1) - run.state.rightCols(2).leftCols(1)).cwiseAbs().maxCoeff() < 1e-12;
      if (rests)
        CHECK(std::any_of(found.points.begin(), found.points.end(), [&](const FixedPoint& point) {
          return (run.state.rightCols(1) - point.state).cwiseAbs().maxCoeff() < 1e-8;
        }));
    }
  CHECK(reached >= 10);  // of 18 runs; the others oscillate or grow
}

TEST_CASE("at rest the exponents with a new synapse are the logarithms of its multipliers") {
  auto network = random_network("leaky_rate", Nonlinearity::tanh, N, 0.8, 31);
  network.dt_ms = dt_ms;
  for (const auto& [name, synapse] : cases()) {
    INFO(name);
    synapse->bind(network);
    const System system(network, input, System::As::map);
    FixedPointSearch search;
    search.starts = 20;
    search.synapse = synapse.get();
    const auto found = find_fixed_points(system, search);
    REQUIRE_FALSE(found.points.empty());
    const auto& rest = found.points.front();
    REQUIRE(rest.stable);
    const Stepper stepper(equations_with_synapse(system, *synapse));
    const auto spectrum =
        lyapunov_spectrum(stepper, with_resting_synapse(system, *synapse, rest.state), 3, {1, 100000, 20000});
    CHECK(spectrum.per_second(0) ==
          Approx(1000 * std::log(std::abs(rest.eigenvalues(0))) / dt_ms).epsilon(0.01).margin(0.02));
  }
}
