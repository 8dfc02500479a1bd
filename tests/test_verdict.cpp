// What a verdict over several statistics claims: laws against Student's t, the cap, and how often a true hypothesis is
// excluded, with few networks, heavy tails, correlated statistics and networks that share seeds.
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "analysis/statistics/predictive_density.hpp"
#include "experiments/recordings/verdict.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr double alpha = 0.05, level = 1e-3;

/// Networks of several seeds, each at several settings, that share a part of their statistics.
struct Drawing {
  Index D, seeds, settings;
  double correlation = 0.5;  // between statistics
  double shared = 0;         // of a seed's networks
  double degrees = 0;        // of Student's t; 0: normal
  Stream stream = Stream(4, Purpose::estimate);

  Vector<double> normal() {
    Vector<double> x(D);
    stream.fill_normal(x);
    return std::sqrt(correlation) * stream.normal() + std::sqrt(1 - correlation) * x.array();
  }
  Vector<double> network(const Vector<double>& of_seed) {
    const Vector<double> x = std::sqrt(shared) * of_seed + std::sqrt(1 - shared) * normal();
    double squares = 0;
    for (int i = 0; i < static_cast<int>(degrees); ++i) squares += std::pow(stream.normal(), 2);
    return degrees > 0 ? Vector<double>(x * std::sqrt(degrees / squares)) : x;
  }
  /// Hypothesis h lies `apart` h away in its statistic h, a recording is of the first.
  std::vector<JudgedStatistic> draw(const std::vector<std::string>& names, double apart) {
    std::vector<JudgedStatistic> all(static_cast<std::size_t>(D));
    const auto measured = network(normal());
    for (Index d = 0; d < D; ++d) {
      all[static_cast<std::size_t>(d)].name = "s" + std::to_string(d);
      all[static_cast<std::size_t>(d)].measured = measured(d);
    }
    for (std::size_t h = 0; h < names.size(); ++h)
      for (Index seed = 0; seed < seeds; ++seed) {
        const auto of_seed = normal();
        for (Index setting = 0; setting < settings; ++setting) {
          auto x = network(of_seed);
          x(static_cast<Index>(h) % D) += apart * static_cast<double>(h);
          for (Index d = 0; d < D; ++d)
            all[static_cast<std::size_t>(d)].networks[names[h]].push_back(
                {static_cast<std::uint64_t>(seed), "gain = " + std::to_string(setting), x(d)});
        }
      }
    return all;
  }
};

const std::vector<std::string> two = {"a", "b"};

std::vector<NetworkValue> three_seeds(double centre) {
  return {{1, "", centre - 1}, {2, "", centre}, {3, "", centre + 1}, {3, "other", centre + 2}};
}

}  // namespace

TEST_CASE("the law of a statistic is Student's t of the seeds, and its ratio that of the densities, capped") {
  JudgedStatistic statistic{
      "x", 2.5, {{"a", three_seeds(0)}, {"b", three_seeds(3)}, {"few", {{1, "", 0}, {2, "", 1}}}}};
  const auto laws = laws_of(statistic, {"a", "few", "absent", "b"}, alpha);
  REQUIRE(laws.size() == 2);
  CHECK((laws[0].hypothesis == "a" && laws[0].networks == 4 && laws[0].seeds == 3 && laws[1].hypothesis == "b"));
  // Mean .5, squares 2.25 + .25 + .25 + 2.25 = 5 over 3; two degrees of freedom.
  const double scale = std::sqrt(5.0 / 3) * std::sqrt(1 + 1.0 / 3);
  const boost::math::students_t student(2);
  CHECK(laws[0].mean == Approx(0.5));
  CHECK(laws[0].predicted.high == Approx(0.5 + 4.302652730 * scale));
  CHECK(laws[0].tail == Approx(2 * boost::math::cdf(boost::math::complement(student, 2 / scale))));
  CHECK(laws[1].ratio == 1);
  CHECK(laws[0].ratio == Approx(boost::math::pdf(student, 2 / scale) / boost::math::pdf(student, 1 / scale)));
  statistic.measured = 3.5 + 1e4;
  CHECK(laws_of(statistic, two, alpha)[0].ratio == Approx(1).epsilon(1e-3));  // equally far
  statistic.networks["a"] = {{1, "", 5e-9}, {2, "", 0}, {3, "", -5e-9}, {4, "", 1e-9}};
  statistic.measured = 3.5;
  CHECK(laws_of(statistic, two, alpha)[0].ratio == 0.2);           // 4 seeds
  statistic.networks["a"] = {{1, "", 7}, {2, "", 7}, {3, "", 7}};  // all alike: the other's deviation
  CHECK(laws_of(statistic, two, alpha)[0].predicted.high == Approx(7 + 4.302652730 * scale));
  CHECK(laws_of({"x", 1, {{"a", {{1, "", 7}, {2, "", 7}, {3, "", 7}}}}}, two, alpha).empty());
}

