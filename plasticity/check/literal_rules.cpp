#include "plasticity/check/literal_rules.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <map>

#include "plasticity/check/literal_network.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

/// Everything that may act on a neuron through a weight: z_j (W), s_k (W_in), 1 (b).
struct Source {
  Index j;
  double operator()(const LiteralNetwork& n, Index t, Index b) const {
    const Index N = n.network.size(), K = n.network.inputs();
    return j < N ? n.z(j, t, b) : j < N + K ? n.s(j - N, t, b) : 1;
  }
  double& weight(Gradient<double>& of, Index i) const {
    const Index N = of.W.cols(), K = of.W_in.cols();
    return j < N ? of.W(i, j) : j < N + K ? of.W_in(i, j - N) : of.b(i);
  }
};

/// Bellec et al. 2020, doi:10.1038/s41467-020-17236-y (with random feedback RFLO, J. M. Murray 2019,
/// doi:10.7554/eLife.43299), in the forward form of the paper, one trace per synapse:
///   p_ij(t+1) = (1 - alpha_i) p_ij(t) + c_i(t) z_j(t),   dL/dW_ij = sum_t rho_i l_i p_ij,   l_i = sum_o F_io e_o
class LiteralEProp : public LiteralRule {
 public:
  explicit LiteralEProp(const LiteralSetting& setting) : F_(setting.feedback) {
    if (setting.options.text("tcr.form") == "loss") lambda_ = setting.options.number("tcr.lambda");
  }
  void write(const Recorded& recorded, Gradient<double>& written) override {
    const LiteralNetwork n{recorded};
    const Index N = n.network.size(), sources = N + n.network.inputs() + 1;
    for (Index b = 0; b < n.run.batch; ++b)
      for (Index i = 0; i < N; ++i) {
        std::vector<double> p(static_cast<std::size_t>(sources), 0);
        for (Index t = 0; t < n.run.steps; ++t) {
          double l = 0;
          for (Index o = 0; o < n.network.outputs(); ++o) l += F_(i, o) * n.error(o, t, b);
          const double c = n.c(i, n.u(i, t, b));
          for (Source source{0}; source.j < sources; ++source.j) {
            auto& trace = p[static_cast<std::size_t>(source.j)];
            trace = (1 - n.alpha(i)) * trace + c * source(n, t, b);
            source.weight(written, i) += n.rho(i, t + 1, b) * l * trace;
          }
        }
      }
    for (Index i = 0; i < n.network.A.size(); ++i) write_leak(n, i, written);
    if (lambda_ > 0) literal_temporal_consistency(recorded, lambda_, true, written);
  }

 private:
  /// plrnn: x_i itself is the source that A_i weighs.
  void write_leak(const LiteralNetwork& n, Index i, Gradient<double>& written) const {
    for (Index b = 0; b < n.run.batch; ++b) {
      double p = 0;
      for (Index t = 0; t < n.run.steps; ++t) {
        double l = 0;
        for (Index o = 0; o < n.network.outputs(); ++o) l += F_(i, o) * n.error(o, t, b);
        p = (1 - n.alpha(i)) * p + n.x(i, t, b);
        written.A(i) += l * p;
      }
    }
  }
  Matrix<double> F_;
  double lambda_ = 0;
};

/// The same for an lstm, along its cell (Bellec et al. 2020): with gates i, f, o and candidate g of neuron n, and any
/// source z_j of the drive of gate k,
///   e(t+1) = f_n e(t) + dc_n(t+1)/du_k z_j,   dL/dW_kj = sum_t l_n [ o_n (1 - tanh^2 c_n) e + dh_n(t+1)/du_k z_j ]
class LiteralLstmEProp : public LiteralRule {
 public:
  explicit LiteralLstmEProp(const LiteralSetting& setting) : F_(setting.feedback) {}
  void write(const Recorded& recorded, Gradient<double>& written) override {
    const auto& network = recorded.network;
    const auto& trials = recorded.trials;
    const Index N = network.size(), K = network.inputs(), B = recorded.run.batch;
    const auto logistic = [](double u) { return 1 / (1 + std::exp(-u)); };
    for (Index b = 0; b < B; ++b)
      for (Index n = 0; n < N; ++n) {
        Matrix<double> e = Matrix<double>::Zero(4, N + K + 1);
        for (Index t = 0; t < recorded.run.steps; ++t) {
          Vector<double> z(N + K + 1);
          z << recorded.run.state.col(t * B + b).head(N), trials.inputs.col(t * B + b), 1;
          Vector<double> u(4);
          for (Index k = 0; k < 4; ++k) {
            u(k) = network.b(k * N + n);
            for (Index j = 0; j < N; ++j) u(k) += network.W(k * N + n, j) * z(j);
            for (Index j = 0; j < K; ++j) u(k) += network.W_in(k * N + n, j) * z(N + j);
          }
          const double i = logistic(u(0)), f = logistic(u(1)), g = std::tanh(u(2)), o = logistic(u(3)),
                       c = recorded.run.state(N + n, t * B + b), tanh_c = std::tanh(f * c + i * g);
          const Vector<double> dc =
              (Vector<double>(4) << g * i * (1 - i), c * f * (1 - f), i * (1 - g * g), 0).finished();
          double l = 0;
          for (Index out = 0; out < network.outputs(); ++out) {
            double y_hat = network.b_out(out);
            for (Index j = 0; j < N; ++j) y_hat += network.W_out(out, j) * recorded.run.state(j, (t + 1) * B + b);
            const Index column = t * B + b;
            l += F_(n, out) * 2 * trials.mask(out, column) * (y_hat - trials.targets(out, column)) / trials.mask.sum();
          }
          for (Index k = 0; k < 4; ++k)
            for (Source source{0}; source.j < z.size(); ++source.j) {
              e(k, source.j) = f * e(k, source.j) + dc(k) * z(source.j);
              const double direct = k == 3 ? tanh_c * o * (1 - o) * z(source.j) : 0;
              source.weight(written, k * N + n) += l * (o * (1 - tanh_c * tanh_c) * e(k, source.j) + direct);
            }
        }
      }
  }

