#include "analysis/points/stability.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <vector>

#include "sim/linear_algebra.hpp"

namespace stillpoint {

double growth_of(System::As as, const std::complex<double>& eigenvalue) {
  return as == System::As::map ? std::abs(eigenvalue) - 1 : eigenvalue.real();
}

Eigen::VectorXcd spectrum_by_growth(System::As as, const Matrix<double>& linear) {
  return by_growth(as, eigenvalues_of(linear));
}

Eigen::VectorXcd by_growth(System::As as, Eigen::VectorXcd values) {
  const auto key = [&](const std::complex<double>& value) {
    return std::make_tuple(-growth_of(as, value), -value.real(), -value.imag());
  };
  std::sort(values.begin(), values.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  return values;
}

Index unstable_directions(System::As as, const Eigen::VectorXcd& eigenvalues, double margin) {
  return std::count_if(eigenvalues.begin(), eigenvalues.end(),
                       [&](const auto& value) { return growth_of(as, value) > margin; });
}

bool is_stable(System::As as, const Eigen::VectorXcd& eigenvalues) {
  return std::all_of(eigenvalues.begin(), eigenvalues.end(),
                     [&](const auto& value) { return growth_of(as, value) < -neutral_growth; });
}

Index neutral_directions(System::As as, const Eigen::VectorXcd& eigenvalues) {
  return std::count_if(eigenvalues.begin(), eigenvalues.end(),
                       [&](const auto& value) { return std::abs(growth_of(as, value)) <= neutral_growth; });
}

std::complex<double> nearest_to_neutral(System::As as, const Eigen::VectorXcd& eigenvalues) {
  return *std::min_element(eigenvalues.begin(), eigenvalues.end(), [&](const auto& a, const auto& b) {
    return std::abs(growth_of(as, a)) < std::abs(growth_of(as, b));
  });
}

Eigen::VectorXcd transverse(System::As as, const Eigen::VectorXcd& eigenvalues, Index count) {
  const double null = as == System::As::map ? 1 : 0;
  std::vector<Index> order(static_cast<std::size_t>(eigenvalues.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return std::abs(eigenvalues(a) - null) < std::abs(eigenvalues(b) - null); });
  order.erase(order.begin(), order.begin() + count);
  std::sort(order.begin(), order.end());
  return eigenvalues(order);
}

}  // namespace stillpoint
