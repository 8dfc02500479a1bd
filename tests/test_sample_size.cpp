// Power of simulated experiments against the noncentral t and against experiments simulated from the law itself.
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "analysis/statistics/animal_law.hpp"
#include "analysis/statistics/sample_size.hpp"
#include "sim/constants.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr long replicates = 4000;

/// Animals of one session each whose values are normal quantiles: as normal as a pool can be.
std::vector<Animal> normal_pool(double mean, double deviation, int animals = 400) {
  std::vector<double> values;
  double squares = 0;
  for (int i = 0; i < animals; ++i) {
    values.push_back(boost::math::quantile(boost::math::normal(), (i + 0.5) / animals));
    squares += values.back() * values.back();
  }
  std::vector<Animal> pool;
  for (const double value : values)
    pool.push_back({pool.size(), {mean + deviation * value / std::sqrt(squares / (animals - 1))}});
  return pool;
}

/// Animals with sessions of their own, normal or exponential (of variance 1, about 0) both.
std::vector<Animal> drawn_pool(int animals, int sessions, double between, double within, bool exponential,
                               Stream& stream, double mean = 0) {
  const auto draw = [&] { return exponential ? -std::log(1 - stream.uniform()) - 1 : stream.normal(); };
  std::vector<Animal> pool;
  for (int i = 0; i < animals; ++i) {
    Animal animal{static_cast<std::uint64_t>(i), {}};
    const double own = mean + between * draw();
    for (int session = 0; session < sessions; ++session) animal.sessions.push_back(own + within * draw());
    pool.push_back(animal);
  }
  return pool;
}

double critical_t(double degrees) { return boost::math::quantile(boost::math::students_t(degrees), 0.975); }

/// P(|Z + shift| > critical sqrt(C / degrees)), Z standard normal and C chi-squared: Simpson's rule over the quantiles of C.
double integrated_power(double shift, double degrees) {
  const boost::math::chi_squared law(degrees);
  const boost::math::normal normal;
  const int parts = 4000;
  const double upper = boost::math::quantile(boost::math::complement(law, 1e-14));
  double sum = 0;
  for (int i = 0; i <= parts; ++i) {
    // in the root of C, whose density has no pole
    const double root = std::sqrt(upper) * i / parts, edge = critical_t(degrees) * root / std::sqrt(degrees);
    const double reject =
        boost::math::cdf(boost::math::complement(normal, edge - shift)) + boost::math::cdf(normal, -edge - shift);
    const double at_zero = degrees == 1 ? std::sqrt(2 / pi) : 0;
    const double density = i == 0 ? at_zero : 2 * root * boost::math::pdf(law, root * root);
    sum += (i == 0 || i == parts ? 1 : i % 2 == 1 ? 4 : 2) * reject * density;
  }
  return sum * std::sqrt(upper) / parts / 3;
}

/// Share of experiments with normal animals in which Welch's test rejects, written out.
double welch_power(double difference, double deviation_a, double deviation_b, int n, std::uint64_t seed, long repeats) {
  Stream stream(seed, Purpose::estimate);
  long rejected = 0;
  for (long repeat = 0; repeat < repeats; ++repeat) {
    Vector<double> a(n), b(n);
    stream.fill_normal(a, deviation_a);
    stream.fill_normal(b, deviation_b);
    const double va = (a.array() - a.mean()).square().sum() / (n - 1) / n;
    const double vb = (b.array() - b.mean()).square().sum() / (n - 1) / n;
    const double degrees = (va + vb) * (va + vb) / (va * va / (n - 1) + vb * vb / (n - 1));
    rejected += std::abs(difference + b.mean() - a.mean()) / std::sqrt(va + vb) > critical_t(degrees);
  }
  return static_cast<double>(rejected) / static_cast<double>(repeats);
}

/// Four standard errors of the difference of two shares near p.
double tolerance(double p, double first, double second) {
  return 4 * std::sqrt(std::max(p * (1 - p), 0.01) * (1 / first + 1 / second));
}

}  // namespace

