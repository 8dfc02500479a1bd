// From gradient to weight change.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "plasticity/gradient.hpp"
#include "sim/kept_state.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

struct OptimizerParameters {
  enum class Kind { sgd, momentum, adam } kind = Kind::adam;
  double rate = 1e-3;
  double clip = 1;        // largest norm of the gradient; 0: no limit
  double momentum = 0.9;  // momentum: share of the last change that is kept
  double beta1 = 0.9;     // adam: decay of the mean
  double beta2 = 0.999;   // adam: decay of the mean square
  double epsilon = 1e-8;  // adam: added to the root mean square
  /// Arrays that learn, of those that the network has; r0 only where its owner says that it learns.
  std::vector<std::string> learning = {"W", "W_in", "b", "W_out", "b_out", "M", "V", "A", "r0"};
};
/// optimizer.* and training.parameters
const ParameterList<OptimizerParameters>& optimizer_list();

/// sgd: dw = -rate g.  momentum: m = mu m + g, dw = -rate m.  adam: Kingma & Ba 2015, arXiv:1412.6980, with bias
/// correction. Before that, the gradient of all learning arrays is scaled down to norm `clip` when it is longer.
template <class Scalar>
class Optimizer {
 public:
  /// trains_start: r0 is among what learns.
  explicit Optimizer(const OptimizerParameters& parameters, bool trains_start = false);

  /// Changes the arrays of `network` that learn; masked connections stay. Returns the gradient's norm before clipping;
  /// when it is not finite nothing is changed.
  double apply(Network<Scalar>& network, Gradient<Scalar>& gradient);
  /// Steps and moments.
  void keep(KeptState& state) { state(steps_, moments_); }

 private:
  struct Moments {
    Vector<Scalar> first, second;
    void keep(KeptState& state) { state(first, second); }
  };
  OptimizerParameters parameters_;
  long steps_ = 0;
  std::set<std::string> learning_;
  std::vector<Moments> moments_;
};

/// The names of what learns.
std::set<std::string> learning_arrays(const OptimizerParameters& parameters, bool trains_start);

}  // namespace stillpoint