 private:
  Matrix<double> F_;
};

/// Oja 1982, doi:10.1007/BF00275687: dW_ij = eta mean_{t,b} [ r_i(t+1) z_j(t) - r_i(t+1)^2 W_ij ]
class LiteralOja : public LiteralRule {
 public:
  explicit LiteralOja(const LiteralSetting& setting) : eta_(setting.options.number("oja.rate")) {}
  void write(const Recorded& recorded, Gradient<double>& written) override {
    const LiteralNetwork n{recorded};
    const double steps = static_cast<double>(n.trials.valid_columns());
    for (Index i = 0; i < n.network.size(); ++i)
      for (Index j = 0; j < n.network.size(); ++j)
        for (Index b = 0; b < n.run.batch; ++b)
          for (Index t = 0; t < n.trials.length[static_cast<std::size_t>(b)]; ++t) {
            const double y = n.r(i, t + 1, b);
            written.W(i, j) += eta_ * y * (n.z(j, t, b) - y * n.W(i, j)) / steps;
          }
  }

 private:
  double eta_;
};

/// Xie & Seung 1999 (NIPS 12): dW_ij = -eta mean_{t,b} v_i(t) r_j(t), v = tau dr/dt
class LiteralAntiHebbian : public LiteralRule {
 public:
  explicit LiteralAntiHebbian(const LiteralSetting& setting) : eta_(setting.options.number("anti_hebbian.rate")) {}
  void write(const Recorded& recorded, Gradient<double>& written) override {
    const LiteralNetwork n{recorded};
    const double steps = static_cast<double>(n.trials.valid_columns());
    for (Index b = 0; b < n.run.batch; ++b)
      for (Index t = 0; t < n.trials.length[static_cast<std::size_t>(b)]; ++t)
        for (Index i = 0; i < n.network.size(); ++i) {
          const double v = n.v(i, n.x(i, t, b), n.u(i, t, b));
          for (Index j = 0; j < n.network.size(); ++j) written.W(i, j) -= eta_ * v * n.r(j, t, b) / steps;
        }
  }

 private:
  double eta_;
};

/// Miconi 2017, doi:10.7554/eLife.20899, given the trajectory that the kicks left behind:
///   E_ij = sum_t [ r_j(t) (x_i(t+1) - xbar_i(t)) ]^3,   dW_ij = clip(-eta Rbar_c E_ij (R - Rbar_c)), trial by trial
class LiteralRewardHebbian : public LiteralRule {
 public:
  explicit LiteralRewardHebbian(const LiteralSetting& setting) : options_(setting.options) {}
  void write(const Recorded& recorded, Gradient<double>& written) override {
    const LiteralNetwork n{recorded};
    const double eta = options_.number("reward_hebbian.rate"), m = options_.number("reward_hebbian.memory"),
                 largest = options_.number("reward_hebbian.largest_change"),
                 k = std::exp(-recorded.integration.dt_ms / options_.number("reward_hebbian.mean_tau_ms"));
    for (Index b = 0; b < n.run.batch; ++b) {
      const Index length = n.trials.length[static_cast<std::size_t>(b)];
      double wrong = 0, graded = 0;
      for (Index t = 0; t < length; ++t)
        for (Index o = 0; o < n.network.outputs(); ++o)
          if (n.trials.mask(o, n.trials.column(t, b)) != 0) {
            wrong += std::abs(n.y_hat(o, t, b) - n.trials.targets(o, n.trials.column(t, b)));
            ++graded;
          }
      if (graded == 0) continue;
      const double R = wrong / graded;
      const int c = n.trials.condition[static_cast<std::size_t>(b)];
      if (expected_.count(c) == 0) {
        expected_[c] = R;
        continue;
      }
      for (Index i = 0; i < n.network.size(); ++i)
        for (Index j = 0; j < n.network.size(); ++j) {
          double E = 0, xbar = n.x(i, 0, b);
          for (Index t = 0; t < length; ++t) {
            E += std::pow(n.r(j, t, b) * (n.x(i, t + 1, b) - xbar), 3);
            xbar = k * xbar + (1 - k) * n.x(i, t + 1, b);
          }
          written.W(i, j) += std::clamp(-eta * expected_[c] * E * (R - expected_[c]), -largest, largest);
        }
      expected_[c] = m * expected_[c] + (1 - m) * R;
    }
  }

