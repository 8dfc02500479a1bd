// phi and its first two derivatives (slope, curvature), as small policies. The derivatives are written in terms of the
// value: the forward pass stores phi(u), never u, and no exponential is computed twice.
#pragma once

#include <cassert>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/types.hpp"
#include "sim/vector_tanh.hpp"

namespace stillpoint {

struct Identity {
  template <class A>
  static auto value(const A& u) {
    return u;
  }
  template <class A>
  static auto slope(const A& phi) {
    return 0 * phi + 1;
  }
  template <class A>
  static auto curvature(const A& phi) {
    return 0 * phi;
  }
};
struct Tanh {
  template <class A>
  static auto value(const A& u) {
    if constexpr (std::is_same_v<typename A::Scalar, double>)
      return u.unaryExpr(VectorTanh{});
    else
      return u.tanh();
  }
  template <class A>
  static auto slope(const A& phi) {
    return 1 - phi.square();
  }
  template <class A>
  static auto curvature(const A& phi) {
    return -2 * phi * (1 - phi.square());
  }
};
/// phi'(0) = 0.
struct Relu {
  template <class A>
  static auto value(const A& u) {
    return u.cwiseMax(0);
  }
  template <class A>
  static auto slope(const A& phi) {
    return (phi > 0).template cast<typename A::Scalar>();
  }
  template <class A>
  static auto curvature(const A& phi) {
    return 0 * phi;
  }
};
/// log(1 + exp(u)), written so that neither sign overflows.
struct Softplus {
  template <class A>
  static auto value(const A& u) {
    return u.cwiseMax(0) + (-u.abs()).exp().log1p();
  }
  template <class A>
  static auto slope(const A& phi) {
    return -(-phi).expm1();
  }
  template <class A>
  static auto curvature(const A& phi) {
    return (-phi).exp() * (-(-phi).expm1());
  }
};
/// 1 / (1 + exp(-u)).
struct Logistic {
  template <class A>
  static auto value(const A& u) {
    return u.logistic();
  }
  template <class A>
  static auto slope(const A& phi) {
    return phi * (1 - phi);
  }
  template <class A>
  static auto curvature(const A& phi) {
    return phi * (1 - phi) * (1 - 2 * phi);
  }
};

enum class Nonlinearity { tanh, relu, softplus, logistic, identity };  // networks have all but the last

/// Calls `use` with the policy that `phi` names.
template <class Use>
void with_policy(Nonlinearity phi, Use&& use) {
  switch (phi) {
    case Nonlinearity::identity:
      return use(Identity{});
    case Nonlinearity::tanh:
      return use(Tanh{});
    case Nonlinearity::relu:
      return use(Relu{});
    case Nonlinearity::softplus:
      return use(Softplus{});
    case Nonlinearity::logistic:
      return use(Logistic{});
  }
}

/// A matrix as one long array. By columns, Eigen would compute the last N mod 16 entries of each one by one.
template <class M>
auto flat(M&& matrix) {
  using Values =
      std::conditional_t<std::is_const_v<std::remove_pointer_t<decltype(matrix.data())>>,
                         const Vector<typename std::decay_t<M>::Scalar>, Vector<typename std::decay_t<M>::Scalar>>;
  assert(matrix.outerStride() == matrix.rows() || matrix.cols() == 1);
  return Eigen::Map<Values>(matrix.data(), matrix.size());
}

/// u <- phi(u); columns without gaps.
template <class Scalar>
void apply(Nonlinearity phi, MatrixRef<Scalar> u) {
  if (phi == Nonlinearity::identity) return;
  with_policy(phi, [&](auto policy) { flat(u).array() = decltype(policy)::value(flat(u).array()); });
}

/// target <- target * phi', elementwise, with phi' from the value of phi; columns without gaps.
template <class Scalar>
void multiply_by_slope(Nonlinearity phi, MatrixView<Scalar> value, MatrixRef<Scalar> target) {
  if (phi == Nonlinearity::identity) return;
  with_policy(phi, [&](auto policy) { flat(target).array() *= decltype(policy)::slope(flat(value).array()); });
}

/// target <- target * phi'', elementwise, with phi'' from the value of phi; columns without gaps.
template <class Scalar>
void multiply_by_curvature(Nonlinearity phi, MatrixView<Scalar> value, MatrixRef<Scalar> target) {
  with_policy(phi, [&](auto policy) { flat(target).array() *= decltype(policy)::curvature(flat(value).array()); });
}

/// "tanh", "relu", "softplus", "logistic": what a network may use.
const std::vector<std::string>& nonlinearity_names();
/// Throws UserError on an unknown name.
Nonlinearity nonlinearity_from(const std::string& name);
std::string name_of(Nonlinearity phi);

}  // namespace stillpoint
