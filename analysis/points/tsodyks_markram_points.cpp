#include "analysis/points/tsodyks_markram_points.hpp"

namespace stillpoint {

namespace {

/// Presynaptic output a(r) r and its slope.
struct Output {
  double value, slope;
};
Output steady_output(const TsodyksMarkramSynapse& synapse, double r) {
  const double f = synapse.firing(r), p = synapse.steady_use(f), q = synapse.steady_resource(f);
  const double U = synapse.use, tau_f = synapse.tau_f_ms, tau_d = synapse.tau_d_ms;
  const double bottom = 1 + U * tau_f * f, dp = U * tau_f * (1 - U) / (bottom * bottom);  // dp/df
  const double dq = -q * q * tau_d * (p + dp * f);
  return {synapse.scale() * p * q * r, synapse.scale() * (p * q + r * (dp * q + p * dq) * synapse.firing_slope())};
}

/// f of x, and what its Jacobian is made of.
struct Kept {
  Vector<double> f, rate_slope, output_slope, attract_slope;
};
Kept kept_of(const System& system, const TsodyksMarkramSynapse& synapse, const Vector<double>& x) {
  const auto& network = system.network();
  const bool current = network.kind == "leaky_current";
  const Vector<double> ones = Vector<double>::Ones(x.size()), r = system.read(x);
  Vector<double> z(x.size());
  Kept kept{system.constant(), ones, ones, ones};
  for (Index j = 0; j < x.size(); ++j) {
    const auto output = steady_output(synapse, r(j));
    z(j) = output.value;
    kept.output_slope(j) = output.slope;
  }
  Recurrence<double>().add(network, z, kept.f);
  if (network.W_fb.size() > 0) kept.f += network.W_fb * (network.W_out * r + network.b_out);
  if (!current) apply<double>(network.nonlinearity, kept.f);
  multiply_by_slope<double>(network.nonlinearity, current ? r : kept.f, current ? kept.rate_slope : kept.attract_slope);
  return kept;
}

}  // namespace

Velocity steady_velocity(const System& system, const TsodyksMarkramSynapse& synapse) {
  require_synaptic(system, synapse);
  return {[&system, synapse](const Vector<double>& x) -> Vector<double> { return kept_of(system, synapse, x).f - x; },
          [&system, synapse](const Vector<double>& x) -> Matrix<double> {
            const auto& network = system.network();
            const auto kept = kept_of(system, synapse, x);
            Matrix<double> J = network.recurrent() * kept.output_slope.asDiagonal();
            if (network.W_fb.size() > 0) J += network.W_fb * network.W_out;
            J = kept.attract_slope.asDiagonal() * J * kept.rate_slope.asDiagonal();
            J.diagonal().array() -= 1;
            return J;
          }};
}

Vector<double> steady_state(const System& system, const TsodyksMarkramSynapse& synapse, const Vector<double>& x) {
  const Index N = x.size();
  const Vector<double> r = system.read(x);
  Vector<double> y(3 * N);
  y.head(N) = x;
  for (Index j = 0; j < N; ++j) {
    y(N + j) = synapse.steady_use(synapse.firing(r(j)));
    y(2 * N + j) = synapse.steady_resource(synapse.firing(r(j)));
  }
  return y;
}

Matrix<double> tsodyks_markram_linearisation(const System& system, const TsodyksMarkramSynapse& synapse,
                                             const Vector<double>& x) {
  return equations_with_synapse(system, synapse)
      .tangent(steady_state(system, synapse, x), Matrix<double>::Identity(3 * x.size(), 3 * x.size()));
}

}  // namespace stillpoint
