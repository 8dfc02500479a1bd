#include "analysis/restructuring/network_path.hpp"

#include <fmt/format.h>


namespace stillpoint {

namespace {
/// Mask and sign only constrain learning.
bool shapes_dynamics(const ArrayTraits& array) { return array.role != ArrayTraits::Role::constraint; }
}  // namespace

NetworkPath::NetworkPath(const Network<double>& a, const Network<double>& b, const Vector<double>& input, System::As as)
    : a_(a), b_(b), input_(input), as_(as) {
  require_parameter(a.kind == b.kind, "network", b.kind, fmt::format("a path from a {} must end at one", a.kind));
  require_parameter(a.nonlinearity == b.nonlinearity && a.dt_ms == b.dt_ms, "network", b.kind,
                    "nonlinearity and step must be those of the network at the other end");
  for_each_array(
      [](const ArrayTraits& array, const auto& from, const auto& to) {
        require_parameter(!shapes_dynamics(array) || (from.rows() == to.rows() && from.cols() == to.cols()), "network",
                          fmt::format("{} {} x {}", array.name, to.rows(), to.cols()),
                          fmt::format("must be {} x {}, as at the other end", from.rows(), from.cols()));
      },
      a, b);
  dimension_ = at(0).dimension();
}

Network<double> NetworkPath::network(double s) const {
  auto made = a_;
  for_each_array(
      [s](const ArrayTraits& array, const auto& from, const auto& to, auto& at) {
        if (shapes_dynamics(array)) at = (1 - s) * from + s * to;
      },
      a_, b_, made);
  return made;
}

Vector<double> NetworkPath::change(const Vector<double>& x, double s) const {
  constexpr double h = 1e-5;
  return (at(s + h).velocity(x) - at(s - h).velocity(x)) / (2 * h);
}

Eigen::VectorXcd ordered_spectrum(const System& system, const Matrix<double>& dFdx) {
  Matrix<double> linear = dFdx;
  if (system.as() == System::As::map)
    linear.diagonal().array() += 1;
  else
    linear = (system.reference_tau_ms() * system.tau_ms().cwiseInverse()).asDiagonal() * linear;
  return spectrum_by_growth(system.as(), linear);
}

}  // namespace stillpoint
