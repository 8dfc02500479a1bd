// Networks without input and readout, for paths whose bifurcations are known in closed form.
#pragma once

#include "analysis/points/newton.hpp"
#include "tests/problems.hpp"

namespace stillpoint::problems {

inline const Vector<double> no_input = Vector<double>(0);

/// No inputs, no readout; tau 50 ms; dt_ms 10 where it is a map in Euler steps.
inline Network<double> bare(const std::string& kind, Nonlinearity phi_kind, const Matrix<double>& W,
                            const Vector<double>& b) {
  Network<double> network;
  network.kind = kind;
  network.nonlinearity = phi_kind;
  network.W = W;
  network.b = b;
  network.W_in.resize(W.rows(), 0);
  network.W_out.resize(0, W.rows());
  network.b_out.resize(0);
  network.tau_ms.setConstant(W.rows(), 50);
  if (kind == "plrnn") network.A.setConstant(W.rows(), 0.5);
  return network;
}
inline Network<double> one_tanh(double w, double b) {
  return bare("leaky_rate", Nonlinearity::tanh, Matrix<double>::Constant(1, 1, w), Vector<double>::Constant(1, b));
}
inline Vector<double> root_near(const Network<double>& network, System::As as, const Vector<double>& guess) {
  return *find_root(System(network, no_input, as), guess);
}

}  // namespace stillpoint::problems
