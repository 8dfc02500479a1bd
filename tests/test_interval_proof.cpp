// Proofs that no fixed point is missing, against networks whose points are known and against many starts of Newton's method.
#include <cmath>

#include "analysis/points/fixed_points.hpp"
#include "analysis/points/interval_proof.hpp"
#include "analysis/points/newton.hpp"
#include "analysis/points/same_point.hpp"
#include "tests/catch.hpp"
#include "sim/random.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

const Vector<double> no_input = Vector<double>::Zero(2);

Network<double> network_of(const Matrix<double>& W, const Vector<double>& b, const std::string& kind = "leaky_rate",
                           Nonlinearity phi = Nonlinearity::tanh) {
  auto network = random_network(kind, phi, W.rows(), 1, 3);
  network.W = W;
  network.b = b;
  return network;
}

FixedPointProof proof_of(const Network<double>& network, Index boxes = 20000,
                         const std::vector<Vector<double>>& known = {}) {
  return prove_fixed_points(*LatentEquation::of(System(network, no_input, System::As::flow)), known, boxes);
}

/// One neuron, x' = -x + tanh(2 x + b); its two folds lie at -b and b of this b.
double fold() { return std::sqrt(2.) - std::atanh(std::sqrt(0.5)); }

}  // namespace

TEST_CASE("networks of 1, 3, 5, 9 and 27 fixed points are proved to have as many") {
  const auto zero = [](Index N) { return Vector<double>(Vector<double>::Zero(N)); };
  const Matrix<double> one = Matrix<double>::Identity(1, 1);
  // Two neurons: along (1, 1) a gain of 1.05, along (1, -1) of 2, a pair of points each, and the origin.
  Matrix<double> five(2, 2);
  five << 1.525, -0.475, -0.475, 1.525;
  for (const char* kind : {"leaky_rate", "leaky_current"}) {
    INFO(kind);
    const auto proved = [&](const Matrix<double>& W) {
      const auto proof = proof_of(network_of(W, zero(W.rows()), kind));
      CHECK(proof.complete());
      return proof.zeros.size();
    };
    CHECK(proved(0.9 * one) == 1);
    CHECK(proved(2 * one) == 3);
    CHECK(proved(five) == 5);
    CHECK(proved(2 * Matrix<double>::Identity(2, 2)) == 9);
    CHECK(proved(2 * Matrix<double>::Identity(3, 3)) == 27);
  }
  const auto proof = proof_of(network_of(2 * one, zero(1), "leaky_current"));
  const double x = 1.9150080481545;  // x = 2 tanh(x), by bisection
  for (const auto& zero_of : proof.zeros)
    CHECK((std::abs(zero_of(0)) < 1e-12 || std::abs(std::abs(zero_of(0)) - x) < 1e-12));
  for (const double radius : proof.radius) CHECK(radius < 1e-12);
}

TEST_CASE("a fold a thousandth away on either side is told from one") {
  const auto points = [](double b) {
    const auto proof = proof_of(network_of(Matrix<double>::Constant(1, 1, 2), Vector<double>::Constant(1, b)));
    CHECK(proof.complete());
    return proof.zeros.size();
  };
  CHECK(points(fold() - 1e-3) == 3);
  CHECK(points(fold() + 1e-3) == 1);
  CHECK(points(-fold() + 1e-3) == 3);
  CHECK(points(-fold() - 1e-3) == 1);
}

TEST_CASE("where points touch or form a line nothing is proved, and where is said") {
  const auto at_fold = proof_of(network_of(Matrix<double>::Constant(1, 1, 2), Vector<double>::Constant(1, fold())));
  REQUIRE_FALSE(at_fold.complete());
  const double u = std::atanh(std::sqrt(0.5)) - fold();  // z = u - b of the double point, up to sign
  for (const auto& box : at_fold.undecided) CHECK(std::abs(std::abs(box.middle()(0)) - std::sqrt(2.)) < 1e-3);
  CHECK(at_fold.zeros.size() == 1);
  CHECK(u < std::sqrt(2.));

  const auto pitchfork = proof_of(network_of(Matrix<double>::Identity(2, 2), Vector<double>::Zero(2)));
  REQUIRE_FALSE(pitchfork.complete());
  for (const auto& box : pitchfork.undecided) CHECK(box.middle().cwiseAbs().maxCoeff() < 1e-2);

  const auto cut_short = proof_of(network_of(2 * Matrix<double>::Identity(3, 3), Vector<double>::Zero(3)), 5);
  CHECK_FALSE(cut_short.complete());
  CHECK(cut_short.boxes == 5);
}

TEST_CASE("no start of Newton's method ends at a point that a proof excludes") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    for (const char* kind : {"leaky_rate", "leaky_current"}) {
      auto network = random_network(kind, seed % 3 == 0 ? Nonlinearity::logistic : Nonlinearity::tanh,
                                    4 + static_cast<Index>(seed % 5), seed % 3 == 0 ? 12 : 2.5, 100 * seed);
      if (seed % 3 == 0) network.b -= 0.5 * network.W.rowwise().sum();
      const System system(network, no_input, System::As::flow);
      FixedPointSearch search;
      search.starts = 300;
      const auto found = find_fixed_points(system, search);
      INFO(kind << ", seed " << seed << ": " << found.points.size() << " points");
      CHECK(found.complete == Completeness::proved);
      CHECK((found.missing.high == 0. && found.missing.estimate == 0 && found.unseen_share.high == 0));
      CHECK(found.deflated_starts == 0);
      REQUIRE(found.proof);
      CHECK((found.proof->points == static_cast<Index>(found.points.size()) && found.proof->undecided.empty()));
      for (const auto& point : found.points) CHECK(point.residual <= 1e-12);
    }
}