TEST_CASE("normal theory of power is the noncentral t: known sizes, and its integral") {
  // The usual textbook sizes for 80 %: d = .5, .8 and 1 take 64, 26 and 17 per group, dz = .5 and .8 34 and 15 pairs.
  for (const auto& [d, n] : {std::pair(.5, 64L), std::pair(.8, 26L), std::pair(1., 17L)}) {
    CHECK(noncentral_power_two_group(d, n) > 0.8);
    CHECK(noncentral_power_two_group(d, n - 1) < 0.8);
  }
  for (const auto& [dz, n] : {std::pair(.5, 34L), std::pair(.8, 15L)}) {
    CHECK(noncentral_power_paired(dz, n) > 0.8);
    CHECK(noncentral_power_paired(dz, n - 1) < 0.8);
  }
  for (const double d : {0., -.3, 1.2, 4.})
    for (const long n : {2L, 3L, 7L, 40L}) {
      const double count = static_cast<double>(n);
      CHECK(noncentral_power_two_group(d, n) ==
            Approx(integrated_power(d * std::sqrt(count / 2), 2 * count - 2)).margin(2e-6));
      CHECK(noncentral_power_paired(d, n) == Approx(integrated_power(d * std::sqrt(count), count - 1)).margin(2e-6));
    }
  CHECK(noncentral_power_two_group(1e6, 2) == 1);
  CHECK_THROWS_WITH(noncentral_power_paired(1, 1), Catch::Contains("animals = 1"));
}

TEST_CASE("the normal approximation of sample sizes promises too much at large effects") {
  const double z = 2.8016;  // 1.95996 + .84162
  const auto promised = [&](double d) { return static_cast<long>(std::ceil(2 * z * z / (d * d))); };
  CHECK(noncentral_power_two_group(0.3, promised(0.3)) == Approx(0.8).margin(0.002));
  CHECK(noncentral_power_two_group(1, promised(1)) < 0.785);
  CHECK(noncentral_power_two_group(1.5, promised(1.5)) < 0.74);
  CHECK(noncentral_power_two_group(2, promised(2)) < 0.67);
}

TEST_CASE("animals have an interval over seeds: networks of one seed more make it no narrower") {
  Stream stream(5, Purpose::estimate);
  const auto of_a = drawn_pool(12, 4, 1, 0.3, false, stream), of_b = drawn_pool(12, 4, 1, 0.3, false, stream, 1.5);
  const auto one = animals_interval(of_a, of_b, 2, 0.8);
  REQUIRE(one);
  const auto needed = *animals_for(of_a, of_b, 2, 0.8);
  INFO(*one->low << " to " << one->high.value_or(-1) << " about " << needed);
  CHECK((*one->low < needed && needed < one->high.value_or(201)));
  std::vector<Animal> many_a, many_b;
  for (int copy = 0; copy < 6; ++copy) {
    many_a.insert(many_a.end(), of_a.begin(), of_a.end());
    many_b.insert(many_b.end(), of_b.begin(), of_b.end());
  }
  const auto many = animals_interval(many_a, many_b, 2, 0.8);
  const auto width = [](const AnimalsInterval& of) {
    return std::log(static_cast<double>(of.high.value_or(201)) / static_cast<double>(*of.low));
  };
  CHECK(width(*many) > 0.8 * width(*one));
  CHECK_FALSE(animals_interval({of_a[0], of_a[1]}, of_b, 2, 0.8));
  CHECK_FALSE(animals_interval(normal_pool(0, 1, 30), normal_pool(0, 1, 30), 1, 0.8)->high);  // nothing to find
}

TEST_CASE("simulated power of normal animals agrees with normal theory, paired and of two groups") {
  for (const auto& [d, n] : {std::pair(.9, 20L), std::pair(.5, 64L), std::pair(.3, 120L), std::pair(0., 30L)}) {
    const auto found = power(normal_pool(0, 2), normal_pool(2 * d, 2), n, 1, replicates, 3);
    const double theory = noncentral_power_two_group(d, n);
    INFO(d << ", " << n << ": " << found->value << " against " << theory);
    CHECK(std::abs(found->value - theory) < tolerance(theory, replicates, 1e9));
    CHECK((found->low < found->value && found->high > found->value));
  }
  const auto nothing = normal_pool(1, 0);
  for (const auto& [dz, n] : {std::pair(1.5, 6L), std::pair(3., 3L), std::pair(.5, 34L), std::pair(20., 2L)}) {
    const auto found = power(nothing, normal_pool(1 + 3 * dz, 3), n, 1, replicates, 4, Design::paired);
    const double theory = noncentral_power_paired(dz, n);
    INFO(dz << ", " << n << " pairs: " << found->value << " against " << theory);
    CHECK(std::abs(found->value - theory) < tolerance(theory, replicates, 1e9));
  }
  // Few animals, other variances: there is no closed form of Welch's test.
  for (const auto& [d, n] : {std::pair(3., 3), std::pair(2.4, 4), std::pair(4., 6)}) {
    const double wide = n == 6 ? 4 : 1;
    const auto found = power(normal_pool(0, 1), normal_pool(d, wide), n, 1, replicates, 5);
    const double written_out = welch_power(d, 1, wide, n, 6, replicates);
    INFO(d << ", " << n << ": " << found->value << " against " << written_out);
    CHECK(std::abs(found->value - written_out) < tolerance(written_out, replicates, replicates));
  }
  // Two animals each, where the critical value depends most on the degrees of freedom: 12.7 to 4.3.
  const long many = 100000;
  const double found = power(normal_pool(0, 1), normal_pool(5, 1.3), 2, 1, many, 5)->value;
  const double written_out = welch_power(5, 1, 1.3, 2, 6, many);
  INFO(found << " against " << written_out);
  CHECK(std::abs(found - written_out) < tolerance(written_out, many, many));
}

