// RTRL is BPTT computed forward in time; UORO and KF-RTRL are unbiased estimates of it.
#include <cmath>

#include "plasticity/gradient_check.hpp"
#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 6, K = 2, O = 2, T = 8, B = 2;
constexpr std::uint64_t seed = 5;

struct Case {
  std::string kind, phi, synapse;
  bool with_consistency;
};

/// Gradient of one rule on one case. `update` names the random signs of estimates, and nothing else: the initial state
/// is given.
Gradient<double> gradient_of(const std::string& rule, const Case& c, std::uint64_t update = 0) {
  Assignments chosen = {{"rule.name", rule}, {"synapse.kind", c.synapse}, {"network.size", "6"}};
  if (c.with_consistency) chosen.insert(chosen.end(), {{"tcr.form", "loss"}, {"tcr.lambda", "3"}});
  const auto options = resolve_options(chosen);
  auto network = random_network(c.kind, c.phi, N, K, O, seed, "20..80");
  network.r0 = Vector<double>::LinSpaced(N, 0.1, 0.6);
  const Integration integration{Method::euler, 10, 0};
  Simulation<double> simulation(network, integration);
  const auto synapse = synapse_model(options).make<double>({integration, {}, false, false, N, T});
  auto consistency = consistency_of(options);
  const auto learner = make_rule<double>(options);
  Gradient<double> gradient;
  Matrix<double> error;
  const Matrix<double> feedback = network.W_out.transpose();
  run_and_learn<double>(simulation, random_trials(K, O, T, B, seed), {seed, update}, *synapse, *learner, feedback,
                        error, gradient, &consistency);
  return gradient;
}

Vector<double> flat_of(const Gradient<double>& gradient) {
  Vector<double> all(gradient.W.size() + gradient.W_in.size() + gradient.b.size());
  all << gradient.W.reshaped(), gradient.W_in.reshaped(), gradient.b;
  return all;
}

const std::vector<Case> cases = {{"leaky_rate", "tanh", "none", false},
                                 {"leaky_current", "softplus", "none", false},
                                 {"leaky_current", "tanh", "tsodyks_markram", false},
                                 {"leaky_rate", "logistic", "tcr", true},
                                 {"leaky_current", "tanh", "none", true}};

}  // namespace

TEST_CASE("RTRL equals BPTT to rounding, under synapses and with temporal consistency in the loss") {
  for (const auto& c : cases) {
    const auto forward = flat_of(gradient_of("rtrl", c)), backward = flat_of(gradient_of("bptt", c));
    INFO(c.kind << " " << c.phi << " " << c.synapse);
    CHECK(backward.norm() > 1e-3);
    CHECK((forward - backward).norm() < 1e-12 * backward.norm());
  }
}

TEST_CASE("RTRL refuses a network that it cannot serve") {
  const auto options = resolve_options({{"rule.name", "rtrl"}, {"network.size", "500"}});
  const auto network = make_network(options, 1, 1, 1);
  CHECK_THROWS_WITH(learner_of<double>(options, network, 1), Catch::Contains("network.size = 500") && Catch::Contains("32"));
}

TEST_CASE("UORO and KF-RTRL are unbiased, and their error falls as the square root of the draws") {
  for (const std::string rule : {"uoro", "kf_rtrl"})
    for (const auto& c : {cases[0], cases[1], cases[3]}) {
      const auto truth = flat_of(gradient_of("rtrl", c));
      constexpr int draws = 4000, directions = 20, block = 20;
      Matrix<double> axes(truth.size(), directions);
      Stream(seed, Purpose::estimate, 77).fill_normal(axes, 1 / std::sqrt(static_cast<double>(truth.size())));
      Matrix<double> projections(directions, draws);
      for (int draw = 0; draw < draws; ++draw)
        projections.col(draw) = axes.transpose() * flat_of(gradient_of(rule, c, static_cast<std::uint64_t>(draw)));
      const Vector<double> mean = projections.rowwise().mean(), expected = axes.transpose() * truth;
      const Vector<double> variance = (projections.colwise() - mean).rowwise().squaredNorm() / (draws - 1);
      const Vector<double> z = (mean - expected).cwiseQuotient((variance / draws).cwiseSqrt());
      INFO(rule << " " << c.kind << " " << c.phi << " " << c.synapse << ": z " << z.transpose());
      CHECK(z.cwiseAbs().maxCoeff() < 4);
      CHECK(variance.minCoeff() > 0);

      // Means of blocks of draws scatter as draws^(-1/2): variance of block means times block size = variance of draws.
      double ratio = 0;
      for (int i = 0; i < directions; ++i) {
        const auto blocks = projections.row(i).reshaped(block, draws / block).colwise().mean().eval();
        ratio +=
            (blocks.array() - blocks.mean()).square().sum() / (draws / block - 1) * block / variance(i) / directions;
      }
      // Each direction's is chi-squared over its degrees of freedom; their mean varies no more than one of them.
      CHECK(std::abs(ratio - 1) < 4 * std::sqrt(2. / (draws / block - 1)));
    }
}
