// Synapses as an analysis takes them: as differential equations, bound to a network, without a trial.
#pragma once

#include <functional>

#include "plasticity/short_term/synapses.hpp"
#include "tests/problems.hpp"

namespace stillpoint::problems {

inline TcrParameters dense_tcr(double beta, double tau_s_ms) {
  TcrParameters parameters;
  parameters.beta = beta;
  parameters.tau_s_ms = tau_s_ms;
  parameters.form = TcrParameters::Form::dense;
  return parameters;
}
inline TsodyksMarkramParameters parameters_of(const TsodyksMarkramConstants& c) {
  using Normalise = TsodyksMarkramParameters::Normalise;
  return {c.use, c.tau_f_ms, c.tau_d_ms, c.f_max_hz, c.normalised ? Normalise::rest : Normalise::none};
}

/// Its `continuous` is the equation.
inline std::unique_ptr<Synapse<double>> bound_to(const Network<double>& network, const SynapseModel& model) {
  auto synapse = model.make<double>(synapse_context(network, {Method::euler, network.dt_ms.value_or(1), 0}, {}, 1));
  synapse->continuous()->bind(network);
  return synapse;
}

/// Derivative of F along each column of q.
inline Array central_differences(const std::function<Column(const Column&)>& F, const Column& y, const Array& q) {
  const double h = 1e-6;
  Array slopes(F(y).size(), q.cols());
  for (Index k = 0; k < q.cols(); ++k) slopes.col(k) = (F(y + h * q.col(k)) - F(y - h * q.col(k))) / (2 * h);
  return slopes;
}

}  // namespace stillpoint::problems
