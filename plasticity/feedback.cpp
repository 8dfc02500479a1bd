#include "plasticity/feedback.hpp"

#include <cmath>

#include "sim/random.hpp"

namespace stillpoint {

const ParameterList<FeedbackParameters>& feedback_list() {
  using P = FeedbackParameters;
  static const auto list =
      ParameterList<P>()
          .choice("rule.feedback", &P::kind, {"symmetric", "random", "kolen_pollack"},
                  "how errors reach the neurons: transposed readout, fixed random weights, or weights that learn and "
                  "decay with the readout")
          .number("rule.feedback_decay", &P::decay, "", {0, 1}, "kolen_pollack: share of both that decays per update");
  return list;
}

Option true_feedback_option() {
  return choice_option("rule.feedback", "symmetric", {"symmetric"},
                       "errors reach the neurons through the transposed readout");
}

template <class Scalar>
Feedback<Scalar>::Feedback(const FeedbackParameters& parameters, Index neurons, Index outputs, std::uint64_t seed)
    : kind_(parameters.kind), F_(neurons, outputs) {
  if (follows()) keep_ = static_cast<Scalar>(1 - parameters.decay);
  Stream(seed, Purpose::feedback_weights).fill_normal(F_, 1 / std::sqrt(static_cast<double>(neurons)));
}

template <class Scalar>
void Feedback<Scalar>::follow(const Matrix<Scalar>& W_out_before, Network<Scalar>& network) {
  if (!follows()) return;
  F_ = keep_ * (F_ + (network.W_out - W_out_before).transpose());
  network.W_out *= keep_;
}

template class Feedback<float>;
template class Feedback<double>;

}  // namespace stillpoint
