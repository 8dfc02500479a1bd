// Random streams: the published generator, named streams, distributions, and the weights drawn from them.
//
// Statistical checks allow four standard errors of the exact distribution; seeds are fixed, so a check that passes once
// passes always.
#include <array>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <vector>

#include "sim/random.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr std::uint64_t seed = 20110812;

using Words = std::array<std::uint64_t, 4>;

/// Philox4x64-10 as printed by Salmon et al. 2011: ten rounds of two 64 x 64 -> 128 bit products, keys bumped in
/// between.
Words philox(Words counter, std::array<std::uint64_t, 2> key) {
  __extension__ typedef unsigned __int128 Wide;
  for (int round = 0; round < 10; ++round) {
    const Wide first = Wide{0xD2E7470EE14C6C93} * counter[0], second = Wide{0xCA5A826395121157} * counter[2];
    counter = {static_cast<std::uint64_t>(second >> 64) ^ counter[1] ^ key[0], static_cast<std::uint64_t>(second),
               static_cast<std::uint64_t>(first >> 64) ^ counter[3] ^ key[1], static_cast<std::uint64_t>(first)};
    key[0] += 0x9E3779B97F4A7C15;  // golden ratio
    key[1] += 0xBB67AE8584CAA73B;  // sqrt(3) - 1
  }
  return counter;
}

std::vector<std::uint64_t> first_bits(Stream stream, int count = 8) {
  std::vector<std::uint64_t> bits;
  for (int i = 0; i < count; ++i) bits.push_back(stream.bits());
  return bits;
}

/// Probability of a chi-square at least this large.
double tail(double chi_square, int degrees) { return boost::math::gamma_q(0.5 * degrees, 0.5 * chi_square); }

}  // namespace

TEST_CASE("the transcription of Philox4x64-10 gives Random123's published answers") {
  constexpr std::uint64_t ones = ~std::uint64_t{0};
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        Words{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b});
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) ==
        Words{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0});
  CHECK(philox({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
               {0x452821e638d01377, 0xbe5466cf34e90c6c}) ==
        Words{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6});
}

TEST_CASE("a stream is Philox with counter (block, step, trial, update) and key (seed, purpose)") {
  Stream published(0, Purpose{0});
  CHECK(published.bits() == 0x16554d9eca36314c);

  Stream stream(11, Purpose::activity_noise, 12, 13, 14);
  for (std::uint64_t block = 0; block < 3; ++block)
    for (const auto word : philox({block, 14, 13, 12}, {11, static_cast<std::uint64_t>(Purpose::activity_noise)}))
      CHECK(stream.bits() == word);
}

TEST_CASE("a stream is reproducible, and every part of its name matters") {
  const auto reference = first_bits(Stream(seed, Purpose::trial, 3, 4, 5));
  CHECK(first_bits(Stream(seed, Purpose::trial, 3, 4, 5)) == reference);
  const std::vector<Stream> others = {
      Stream(seed + 1, Purpose::trial, 3, 4, 5), Stream(seed, Purpose::permutation, 3, 4, 5),
      Stream(seed, Purpose::trial, 4, 4, 5),     Stream(seed, Purpose::trial, 3, 5, 5),
      Stream(seed, Purpose::trial, 3, 4, 6),     Stream(seed, Purpose::trial, 4, 3, 5),
      Stream(seed, Purpose::trial, 3, 5, 4)};
  for (const auto& other : others)
    for (const auto bits : first_bits(other))
      for (const auto reference_bits : reference) CHECK(bits != reference_bits);  // by chance: 7 * 64 / 2^64
}

TEST_CASE("uniform numbers are uniform, and independent of the numbers before them") {
  INFO("seed " << seed);
  constexpr int n = 200000, bins = 100, pairs = 10;
  Stream stream(seed, Purpose::trial);
  std::vector<double> u(n);
  for (auto& value : u) value = stream.uniform();
  double sum = 0, squares = 0, by_bin = 0, by_pair = 0;
  std::vector<double> bin(bins), pair(pairs * pairs);
  for (std::size_t i = 0; i < n; ++i) {
    CHECK((u[i] >= 0 && u[i] < 1));
    sum += u[i];
    squares += (u[i] - 0.5) * (u[i] - 0.5);
    ++bin[static_cast<std::size_t>(bins * u[i])];
    if (i % 2 == 1) ++pair[static_cast<std::size_t>(pairs * u[i - 1]) * pairs + static_cast<std::size_t>(pairs * u[i])];
  }
  CHECK(std::abs(sum / n - 0.5) < 4 * std::sqrt(1. / 12 / n));
  CHECK(std::abs(squares / n - 1. / 12) < 4 * std::sqrt(1. / 180 / n));  // variance of (u - 1/2)^2 is 1/180
  for (const double count : bin) by_bin += std::pow(count - n / bins, 2) / (n / bins);
  for (const double count : pair) by_pair += std::pow(count - n / 200., 2) / (n / 200.);
  CHECK(tail(by_bin, bins - 1) > 1e-4);  // four standard errors of a normal: 6e-5
  CHECK(tail(by_pair, pairs * pairs - 1) > 1e-4);
}