 private:
  const Options& options_;
  std::map<int, double> expected_;
};

/// argmin_M  sum_n |M r_n - target_n|^2 + a |M - M(0)|^2, solved from the normal equations.
class RidgeRegression {
 public:
  RidgeRegression(const Matrix<double>& start, double a)
      : M_(start), A_(a * Matrix<double>::Identity(start.cols(), start.cols())), C_(a * start) {}
  /// One more sample. An entry of the target that is not graded asks for what the regression answers anyway.
  void take(const Vector<double>& r, Vector<double> target, const Vector<double>& graded) {
    target = (graded.array() != 0).select(target, M_ * r);
    A_ += r * r.transpose();
    C_ += target * r.transpose();
    M_ = A_.ldlt().solve(C_.transpose()).transpose();
  }
  const Matrix<double>& solution() const { return M_; }

 private:
  Matrix<double> M_, A_, C_;
};

/// Sussillo & Abbott 2009, doi:10.1016/j.neuron.2009.07.018: after any step W_out is the ridge regression of the
/// targets on the rates that the network visited.
class LiteralForce : public LiteralRule {
 public:
  explicit LiteralForce(const LiteralSetting& setting)
      : a_(setting.options.number("force.regularisation")), every_(setting.options.integer("force.every")) {}
  void write(const Recorded& recorded, Gradient<double>& written) override {
    const LiteralNetwork n{recorded};
    if (!readout_) readout_ = std::make_unique<RidgeRegression>(n.network.W_out, a_);
    const Matrix<double> before = readout_->solution();
    for (Index t = 0; t < n.run.steps; t += every_)
      for (Index b = 0; b < n.run.batch; ++b) {
        const Index column = n.trials.column(t, b);
        if (n.trials.mask.col(column).isZero(0)) continue;
        Vector<double> r(n.network.size());
        for (Index j = 0; j < r.size(); ++j) r(j) = n.read(j, t + 1, b);
        readout_->take(r, n.trials.targets.col(column) - n.network.b_out, n.trials.mask.col(column));
      }
    written.W_out += readout_->solution() - before;
  }

 private:
  double a_;
  Index every_;
  std::unique_ptr<RidgeRegression> readout_;
};

/// DePasquale et al. 2018, doi:10.1371/journal.pone.0191527: W is the ridge regression, on the rates that the network
/// visited, of what a random network driven by the target receives; W_out that of the targets.
class LiteralFullForce : public LiteralRule {
 public:
  explicit LiteralFullForce(const LiteralSetting& setting)
      : a_(setting.options.number("full_force.regularisation")),
        gain_(setting.options.number("full_force.gain")),
        every_(setting.options.integer("full_force.every")),
        seed_(setting.seed) {}
  void write(const Recorded& recorded, Gradient<double>& written) override {
    const LiteralNetwork n{recorded};
    const Index N = n.network.size(), O = n.network.outputs();
    if (!readout_) {
      Stream draws(seed_, Purpose::target_network);
      W_D_.resize(N, N);
      draws.fill_normal(W_D_, gain_ / std::sqrt(static_cast<double>(N)));
      U_.resize(N, O);
      for (auto& weight : U_.reshaped()) weight = draws.uniform(-1, 1);
      recurrent_ = std::make_unique<RidgeRegression>(n.network.W, a_);
      readout_ = std::make_unique<RidgeRegression>(n.network.W_out, a_);
    }
    const Matrix<double> W_before = recurrent_->solution(), W_out_before = readout_->solution();
    Matrix<double> x_D = n.run.state.leftCols(n.run.batch);  // the same initial states
    for (Index t = 0; t < n.run.steps; ++t)
      for (Index b = 0; b < n.run.batch; ++b) {
        const Index column = n.trials.column(t, b);
        const Vector<double> y = n.trials.targets.col(column);
        step(n, t, b, x_D);
        if (t % every_ != 0 || !n.trials.valid(t, b)) continue;
        Vector<double> r(N), wanted(N);
        for (Index j = 0; j < N; ++j) r(j) = n.r(j, t + 1, b);
        for (Index i = 0; i < N; ++i) {
          wanted(i) = 0;
          for (Index j = 0; j < N; ++j) wanted(i) += W_D_(i, j) * rate(n, x_D(j, b));
          for (Index o = 0; o < O; ++o) wanted(i) += U_(i, o) * y(o);
        }
        recurrent_->take(r, wanted, Vector<double>::Ones(N));
        readout_->take(r, y - n.network.b_out, n.trials.mask.col(column));
      }
    written.W += recurrent_->solution() - W_before;
    written.W_out += readout_->solution() - W_out_before;
  }

