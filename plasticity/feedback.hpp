// F of the learning signal l = F e (N x O): how errors reach the neurons.
//
//   symmetric      F = W_out^T
//   random         fixed, N(0, 1/N) as the readout is drawn (Lillicrap et al. 2016, doi:10.1038/ncomms13276)
//   kolen_pollack  starts as random; gets the transposed change of the readout, and both decay by the same share per
//                  update, so that F - W_out^T vanishes (Kolen & Pollack 1994, doi:10.1109/ICNN.1994.374486; Akrout et
//                  al. 2019, arXiv:1904.05391)
#pragma once

#include "sim/kept_state.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

struct FeedbackParameters {
  enum class Kind { symmetric, random, kolen_pollack } kind = Kind::symmetric;
  double decay = 1e-3;  // kolen_pollack: share of both that decays per update
};

template <class Scalar>
class Feedback {
 public:
  Feedback(const FeedbackParameters& parameters, Index neurons, Index outputs, std::uint64_t seed);

  /// F for the network as it is.
  const Matrix<Scalar>& of(const Network<Scalar>& network) {
    if (kind_ == Kind::symmetric) F_ = network.W_out.transpose();
    return F_;
  }
  /// After the readout has changed from `W_out_before`. kolen_pollack decays the readout as well.
  void follow(const Matrix<Scalar>& W_out_before, Network<Scalar>& network);
  void keep(KeptState& state) {
    if (follows()) state(F_);
  }
  bool follows() const { return kind_ == Kind::kolen_pollack; }

 private:
  using Kind = FeedbackParameters::Kind;
  Kind kind_;
  Scalar keep_ = 1;
  Matrix<Scalar> F_;
};

/// rule.feedback and rule.feedback_decay
const ParameterList<FeedbackParameters>& feedback_list();
/// rule.feedback of rules that estimate the true gradient: symmetric, and nothing else.
Option true_feedback_option();

}  // namespace stillpoint
