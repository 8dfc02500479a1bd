#include "analysis/synaptic_equations.hpp"

#include <memory>
#include <tuple>

namespace stillpoint {

namespace {

using Square = Eigen::Map<const Matrix<double>>;

/// What all synapses share: rate, drive, what is kept of it, and their tangents. B columns, or one state and k
/// tangents.
class Neurons {
 public:
  explicit Neurons(const System& system)
      : system_(system),
        network_(system.network()),
        N_(network_.size()),
        current_(network_.kind == "leaky_current"),
        per_ms_((network_.kind == "rnn_map" ? system.tau_ms() : network_.tau_ms).cwiseInverse()) {}

  Index size() const { return N_; }
  const Network<double>& network() const { return network_; }
  /// phi where it is the state's (r = phi(x)), or the drive's (f = phi(u)).
  Matrix<double> rate(Matrix<double> x) const {
    if (current_) apply<double>(network_.nonlinearity, x);
    return x;
  }
  Matrix<double> activate(Matrix<double> u) const {
    if (!current_) apply<double>(network_.nonlinearity, u);
    return u;
  }
  /// dr/dx, df/du
  Vector<double> rate_slope(const Vector<double>& r) const { return current_ ? slope(r) : ones(); }
  Vector<double> activation_slope(const Vector<double>& f) const { return current_ ? ones() : slope(f); }

  /// All of u but what a synapse adds; z is what W acts on.
  Matrix<double> drive(const Matrix<double>& r, const Matrix<double>& z) const {
    Matrix<double> u = system_.constant().replicate(1, r.cols());
    Recurrence<double>().add(network_, z, u);
    if (network_.W_fb.size() > 0) u += network_.W_fb * ((network_.W_out * r).colwise() + network_.b_out);
    return u;
  }
  Matrix<double> drive_tangent(const Matrix<double>& dr, const Matrix<double>& dz) const {
    Matrix<double> du = Matrix<double>::Zero(N_, dr.cols());
    Recurrence<double>().add(network_, dz, du);
    if (network_.W_fb.size() > 0) du += network_.W_fb * (network_.W_out * dr);
    return du;
  }
  /// (f - x) / tau
  Matrix<double> leak(const Matrix<double>& x, const Matrix<double>& f) const { return per_ms_.asDiagonal() * (f - x); }

  /// v d, the postsynaptic factor of TCR: (f - x) phi'(u), or phi'(x)^2 (u - x).
  Vector<double> post(const Vector<double>& x, const Vector<double>& r, const Vector<double>& f) const {
    const Vector<double> s = slope(current_ ? r : f);
    return (f - x).array() * s.array() * (current_ ? s : ones()).array();
  }
  Matrix<double> post_tangent(const Vector<double>& x, const Vector<double>& r, const Vector<double>& f,
                              const Matrix<double>& dx, const Matrix<double>& du) const {
    const Vector<double> s = slope(current_ ? r : f), gap = f - x;
    Vector<double> c = ones();  // phi''
    multiply_by_curvature<double>(network_.nonlinearity, current_ ? r : f, c);
    const Vector<double> s2 = s.array().square(), bend = gap.array() * c.array();
    if (current_) return s2.asDiagonal() * (du - dx) + Matrix<double>((2 * s.cwiseProduct(bend)).asDiagonal() * dx);
    return (s2 + bend).asDiagonal() * du - Matrix<double>(s.asDiagonal() * dx);
  }

 private:
  Vector<double> ones() const { return Vector<double>::Ones(N_); }
  Vector<double> slope(const Vector<double>& value) const {
    Vector<double> s = ones();
    multiply_by_slope<double>(network_.nonlinearity, value, s);
    return s;
  }

  const System& system_;
  const Network<double>& network_;
  Index N_;
  bool current_;
  Vector<double> per_ms_;
};

class Tcr {
 public:
  Tcr(const System& system, const TcrSynapse& synapse)
      : neurons_(system),
        gain_(-synapse.beta / static_cast<double>(neurons_.size()) / synapse.tau_s_ms),
        decay_(-1 / synapse.tau_s_ms) {}

  Index dimension() const { return N() + N() * N(); }

