#include "analysis/points/stability.hpp"

#include <algorithm>
#include <tuple>

#include "sim/linear_algebra.hpp"

namespace stillpoint {

double growth_of(System::As as, const std::complex<double>& eigenvalue) {
  return as == System::As::map ? std::abs(eigenvalue) - 1 : eigenvalue.real();
}

Eigen::VectorXcd spectrum_by_growth(System::As as, const Matrix<double>& linear) {
  auto values = eigenvalues_of(linear);
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

}  // namespace stillpoint
