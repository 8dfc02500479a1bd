// The classifier of recordings against laws of one statistic, the Bayes error of normal laws and the rates that it claims.
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "analysis/statistics/predictive_density.hpp"
#include "analysis/statistics/shrunk_correlation.hpp"
#include "sim/constants.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

/// D x n normal with unit variances and one correlation.
Matrix<double> correlated(Index D, Index n, double correlation, Stream& stream) {
  Matrix<double> all = Matrix<double>::Constant(D, D, correlation);
  all.diagonal().setOnes();
  Matrix<double> independent(D, n);
  stream.fill_normal(independent);
  return cholesky_factor_of(all) * independent;
}

/// Hypotheses of which number h has its statistic h moved by `apart`.
struct Hypotheses {
  Index D, networks;
  int count;
  double correlation, apart;
  bool skewed = false;
  Stream stream = Stream(1, Purpose::estimate);

  Matrix<double> draw(int hypothesis, Index n) {
    Matrix<double> x = correlated(D, n, correlation, stream);
    if (skewed) x = (0.8 * x.array()).exp();
    x.row(hypothesis % D).array() += apart * static_cast<double>(1 + hypothesis / D);
    return x;
  }
  std::vector<HypothesisNetworks> all(int without = -1) {
    std::vector<HypothesisNetworks> hypotheses;
    for (int h = 0; h < count; ++h) {
      auto networks = draw(h, this->networks);
      if (h != without) hypotheses.push_back({"h" + std::to_string(h), networks});
    }
    return hypotheses;
  }
};

}  // namespace

TEST_CASE("the law of one statistic is Student's t about the mean") {
  Hypotheses drawn{1, 8, 2, 0, 6};
  const auto hypotheses = drawn.all();
  const PredictiveClassifier classifier(hypotheses);
  const auto values = hypotheses[0].statistics.row(0);
  const double mean = values.mean(), n = 8;
  const double deviation = std::sqrt((values.array() - mean).square().sum() / (n - 1)) * std::sqrt(1 + 1 / n);
  const auto law = classifier.density(0);
  CHECK(law.mean(0) == Approx(mean));
  const boost::math::students_t student(n - 1);
  for (const double away : {0.5, 1., 2., 3.}) {
    const double tail = 2 * boost::math::cdf(boost::math::complement(student, away));
    const Vector<double> x = Vector<double>::Constant(1, mean + away * deviation);
    CHECK(law.tail_at(x) == Approx(tail));
    CHECK(law.log_at(x) == Approx(std::log(boost::math::pdf(student, away) / deviation)).epsilon(1e-9));
  }
}

TEST_CASE("the density of several statistics integrates to 1 and is normal with many networks") {
  Hypotheses drawn{2, 12, 2, 0.6, 3};
  const PredictiveClassifier few(drawn.all());
  const auto law = few.density(0);
  double sum = 0;
  const double step = 0.25, reach = 60;
  for (double x = -reach; x < reach; x += step)
    for (double y = -reach; y < reach; y += step) sum += std::exp(law.log_at(Eigen::Vector2d(x, y))) * step * step;
  CHECK(sum == Approx(1).margin(0.01));

  Hypotheses many{3, 2000, 2, 0.5, 2};
  const PredictiveClassifier classifier(many.all());
  const auto normal = classifier.density(0);
  Matrix<double> covariance = Matrix<double>::Constant(3, 3, 0.5);
  covariance.diagonal().setOnes();
  CHECK((normal.scale - covariance).cwiseAbs().maxCoeff() < 0.1);
  const Vector<double> x = Eigen::Vector3d(2 + 1.5, 0.4, -1);
  const Vector<double> away = x - normal.mean;
  const double squared = away.dot(solve_positive_definite(covariance, away));
  CHECK(normal.tail_at(x) ==
        Approx(boost::math::cdf(boost::math::complement(boost::math::chi_squared(3), squared))).margin(0.02));
}

