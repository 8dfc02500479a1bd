// From gradient to weight change.
#pragma once

#include <set>
#include <vector>

#include "plasticity/gradient.hpp"

namespace stillpoint {

/// sgd: dw = -rate g.  momentum: m = mu m + g, dw = -rate m.  adam: Kingma & Ba 2015, arXiv:1412.6980, with bias
/// correction. Before that, the gradient of all learning arrays is scaled down to norm `clip` when it is longer.
template <class Scalar>
class Optimizer {
 public:
  explicit Optimizer(const Options& options);

  /// Changes the arrays of `network` that learn; masked connections stay. Returns the gradient's norm before clipping;
  /// when it is not finite nothing is changed.
  double apply(Network<Scalar>& network, Gradient<Scalar>& gradient);

 private:
  struct Moments {
    Vector<Scalar> first, second;
  };
  enum class Kind { sgd, momentum, adam } kind_;
  double rate_, clip_, momentum_, beta1_, beta2_, epsilon_;
  long steps_ = 0;
  std::set<std::string> learning_;
  std::vector<Moments> moments_;
};

/// The arrays that training.parameters names; r0 only where network.initial_state = trained.
std::set<std::string> learning_arrays(const Options& options);

/// Options optimizer.* and training.parameters
std::vector<Option> optimizer_options();

}  // namespace stillpoint