 private:
  static double rate(const LiteralNetwork& n, double x) { return n.current ? literal_phi(n.phi, x) : x; }
  /// The target-driven network of trial b from step t to t+1: u_D = W_D r_D(t) + W_in s(t) + b + U y(t-1).
  void step(const LiteralNetwork& n, Index t, Index b, Matrix<double>& x_D) const {
    const Vector<double> x = x_D.col(b);
    for (Index i = 0; i < x.size(); ++i) {
      double u = n.network.b(i);
      for (Index j = 0; j < x.size(); ++j) u += W_D_(i, j) * rate(n, x(j));
      for (Index k = 0; k < n.network.inputs(); ++k) u += n.network.W_in(i, k) * n.s(k, t, b);
      for (Index o = 0; t > 0 && o < n.network.outputs(); ++o)
        u += U_(i, o) * n.trials.targets(o, n.trials.column(t - 1, b));
      x_D(i, b) = (1 - n.alpha(i)) * x(i) + n.alpha(i) * (n.current ? u : literal_phi(n.phi, u));
    }
  }

  double a_, gain_;
  Index every_;
  std::uint64_t seed_;
  Matrix<double> W_D_, U_;
  std::unique_ptr<RidgeRegression> recurrent_, readout_;
};

template <class Literal>
std::unique_ptr<LiteralRule> make_literal(const LiteralSetting& setting) {
  return std::make_unique<Literal>(setting);
}

}  // namespace

std::unique_ptr<LiteralRule> literal_rule(const std::string& name, const LiteralSetting& setting) {
  static const std::map<std::string, std::unique_ptr<LiteralRule> (*)(const LiteralSetting&)> known = {
      {"e_prop", make_literal<LiteralEProp>},
      {"oja", make_literal<LiteralOja>},
      {"anti_hebbian", make_literal<LiteralAntiHebbian>},
      {"reward_hebbian", make_literal<LiteralRewardHebbian>},
      {"force", make_literal<LiteralForce>},
      {"full_force", make_literal<LiteralFullForce>},
  };
  if (setting.options.text("network.kind") == "lstm")
    return name == "force"                                                  ? make_literal<LiteralForce>(setting)
           : name == "e_prop" && setting.options.text("tcr.form") != "loss" ? make_literal<LiteralLstmEProp>(setting)
                                                                            : nullptr;
  const auto found = known.find(name);
  return found == known.end() ? nullptr : found->second(setting);
}

void literal_temporal_consistency(const Recorded& recorded, double lambda, bool traces, Gradient<double>& written) {
  // E = |v|^2 / 2N, L = lambda mean_{t,b} E (Haputhanthri et al. 2025, arXiv:2502.07256):
  //   dL/dW_ij = (lambda/N) mean_{t,b} v_i D_ij,   D_ij = dv_i/du_i z_j + dv_i/dx_i p_ij
  const LiteralNetwork n{recorded};
  const Index N = n.network.size(), sources = N + n.network.inputs() + 1;
  const double scale = lambda / static_cast<double>(N * n.trials.valid_columns());
  for (Index b = 0; b < n.run.batch; ++b)
    for (Index i = 0; i < N; ++i) {
      std::vector<double> p(static_cast<std::size_t>(sources), 0);
      double p_A = 0;  // of plrnn's A_i, whose source is x_i
      for (Index t = 0; t < n.trials.length[static_cast<std::size_t>(b)]; ++t) {
        const double x = n.x(i, t, b), u = n.u(i, t, b);
        if (n.plrnn) {
          written.A(i) += scale * n.v(i, x, u) * (x + (traces ? n.dv_dx(i, x, u) * p_A : 0));
          p_A = n.network.A(i) * p_A + x;
        }
        for (Source source{0}; source.j < sources; ++source.j) {
          auto& trace = p[static_cast<std::size_t>(source.j)];
          const double z = source(n, t, b), D = n.dv_du(x, u) * z + (traces ? n.dv_dx(i, x, u) * trace : 0);
          source.weight(written, i) += scale * n.v(i, x, u) * D;
          trace = (1 - n.alpha(i)) * trace + n.c(i, u) * z;
        }
      }
    }
}

}  // namespace stillpoint
