// Where networks begin: gains, regimes of weights, time constants, and networks from a file.
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <filesystem>

#include "sim/files/network_file.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/catch.hpp"
#include "tests/other_networks.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;
using namespace stillpoint::testing::other;

TEST_CASE("the gain keeps its meaning under Dale's law and in sparse networks") {
  // Rajan & Abbott 2006: the bulk of eigenvalues has radius g. At N 400 the largest of 400 lies within 10 % of it.
  for (const Assignments& options :
       std::vector<Assignments>{{},
                                {{"network.density", "0.2"}},
                                {{"network.modules", "4"}, {"network.density", "0.5"}},
                                {{"network.excitatory", "0.8"}},
                                {{"network.excitatory", "0.5"}},
                                {{"network.excitatory", "0.8"}, {"network.density", "0.3"}}}) {
    auto chosen = options;
    chosen.insert(chosen.end(), {{"network.size", "400"}, {"network.gain", "1.3"}});
    const auto network = make_network(resolve_options(chosen), 1, 1, seed);
    const auto eigenvalues = eigenvalues_of(network.W);
    INFO(name_of(chosen));
    CHECK(eigenvalues.cwiseAbs().maxCoeff() == Approx(1.3).epsilon(0.1));
    // A uniform disc, but for columns of unequal variance, where eigenvalues crowd at the centre (same source).
    if (network.sign.size() == 0 || network.sign.sum() == 0)
      CHECK(eigenvalues.cwiseAbs2().mean() == Approx(1.3 * 1.3 / 2).epsilon(0.06));
    if (network.sign.size() > 0) {
      CHECK(network.W.rowwise().sum().cwiseAbs().maxCoeff() < 1e-12);
      CHECK((network.W.array().rowwise() * network.sign.transpose().array() >= 0).all());
    }
  }
}

TEST_CASE("regimes of initial weights are what they say") {
  const auto drawn = [](const std::string& regime) {
    return make_network(resolve_options({{"network.weights", regime}, {"network.size", "60"}, {"network.gain", "1.7"}}),
                        1, 1, seed)
        .W;
  };
  const Matrix<double> I = Matrix<double>::Identity(60, 60), Q = drawn("orthogonal");
  CHECK((Q.transpose() * Q - 1.7 * 1.7 * I).isZero(1e-12));
  CHECK(Q.cwiseAbs().maxCoeff() < 1.7);
  CHECK(drawn("identity") == 1.7 * I);
  CHECK(spectral_radius_of(drawn("spectral_radius")) == Approx(1.7).epsilon(1e-10));
  CHECK(std::abs(spectral_radius_of(drawn("gaussian")) - 1.7) > 1e-3);
}

TEST_CASE("log-normal membrane time constants have the median and the spread that were asked for") {
  const auto tau = make_network(resolve_options({{"network.size", "4000"}, {"network.tau_spread", "0.4"}}), 1, 1, seed)
                       .tau_ms.array()
                       .log()
                       .eval();
  const double mean = tau.mean(), spread = std::sqrt((tau - mean).square().mean());
  CHECK(mean == Approx(std::log(50.0)).margin(4 * 0.4 / std::sqrt(4000.0)));
  CHECK(spread == Approx(0.4).margin(4 * 0.4 / std::sqrt(8000.0)));
}

TEST_CASE("every kind of network survives its file to the bit, and starts a study at a set distance from it") {
  for (const auto& options : networks) {
    auto chosen = options;
    chosen.emplace_back("network.initial_state", "fixed");
    auto network = network_of(chosen);
    network.dt_ms = 5;
    const auto path = (std::filesystem::temp_directory_path() / "stillpoint-networks-test.h5").string();
    write_network_file(path, {network, {}});
    const auto read = read_network(path).network;
    INFO(name_of(options));
    CHECK(read.kind == network.kind);
    CHECK(read.W == network.W);
    CHECK(read.W_in == network.W_in);
    CHECK(read.b == network.b);
    CHECK(read.M == network.M);
    CHECK(read.V == network.V);
    CHECK(read.bulk == network.bulk);
    CHECK(read.A == network.A);
    CHECK(read.sign == network.sign);
    CHECK(read.mask == network.mask);
    CHECK(read.r0 == network.r0);
    CHECK(read.tau_ms == network.tau_ms);

    const Assignments started = {{"network.kind", network.kind},
                                 {"network.size", "6"},
                                 {"network.start", path},
                                 {"network.start_noise", "0.2"},
                                 {"network.initial_state", "fixed"}};
    const auto near = make_network(resolve_options(started), K, O, 5);
    CHECK(near.W_in == network.W_in);
    CHECK(near.r0 == network.r0);
    for (const auto& [option, value] : {std::pair("network.gain", "3"), std::pair("network.input_scale", "2")}) {
      auto contradicting = started;
      contradicting.emplace_back(option, value);
      CHECK_THROWS_WITH(make_network(resolve_options(contradicting), K, O, 5),
                        Catch::Contains(std::string(option) + " = " + value) && Catch::Contains("network.start"));
    }
    auto random_start = started;
    random_start.back().second = "random";
    CHECK(make_network(resolve_options(random_start), K, O, 5).r0.size() == 0);
    // The squared distance in units of its entries' variance is chi-squared; Dale's law cuts some of it off.
    constexpr int draws = 50;
    const bool factors = network.has_factors();
    const Index entries = factors                   ? network.M.size() + network.V.size()
                          : network.mask.size() > 0 ? (network.mask.array() != 0).count()
                                                    : network.W.size();
    double square = 0;
    for (std::uint64_t draw = 1; draw <= draws; ++draw) {
      const auto drawn = make_network(resolve_options(started), K, O, draw);
      square += factors ? (drawn.M - network.M).squaredNorm() + (drawn.V - network.V).squaredNorm()
                        : 6 * (drawn.W - network.W).squaredNorm();
    }
    square /= 0.2 * 0.2;
    const double half = draws * static_cast<double>(entries) / 2;
    CHECK(boost::math::gamma_q(half, square / 2) > 1e-4);
    if (network.sign.size() == 0) CHECK(boost::math::gamma_p(half, square / 2) > 1e-4);
    CHECK(square > half);
    CHECK_NOTHROW(near.check("near"));
    std::filesystem::remove(path);
  }
}