TEST_CASE("the law drawn from has the variance of animals and sessions that resampling as they are would miss") {
  const double between = 1.5, within = 2;
  for (const bool exponential : {false, true})
    for (const auto& [animals, sessions, k] : {std::tuple(6, 1, 1L), std::tuple(6, 4, 4L), std::tuple(10, 3, 12L)}) {
      Stream stream(8, Purpose::estimate);
      double sum = 0, squares = 0, resampled = 0;
      const int pools = 400;
      for (int pool = 0; pool < pools; ++pool) {
        const auto drawn = drawn_pool(animals, sessions, between, within, exponential, stream);
        const auto law = law_of_values(drawn, k, 1);
        sum += law.variance;
        squares += law.variance * law.variance;
        double mean = 0, square = 0, first = 0, second = 0;
        for (const double deviation : law.deviations) {
          first += deviation;
          second += deviation * deviation;
        }
        const auto draws = static_cast<double>(law.deviations.size());
        REQUIRE(std::abs(first / draws) < 1e-9);
        REQUIRE(second / draws == Approx(law.variance).epsilon(1e-9));
        // Animals with replacement, then k of their sessions with replacement: variances of both with divisors n and K.
        double within_drawn = 0;
        for (const auto& animal : drawn) {
          double own = 0, own_square = 0;
          for (const double value : animal.sessions) own += value / sessions;
          for (const double value : animal.sessions) own_square += (value - own) * (value - own) / sessions;
          mean += own / animals;
          square += own * own / animals;
          within_drawn += own_square / animals;
        }
        resampled += square - mean * mean + within_drawn / static_cast<double>(k);
      }
      const double truth = between * between + within * within / static_cast<double>(k);
      const double error = std::sqrt((squares / pools - std::pow(sum / pools, 2)) / pools);
      INFO(animals << " animals, " << sessions << " sessions: " << sum / pools << " +- " << error << ", truth " << truth
                   << ", as they are " << resampled / pools);
      CHECK(std::abs(sum / pools - truth) < 4 * error + 0.02 * truth);  // no less than 0 between: a bias of few animals
      if (sessions == 1) CHECK(resampled == Approx(sum * (animals - 1) / animals));
      if (k > sessions) CHECK(std::abs(resampled / pools - truth) > 4 * error + 0.02 * truth);
    }
}

TEST_CASE("changes in the same animals have their own variance, without what animals share") {
  Stream stream(9, Purpose::estimate);
  double sum = 0, squares = 0;
  const int pools = 400;
  for (int pool = 0; pool < pools; ++pool) {
    auto before = drawn_pool(8, 3, 5, 1, false, stream), after = before;
    for (auto& animal : after) {
      const double change = 1 + 0.7 * stream.normal(), own = 5 * stream.normal();
      for (std::size_t session = 0; session < animal.sessions.size(); ++session) {
        animal.sessions[session] = own + change + stream.normal();
      }
      auto& same = before[static_cast<std::size_t>(animal.seed)].sessions;
      for (auto& value : same) value = own + stream.normal();
    }
    const auto law = law_of_changes(before, after, 2, 1);
    sum += law.variance;
    squares += law.variance * law.variance;
  }
  const double error = std::sqrt((squares / pools - std::pow(sum / pools, 2)) / pools), truth = 0.49 + 1. / 2 + 1. / 2;
  INFO(sum / pools << " +- " << error << ", truth " << truth);
  CHECK(std::abs(sum / pools - truth) < 4 * error + 0.02 * truth);
}