TEST_CASE("two classes are confused as often as Bayes' rule must") {
  // Means `apart` from each other in one direction of correlated statistics: error Phi(-Delta / 2), Mahalanobis Delta.
  Hypotheses drawn{3, 400, 2, 0.5, 0};
  Matrix<double> covariance = Matrix<double>::Constant(3, 3, 0.5);
  covariance.diagonal().setOnes();
  const Vector<double> apart = Eigen::Vector3d(1.2, 0, -0.6);
  const double distance = std::sqrt(apart.dot(solve_positive_definite(covariance, apart)));
  const double error = boost::math::cdf(boost::math::normal(), -distance / 2);
  auto hypotheses = drawn.all();
  hypotheses[1].statistics.colwise() += apart;
  const PredictiveClassifier classifier(hypotheses, 1e-3);  // hardly ever none
  const Index recordings = 4000;
  long wrong = 0;
  for (int truth = 0; truth < 2; ++truth) {
    Matrix<double> x = drawn.draw(truth, recordings);
    if (truth == 1) x.colwise() += apart;
    for (const auto& verdict : classifier.classify(x)) {
      Index likelier;
      verdict.posterior.maxCoeff(&likelier);
      wrong += likelier != truth;
      CHECK(verdict.posterior.sum() == Approx(1));
    }
  }
  const double found = static_cast<double>(wrong) / (2 * recordings);
  INFO(found << " against " << error);
  CHECK(std::abs(found - error) < 4 * std::sqrt(error * (1 - error) / (2 * recordings)) + 0.005);
}

TEST_CASE("recordings of hypotheses that are known are none of these as often as alpha says") {
  for (const auto& [D, networks] : {std::pair<Index, Index>(1, 6), {4, 10}, {10, 6}}) {
    long none = 0, total = 0;
    Hypotheses drawn{D, networks, 4, 0.4, 40};
    for (int repeat = 0; repeat < 50; ++repeat) {
      const PredictiveClassifier classifier(drawn.all());
      Matrix<double> one_of_each(D, 4);
      for (int truth = 0; truth < 4; ++truth) one_of_each.col(truth) = drawn.draw(truth, 1);
      for (const auto& verdict : classifier.classify(one_of_each)) none += !verdict.hypothesis;
      total += 4;
    }
    INFO(D << " statistics, " << networks << " networks: " << none << " of " << total);
    CHECK(not_above(none, total, 0.05, 1e-3));
    CHECK(none >= 2);
  }
}

TEST_CASE("with skewed laws networks that were left out keep the rate of none, where the t law alone does not") {
  Hypotheses drawn{4, 12, 5, 0.3, 60, true};
  long none = 0, beyond = 0, total = 0;
  for (int repeat = 0; repeat < 50; ++repeat) {
    const PredictiveClassifier classifier(drawn.all());
    Matrix<double> one_of_each(4, 5);
    for (int truth = 0; truth < 5; ++truth) {
      one_of_each.col(truth) = drawn.draw(truth, 1);
      beyond += classifier.density(truth).tail_at(one_of_each.col(truth)) < 0.05;
    }
    for (const auto& verdict : classifier.classify(one_of_each)) none += !verdict.hypothesis;
    total += 5;
  }
  INFO(none << " and " << beyond << " of " << total);
  CHECK(shown_above(beyond, total, 0.05));
  CHECK(not_above(none, total, 0.06, 1e-3));
}

TEST_CASE("the share of networks that a rival beats by as much is counted by those of other seeds") {
  Hypotheses drawn{1, 9, 2, 0, 2};
  auto hypotheses = drawn.all();
  for (auto& of_one : hypotheses) of_one.seeds = {1, 1, 1, 2, 2, 2, 3, 3, 3};
  // The same law by hand: Student's t of the networks that are given, but for those of a seed.
  const auto log_density = [](const Matrix<double>& networks, std::uint64_t without, double x) {
    double n = 0, sum = 0, squares = 0;
    for (Index k = 0; k < 9; ++k)
      if (static_cast<std::uint64_t>(1 + k / 3) != without) ++n, sum += networks(0, k);
    for (Index k = 0; k < 9; ++k)
      if (static_cast<std::uint64_t>(1 + k / 3) != without) squares += std::pow(networks(0, k) - sum / n, 2);
    const double scale = std::sqrt(squares / (n - 1) * (1 + 1 / n));
    return std::log(boost::math::pdf(boost::math::students_t(n - 1), (x - sum / n) / scale) / scale);
  };
  const auto& own = hypotheses[0].statistics;
  const auto& rival = hypotheses[1].statistics;
  std::vector<double> ratios;
  std::vector<std::uint64_t> seeds = hypotheses[0].seeds;
  for (Index k = 0; k < 9; ++k)
    ratios.push_back(log_density(rival, seeds[static_cast<std::size_t>(k)], own(0, k)) -
                     log_density(own, seeds[static_cast<std::size_t>(k)], own(0, k)));
  const PredictiveClassifier classifier(hypotheses);
  for (const double x : {-2., 0., 0.5, 1., 1.5, 2., 4.}) {
    const double ratio = log_density(rival, 0, x) - log_density(own, 0, x);
    const auto beaten = std::count_if(ratios.begin(), ratios.end(), [&](double each) { return each >= ratio; });
    const auto verdict = classifier.classify(Matrix<double>::Constant(1, 1, x))[0];
    CHECK(verdict.rival_tail(0) == Approx(std::max(static_cast<double>(1 + beaten) / 10, verdict.least_rival_tail(0))));
    CHECK((verdict.least_rival_tail(0) >= 0.1 && verdict.least_rival_tail(0) <= 0.25));  // of 9 networks, 3 seeds
  }
}

