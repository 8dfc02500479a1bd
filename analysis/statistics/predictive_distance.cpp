#include "analysis/statistics/predictive_distance.hpp"

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>

#include "analysis/statistics/shrunk_correlation.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr int data_sets = 400;
constexpr Index networks_of_each = 20;
constexpr double most_degrees = 1e4;  // normal

double quantile_of(std::vector<double>& values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size()));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

DistanceLaw law_through(std::vector<double> distances, double D, double alpha) {
  const double middle = quantile_of(distances, 0.5), ratio = quantile_of(distances, 1 - alpha) / middle;
  const auto of_law = [D](double degrees, double tail) {
    return boost::math::quantile(boost::math::complement(boost::math::fisher_f(D, degrees), tail));
  };
  double low = 0, high = std::log(most_degrees);  // more degrees, a smaller ratio
  for (int halving = 0; halving < 30; ++halving) {
    const double logarithm = (low + high) / 2, degrees = std::exp(logarithm);
    (of_law(degrees, alpha) > ratio * of_law(degrees, 0.5) ? low : high) = logarithm;
  }
  const double degrees = std::exp((low + high) / 2);
  return {middle / (D * of_law(degrees, 0.5)), degrees};
}

}  // namespace

Matrix<double> own_correlation(const Matrix<double>& residuals, const Matrix<double>& common) {
  const auto n = static_cast<double>(residuals.cols());
  return shrunk_correlation(residuals, n - 1, common, 1 / n);
}

Vector<double> squared_distances(const Matrix<double>& covariance, const Matrix<double>& x) {
  const Matrix<double> L = cholesky_factor_of(covariance);
  Matrix<double> white = x;  // becomes L^-1 x
  for (Index i = 0; i < L.rows(); ++i) {
    if (i > 0) white.row(i) -= L.row(i).head(i) * white.topRows(i);
    white.row(i) /= L(i, i);
  }
  return white.colwise().squaredNorm();
}

double DistanceLaw::tail(double squared, double D) const {
  return boost::math::cdf(boost::math::complement(boost::math::fisher_f(D, degrees), squared / (factor * D)));
}

DistanceLaw distance_law(const Matrix<double>& correlation, const Matrix<double>& known, const Matrix<double>& common,
                         const std::vector<Index>& present, double alpha) {
  if (present.size() == 1) {  // exact
    const double n = known.row(present[0]).sum();
    return {1 + 1 / n, n - 1};
  }
  const Matrix<double> L = cholesky_factor_of(correlation);
  Stream stream(0, Purpose::bootstrap);
  std::vector<double> distances;
  Matrix<double> networks(known.rows(), known.cols()), next(known.rows(), networks_of_each);
  for (int data_set = 0; data_set < data_sets; ++data_set) {
    stream.fill_normal(networks);
    stream.fill_normal(next);
    const auto fitted = standardise(L * networks, known);
    const Matrix<double> own = own_correlation(fitted.residuals, common);
    const Matrix<double> away = ((L * next).colwise() - fitted.mean).array().colwise() / fitted.deviation.array();
    const Vector<double> squared = squared_distances(own(present, present), away(present, Eigen::all));
    distances.insert(distances.end(), squared.begin(), squared.end());
  }
  return law_through(std::move(distances), static_cast<double>(present.size()), alpha);
}

}  // namespace stillpoint
