// Bounds of the zeros of a latent equation (analysis/points/latent_equation.hpp) that hold in spite of rounding.
//
// An interval [low, high] is kept as (-low, high): with every operation rounding upward, both are upper bounds, and a sum
// or product needs no change of the rounding mode (as in Rump 1999, doi:10.1007/978-94-017-1247-7_7, of matrices). All
// members but the constructor are to be called while a RoundingUpward lives; the file is compiled so that the compiler
// keeps to the mode (-frounding-math). Values of tanh, asinh and of the products that only guide (an approximate inverse)
// come from libraries: tanh is taken to be within 8 units in its last place, more than twice what the C library of GNU
// states for any mode; nothing depends on how good the inverse is.
#pragma once

#include "analysis/points/latent_equation.hpp"

namespace stillpoint {

class RoundingUpward {
 public:
  RoundingUpward();
  ~RoundingUpward();
  RoundingUpward(const RoundingUpward&) = delete;
  RoundingUpward& operator=(const RoundingUpward&) = delete;

 private:
  int before_;
};

/// Of n entries, closed.
struct IntervalBox {
  Vector<double> minus_low, high;
  Index size() const { return high.size(); }
  Vector<double> low() const { return -minus_low; }
  Vector<double> width() const;  // at least
  Vector<double> middle() const;
  bool inside(const IntervalBox& other) const;
  bool meets(const IntervalBox& other) const;
};

class IntervalOperators {
 public:
  /// phi: tanh or logistic.
  explicit IntervalOperators(const LatentEquation& equation);

  /// A box that holds every zero.
  IntervalBox everything();

  /// Takes away of the box what holds no zero, once; false: none of it does. phi(u) lies in m u + [w] over the drives of the
  /// box, m the slope of its chord, so that zeros lie in (scale - A m B)^-1 (A w).
  bool contract(IntervalBox& box);
  /// In which of its directions a box is to be cut, that the chords come closest to phi; after contract().
  Index direction_to_cut(const IntervalBox& box) const;

  /// Whether exactly one zero lies within `radius` of x in every entry, by Krawczyk's operator (Krawczyk 1969,
  /// doi:10.1007/BF02234767; Neumaier 1990, doi:10.1017/CBO9780511526473): it maps that box into its interior. `enclosure`
  /// becomes what is left of it.
  bool one_zero(const Vector<double>& x, double radius, IntervalBox& enclosure);

  /// By Newton's method, not rigorous.
  Vector<double> zero_near(Vector<double> z) const;

 private:
  struct Bound {
    double minus_low, high;
  };
  Bound tanh_of(double low, double high) const;
  void drives_of(const IntervalBox& box);
  void chord(Index i);
  void approximate_inverse();

  Index n_, N_;
  double scale_, amplitude_, steepness_, offset_;  // phi(u) = offset + amplitude tanh(steepness u), powers of 2
  Matrix<double> A_, B_;                           // n x N, N x n
  Vector<double> b_;
  IntervalBox drive_, rest_;                         // u; w
  Vector<double> slope_;                             // m
  Matrix<double> inverse_;                           // Y of J = scale - A m B, n x n
  Matrix<double> through_, minus_through_, defect_;  // upper bounds of Y A, of -Y A, and of |1 - Y J|
};

}  // namespace stillpoint
