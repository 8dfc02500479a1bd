// Lyapunov exponents of a flow or map: how fast k directions grow along a path.
//
// k vectors tangent to the path are carried by the derivative of each step and made orthogonal again every few steps
// (Benettin, Galgani, Giorgilli & Strelcyn 1980, doi:10.1007/BF02128236 and 10.1007/BF02128237; by QR: Eckmann & Ruelle
// 1985, doi:10.1103/RevModPhys.57.617). log |R_ii|, summed, over the time is exponent i. They are those of the system
// as it is stepped.
#pragma once

#include <optional>

#include "analysis/stepper.hpp"

namespace stillpoint {

struct SpectrumSetting {
  Index exponents = 0;         // the leading ones; 0: all
  double duration_ms = 20000;  // after what is discarded
  double discard_ms = 2000;    // while the path finds its attractor and the vectors their directions
  Index blocks = 20;           // of equal length, for the standard errors
};

struct LyapunovSpectrum {
  Vector<double> per_second;      // [1/s], falling; -infinity where the step's Jacobian is singular
  Vector<double> standard_error;  // [1/s], over blocks of the path
  /// Kaplan & Yorke 1979 (doi:10.1007/BFb0064319): the number of leading exponents whose sum is not negative, plus that
  /// sum over the size of the next exponent. A leading exponent within two standard errors of 0 counts as 0. Absent
  /// when the exponents asked for are too few to tell.
  std::optional<double> kaplan_yorke;
  double entropy_per_second;   // sum of the positive ones [1/s]: an upper bound of the entropy rate (Ruelle), in nats
  Index orthogonalised_every;  // steps, most often
};

/// start: D. Blocks shorter than the time over which growth is correlated make standard errors too small. Throws
/// UserError when exponents are negative or more than D, durations negative or shorter than a step per block, or the
/// path leaves every bound.
LyapunovSpectrum lyapunov_spectrum(const Stepper& stepper, const Vector<double>& start, std::uint64_t seed,
                                   const SpectrumSetting& setting = {});

}  // namespace stillpoint
