// Short-term plasticity: synapses whose efficacy follows the activity of a trial and is forgotten after it.
//
// A new synapse is one file here and one line in short_term.def.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/simulation.hpp"

namespace stillpoint {

/// What a synapse may know of where it is put.
struct SynapseContext {
  Integration integration;
  Noise noise;
  bool constrained = false;  // the network has a mask, or neurons of one sign
  bool has_factors = false;  // W is the product of factors
  Index neurons = 0, steps = 0;
};
template <class Scalar>
SynapseContext synapse_context(const Network<Scalar>& network, const Integration& integration, const Noise& noise,
                               Index steps) {
  return {integration, noise, network.constrained(), network.has_factors(), network.size(), steps};
}

/// A synapse with its parameters, ready to be made. `make` throws UserError where it cannot be put.
struct SynapseModel {
  std::string kind;
  std::function<std::unique_ptr<Synapse<float>>(const SynapseContext&)> make_float;
  std::function<std::unique_ptr<Synapse<double>>(const SynapseContext&)> make_double;

  template <class Scalar>
  std::unique_ptr<Synapse<Scalar>> make(const SynapseContext& context) const {
    if constexpr (std::is_same_v<Scalar, float>)
      return make_float(context);
    else
      return make_double(context);
  }
};

/// For analyses: the synapse as a differential equation of one trial's state, bound to the network;
/// of TCR its `as_equation` first (synapses.hpp). Throws ParameterError where it is none.
std::shared_ptr<Synapse<double>> as_equation(const SynapseModel& model, const Network<double>& network);

/// What a control of equal speed (control.match) varies of a synapse: an option, which stays above another's value, or
/// above 0 where that is "".
struct MatchedBy {
  std::string option = {}, above = {};
};

struct SynapseKind {
  std::string name, help;
  std::vector<Option> options;
  SynapseModel (*model)(const Options&);
  MatchedBy matched_by = {};  // option "": it is no such control
};
const std::vector<SynapseKind>& synapse_kinds();
/// The kind that synapse.kind names.
const SynapseKind& synapse_kind(const std::string& name);
/// Option synapse.kind
Option synapse_kind_option();
/// What synapse.* says.
SynapseModel synapse_model(const Options& options);

/// A recorded current (N x T*B) and efficacy (N x T*B, or empty) played back, trial b receiving those of trial (b +
/// shift) mod B, or of one that is named. Shift 0 freezes a synapse, as the long-term gradient sees it; others yoke a
/// trial to another.
template <class Scalar>
class ReplayedSynapse : public Synapse<Scalar> {
 public:
  explicit ReplayedSynapse(Index shift = 0) : shift_(shift) {}
  void load(const Trajectory<Scalar>& source);
  /// donors[b]: the trial whose current and efficacy trial b receives.
  void load(const Trajectory<Scalar>& source, std::vector<Index> donors);
  bool scales() const override { return efficacy_.size() > 0; }
  bool drives() const override { return current_.size() > 0; }
  void efficacy(Index step, MatrixView<Scalar> r, MatrixRef<Scalar> a) const override;
  void add_current(Index step, MatrixView<Scalar> r, MatrixRef<Scalar> u) override;

 private:
  Index donor(Index step, Index b) const { return step * batch_ + donors_[static_cast<std::size_t>(b)]; }

  Index shift_, batch_ = 0;
  std::vector<Index> donors_;
  Matrix<Scalar> current_, efficacy_;
};

}  // namespace stillpoint