TEST_CASE("more sessions help as far as sessions are what varies") {
  // Three sessions each, m +- sqrt(2) w and m: the animals' means are normal quantiles, sessions vary by w^2 * 2.
  const double within = 3;
  const auto with_sessions = [&](double mean) {
    auto pool = normal_pool(mean, std::sqrt(1 + 2 * within * within / 3));
    for (auto& animal : pool) {
      const double own = animal.sessions[0];
      animal.sessions = {own - std::sqrt(2.) * within, own, own + std::sqrt(2.) * within};
    }
    return pool;
  };
  const auto a = with_sessions(0), b = with_sessions(2);
  for (const long k : {1L, 3L, 20L}) {
    const double d = 2 / std::sqrt(1 + 2 * within * within / static_cast<double>(k));
    const double theory = noncentral_power_two_group(d, 16), found = power(a, b, 16, k, replicates, 1)->value;
    INFO(k << " sessions: " << found << " against " << theory);
    CHECK(std::abs(found - theory) < tolerance(theory, replicates, 1e9));
  }
}

TEST_CASE("one group against a mean that is known has the power of Student's t, and needs fewer animals than two") {
  const auto known = normal_pool(4, 7);  // its spread does not count
  for (const auto& [d, n] : {std::pair(1.5, 6L), std::pair(3., 3L), std::pair(.5, 34L)}) {
    const auto found = power(normal_pool(4 + 2 * d, 2), known, n, 1, replicates, 4, Design::one_group);
    const double theory = noncentral_power_paired(d, n);
    INFO(d << ", " << n << " animals: " << found->value << " against " << theory);
    CHECK(std::abs(found->value - theory) < tolerance(theory, replicates, 1e9));
  }
  const auto a = normal_pool(0, 1), b = normal_pool(1, 1);
  CHECK(*animals_for(a, b, 1, 0.8, 200, 0, Design::one_group) < *animals_for(a, b, 1, 0.8));
}

TEST_CASE("which animals share a seed across groups does not matter to an experiment on different animals") {
  Stream stream(10, Purpose::estimate);
  auto a = drawn_pool(8, 1, 1, 0, false, stream), b = a;
  for (auto& animal : b) animal.sessions[0] += 1.2;
  const auto alike = power(a, b, 9, 1, 1000, 2);
  for (auto& animal : b) animal.seed = (animal.seed + 3) % 8;
  CHECK(power(a, b, 9, 1, 1000, 2)->value == alike->value);
  CHECK(alike->value < 0.9);
  for (auto& animal : b) animal.seed = (animal.seed + 5) % 8;  // back: as pairs, each differs by the same
  CHECK(power(a, b, 9, 1, 1000, 2, Design::paired)->value == 1);
}

TEST_CASE("the number of animals is the smallest that has the power") {
  Stream stream(11, Purpose::estimate);
  int found_some = 0;
  for (int draw = 0; draw < 30; ++draw) {
    const auto design = draw % 3 == 0 ? Design::paired : Design::two_groups;
    const auto a = drawn_pool(10, 3, 1, 0.7, draw % 2 == 0, stream);
    const auto b = drawn_pool(10, 3, 1, 0.7, draw % 2 == 0, stream, 0.4 + 0.1 * draw);
    const double wanted = draw % 4 < 2 ? 0.8 : 0.9;
    const auto needed = animals_for(a, b, 2, wanted, 120, 7, design);
    if (!needed) {
      CHECK(power(a, b, 120, 2, replicates, 7, design)->value < wanted);
      continue;
    }
    ++found_some;
    CHECK(power(a, b, *needed, 2, replicates, 7, design)->value >= wanted);
    if (*needed > 2) CHECK(power(a, b, *needed - 1, 2, replicates, 7, design)->value < wanted);
  }
  CHECK(found_some > 20);
  for (const auto& [d, n] : {std::pair(.5, 64L), std::pair(.8, 26L)}) {
    const auto needed = animals_for(normal_pool(0, 1), normal_pool(d, 1), 1, 0.8);
    REQUIRE(needed);
    CHECK(std::abs(*needed - n) <= n / 12);
  }
  CHECK_FALSE(animals_for(normal_pool(0, 1), normal_pool(0.2, 1), 1, 0.8));  // takes 394
  CHECK(animals_for(normal_pool(0, 1), normal_pool(0.2, 1), 1, 0.8, 500).value_or(0) == Approx(394).margin(30));
  CHECK_FALSE(animals_for(normal_pool(0, 1), normal_pool(0, 1), 1, 0.8));
  CHECK(animals_for(normal_pool(0, 0), normal_pool(1, 0), 1, 0.9) == 2);
  CHECK_FALSE(animals_for(normal_pool(1, 0), normal_pool(1, 0), 1, 0.9));
}