TEST_CASE("a true hypothesis is excluded in one of twenty recordings at most, over all statistics") {
  struct Case {
    Index D, seeds, settings;
    double correlation, shared, degrees;
    int recordings;
  };
  for (const auto& [D, seeds, settings, correlation, shared, degrees, recordings] : {Case{6, 6, 1, 0.5, 0, 0, 60},
                                                                                     {6, 6, 2, 0.5, 0.5, 5, 60},
                                                                                     {12, 6, 2, 0.8, 0.3, 4, 25},
                                                                                     {12, 20, 1, 0.2, 0, 4, 20}}) {
    Drawing drawn{D, seeds, settings, correlation, shared, degrees};
    long excluded = 0;
    for (int i = 0; i < recordings; ++i) {
      const auto statistics = drawn.draw(two, 5);
      const auto verdict = joint_verdict(statistics, two, alpha);
      REQUIRE(verdict.tested.size() == 2);
      excluded += verdict.tested[0].excluded;
      double least = 1;
      for (const auto& statistic : statistics) least = std::min(least, laws_of(statistic, two, alpha)[0].tail);
      CHECK(verdict.tested[0].tail >= std::min(1.0, static_cast<double>(D) * least) * (1 - 1e-12));
    }
    INFO(D << " statistics, " << seeds << " seeds: " << excluded << " of " << recordings);
    CHECK(not_above(excluded, recordings, alpha, level));
  }
}

TEST_CASE("the bound that holds the level does so in many recordings, where the distance alone does not") {
  struct Case {
    Index D, seeds, settings;
    double correlation, shared, degrees;
  };
  for (const auto& [D, seeds, settings, correlation, shared, degrees] : {Case{1, 6, 1, 0, 0, 0},
                                                                         {17, 6, 1, 0.5, 0, 0},
                                                                         {17, 6, 2, 0.5, 0.5, 0},
                                                                         {17, 6, 2, 0.8, 0.3, 5},
                                                                         {6, 12, 2, 0.2, 0.5, 5},
                                                                         {17, 12, 1, 0.5, 0, 4},
                                                                         {17, 20, 1, 0.5, 0, 4}}) {
    Drawing drawn{D, seeds, settings, correlation, shared, degrees};
    long excluded = 0;
    const long recordings = 3000;
    for (long i = 0; i < recordings; ++i) {
      double least = 1;
      for (const auto& statistic : drawn.draw({"a"}, 0))
        least = std::min(least, laws_of(statistic, {"a"}, alpha)[0].tail);
      excluded += static_cast<double>(D) * least < alpha;
    }
    INFO(D << " statistics, " << seeds << " seeds, t of " << degrees << ": " << excluded << " of " << recordings);
    CHECK(not_above(excluded, recordings, alpha, level));
    CHECK(excluded > 0);
  }
  Drawing drawn{12, 6, 2, 0.5, 0.9, 0};
  long excluded = 0, alone = 0;
  const long recordings = 60;
  for (long i = 0; i < recordings; ++i) {
    const auto statistics = drawn.draw(two, 0);
    std::vector<HypothesisNetworks> networks;
    Matrix<double> measured(12, 1);
    for (const auto& name : two) {
      networks.push_back({name, Matrix<double>(12, 12)});
      for (Index d = 0; d < 12; ++d)
        for (Index n = 0; n < 12; ++n)
          networks.back().statistics(d, n) =
              statistics[static_cast<std::size_t>(d)].networks.at(name)[static_cast<std::size_t>(n)].value;
    }
    for (Index d = 0; d < 12; ++d) measured(d, 0) = statistics[static_cast<std::size_t>(d)].measured;
    alone += PredictiveClassifier(networks, alpha).classify(measured)[0].tail(0) < alpha;
    excluded += joint_verdict(statistics, two, alpha).tested[0].excluded;
  }
  INFO(alone << " by the distance alone, " << excluded << " in all of " << recordings);
  CHECK(shown_above(alone, recordings, alpha));
  CHECK(not_above(excluded, recordings, alpha, level));
}

