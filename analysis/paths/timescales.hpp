// How slow a network is: near a state, by the eigenvalues there, and in its activity, by the autocorrelation.
#pragma once

#include <optional>
#include <vector>

#include "analysis/system.hpp"

namespace stillpoint {

/// One eigenvalue of the linearised system (of a conjugate pair the one with Im > 0).
struct Mode {
  std::complex<double> eigenvalue;  // of dx/dt [1/ms] of a flow; of the step of a map
  double tau_ms;                    // e-folding time; of growth where negative; infinite at the edge of stability
  std::optional<double> period_ms;  // of an oscillation
};

/// By falling tau of decay, growing modes first, the fastest of them leading. A flow: tau = -1 / Re lambda, period
/// 2 pi / Im lambda; a map: tau = -dt / ln|mu|, period 2 pi dt / arg mu. Throws UserError unless x has D finite
/// entries.
std::vector<Mode> modes_at(const System& system, const Vector<double>& x);

struct Autocorrelation {
  Vector<double> value;  // lag 0, 1, .. samples; 1 at lag 0; empty when nothing varies
  /// Integral from lag 0 to five times itself (Sokal 1997, doi:10.1007/978-1-4899-0319-8_6); absent where the lags that
  /// there are do not reach so far, or where beyond half of them a size of .2 is left: periodic activity, or short
  /// runs.
  std::optional<double> integrated_ms;
  /// tau of the exp(-lag / tau) nearest to the values over the same lags, by least squares.
  std::optional<double> fitted_ms;
};

/// Over the rows `neurons` of each run (N x samples), each about its mean over the run, weighted by their variances;
/// lags up to a quarter of the run. As the mean is the run's own, both times are short by a share of some 10 tau /
/// duration: make runs some hundred times longer than tau. Throws UserError for runs of fewer than 8 samples.
Autocorrelation autocorrelation(const std::vector<Matrix<double>>& activity, const std::vector<Index>& neurons,
                                double sample_ms);

struct Population {
  std::string name;
  std::vector<Index> neurons;
};
/// "all" and, under Dale's law, "excitatory" and "inhibitory".
std::vector<Population> populations_of(const Network<double>& network);

}  // namespace stillpoint
