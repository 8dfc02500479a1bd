// Nonlinearities and their slopes against the standard library.
#include <cstring>
#include <limits>

#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

Nonlinearity any_nonlinearity() {
  return GENERATE(Nonlinearity::tanh, Nonlinearity::relu, Nonlinearity::softplus, Nonlinearity::logistic);
}

template <class Scalar>
Scalar value_of(Nonlinearity kind, double u) {
  Matrix<Scalar> one = Matrix<Scalar>::Constant(1, 1, static_cast<Scalar>(u));
  apply<Scalar>(kind, one);
  return one(0, 0);
}

/// Values and slopes at `points`, computed one by one and all at once (vector instructions take another path).
template <class Scalar>
void check_against_the_standard_library(Nonlinearity kind, const std::vector<double>& points) {
  const auto count = static_cast<Index>(points.size());
  Matrix<Scalar> values(count, 1), slopes = Matrix<Scalar>::Ones(count, 1);
  for (Index i = 0; i < count; ++i) values(i) = static_cast<Scalar>(points[static_cast<std::size_t>(i)]);
  const Matrix<Scalar> u = values;
  apply<Scalar>(kind, values);
  multiply_by_slope<Scalar>(kind, values, slopes);
  const double rounding = 8 * static_cast<double>(std::numeric_limits<Scalar>::epsilon());
  for (Index i = 0; i < count; ++i) {
    const auto at = static_cast<double>(u(i));
    INFO(name_of(kind) << " at " << at);
    const double expected = phi(kind, at);
    CHECK(std::abs(values(i) - expected) <= rounding * std::max(1., std::abs(expected)));
    CHECK(std::abs(value_of<Scalar>(kind, at) - expected) <= rounding * std::max(1., std::abs(expected)));
    CHECK(std::abs(slopes(i) - slope(kind, at)) <= rounding);
  }
}

template <class Scalar>
void check_tail(Nonlinearity kind) {
  for (const double u : {-5., -12., -20., -40., -80.}) {
    for (const Index size : {1, 37}) {  // one by one, and by vector instructions
      Matrix<Scalar> value = Matrix<Scalar>::Constant(size, 1, static_cast<Scalar>(u)),
                     gain = Matrix<Scalar>::Ones(size, 1);
      apply<Scalar>(kind, value);
      multiply_by_slope<Scalar>(kind, value, gain);
      // The exponential of u itself is rounded by |u| times that of one operation
      const double relative = (8 + 2 * std::abs(u)) * static_cast<double>(std::numeric_limits<Scalar>::epsilon());
      INFO(name_of(kind) << " at " << u << ", " << size << " neurons");
      CHECK((value.template cast<double>().array() / phi(kind, u) - 1).abs().maxCoeff() < relative);
      CHECK((gain.template cast<double>().array() / slope(kind, u) - 1).abs().maxCoeff() < relative);
    }
  }
}

}  // namespace

TEST_CASE("nonlinearities and their slopes equal the standard library's, far into saturation") {
  const auto kind = any_nonlinearity();
  std::vector<double> points;
  for (const double size : {0., 1e-9, 1e-3, 0.1, 0.5, 1., 2., 3.7, 8., 9.5, 17., 20., 36., 50., 100., 800., 1e4, 1e30})
    for (const double sign : {-1., 1.}) points.push_back(sign * size);
  points.push_back(0.25);  // an odd number of points: the last ones do not fill a vector register
  check_against_the_standard_library<double>(kind, points);
  check_against_the_standard_library<float>(kind, points);
}

TEST_CASE("tanh has the same bits wherever a value stands, and keeps zeros, signs, infinities and what is no number") {
  constexpr double infinity = std::numeric_limits<double>::infinity(), tiny = std::numeric_limits<double>::denorm_min();
  const std::vector<double> points = {0.,  -0.,   tiny, -tiny,  1e-308,   0.3,      -0.3,
                                      2.5, -18.9, 700., -1e300, infinity, -infinity};
  for (const double point : points) {
    const double alone = value_of<double>(Nonlinearity::tanh, point);
    INFO(point);
    CHECK(alone == Approx(std::tanh(point)).epsilon(1e-15));
    CHECK(std::signbit(alone) == std::signbit(point));
    for (const Index size : {2, 3, 4, 5, 7, 8, 9, 16, 19})
      for (Index i = 0; i < size; ++i) {
        Matrix<double> among = Matrix<double>::Constant(size, 1, 0.7);
        among(i) = point;
        apply<double>(Nonlinearity::tanh, among);
        CHECK(std::memcmp(&among(i), &alone, sizeof alone) == 0);
      }
  }
  Matrix<double> none = Matrix<double>::Constant(9, 1, std::numeric_limits<double>::quiet_NaN());
  apply<double>(Nonlinearity::tanh, none);
  CHECK(none.array().isNaN().all());
}

TEST_CASE("slopes are the derivative of the values, and f(0) is what the model says") {
  const auto kind = any_nonlinearity();
  constexpr double h = 1e-5;
  for (double u = -4.95; u < 5; u += 0.3) {  // 0 is left out: relu has no derivative there
    Matrix<double> value = Matrix<double>::Constant(1, 1, value_of<double>(kind, u)),
                   derivative = Matrix<double>::Ones(1, 1);
    multiply_by_slope<double>(kind, value, derivative);
    const double difference = (value_of<double>(kind, u + h) - value_of<double>(kind, u - h)) / (2 * h);
    INFO(name_of(kind) << " at " << u);
    CHECK(std::abs(derivative(0) - difference) < 1e-9);  // h^2/6 of a third derivative below 2, and rounding 5e-16 / h
  }
  CHECK(value_of<double>(kind, 0) == Approx(kind == Nonlinearity::softplus   ? std::log(2)
                                            : kind == Nonlinearity::logistic ? 0.5
                                                                             : 0)
                                         .margin(0));
  Matrix<double> at_threshold = Matrix<double>::Zero(1, 1), target = Matrix<double>::Ones(1, 1);
  multiply_by_slope<double>(Nonlinearity::relu, at_threshold, target);
  CHECK(target(0) == 0);
  CHECK(nonlinearity_from(name_of(kind)) == kind);
  CHECK_THROWS_WITH(nonlinearity_from("sine"), Catch::Contains("nonlinearity = sine") && Catch::Contains("tanh"));
}

TEST_CASE("a drive that is not a number never turns into a rate") {
  const auto kind = any_nonlinearity();
  for (const Index size : {1, 37}) {
    Matrix<double> values = Matrix<double>::Constant(size, 1, NAN);
    Matrix<float> rough = Matrix<float>::Constant(size, 1, NAN);
    apply<double>(kind, values);
    apply<float>(kind, rough);
    INFO(name_of(kind) << ", " << size << " neurons");
    CHECK(values.array().isNaN().all());
    CHECK(rough.array().isNaN().all());
  }
}

TEST_CASE("far below threshold softplus keeps the relative precision of its value and slope") {
  check_tail<double>(Nonlinearity::softplus);
  check_tail<float>(Nonlinearity::softplus);
}
