#include "analysis/points/interval_operators.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cassert>
#include <cfenv>
#include <cmath>

// Every line below that makes a bound is a plain loop: what Eigen compiles elsewhere need not keep to the rounding mode.
namespace stillpoint {

namespace {

constexpr double unit = 2.220446049250313e-16;  // in the last place of 1

/// An upper bound of what a library gave as x.
double above(double x) { return x + 8 * unit * std::abs(x) + 1e-300; }

double magnitude(double minus_low, double high) { return std::max(std::abs(minus_low), std::abs(high)); }

/// sum += [a] x, for a number a known to lie in [-minus_a, plus_a] whose ends differ by rounding alone
void add_product(double plus_a, double minus_a, double x, double& minus_low, double& high) {
  if (x > 0) {
    high += plus_a * x;
    minus_low += minus_a * x;
  } else {
    high += minus_a * -x;
    minus_low += plus_a * -x;
  }
}

}  // namespace

RoundingUpward::RoundingUpward() : before_(std::fegetround()) { std::fesetround(FE_UPWARD); }
RoundingUpward::~RoundingUpward() { std::fesetround(before_); }

Vector<double> IntervalBox::width() const {
  Vector<double> result(size());
  for (Index k = 0; k < size(); ++k) result(k) = high(k) + minus_low(k);
  return result;
}
Vector<double> IntervalBox::middle() const { return 0.5 * (high - minus_low); }
bool IntervalBox::inside(const IntervalBox& other) const {
  return (high.array() <= other.high.array()).all() && (minus_low.array() <= other.minus_low.array()).all();
}
bool IntervalBox::meets(const IntervalBox& other) const {
  return (high.array() >= -other.minus_low.array()).all() && (other.high.array() >= -minus_low.array()).all();
}

IntervalOperators::IntervalOperators(const LatentEquation& equation)
    : n_(equation.dimension()),
      N_(equation.A.cols()),
      scale_(equation.scale),
      A_(equation.A),
      B_(equation.B),
      b_(equation.b),
      slope_(N_),
      inverse_(n_, n_),
      through_(n_, N_),
      minus_through_(n_, N_),
      defect_(n_, n_) {
  assert(equation.phi == Nonlinearity::tanh || equation.phi == Nonlinearity::logistic);
  const bool logistic = equation.phi == Nonlinearity::logistic;  // (1 + tanh(u / 2)) / 2
  offset_ = logistic ? 0.5 : 0;
  amplitude_ = steepness_ = logistic ? 0.5 : 1;
  drive_ = rest_ = {Vector<double>(N_), Vector<double>(N_)};
}

// |phi| <= 1
IntervalBox IntervalOperators::everything() {
  IntervalBox box{Vector<double>::Zero(n_), Vector<double>::Zero(n_)};
  for (Index i = 0; i < N_; ++i)
    for (Index k = 0; k < n_; ++k) box.high(k) += std::abs(A_(k, i));
  for (Index k = 0; k < n_; ++k) box.minus_low(k) = box.high(k) = box.high(k) / scale_;
  return box;
}

IntervalOperators::Bound IntervalOperators::tanh_of(double low, double high) const {
  return {std::min(1.0, above(-std::tanh(low))), std::min(1.0, above(std::tanh(high)))};
}

/// u = B z + b
void IntervalOperators::drives_of(const IntervalBox& box) {
  for (Index i = 0; i < N_; ++i) {
    drive_.high(i) = b_(i);
    drive_.minus_low(i) = -b_(i);
  }
  for (Index k = 0; k < n_; ++k)
    for (Index i = 0; i < N_; ++i) {
      const double a = B_(i, k), plus = std::max(a, 0.0), minus = std::max(-a, 0.0);
      drive_.high(i) += plus * box.high(k) + minus * box.minus_low(k);
      drive_.minus_low(i) += plus * box.minus_low(k) + minus * box.high(k);
    }
}

/// Of one neuron: m, and bounds of w = phi(u) - m (u - b) over its drives. With v = steepness u and t = tanh v the chord
/// has a slope k in v; t - k v is largest at an end or at v = asinh sqrt((1 - k) / k), where it is sqrt(1 - k) - k v.
void IntervalOperators::chord(Index i) {
  const double low = -steepness_ * drive_.minus_low(i), high = steepness_ * drive_.high(i), b = steepness_ * b_(i);
  const auto at_low = tanh_of(low, low), at_high = tanh_of(high, high);
  double k = (at_high.high + at_low.minus_low) / (high - low);
  if (!(high - low > 1e-6)) {
    const double t = std::tanh(0.5 * (low + high));
    k = 1 - t * t;
  }
  k = k > 1e-14 ? std::min(k, 1.0) : 0;  // any slope serves
  double above_chord = std::max(at_low.high + k * (b - low), at_high.high + k * (b - high)),
         below_chord = std::max(at_low.minus_low + k * (low - b), at_high.minus_low + k * (high - b));
  if (k > 0 && k < 1) {
    const double v = std::asinh(std::sqrt((1 - k) / k)), margin = 1e-6 * (1 + v);
    const double most = above(above(std::sqrt(1 - k)) + -k * (v * (1 - 64 * unit))) + 8 * unit;
    if (v > low - margin && v < high + margin) above_chord = std::max(above_chord, most + k * b);
    if (-v > low - margin && -v < high + margin) below_chord = std::max(below_chord, most + k * -b);
  }
  slope_(i) = amplitude_ * steepness_ * k;
  rest_.high(i) = offset_ + amplitude_ * above_chord;
  rest_.minus_low(i) = -offset_ + amplitude_ * below_chord;
}

/// Y, not rigorous; Y A and 1 - Y J = 1 - scale Y + Y A m B, rigorous for this Y.
void IntervalOperators::approximate_inverse() {
  Matrix<double> J = A_ * slope_.asDiagonal() * B_;
  J = -J;
  J.diagonal().array() += scale_;
  inverse_ = J.inverse();
  through_.setZero();
  minus_through_.setZero();
  for (Index i = 0; i < N_; ++i)
    for (Index l = 0; l < n_; ++l)
      for (Index k = 0; k < n_; ++k) {
        through_(k, i) += inverse_(k, l) * A_(l, i);
        minus_through_(k, i) += -inverse_(k, l) * A_(l, i);
      }
  Matrix<double> plus(n_, n_), minus(n_, n_);
  for (Index l = 0; l < n_; ++l)
    for (Index k = 0; k < n_; ++k) {
      plus(k, l) = (k == l) + -scale_ * inverse_(k, l);
      minus(k, l) = -(k == l) + scale_ * inverse_(k, l);
    }
  for (Index i = 0; i < N_; ++i)
    for (Index l = 0; l < n_; ++l) {
      if (B_(i, l) == 0) continue;
      for (Index k = 0; k < n_; ++k) {
        double high = 0, minus_low = 0;
        add_product(through_(k, i), minus_through_(k, i), B_(i, l), minus_low, high);
        plus(k, l) += high * slope_(i);
        minus(k, l) += minus_low * slope_(i);
      }
    }
  for (Index l = 0; l < n_; ++l)
    for (Index k = 0; k < n_; ++k) defect_(k, l) = std::max(plus(k, l), minus(k, l));
}

// z = Y A w + (1 - Y J) z
bool IntervalOperators::contract(IntervalBox& box) {
  drives_of(box);
  for (Index i = 0; i < N_; ++i) chord(i);
  approximate_inverse();
  if (!inverse_.allFinite()) return true;
  IntervalBox zeros{Vector<double>::Zero(n_), Vector<double>::Zero(n_)};
  for (Index i = 0; i < N_; ++i) {
    const double middle = 0.5 * (rest_.high(i) - rest_.minus_low(i)),
                 radius = std::max(rest_.high(i) + -middle, rest_.minus_low(i) + middle);
    for (Index k = 0; k < n_; ++k) {
      add_product(through_(k, i), minus_through_(k, i), middle, zeros.minus_low(k), zeros.high(k));
      const double spread = magnitude(through_(k, i), minus_through_(k, i)) * radius;
      zeros.high(k) += spread;
      zeros.minus_low(k) += spread;
    }
  }
  for (Index l = 0; l < n_; ++l)
    for (Index k = 0; k < n_; ++k) {
      const double spread = defect_(k, l) * magnitude(box.minus_low(l), box.high(l));
      zeros.high(k) += spread;
      zeros.minus_low(k) += spread;
    }
  for (Index k = 0; k < n_; ++k) {
    box.high(k) = std::min(box.high(k), zeros.high(k));
    box.minus_low(k) = std::min(box.minus_low(k), zeros.minus_low(k));
    if (box.high(k) + box.minus_low(k) < 0) return false;
  }
  return true;
}

Index IntervalOperators::direction_to_cut(const IntervalBox& box) const {
  const Vector<double> width = box.width();
  Vector<double> gain = Vector<double>::Zero(n_);
  for (Index i = 0; i < N_; ++i) {
    const double apart = drive_.high(i) + drive_.minus_low(i), loss = rest_.high(i) + rest_.minus_low(i);
    if (!(apart > 0)) continue;
    const double reach = (through_.col(i).array().abs() / width.array()).sum();
    gain.array() += loss * reach / apart * B_.row(i).transpose().array().abs() * width.array();
  }
  Index best = 0, widest = 0;
  const double greatest = width.maxCoeff(&widest);
  if (!gain.allFinite() || !(gain.maxCoeff(&best) > 0)) return widest;
  return width(best) > 1e-3 * greatest ? best : widest;
}

// K(X) = x - Y F(x) + (1 - Y F'(X)) (X - x), with 1 - Y F'(X) = (1 - Y J) + Y A (phi'(U) - m) B
bool IntervalOperators::one_zero(const Vector<double>& x, double radius, IntervalBox& enclosure) {
  IntervalBox box{Vector<double>(n_), Vector<double>(n_)}, point = box;
  for (Index k = 0; k < n_; ++k) {
    box.high(k) = x(k) + radius;
    box.minus_low(k) = -x(k) + radius;
    point.high(k) = x(k);
    point.minus_low(k) = -x(k);
  }
  drives_of(box);
  Vector<double> spread(N_);  // of phi'
  for (Index i = 0; i < N_; ++i) {
    const double low = -steepness_ * drive_.minus_low(i), high = steepness_ * drive_.high(i);
    const double nearest = low > 0 ? low : high < 0 ? -high : 0, furthest = std::max(std::abs(low), std::abs(high));
    const double least = std::max(0.0, -tanh_of(nearest, nearest).minus_low), most = tanh_of(furthest, furthest).high;
    const double slope_high = 1 + least * -least, minus_slope_low = most * most + -1,
                 m = 0.5 * (slope_high - minus_slope_low);
    slope_(i) = amplitude_ * steepness_ * m;
    spread(i) = amplitude_ * steepness_ * std::max(slope_high + -m, minus_slope_low + m);
  }
  approximate_inverse();
  if (!inverse_.allFinite()) return false;

  drives_of(point);
  IntervalBox F{Vector<double>(n_), Vector<double>(n_)};
  for (Index k = 0; k < n_; ++k) {
    F.high(k) = scale_ * x(k);
    F.minus_low(k) = scale_ * -x(k);
  }
  for (Index i = 0; i < N_; ++i) {
    const auto t = tanh_of(-steepness_ * drive_.minus_low(i), steepness_ * drive_.high(i));
    const double high = offset_ + amplitude_ * t.high, minus_low = -offset_ + amplitude_ * t.minus_low;
    for (Index k = 0; k < n_; ++k) {  // - A phi
      const double plus = std::max(-A_(k, i), 0.0), minus = std::max(A_(k, i), 0.0);
      F.high(k) += plus * high + minus * minus_low;
      F.minus_low(k) += plus * minus_low + minus * high;
    }
  }
  Vector<double> reach = Vector<double>::Zero(n_);
  for (Index l = 0; l < n_; ++l)
    for (Index k = 0; k < n_; ++k)
      reach(k) += std::abs(inverse_(k, l)) * magnitude(F.minus_low(l), F.high(l)) + defect_(k, l) * radius;
  for (Index i = 0; i < N_; ++i) {
    double apart = 0;
    for (Index l = 0; l < n_; ++l) apart += std::abs(B_(i, l)) * radius;
    for (Index k = 0; k < n_; ++k) reach(k) += magnitude(through_(k, i), minus_through_(k, i)) * (spread(i) * apart);
  }
  for (Index k = 0; k < n_; ++k) {
    if (!(reach(k) < radius)) return false;
    box.high(k) = x(k) + reach(k);
    box.minus_low(k) = -x(k) + reach(k);
  }
  enclosure = box;
  return true;
}

Vector<double> IntervalOperators::zero_near(Vector<double> z) const {
  for (int step = 0; step < 50; ++step) {
    const Vector<double> t = (steepness_ * (B_ * z + b_)).array().tanh();
    const Vector<double> F = scale_ * z - A_ * (offset_ + amplitude_ * t.array()).matrix(),
                         slope = amplitude_ * steepness_ * (1 - t.array().square());
    Matrix<double> J = A_ * slope.asDiagonal() * B_;
    J = -J;
    J.diagonal().array() += scale_;
    const Vector<double> change = J.partialPivLu().solve(F);
    if (!change.allFinite()) break;
    z -= change;
    if (change.cwiseAbs().maxCoeff() <= 4 * unit * z.cwiseAbs().maxCoeff()) break;
  }
  return z;
}

}  // namespace stillpoint