TEST_CASE("normal numbers have mean 0, variance 1, the tails of a normal, and no memory") {
  INFO("seed " << seed);
  constexpr int n = 200000;
  Stream stream(seed, Purpose::activity_noise);
  Column z(n);
  for (auto& value : z) value = stream.normal();
  CHECK(std::abs(z.mean()) < 4 / std::sqrt(n));
  CHECK(std::abs(z.array().square().mean() - 1) < 4 * std::sqrt(2. / n));
  CHECK(std::abs(z.array().cube().mean()) < 4 * std::sqrt(15. / n));
  CHECK(std::abs(z.array().pow(4).mean() - 3) < 4 * std::sqrt(96. / n));
  const auto beyond = static_cast<double>((z.array().abs() > 1.959963985).count()) / n;
  CHECK(std::abs(beyond - 0.05) < 4 * std::sqrt(0.05 * 0.95 / n));
  for (const Index lag : {1, 2, 3}) CHECK(std::abs(z.head(n - lag).dot(z.tail(n - lag))) / n < 4 / std::sqrt(n));
}

TEST_CASE("streams of neighbouring trials, steps, updates and seeds are uncorrelated") {
  INFO("seed " << seed);
  static constexpr int n = 20000;
  const auto draw = [](Stream stream) {
    Column z(n);
    stream.fill_normal(z);
    return z;
  };
  const Column reference = draw(Stream(seed, Purpose::drive_noise, 1, 1, 1));
  for (const auto& other : {Stream(seed, Purpose::drive_noise, 1, 1, 2), Stream(seed, Purpose::drive_noise, 1, 2, 1),
                            Stream(seed, Purpose::drive_noise, 2, 1, 1), Stream(seed, Purpose::activity_noise, 1, 1, 1),
                            Stream(seed + 1, Purpose::drive_noise, 1, 1, 1)})
    CHECK(std::abs(reference.dot(draw(other))) / n < 4 / std::sqrt(n));
}

TEST_CASE("draws from a range, a coin and a set keep to their bounds and odds") {
  INFO("seed " << seed);
  constexpr int n = 60000, sides = 7;
  Stream stream(seed, Purpose::trial, 9);
  std::vector<double> count(sides);
  double heads = 0, chi_square = 0, low = 5, high = -5;
  for (int i = 0; i < n; ++i) {
    const Index side = stream.below(sides);
    REQUIRE((side >= 0 && side < sides));
    ++count[static_cast<std::size_t>(side)];
    heads += stream.bernoulli(0.3);
    const double value = stream.uniform(-2, 3);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  for (const double times : count) chi_square += std::pow(times - 1. * n / sides, 2) / (1. * n / sides);
  CHECK(tail(chi_square, sides - 1) > 1e-4);
  CHECK(std::abs(heads / n - 0.3) < 4 * std::sqrt(0.21 / n));
  CHECK((low >= -2 && low < -2 + 5e-3));  // the extreme of 60000 draws lies 5/60000 from the end on average
  CHECK((high < 3 && high > 3 - 5e-3));
}

TEST_CASE("the networks of one seed share their weights up to the gain") {
  const auto at_gain = [](const std::string& gain, const Assignments& more = {}) {
    Assignments all = {{"network.size", "30"}, {"network.gain", gain}, {"network.tau_ms", "40..120"}};
    all.insert(all.end(), more.begin(), more.end());
    return make_network(resolve_options(all), 2, 1, seed);
  };
  const auto network = at_gain("1.5"), doubled = at_gain("3"), other = at_gain("2.5");
  CHECK(identical(doubled.W, 2 * network.W));  // a factor of two is exact in binary
  CHECK(largest_difference(other.W, 2.5 / 1.5 * network.W) < 1e-15 * other.W.cwiseAbs().maxCoeff());  // a few roundings
  for (const auto* same : {&doubled, &other}) {
    CHECK(identical(same->W_in, network.W_in));
    CHECK(identical(same->W_out, network.W_out));
    CHECK(identical(same->tau_ms, network.tau_ms));
  }
  CHECK_FALSE(identical(make_network(resolve_options({{"network.size", "30"}}), 2, 1, seed + 1).W, network.W));

  const auto without = at_gain("1.5", {{"network.autapses", "false"}});
  CHECK(without.W.diagonal().isZero(0));
  CHECK(without.mask.diagonal().isZero(0));
  CHECK(without.mask.sum() == 30 * 29);
  Array off_diagonal = network.W;
  off_diagonal.diagonal().setZero();
  CHECK(identical(without.W, off_diagonal));
}

TEST_CASE("initial weights have the variances of the model") {
  INFO("seed " << seed);
  constexpr Index N = 400;
  const auto network = make_network(
      resolve_options({{"network.size", "400"}, {"network.gain", "1.5"}, {"network.tau_ms", "40..120"}}), 20, 20, seed);
  const auto check_variance = [](const Array& weights, double variance) {
    const auto n = static_cast<double>(weights.size());
    CHECK(std::abs(weights.mean()) < 4 * std::sqrt(variance / n));
    CHECK(std::abs(weights.squaredNorm() / n - variance) < 4 * variance * std::sqrt(2 / n));
  };
  check_variance(network.W, 1.5 * 1.5 / N);
  check_variance(network.W_in, 1);
  check_variance(network.W_out, 1. / N);
  CHECK(network.b.isZero(0));
  CHECK(network.b_out.isZero(0));
  CHECK(network.tau_ms.minCoeff() >= 40);
  CHECK(network.tau_ms.maxCoeff() < 120);
  CHECK(std::abs(network.tau_ms.mean() - 80) < 4 * 80 / std::sqrt(12. * N));
}

TEST_CASE("a uniform number is the upper 53 bits of a word") {
  Stream words(seed, Purpose::trial, 2), numbers(seed, Purpose::trial, 2);
  double largest = 0;
  for (int i = 0; i < 1000; ++i) {
    const double expected = std::ldexp(static_cast<double>(words.bits() >> 11), -53);
    CHECK(numbers.uniform() == expected);
    largest = std::max(largest, expected);
  }
  CHECK(largest < 1);
}
