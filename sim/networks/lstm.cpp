// Long short-term memory (Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735; with the forget gate of Gers,
// Schmidhuber & Cummins 2000, doi:10.1162/089976600300015015), a map. State (h, c), r = h, and one drive per gate:
//
//   u = W h + W_in s + b,   i f o = logistic(u_i u_f u_o),   g = tanh(u_g)         rows of W: i f g o, N each
//   c(t+1) = f c(t) + i g,   h(t+1) = o tanh(c(t+1))
//
// W ~ N(0, g^2/N), W_in ~ N(0, 1), b = 0 but 1 for the forget gate (Jozefowicz et al. 2015). v = h(t+1) - h(t). The
// layout is PyTorch's, whose two biases are one here. Short-term plasticity has no meaning: weights act on gates.
#include <cmath>

#include "sim/dynamics.hpp"
#include "sim/networks/networks.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class Lstm : public Dynamics<Scalar> {
 public:
  Lstm(const Network<Scalar>& network, const Integration& integration) : N_(network.size()) {
    require_map_method(network.kind, integration);
    this->tau_ms_ = Vector<Scalar>::Constant(N_, static_cast<Scalar>(integration.dt_ms));
    this->alpha_.setOnes(2 * N_);
    this->leak_.setZero(2 * N_);  // of h nothing is kept: noise on the state goes there alone
    this->leak_.tail(N_).setOnes();
  }

  bool is_map() const override { return true; }
  void activate(MatrixRef<Scalar> u) const override {
    for (Index b = 0; b < u.cols(); ++b) {
      u.col(b).head(2 * N_) = u.col(b).head(2 * N_).array().logistic();
      u.col(b).segment(2 * N_, N_) = Tanh::value(u.col(b).segment(2 * N_, N_).array());
      u.col(b).tail(N_) = u.col(b).tail(N_).array().logistic();
    }
  }
  void rate(MatrixView<Scalar> x, MatrixRef<Scalar> r) const override { r = x.topRows(N_); }
  void map(MatrixView<Scalar> f, MatrixRef<Scalar> x) const override {
    for (Index b = 0; b < x.cols(); ++b) {
      auto c = x.col(b).tail(N_);
      c.array() = forget(f, b) * c.array() + input(f, b) * candidate(f, b);
      x.col(b).head(N_).array() = output(f, b) * Tanh::value(c.array());
    }
  }
  void change(MatrixView<Scalar> x, MatrixView<Scalar> r, MatrixView<Scalar> f, MatrixRef<Scalar> v) const override {
    for (Index b = 0; b < x.cols(); ++b)
      v.col(b).array() = output(f, b) * Tanh::value(next_cell(x, f, b)) - r.col(b).array();
  }

  void pull_back(MatrixView<Scalar> x, MatrixView<Scalar> f, MatrixRef<Scalar> q,
                 MatrixRef<Scalar> signal) const override {
    for (Index b = 0; b < x.cols(); ++b) {
      auto q_h = q.col(b).head(N_).array(), q_c = q.col(b).tail(N_).array();
      auto s = signal.col(b);
      auto tanh_c = s.segment(2 * N_, N_).array();  // memory until dL/du_g overwrites it
      tanh_c = Tanh::value(next_cell(x, f, b));
      s.tail(N_).array() = q_h * tanh_c * output(f, b) * (1 - output(f, b));
      q_c += q_h * output(f, b) * (1 - tanh_c.square());  // dL/dc(t+1)
      s.segment(2 * N_, N_).array() = q_c * input(f, b) * (1 - candidate(f, b).square());
      s.head(N_).array() = q_c * candidate(f, b) * input(f, b) * (1 - input(f, b));
      s.segment(N_, N_).array() = q_c * x.col(b).tail(N_).array() * forget(f, b) * (1 - forget(f, b));
      q_c *= forget(f, b);
      q_h.setZero();
    }
  }
  void rate_back(MatrixView<Scalar>, MatrixRef<Scalar> back, MatrixRef<Scalar> q) const override {
    q.topRows(N_) += back;
  }
  void change_back(MatrixView<Scalar> x, MatrixView<Scalar>, MatrixView<Scalar> f, MatrixView<Scalar> w,
                   MatrixRef<Scalar> state, MatrixRef<Scalar> drive) const override {
    state.topRows(N_) = w;
    state.bottomRows(N_).setZero();
    pull_back(x, f, state, drive);
    state.topRows(N_) -= w;
  }

 private:
  auto gate(MatrixView<Scalar> f, Index b, Index which) const { return f.col(b).segment(which * N_, N_).array(); }
  auto input(MatrixView<Scalar> f, Index b) const { return gate(f, b, 0); }
  auto forget(MatrixView<Scalar> f, Index b) const { return gate(f, b, 1); }
  auto candidate(MatrixView<Scalar> f, Index b) const { return gate(f, b, 2); }
  auto output(MatrixView<Scalar> f, Index b) const { return gate(f, b, 3); }
  auto next_cell(MatrixView<Scalar> x, MatrixView<Scalar> f, Index b) const {
    return forget(f, b) * x.col(b).tail(N_).array() + input(f, b) * candidate(f, b);
  }
  Index N_;
};

void initialise_lstm(Network<double>& network, const NetworkParameters& common, double dt_ms, std::uint64_t seed) {
  const Index N = common.size;
  network.W.resize(4 * N, N);
  Stream(seed, Purpose::recurrent_weights).fill_normal(network.W, common.gain / std::sqrt(static_cast<double>(N)));
  network.b.setZero(4 * N);
  network.b.segment(N, N).setOnes();
  network.tau_ms.setConstant(N, dt_ms);
}

template <class Scalar>
std::unique_ptr<Dynamics<Scalar>> make_lstm(const Network<Scalar>& network, const Integration& integration) {
  return std::make_unique<Lstm<Scalar>>(network, integration);
}

}  // namespace

NetworkModel lstm() { return {"lstm", initialise_lstm}; }

NetworkKind lstm_network() {
  NetworkKind kind{"lstm",
                   "long short-term memory: gates i f g o and a cell; discrete time, one step per integration.dt_ms",
                   {},
                   [](const Options&) { return lstm(); },
                   make_lstm<float>,
                   make_lstm<double>};
  kind.gates = 4;
  kind.states = 2;
  kind.map = true;
  kind.acts_on_rates = false;
  return kind;
}

}  // namespace stillpoint
