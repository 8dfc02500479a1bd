#include "analysis/learning/broken_line.hpp"

#include <Eigen/LU>
#include <cmath>
#include <vector>

namespace stillpoint {

namespace {

/// One breakpoint's column c(i) = (u(i) - keep t_k) for i > k, as filtered by v(t) - rho v(t-1), with the straight line taken
/// out.
struct Breakpoint {
  double count, u, w0, w1;  // sums over the samples behind it; projections on the line
  double square, product;   // |c|^2, c z after the line is taken out
};

/// The series and the straight line, filtered and weighted, and every breakpoint's column in constant time. Time runs from 0
/// to 1; z, u and weight have T - 1 entries, that of sample t at t - 1.
struct Filtered {
  Filtered(const Vector<double>& times, const Vector<double>& values, double rho, const Vector<double>& scale)
      : T(values.size()),
        keep(1 - rho),
        centre(values.mean()),
        time((times.array() - times(0)) / (times(T - 1) - times(0))),
        z(innovations(values.array() - centre, rho)),
        u(innovations(time, rho)),
        weight(scale.tail(T - 1).array().square().inverse()) {
    // The line as two orthonormal columns: a constant, and u without its mean.
    const double count = weight.sum();
    u_mean = u.dot(weight) / count;
    root = std::sqrt(count);
    const Vector<double> centred_u = u.array() - u_mean;
    u_norm = std::sqrt(centred_u.cwiseAbs2().dot(weight));
    z0 = z.dot(weight) / root;
    z1 = centred_u.cwiseProduct(weight).dot(z) / u_norm;
    line = std::max(0.0, z.cwiseAbs2().dot(weight) - z0 * z0 - z1 * z1);
    breakpoints.resize(static_cast<std::size_t>(T));
    double n = 0, su = 0, suu = 0, suz = 0, sz = 0;
    for (Index k = T - 2; k >= 1; --k) {
      const double u_next = u(k), z_next = z(k), w = weight(k);  // of sample k + 1
      n += w, su += w * u_next, suu += w * u_next * u_next, suz += w * u_next * z_next, sz += w * z_next;
      const double shift = keep * time(k);
      const double sum = su - n * shift, with_u = suu - shift * su;
      const double w0 = sum / root, w1 = (with_u - u_mean * sum) / u_norm;
      breakpoints[static_cast<std::size_t>(k)] = {n,
                                                  su,
                                                  w0,
                                                  w1,
                                                  suu - 2 * shift * su + n * shift * shift - w0 * w0 - w1 * w1,
                                                  suz - shift * sz - w0 * z0 - w1 * z1};
    }
  }
  /// Least squares on these columns (T x p): the mean of every sample.
  Vector<double> mean_of(const Matrix<double>& design) const {
    const Matrix<double> filtered = design.bottomRows(T - 1) - (1 - keep) * design.topRows(T - 1);
    const Matrix<double> weighted = weight.asDiagonal() * filtered, normal = weighted.transpose() * filtered;
    return (design * normal.fullPivLu().solve(weighted.transpose() * z)).array() + centre;
  }

