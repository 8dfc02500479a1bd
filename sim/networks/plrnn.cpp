// Piecewise-linear recurrent network (Durstewitz 2017, doi:10.1371/journal.pcbi.1005542), a map:
//
//   x(t+1) = A x(t) + W relu(x(t)) + W_in s(t) + b,   A diagonal, diag(W) = 0
//
// Readout and temporal consistency see x; the recurrent weights act on r = relu(x). a = A, c = 1, rho = 1,
// kappa = relu'(x), v = x(t+1) - x(t), d = 1. It is explicit Euler on leaky_current with relu, where A = 1 - alpha,
// W = alpha W, W_in = alpha W_in, b = alpha b. So that the gain g has the meaning it has there, W ~ (1 - A) N(0,
// g^2/N); past g = sqrt(2) activity grows without bound until learning tames it.
#include <cmath>

#include "sim/dynamics.hpp"
#include "sim/networks/networks.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class Plrnn : public Dynamics<Scalar> {
 public:
  Plrnn(const Network<Scalar>& network, const Integration& integration) {
    require_map_method(network.kind, integration);
    this->tau_ms_ = Vector<Scalar>::Constant(network.size(), static_cast<Scalar>(integration.dt_ms));
    this->alpha_.setOnes(network.size());
    network_ = &network;
  }

  bool is_map() const override { return true; }
  bool reads_state() const override { return true; }
  void activate(MatrixRef<Scalar>) const override {}
  void rate(MatrixView<Scalar> x, MatrixRef<Scalar> r) const override { r = x.cwiseMax(Scalar(0)); }
  void map(MatrixView<Scalar> f, MatrixRef<Scalar> x) const override {
    x.array() = x.array().colwise() * A().array() + f.array();
  }
  void change(MatrixView<Scalar> x, MatrixView<Scalar>, MatrixView<Scalar> f, MatrixRef<Scalar> v) const override {
    v.array() = f.array() + x.array().colwise() * (A().array() - 1);
  }
  void pull_back(MatrixView<Scalar>, MatrixView<Scalar>, MatrixRef<Scalar> q, MatrixRef<Scalar> signal) const override {
    signal = q;
    q.array().colwise() *= A().array();
  }
  void rate_back(MatrixView<Scalar> r, MatrixRef<Scalar> back, MatrixRef<Scalar> q) const override {
    multiply_rate_gain(r, back);
    q += back;
  }
  void change_back(MatrixView<Scalar>, MatrixView<Scalar>, MatrixView<Scalar>, MatrixView<Scalar> w,
                   MatrixRef<Scalar> state, MatrixRef<Scalar> drive) const override {
    drive = w;
    state.array() = w.array().colwise() * (A().array() - 1);
  }
  void multiply_step_gain(MatrixView<Scalar>, MatrixRef<Scalar>) const override {}
  void multiply_rate_gain(MatrixView<Scalar> r, MatrixRef<Scalar> target) const override {
    multiply_by_slope<Scalar>(Nonlinearity::relu, r, target);
  }
  void multiply_change_gain(MatrixView<Scalar>, MatrixView<Scalar>, MatrixRef<Scalar>) const override {}
  void postsynaptic_tangent(MatrixView<Scalar>, MatrixView<Scalar>, MatrixView<Scalar>, MatrixView<Scalar> dx,
                            MatrixView<Scalar> du, MatrixRef<Scalar> dq) const override {
    dq.array() = du.array() + dx.array().colwise() * (A().array() - 1);
  }
  const Vector<Scalar>& leak() const override { return A(); }

 private:
  const Vector<Scalar>& A() const { return network_->A; }  // learns
  const Network<Scalar>* network_;
};

const ParameterList<PlrnnParameters>& plrnn_list() {
  static const auto list = ParameterList<PlrnnParameters>().number(
      "network.A", &PlrnnParameters::A, "", {-1, 1},
      "initial diagonal A: what a neuron keeps per step; W is drawn from (1-A) N(0, g^2/N)");
  return list;
}

void initialise_plrnn(Network<double>& network, const NetworkParameters& common, double A, double dt_ms,
                      std::uint64_t seed) {
  const Index N = common.size;
  network.nonlinearity = Nonlinearity::relu;
  network.W.resize(N, N);
  Stream(seed, Purpose::recurrent_weights)
      .fill_normal(network.W, (1 - A) * common.gain / std::sqrt(static_cast<double>(N)));
  network.W.diagonal().setZero();
  network.mask.setOnes(N, N);
  network.mask.diagonal().setZero();
  network.A.setConstant(N, A);
  network.tau_ms.setConstant(N, dt_ms);
}

template <class Scalar>
std::unique_ptr<Dynamics<Scalar>> make_plrnn(const Network<Scalar>& network, const Integration& integration) {
  return std::make_unique<Plrnn<Scalar>>(network, integration);
}

}  // namespace

NetworkModel plrnn(const PlrnnParameters& parameters) {
  plrnn_list().check(parameters);
  return {"plrnn", [=](Network<double>& network, const NetworkParameters& common, double dt_ms, std::uint64_t seed) {
            initialise_plrnn(network, common, parameters.A, dt_ms, seed);
          }};
}

NetworkKind plrnn_network() {
  NetworkKind kind{"plrnn",
                   "x(t+1) = A x + W relu(x) + W_in s + b: piecewise linear, discrete time, one step per "
                   "integration.dt_ms (Durstewitz 2017); A, W, W_in and b learn",
                   plrnn_list().options(),
                   [](const Options& options) { return plrnn(plrnn_list().from(options)); },
                   make_plrnn<float>,
                   make_plrnn<double>};
  kind.map = true;
  kind.diagonal = true;
  return kind;
}

}  // namespace stillpoint