TEST_CASE("rivals exclude what distance leaves, and a true hypothesis seldom, whatever networks of a seed share") {
  const std::vector<std::string> names = {"a", "b", "c"};
  struct Case {
    Index D, seeds, settings;
    double shared, degrees;
  };
  long by_rivals = 0, by_itself = 0;  // wrong ones by one of both alone
  for (const auto& [D, seeds, settings, shared, degrees] :
       {Case{11, 8, 6, 0.2, 0}, {11, 8, 6, 0.3, 4}, {8, 8, 6, 0.9, 0}, {8, 30, 1, 0, 4}}) {
    Drawing drawn{D, seeds, settings, 0.5, shared, degrees};
    long excluded = 0;
    const int recordings = 30;
    for (int i = 0; i < recordings; ++i) {
      const auto tested = joint_verdict(drawn.draw(names, 2), names, alpha).tested;
      excluded += tested[0].excluded;
      for (const std::size_t h : {1, 2}) {
        by_rivals += tested[h].excluded && tested[h].by_itself >= alpha;
        by_itself += !tested[h].excluded && tested[h].by_itself < alpha;
      }
    }
    INFO(D << " statistics, " << seeds << " seeds, shared " << shared << ": " << excluded << " of " << recordings);
    CHECK(not_above(excluded, recordings, alpha, level));
  }
  INFO("by rivals alone " << by_rivals << ", by themselves alone " << by_itself);
  CHECK(shown_above(by_rivals, by_rivals + by_itself, 0.5));
}

TEST_CASE("labels that mean nothing exclude nothing, and what is far from all leaves nothing") {
  const std::vector<std::string> names = {"a", "b", "c"};
  Drawing drawn{4, 8, 1, 0.4, 0, 0};
  long excluded = 0, recordings = 0;
  for (int i = 0; i < 40; ++i)  // hypotheses that are one
    for (const auto& each : joint_verdict(drawn.draw(names, 0), names, alpha).tested) {
      excluded += each.excluded;
      ++recordings;
    }
  CHECK(not_above(excluded, recordings, alpha, level));
  auto statistics = drawn.draw(names, 40);
  const auto verdict = joint_verdict(statistics, names, alpha);
  CHECK((!verdict.tested[0].excluded && verdict.tested[1].excluded && verdict.tested[2].excluded));
  CHECK((verdict.tested[0].ratio == 1 && verdict.tested[1].ratio == Approx(1.0 / 9)));
  for (auto& statistic : statistics) statistic.measured = -400;
  for (const auto& each : joint_verdict(statistics, names, alpha).tested) CHECK(each.excluded);
}

TEST_CASE("a statistic that a hypothesis lacks is left out, and a hypothesis that lacks most is not tested") {
  const std::vector<std::string> names = {"a", "b", "c", "d"};
  Drawing drawn{4, 6, 1, 0.3, 0, 0};
  auto statistics = drawn.draw(names, 30);
  statistics[1].networks.erase("b");
  for (const std::size_t i : {0, 1, 2}) statistics[i].networks.at("c").resize(2);
  statistics[0].networks.erase("d");
  statistics[2].networks.erase("d");
  statistics[3].networks.erase("d");
  const auto verdict = joint_verdict(statistics, names, alpha);
  CHECK((verdict.statistics == std::vector<std::string>{"s0", "s2", "s3"} &&
         verdict.left_out == std::vector<std::string>{"s1"}));
  REQUIRE((verdict.tested.size() == 2 && verdict.not_tested.size() == 2));
  CHECK((verdict.tested[1].hypothesis == "b" && verdict.not_tested[0].first == "c" &&
         verdict.not_tested[1].first == "d"));
  CHECK(joint_verdict({}, names, alpha).tested.empty());
  CHECK(joint_verdict(statistics, {"a"}, alpha).not_tested.size() == 1);
}
