#include "analysis/synaptic_equations.hpp"

#include "sim/blas.hpp"

namespace stillpoint {

namespace {

class Joint {
 public:
  Joint(const System& system, const ContinuousSynapse<double>& synapse)
      : system_(system), synapse_(synapse), N_(system.dimension()), rows_(synapse.rows(N_)) {}

  Matrix<double> value(const Matrix<double>& y) const {
    const ProductsOnOneThread products;
    const Matrix<double> x = y.topRows(N_);
    const auto S = y.bottomRows(rows_);  // N^2 entries each, it may be: not copied
    Matrix<double> r(N_, y.cols()), post(N_, y.cols()), result(y.rows(), y.cols());
    const auto f = activated(x, S, r);
    StepView<double>{0, x, r, f, system_.dynamics()}.postsynaptic_change(post);
    result.topRows(N_) = system_.moved(x, f);
    auto change = result.bottomRows(rows_);
    synapse_.derivative(S, r, post, change);
    if (is_map()) change = S + step_ms() * change;
    return result;
  }

  Matrix<double> tangent(const Vector<double>& y, const Matrix<double>& q) const {
    const ProductsOnOneThread products;
    const auto& dynamics = system_.dynamics();
    const Matrix<double> x = y.topRows(N_);
    const auto S = y.bottomRows(rows_);
    Matrix<double> r(N_, 1), post(N_, 1);
    const auto f = activated(x, S, r);
    StepView<double>{0, x, r, f, dynamics}.postsynaptic_change(post);

    const Matrix<double> dx = q.topRows(N_);
    const auto dS = q.bottomRows(rows_);
    Matrix<double> kappa = Matrix<double>::Ones(N_, 1);
    dynamics.multiply_rate_gain(r, kappa);
    const Matrix<double> dr = kappa.col(0).asDiagonal() * dx;
    Matrix<double> du = system_.drive_tangent(dx, dr, output_tangent(S, r, dS, dr));
    if (synapse_.drives()) synapse_.add_current_tangent(S, r, dS, dr, du);
    Matrix<double> dpost(N_, q.cols()), result(q.rows(), q.cols());
    dynamics.postsynaptic_tangent(x, r, f, dx, du, dpost);
    auto dchange = result.bottomRows(rows_);
    synapse_.derivative_tangent(S, r, post, dS, dr, dpost, dchange);
    result.topRows(N_) = system_.tangent(f, dx, du);
    if (is_map())
      dchange = dS + step_ms() * dchange;
    else
      result.topRows(N_).array().colwise() /= system_.tau_ms().array();
    return result;
  }

  Equations equations() const {
    Equations equations;
    equations.dimension = N_ + rows_;
    equations.map = is_map();
    if (equations.map) equations.step_ms = step_ms();
    equations.value = [joint = *this](const Matrix<double>& y) { return joint.value(y); };
    equations.tangent = [joint = *this](const Vector<double>& y, const Matrix<double>& q) {
      return joint.tangent(y, q);
    };
    return equations;
  }

 private:
  bool is_map() const { return system_.as() == System::As::map; }
  double step_ms() const { return system_.tau_ms()(0); }

  /// f of states, and their rates.
  Matrix<double> activated(const Matrix<double>& x, MatrixView<double> S, Matrix<double>& r) const {
    system_.dynamics().rate(x, r);
    Matrix<double> z = r;
    if (synapse_.scales()) {
      synapse_.efficacy_of(S, z);
      z.array() *= r.array();
    }
    Matrix<double> u = system_.drive(x, z);
    if (synapse_.drives()) synapse_.add_current_of(S, r, u);
    system_.dynamics().activate(u);
    return u;
  }
  /// dz of z = a r
  Matrix<double> output_tangent(MatrixView<double> S, const Matrix<double>& r, MatrixView<double> dS,
                                const Matrix<double>& dr) const {
    if (!synapse_.scales()) return dr;
    Matrix<double> a(N_, 1), da(N_, dr.cols());
    synapse_.efficacy_of(S, a);
    synapse_.efficacy_tangent(S, dS, da);
    return a.col(0).asDiagonal() * dr + r.col(0).asDiagonal() * da;
  }

  const System& system_;
  const ContinuousSynapse<double>& synapse_;
  Index N_, rows_;
};

Vector<double> joined(const Vector<double>& x, const Matrix<double>& S) {
  Vector<double> y(x.size() + S.size());
  y << x, S.col(0);
  return y;
}

}  // namespace

Vector<double> with_initial_synapse(const System& system, const ContinuousSynapse<double>& synapse,
                                    const Vector<double>& x) {
  Matrix<double> r(system.network().size(), 1), S(synapse.rows(r.rows()), 1);
  system.dynamics().rate(x, r);
  synapse.initial_state(r, S);
  return joined(x, S);
}

Vector<double> with_resting_synapse(const System& system, const ContinuousSynapse<double>& synapse,
                                    const Vector<double>& x) {
  Matrix<double> r(system.network().size(), 1), S(synapse.rows(r.rows()), 1);
  system.dynamics().rate(x, r);
  synapse.resting_state(r, S);
  return joined(x, S);
}

Equations equations_with_synapse(const System& system, const ContinuousSynapse<double>& synapse) {
  const auto& kind = network_kind(system.network().kind);
  require_parameter(kind.acts_on_rates, "synapse", "not none",
                    "has no meaning in an " + kind.name + ", whose recurrent weights act on gates; use no synapse");
  return Joint(system, synapse).equations();
}

}  // namespace stillpoint