TEST_CASE("what networks of a seed share is no evidence of its own") {
  Matrix<double> low(1, 9), high(1, 9);
  low << -1, -1.01, -1.02, 0, 0.01, 0.02, 1, 1.01, 1.02;
  high = low.array() + 20;
  const std::vector<std::uint64_t> seeds = {1, 1, 1, 2, 2, 2, 3, 3, 3};
  const Matrix<double> far = Matrix<double>::Constant(1, 1, 10);
  const auto alike = PredictiveClassifier({{"low", low, seeds}, {"high", high, seeds}}).classify(far)[0];
  CHECK(alike.rival_tail(0) == Approx(1 / (1 + 9 / (1 + 2 * 26. / 29))));  // of ranks 27 between seeds, 1 within
  const auto each = PredictiveClassifier({{"low", low}, {"high", high}}).classify(far)[0];
  CHECK(each.rival_tail(0) == Approx(0.1));
}

TEST_CASE("the power of a set of statistics is how often it excludes in recordings of others") {
  for (const double apart : {0., 1.5, 12.}) {
    Hypotheses drawn{3, 50, 2, 0.3, apart};
    const PredictiveClassifier classifier(drawn.all());
    const double recordings = 400;
    double told = 0, power = 0;
    for (const auto& verdict : classifier.classify(drawn.draw(1, static_cast<Index>(recordings)))) {
      told += verdict.rival_tail(0) < share_of_rivals * 0.05 ? 1 : 0;
      power = verdict.power(0);
    }
    const double found = told / recordings, both = (50 * power + told) / (50 + recordings);
    INFO(apart << " apart: " << power << " promised, " << found << " found");
    CHECK(std::abs(power - found) <= 4 * std::sqrt(both * (1 - both) * (1 / 50. + 1 / recordings)));
    CHECK((apart < 12 || power == 1));
    CHECK((apart > 0 || power < 0.25));
  }
}

TEST_CASE("networks that share a seed count as fewer, by their intraclass correlation") {
  Stream stream(3, Purpose::estimate);
  const auto counted = [&](double shared) {
    std::vector<double> values;
    std::vector<std::uint64_t> seeds;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
      const double of_seed = stream.normal();
      for (int network = 0; network < 6; ++network) {
        values.push_back(std::exp(std::sqrt(shared) * of_seed + std::sqrt(1 - shared) * stream.normal()));
        seeds.push_back(seed);
      }
    }
    return independent_networks({values}, {seeds})[0] / 12000;
  };
  // Of ranks of normal values: Pearson 1907, Spearman's from Pearson's correlation.
  for (const double shared : {0., 0.2, 0.5, 1.}) {
    const double of_ranks = 6 / pi * std::asin(shared / 2);
    CHECK(counted(shared) == Approx(1 / (1 + 5 * of_ranks)).epsilon(0.06));
  }
  CHECK(independent_networks({{1, 2, 3}}, {{4, 5, 6}})[0] == 3);
}