  Matrix<double> rates_of_change(const Matrix<double>& y) const {
    Matrix<double> change(y.rows(), y.cols());
    for (Index b = 0; b < y.cols(); ++b) {
      const Vector<double> x = y.col(b).head(N()), r = neurons_.rate(x);
      const Matrix<double> S = Square(y.col(b).data() + N(), N(), N());
      const Vector<double> f = neurons_.activate(neurons_.drive(r, r) + acting(S) * r);
      change.col(b).head(N()) = neurons_.leak(x, f);
      square(change, b) = decay_ * S + gain_ * existing(neurons_.post(x, r, f) * r.transpose());
    }
    return change;
  }

  Matrix<double> tangent(const Vector<double>& y, const Matrix<double>& q) const {
    const Vector<double> x = y.head(N()), r = neurons_.rate(x);
    const Matrix<double> S = Square(y.data() + N(), N(), N()), acts = acting(S);
    const Vector<double> f = neurons_.activate(neurons_.drive(r, r) + acts * r), post = neurons_.post(x, r, f);
    const Matrix<double> passes = (acts.array() == S.array()).cast<double>();

    const Matrix<double> dx = q.topRows(N()), dr = neurons_.rate_slope(r).asDiagonal() * dx;
    Matrix<double> du = neurons_.drive_tangent(dr, dr) + acts * dr;
    for (Index k = 0; k < q.cols(); ++k) du.col(k) += passes.cwiseProduct(Square(q.col(k).data() + N(), N(), N())) * r;
    const Matrix<double> dpost = neurons_.post_tangent(x, r, f, dx, du);
    Matrix<double> change(q.rows(), q.cols());
    change.topRows(N()) = neurons_.leak(dx, neurons_.activation_slope(f).asDiagonal() * du);
    for (Index k = 0; k < q.cols(); ++k)
      square(change, k) = decay_ * Square(q.col(k).data() + N(), N(), N()) +
                          gain_ * existing(dpost.col(k) * r.transpose() + post * dr.col(k).transpose());
    return change;
  }

 private:
  Index N() const { return neurons_.size(); }
  Eigen::Map<Matrix<double>> square(Matrix<double>& y, Index b) const { return {y.col(b).data() + N(), N(), N()}; }
  Matrix<double> existing(const Matrix<double>& S) const {
    const auto& mask = neurons_.network().mask;
    return mask.size() > 0 ? Matrix<double>(S.cwiseProduct(mask)) : S;
  }
  /// Of S what acts: on existing connections, and under Dale's law until W + S is 0.
  Matrix<double> acting(const Matrix<double>& S) const {
    const auto& network = neurons_.network();
    Matrix<double> acts = existing(S);
    for (Index j = 0; j < network.sign.size(); ++j)
      acts.col(j) = network.sign(j) > 0 ? acts.col(j).cwiseMax(-network.W.col(j)).eval()
                                        : acts.col(j).cwiseMin(-network.W.col(j)).eval();
    return acts;
  }

  Neurons neurons_;
  double gain_, decay_;  // [1/ms]
};

class TsodyksMarkram {
 public:
  TsodyksMarkram(const System& system, const TsodyksMarkramSynapse& synapse)
      : neurons_(system), synapse_(synapse), scale_(synapse.scale()) {}

  Index dimension() const { return 3 * N(); }

  Matrix<double> rates_of_change(const Matrix<double>& y) const {
    const auto p = y.middleRows(N(), N()).array(), q = y.bottomRows(N()).array();
    const Matrix<double> x = y.topRows(N()), r = neurons_.rate(x), fired = firing(r),
                         z = (scale_ * p * q * r.array()).matrix();
    const auto f = fired.array();
    Matrix<double> change(y.rows(), y.cols());
    change << neurons_.leak(x, neurons_.activate(neurons_.drive(r, z))),
        ((synapse_.use - p) / synapse_.tau_f_ms + synapse_.use * (1 - p) * f).matrix(),
        ((1 - q) / synapse_.tau_d_ms - p * q * f).matrix();
    return change;
  }