TEST_CASE("at another level power is that of the noncentral t at that level") {
  const auto a = normal_pool(0, 1), b = normal_pool(1.5, 1);
  for (const double level : {0.2, 0.01, 0.001}) {
    const double critical =
        boost::math::quantile(boost::math::complement(boost::math::students_t(2.0 * 12 - 2), level / 2));
    const boost::math::non_central_t law(2.0 * 12 - 2, 1.5 * std::sqrt(6.0));
    const double exact = boost::math::cdf(boost::math::complement(law, critical)) + boost::math::cdf(law, -critical);
    const auto found = power(a, b, 12, 1, replicates, 3, Design::two_groups, level);
    INFO("level " << level);
    CHECK(found->value == Approx(exact).margin(4 * std::sqrt(exact * (1 - exact) / replicates) + 0.01));
    const auto wrong = false_positive_rate(a, b, 12, 1, replicates, 3, Design::two_groups, level);
    CHECK(wrong->value == Approx(level).margin(4 * std::sqrt(level * (1 - level) / replicates) + 0.0005));
  }
  CHECK_THROWS_WITH(power(a, b, 12, 1, 100, 0, Design::two_groups, 1.0), Catch::Contains("level = 1"));
}

TEST_CASE("under its null the test rejects at its level with normal animals, and what it does with others is said") {
  for (const auto& [wide, n] : {std::pair(1., 5L), std::pair(5., 5L), std::pair(1., 20L)}) {
    const auto rate = false_positive_rate(normal_pool(0, 1), normal_pool(3, wide), n, 1, replicates, 1);
    const double written_out = welch_power(0, 1, wide, static_cast<int>(n), 12, replicates);
    INFO(n << ", " << wide << " times as wide: " << rate->value << " against " << written_out);
    CHECK(std::abs(rate->value - written_out) < tolerance(0.05, replicates, replicates));
    CHECK(rate->value < 0.08);
  }
  const auto paired = false_positive_rate(normal_pool(0, 0), normal_pool(9, 1), 7, 1, replicates, 1, Design::paired);
  CHECK(std::abs(paired->value - 0.05) < tolerance(0.05, replicates, 1e9));
  // One-sample t with a skewed law: known to reject too often.
  std::vector<Animal> skewed;
  for (int i = 0; i < 400; ++i) skewed.push_back({static_cast<std::uint64_t>(i), {-std::log(1 - (i + 0.5) / 400)}});
  const auto too_often = false_positive_rate(normal_pool(0, 0), skewed, 7, 1, replicates, 1, Design::paired);
  CHECK(too_often->low > 0.06);
}

TEST_CASE("power is absent of too few animals and refuses what cannot be an experiment") {
  const auto pool = normal_pool(0, 1, 5);
  const std::vector<Animal> two(pool.begin(), pool.begin() + 2);
  CHECK_FALSE(power(two, pool, 5, 1));
  CHECK_FALSE(animals_for(pool, two, 1, 0.8));
  auto empty = pool;
  for (std::size_t i = 2; i < 5; ++i) empty[i].sessions.clear();
  CHECK_FALSE(power(pool, empty, 5, 1, 100, 0, Design::paired));
  CHECK_THROWS_WITH(power(pool, pool, 1, 1), Catch::Contains("animals = 1"));
  CHECK_THROWS_WITH(power(pool, pool, 5, 0), Catch::Contains("sessions = 0"));
  CHECK_THROWS_WITH(power(pool, pool, 5, 1, 0), Catch::Contains("replicates = 0"));
  CHECK_THROWS_WITH(animals_for(pool, pool, 1, 1), Catch::Contains("power = 1"));
  CHECK_THROWS_WITH(animals_for(pool, pool, 1, 0.8, 1), Catch::Contains("most animals = 1"));
  auto twice = pool;
  twice[1].seed = 0;
  CHECK_THROWS_WITH(power(twice, pool, 5, 1, 100, 0, Design::paired), Catch::Contains("seed = 0"));
  twice[1].sessions[0] = std::nan("");
  CHECK_THROWS_WITH(power(twice, pool, 5, 1), Catch::Contains("session of seed 0"));
}
