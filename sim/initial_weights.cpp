#include "sim/initial_weights.hpp"

#include <cmath>

#include "sim/constants.hpp"
#include "sim/linear_algebra.hpp"

namespace stillpoint {

namespace {

const std::vector<std::string> regimes = {"gaussian", "spectral_radius", "orthogonal", "identity"};

/// 1 where a connection may exist; modules are blocks of (nearly) equal size along the diagonal.
Matrix<double> draw_mask(const WiringParameters& wiring, Index N, std::uint64_t seed) {
  const double within = wiring.density, between = wiring.modules > 1 ? wiring.density_between : within;
  const Index modules = wiring.modules;
  Stream stream(seed, Purpose::recurrent_weights, 1);
  Matrix<double> mask(N, N);
  for (Index j = 0; j < N; ++j)
    for (Index i = 0; i < N; ++i)
      mask(i, j) = stream.bernoulli(i * modules / N == j * modules / N ? within : between) ? 1 : 0;
  return mask;
}

/// Half-normal magnitudes of the given balance; `W` holds standard normal numbers on existing connections.
void apply_dale(Network<double>& network, double g, double f, double p) {
  auto& W = network.W;
  const Index N = W.rows(), excitatory = std::lround(f * static_cast<double>(N));
  require_parameter(excitatory > 0 && excitatory < N, "network.excitatory", std::to_string(f),
                    "must leave at least one excitatory and one inhibitory neuron");
  network.sign = Vector<double>::Ones(N);
  network.sign.tail(N - excitatory).setConstant(-1);
  const double share = static_cast<double>(excitatory) / static_cast<double>(N);
  const double k = g / std::sqrt(static_cast<double>(N) * p * (1 - 2 * p / pi) * share * (1 - share));
  W = W.cwiseAbs();
  W.leftCols(excitatory) *= k * (1 - share);
  W.rightCols(N - excitatory) *= k * share;
  for (Index i = 0; i < N; ++i) {
    const double in = W.row(i).head(excitatory).sum(), out = W.row(i).tail(N - excitatory).sum();
    if (in > 0 && out > 0) W.row(i).tail(N - excitatory) *= in / out;
  }
  W.rightCols(N - excitatory) *= -1;
}

}  // namespace

const ParameterList<WiringParameters>& wiring_list() {
  using P = WiringParameters;
  static const auto list =
      ParameterList<P>()
          .choice("network.weights", &P::weights, regimes,
                  "initial W: N(0, g^2/N); the same with spectral radius exactly g; g times a rotation; g times the "
                  "identity")
          .flag("network.autapses", &P::autapses, "whether a neuron may connect to itself")
          .number("network.density", &P::density, "", {0, 1, true},
                  "probability that a connection exists; W is drawn from N(0, g^2/(N density)), so that g keeps its "
                  "meaning")
          .integer("network.modules", &P::modules, "", {1, 1000}, "blocks of neurons; density holds within a block")
          .number("network.density_between", &P::density_between, "", probability,
                  "density between blocks, where there are several")
          .number("network.excitatory", &P::excitatory, "", probability,
                  "Dale's law: share of excitatory neurons, kept through learning; 0: neurons have no sign");
  return list;
}

void draw_recurrent_weights(Network<double>& network, const NetworkParameters& common, const WiringParameters& wiring,
                            Stream& stream, std::uint64_t seed) {
  using Regime = WiringParameters::Regime;
  const Index N = common.size;
  const double g = common.gain, excitatory = wiring.excitatory;
  const auto regime = wiring.weights;
  const bool sparse = wiring.density < 1 || wiring.modules > 1;
  const bool drawn = regime == Regime::gaussian || regime == Regime::spectral_radius;
  require_parameter(drawn || (!sparse && excitatory == 0 && wiring.autapses), "network.weights",
                    regimes[static_cast<std::size_t>(regime)],
                    "needs every connection, of either sign: density 1, one module, autapses, no Dale's law");
  require_parameter(excitatory < 1, "network.excitatory", number_text(excitatory),
                    "must be below 1: Dale's law needs inhibitory neurons as well; 0 switches it off");
  require_parameter(wiring.modules <= N, "network.modules", std::to_string(wiring.modules),
                    "must be at most network.size");

  network.W.resize(N, N);
  stream.fill_normal(network.W);
  if (regime == Regime::orthogonal) network.W = g * orthogonal_factor_of(network.W);
  if (regime == Regime::identity) network.W = g * Matrix<double>::Identity(N, N);
  if (!drawn) return;

  double p = 1;  // share of connections that exist; autapses are counted, as in a full network without them
  if (sparse) {
    network.mask = draw_mask(wiring, N, seed);
    p = network.mask.mean();
  }
  if (!wiring.autapses) {
    if (!sparse) network.mask.setOnes(N, N);
    network.mask.diagonal().setZero();
  }
  if (network.mask.size() > 0) network.W.array() *= network.mask.array();
  if (excitatory > 0)
    apply_dale(network, g, excitatory, p);
  else if (p > 0)
    network.W *= g * (1 / std::sqrt(static_cast<double>(N) * p));
  if (regime == Regime::spectral_radius && g > 0)
    if (const double radius = spectral_radius_of(network.W); radius > 0) network.W *= g / radius;
}

std::vector<Index> neurons_without_input(const Network<double>& network) {
  std::vector<Index> found;
  for (Index i = 0; i < network.mask.rows(); ++i)
    if (network.mask.row(i).isZero(0)) found.push_back(i);
  return found;
}

}  // namespace stillpoint