  Matrix<double> tangent(const Vector<double>& y, const Matrix<double>& vectors) const {
    const auto p = y.segment(N(), N()).array(), q = y.tail(N()).array();
    const Vector<double> x = y.head(N()), r = neurons_.rate(x), f = firing(r);
    const Matrix<double> dx = vectors.topRows(N()), dp = vectors.middleRows(N(), N()), dq = vectors.bottomRows(N());
    const Matrix<double> dr = neurons_.rate_slope(r).asDiagonal() * dx;
    const auto times = [](const auto& factor, const Matrix<double>& columns) -> Matrix<double> {
      return columns.array().colwise() * factor;
    };
    const Matrix<double> dz =
        scale_ * (times((p * q).eval(), dr) + times((q * r.array()).eval(), dp) + times((p * r.array()).eval(), dq));
    const Vector<double> kept = neurons_.activate(neurons_.drive(r, scale_ * (p * q * r.array()).matrix()));
    const Matrix<double> df = synapse_.firing_slope() * dr;
    const auto& [U, tau_f, tau_d] = std::tie(synapse_.use, synapse_.tau_f_ms, synapse_.tau_d_ms);
    Matrix<double> change(vectors.rows(), vectors.cols());
    change << neurons_.leak(dx, neurons_.activation_slope(kept).asDiagonal() * neurons_.drive_tangent(dr, dz)),
        times((-1 / tau_f - U * f.array()).eval(), dp) + times((U * (1 - p)).eval(), df),
        times((-1 / tau_d - p * f.array()).eval(), dq) - times((q * f.array()).eval(), dp) - times((p * q).eval(), df);
    return change;
  }

 private:
  Index N() const { return neurons_.size(); }
  Matrix<double> firing(const Matrix<double>& r) const {
    return r.unaryExpr([this](double each) { return synapse_.firing(each); });
  }

  Neurons neurons_;
  TsodyksMarkramSynapse synapse_;
  double scale_;
};

template <class Joint>
Equations equations_of(const System& system, std::shared_ptr<const Joint> joint) {
  Equations equations;
  equations.dimension = joint->dimension();
  equations.map = system.as() == System::As::map;
  if (!equations.map) {
    equations.value = [joint](const Matrix<double>& y) { return joint->rates_of_change(y); };
    equations.tangent = [joint](const Vector<double>& y, const Matrix<double>& q) { return joint->tangent(y, q); };
    return equations;
  }
  const double dt = equations.step_ms = system.tau_ms()(0);
  equations.value = [joint, dt](const Matrix<double>& y) -> Matrix<double> {
    return y + dt * joint->rates_of_change(y);
  };
  equations.tangent = [joint, dt](const Vector<double>& y, const Matrix<double>& q) -> Matrix<double> {
    return q + dt * joint->tangent(y, q);
  };
  return equations;
}

}  // namespace

void require_synaptic(const System& system, const SynapseModel& synapse) {
  const auto& kind = system.network().kind;
  require_parameter(kind == "leaky_rate" || kind == "leaky_current" || kind == "low_rank" || kind == "rnn_map", "synapse",
                 std::holds_alternative<TcrSynapse>(synapse) ? "tcr" : "tsodyks_markram",
                 "its equations are known for leaky_rate, leaky_current, low_rank and rnn_map, "
                 "this is a " +
                     kind + "; use --synapse none");
}

Vector<double> with_resting_synapses(const System& system, const SynapseModel& synapse, const Vector<double>& x) {
  const Index N = system.network().size();
  Vector<double> y;
  if (std::holds_alternative<TcrSynapse>(synapse)) {
    y = Vector<double>::Zero(N + N * N);
  } else {
    const auto& model = std::get<TsodyksMarkramSynapse>(synapse);
    y.resize(3 * N);
    y.segment(N, N).setConstant(model.steady_use(model.firing(0)));
    y.tail(N).setConstant(model.steady_resource(model.firing(0)));
  }
  y.head(N) = x;
  return y;
}

Equations equations_with_synapse(const System& system, const SynapseModel& synapse) {
  require_synaptic(system, synapse);
  if (const auto* tcr = std::get_if<TcrSynapse>(&synapse))
    return equations_of(system, std::make_shared<const Tcr>(system, *tcr));
  return equations_of(system, std::make_shared<const TsodyksMarkram>(system, std::get<TsodyksMarkramSynapse>(synapse)));
}

}  // namespace stillpoint