TEST_CASE("a hypothesis that is not in the table is none of these, far away or left out") {
  Hypotheses drawn{5, 8, 4, 0.3, 15};
  const PredictiveClassifier without(drawn.all(2));
  ConfusionMatrix table({"h0", "h1", "h2", "h3"}, without.names());
  for (int truth = 0; truth < 4; ++truth)
    for (const auto& verdict : without.classify(drawn.draw(truth, 50))) table.add(truth, verdict.hypothesis);
  CHECK(table.count(2, std::nullopt) == 50);
  CHECK(table.right(2).value == 1);
  for (const Index known : {0, 1, 3}) CHECK(table.right(known).value > 0.75);
  const Vector<double> away = Vector<double>::Constant(5, -300);
  const auto verdict = without.classify(away)[0];
  CHECK(!verdict.hypothesis);
  CHECK(verdict.tail.maxCoeff() < 0.05);
  CHECK(verdict.posterior.sum() == Approx(1));  // no underflow
}

TEST_CASE("more statistics than networks, copies among them and few networks are no obstacle") {
  for (const Index networks : {3, 5}) {
    Hypotheses drawn{12, networks, 3, 0.5, 4};
    auto hypotheses = drawn.all();
    for (auto& of_one : hypotheses) of_one.statistics.row(11) = 2 * of_one.statistics.row(10);
    const PredictiveClassifier classifier(hypotheses);
    CHECK(classifier.used().size() == 12);
    long right = 0;
    for (int truth = 0; truth < 3; ++truth) {
      Matrix<double> x = drawn.draw(truth, 400);
      x.row(11) = 2 * x.row(10);
      for (const auto& verdict : classifier.classify(x)) {
        CHECK(std::isfinite(verdict.posterior.sum()));
        right += verdict.hypothesis && *verdict.hypothesis == truth;
      }
    }
    INFO(networks << " networks: " << right << " of 1200");
    CHECK(shown_above(right, 1200, 1. / 3));
  }
}

TEST_CASE("what a recording lacks is marginalised, and one that lacks everything speaks for none") {
  Hypotheses drawn{2, 9, 2, 0.7, 3};
  const auto hypotheses = drawn.all();
  const PredictiveClassifier both(hypotheses),
      second({{"a", hypotheses[0].statistics.row(1)}, {"b", hypotheses[1].statistics.row(1)}});
  Matrix<double> x(2, 3), alone(1, 3);
  x << missing, missing, missing, 0.3, 2.9, missing;
  alone << 0.3, 2.9, missing;
  const auto found = both.classify(x), expected = second.classify(alone);
  for (std::size_t i = 0; i < 2; ++i)
    for (Index h = 0; h < 2; ++h) {
      CHECK(found[i].posterior(h) == Approx(expected[i].posterior(h)).margin(0.02));
      CHECK(found[i].tail(h) == Approx(expected[i].tail(h)).margin(0.15));  // by other networks left out
    }
  CHECK((!found[2].hypothesis && found[2].posterior(0) == 0.5 && found[2].tail(1) == 1));
}

TEST_CASE("networks may lack statistics, and a statistic that too few have or that never varies is left out") {
  Hypotheses drawn{4, 8, 2, 0.2, 5};
  auto hypotheses = drawn.all();
  hypotheses[0].statistics.row(1).head(6).setConstant(missing);  // 2 networks have it
  for (auto& of_one : hypotheses) of_one.statistics.row(2).setConstant(7);
  hypotheses[1].statistics.row(3).setConstant(0.5);  // varies under the other
  hypotheses[1].statistics(0, 3) = missing;
  const PredictiveClassifier classifier(hypotheses);
  CHECK(classifier.used() == std::vector<Index>{0, 3});
  const auto law = classifier.density(1), other = classifier.density(0);
  double sum = 0;
  for (Index i = 0; i < 8; ++i) sum += i == 3 ? 0 : hypotheses[1].statistics(0, i) / 7;
  CHECK(law.mean(0) == Approx(sum));
  CHECK(law.scale(1, 1) == Approx(other.scale(1, 1)).epsilon(0.2));  // the other's deviation
  CHECK(classifier.classify(drawn.draw(0, 5)).size() == 5);
}