TEST_CASE("a logistic network has the points of the tanh network that it is") {
  // r = (1 + t) / 2: W r + b = W t / 2 + W 1 / 2 + b, and t = tanh of half of that.
  const auto logistic = random_network("leaky_rate", Nonlinearity::logistic, 5, 14, 7);
  auto tanh = logistic;
  tanh.nonlinearity = Nonlinearity::tanh;
  tanh.W = logistic.W / 4;
  tanh.b = (logistic.W.rowwise().sum() / 2 + logistic.b) / 2;
  const auto a = proof_of(logistic), b = proof_of(tanh);
  CHECK((a.complete() && b.complete()));
  REQUIRE(a.zeros.size() == b.zeros.size());
  const auto first = *LatentEquation::of(System(logistic, no_input, System::As::flow)),
             second = *LatentEquation::of(System(tanh, no_input, System::As::flow));
  for (const auto& z : a.zeros) {
    const Vector<double> t = 2 * first.state_of(z).array() - 1;
    CHECK(std::any_of(b.zeros.begin(), b.zeros.end(),
                      [&](const auto& other) { return same_point(second.state_of(other), t); }));
  }
}

TEST_CASE("low rank is proved in its own dimensions, with the points of the full matrix") {
  const Index N = 7;
  auto factors = random_network("low_rank", Nonlinearity::tanh, N, 1, 3);
  factors.W.resize(0, 0);
  factors.M = 2 * normal_array(N, 2, 11);
  factors.V = normal_array(N, 2, 12) + 2 * factors.M;
  auto full = factors;
  full.kind = "leaky_rate";
  full.W = factors.recurrent();
  full.M.resize(0, 0);
  full.V.resize(0, 0);
  const auto few = *LatentEquation::of(System(factors, no_input, System::As::flow)),
             all = *LatentEquation::of(System(full, no_input, System::As::flow));
  CHECK((few.dimension() == 2 && all.dimension() == N));
  const auto a = prove_fixed_points(few, {}, 20000), b = prove_fixed_points(all, {}, 20000);
  CHECK((a.complete() && b.complete()));
  REQUIRE(a.zeros.size() == b.zeros.size());
  CHECK(a.zeros.size() > 1);
  for (const auto& z : a.zeros) {
    const auto x = few.state_of(z);
    CHECK((few.latent_of(x) - z).norm() < 1e-10);
    CHECK(std::any_of(b.zeros.begin(), b.zeros.end(),
                      [&](const auto& other) { return same_point(all.state_of(other), x); }));
  }
}

TEST_CASE("a fed-back readout is part of what is proved") {
  auto network = random_network("leaky_current", Nonlinearity::tanh, 4, 1.5, 5);
  network.W_fb = normal_array(4, 2, 9);
  auto merged = network;
  merged.W += network.W_fb * network.W_out;
  merged.b += network.W_fb * network.b_out;
  merged.W_fb.resize(0, 0);
  const auto a = proof_of(network), b = proof_of(merged);
  CHECK((a.complete() && a.zeros.size() == b.zeros.size()));
  const auto equation = *LatentEquation::of(System(network, no_input, System::As::flow));
  for (const auto& z : a.zeros)
    CHECK(residual_of(System(network, no_input, System::As::flow), equation.state_of(z)) < 1e-12);
}

TEST_CASE("bounds hold in spite of rounding") {
  // 0 is a zero to the bit of every odd network, so that no box that holds it may be dropped, however small.
  const auto network = network_of(random_network("leaky_rate", Nonlinearity::tanh, 5, 3, 8).W, Vector<double>::Zero(5));
  const auto equation = *LatentEquation::of(System(network, no_input, System::As::flow));
  Stream stream(4, Purpose::initial_state);
  const RoundingUpward rounding;
  volatile double one = 1, little = 1e-30;
  CHECK(one + little > 1);
  CHECK(-(-one + -little) <= 1);
  IntervalOperators operators(equation);
  for (int i = 0; i < 2000; ++i) {
    IntervalBox box{Vector<double>(5), Vector<double>(5)};
    const double size = std::exp(stream.uniform(std::log(1e-18), std::log(3.0)));
    for (Index k = 0; k < 5; ++k) {
      box.high(k) = size * stream.uniform(0, 1) * (stream.uniform(0, 1) < 0.8);
      box.minus_low(k) = size * stream.uniform(0, 1) * (stream.uniform(0, 1) < 0.8);
    }
    const bool kept = operators.contract(box);
    REQUIRE(kept);
    REQUIRE(box.high.minCoeff() >= 0);
    REQUIRE(box.minus_low.minCoeff() >= 0);
  }
}

TEST_CASE("networks that are not leaky, and other nonlinearities, are not proved") {
  CHECK_FALSE(
      LatentEquation::of(System(random_network("plrnn", Nonlinearity::relu, 4, 1, 1), no_input, System::As::map)));
  const auto softplus = LatentEquation::of(
      System(random_network("leaky_rate", Nonlinearity::softplus, 4, 1, 1), no_input, System::As::flow));
  REQUIRE(softplus);
  CHECK_FALSE(can_be_proved(*softplus));
}
