// Rules by the transcriptions of plasticity/check, which share no code with plasticity/rules.
#pragma once

#include "plasticity/check/literal_network.hpp"

namespace stillpoint::testing {

/// What a transcription emits for one run; it may remember the runs before.
inline Gradient<double> transcribed(LiteralRule& rule, const Recorded& recorded) {
  Gradient<double> written;
  set_zero(written, recorded.network);
  rule.write(recorded, written);
  return written;
}

}  // namespace stillpoint::testing