  Index T;
  double keep, centre;
  Vector<double> time, z, u, weight;
  double u_mean = 0, root = 0, u_norm = 0, z0 = 0, z1 = 0;  // projections on the line
  double line = 0;                                          // what the line leaves
  std::vector<Breakpoint> breakpoints;
};

/// rho by least squares, alternating until it stays. fit: of a rho.
template <class Fit>
auto alternate(const Vector<double>& values, const Vector<double>& scale, double least_rho, Fit&& fit) {
  auto best = fit(std::max(0.0, least_rho));
  for (int round = 0; round < 8; ++round) {
    const double rho = std::max(least_rho, estimate_rho(values - best.mean, scale));
    if (std::abs(rho - best.rho) < 1e-3) break;
    best = fit(rho);
  }
  return best;
}

}  // namespace

BentLine fit_bent_line(const Vector<double>& times, const Vector<double>& values, const Vector<double>& scale,
                       double least_rho) {
  return alternate(values, scale, least_rho, [&](double rho) {
    const Filtered filtered(times, values, rho, scale);
    BentLine best;
    double most = -1;
    for (Index k = 1; k + 1 < filtered.T; ++k) {
      const auto& breakpoint = filtered.breakpoints[static_cast<std::size_t>(k)];
      const double gain = breakpoint.square > 0 ? breakpoint.product * breakpoint.product / breakpoint.square : 0;
      if (gain > most) {
        most = gain;
        best.at = k;
      }
    }
    Matrix<double> design(filtered.T, 3);
    design << Vector<double>::Ones(filtered.T), filtered.time,
        (filtered.time.array() - filtered.time(best.at)).max(0).matrix();
    best.rho = rho;
    best.mean = filtered.mean_of(design);
    best.residual = innovations(values - best.mean, rho, scale).squaredNorm();
    return best;
  });
}

Cubic fit_cubic(const Vector<double>& times, const Vector<double>& values, const Vector<double>& scale,
                double least_rho) {
  return alternate(values, scale, least_rho, [&](double rho) {
    const Filtered filtered(times, values, rho, scale);
    const Vector<double> x = 2 * filtered.time.array() - 1;
    Matrix<double> design(filtered.T, 4);
    design << Vector<double>::Ones(filtered.T), x, x.cwiseAbs2(), x.array().cube().matrix();
    Cubic cubic{filtered.mean_of(design), rho, 0};
    cubic.residual = innovations(values - cubic.mean, rho, scale).squaredNorm();
    return cubic;
  });
}

BrokenLine fit_broken_line(const Vector<double>& times, const Vector<double>& values, double rho,
                           const Vector<double>& scale) {
  const Filtered filtered(times, values, rho, scale);
  const auto& [T, keep, centre, time, z, u, weight, u_mean, root, u_norm, z0, z1, line, breakpoints] = filtered;
  // c_b c_e, as sums over the samples behind e: suu again from the back.
  std::vector<double> uu(static_cast<std::size_t>(T), 0);
  for (Index k = T - 2; k >= 1; --k)
    uu[static_cast<std::size_t>(k)] = uu[static_cast<std::size_t>(k) + 1] + weight(k) * u(k) * u(k);

  BrokenLine best;
  double most = 0;
  for (Index b = 1; b + 1 < T - 1; ++b) {
    const auto& from = breakpoints[static_cast<std::size_t>(b)];
    const double shift_b = keep * time(b);
    for (Index e = b + 1; e < T - 1; ++e) {
      const auto& to = breakpoints[static_cast<std::size_t>(e)];
      const double shift_e = keep * time(e);
      const double cross = uu[static_cast<std::size_t>(e)] - (shift_b + shift_e) * to.u + shift_b * shift_e * to.count -
                           from.w0 * to.w0 - from.w1 * to.w1;
      const double determinant = from.square * to.square - cross * cross;
      const double fall = to.square * from.product - cross * to.product,
                   back = from.square * to.product - cross * from.product;  // both times the determinant
      const double gain = fall * from.product + back * to.product;
      if (!(gain > most * determinant) || determinant < 1e-14 * from.square * to.square) continue;
      const double before = (z1 * determinant - fall * from.w1 - back * to.w1) / u_norm;  // the line's slope
      if (fall >= 0 || back <= 0 || before + fall >= 0) continue;
      most = gain / determinant;
      best.begin = b;
      best.end = e;
      best.found = true;
    }
  }
  best.rho = rho;
  best.residual = std::max(0.0, line - most);
  if (!best.found) {
    const double slope = z1 / u_norm;
    best.mean = (slope * time.array() + (z0 / root - slope * u_mean) / keep + centre).matrix();
    return best;
  }
  Matrix<double> design(T, 4);
  design << Vector<double>::Ones(T), time, (time.array() - time(best.begin)).max(0).matrix(),
      (time.array() - time(best.end)).max(0).matrix();
  best.mean = filtered.mean_of(design);
  best.residual = innovations(values - best.mean, rho, scale).squaredNorm();
  return best;
}

BrokenLine fit_broken_line(const Vector<double>& times, const Vector<double>& values, const Vector<double>& scale,
                           double least_rho) {
  return alternate(values, scale, least_rho, [&](double rho) { return fit_broken_line(times, values, rho, scale); });
}

}  // namespace stillpoint