TEST_CASE("correlations are shrunk by the intensity of Schaefer and Strimmer, and err less for it") {
  Stream stream(2, Purpose::estimate);
  const Index D = 4, n = 7;
  const Matrix<double> x = correlated(D, n, 0.6, stream), known = Matrix<double>::Ones(D, n);
  const auto standardised = standardise(x, known);
  // The estimate written out, with unbiased variances of the products' means
  Matrix<double> r(D, D);
  double variance = 0, squares = 0;
  const auto count = static_cast<double>(n);
  for (Index i = 0; i < D; ++i)
    for (Index j = 0; j < D; ++j) {
      std::vector<double> w;
      double mean = 0, spread = 0;
      for (Index k = 0; k < n; ++k) {
        w.push_back(standardised.residuals(i, k) * standardised.residuals(j, k));
        mean += w.back() / count;
      }
      for (const double each : w) spread += (each - mean) * (each - mean);
      r(i, j) = count / (count - 1) * mean;
      if (i == j) continue;
      variance += count / std::pow(count - 1, 3) * spread;
      squares += r(i, j) * r(i, j);
    }
  const double share = std::min(1., variance / squares);
  const Matrix<double> identity = Matrix<double>::Identity(D, D);
  const auto shrunk = shrunk_correlation(standardised.residuals, count - 1, identity, 0);
  CHECK((shrunk - ((1 - share) * r + share * identity)).cwiseAbs().maxCoeff() < 1e-12);
  CHECK((share > 0 && share < 1));

  double plain_error = 0, shrunk_error = 0;
  for (int repeat = 0; repeat < 200; ++repeat) {
    Matrix<double> truth = Matrix<double>::Constant(8, 8, 0.3);
    truth.diagonal().setOnes();
    const auto few = standardise(correlated(8, 6, 0.3, stream), Matrix<double>::Ones(8, 6));
    plain_error += (few.residuals * few.residuals.transpose() / 5 - truth).squaredNorm();
    shrunk_error += (shrunk_correlation(few.residuals, 5, Matrix<double>::Identity(8, 8), 0.01) - truth).squaredNorm();
  }
  CHECK(shrunk_error < 0.7 * plain_error);
  const auto many = standardise(correlated(3, 20000, 0.5, stream), Matrix<double>::Ones(3, 20000));
  CHECK(shrunk_correlation(many.residuals, 19999, Matrix<double>::Identity(3, 3), 0)(0, 1) == Approx(0.5).margin(0.03));
}

TEST_CASE("a confusion matrix counts, and right is none of these for what is no answer") {
  ConfusionMatrix table({"a", "new", "b"}, {"a", "b"});
  for (int i = 0; i < 8; ++i) table.add(0, 0);
  table.add(0, 1);
  table.add(0, std::nullopt);
  for (int i = 0; i < 3; ++i) table.add(1, std::nullopt);
  table.add(1, 1);
  table.add(2, 1);
  CHECK(
      (table.count(0, 0) == 8 && table.count(0, 1) == 1 && table.count(0, std::nullopt) == 1 && table.total(0) == 10));
  CHECK(table.right(0).value == 0.8);
  CHECK(table.right(0).low == wilson_interval(8, 10).low);
  CHECK(table.right(1).value == 0.75);
  CHECK(table.right().value == 12. / 15);
  CHECK(table.right().high == wilson_interval(12, 15).high);
  CHECK(table.chance() == 0.5);
  CHECK_THROWS(table.add(3, 0));
  CHECK_THROWS(table.add(0, 2));
}

TEST_CASE("a classifier refuses what it cannot be made of") {
  Hypotheses drawn{2, 5, 2, 0, 1};
  const auto hypotheses = drawn.all();
  CHECK_THROWS_WITH(PredictiveClassifier({hypotheses[0]}), Catch::Contains("hypotheses = 1"));
  CHECK_THROWS_WITH(PredictiveClassifier(hypotheses, 0), Catch::Contains("alpha = 0"));
  CHECK_THROWS_WITH(PredictiveClassifier({hypotheses[0], {"b", hypotheses[1].statistics.leftCols(2)}}),
                    Catch::Contains("b: networks = 2"));
  CHECK_THROWS_WITH(PredictiveClassifier({hypotheses[0], {"b", hypotheses[1].statistics.topRows(1)}}),
                    Catch::Contains("b: statistics = 1: must be 2"));
  CHECK_THROWS_WITH(PredictiveClassifier({{"a", Matrix<double>::Ones(1, 4)}, {"b", Matrix<double>::Ones(1, 4)}}),
                    Catch::Contains("statistics = 1"));
  auto infinite = hypotheses;
  infinite[1].statistics(0, 0) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(PredictiveClassifier(infinite), Catch::Contains("h1: statistics = infinity"));
  const PredictiveClassifier classifier(hypotheses);
  CHECK_THROWS_WITH(classifier.classify(Matrix<double>::Ones(1, 1)), Catch::Contains("recordings: statistics = 1"));
}
