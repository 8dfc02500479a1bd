// How slow a network is: near a state, by the eigenvalues there, and in its activity, by the autocorrelation.
#pragma once

#include <optional>
#include <vector>

#include "analysis/stepper.hpp"

namespace stillpoint {

/// One eigenvalue of the linearised system (of a conjugate pair the one with Im > 0).
struct Mode {
  std::complex<double> eigenvalue;  // of dx/dt [1/ms] of a flow; of the step of a map
  double tau_ms;                    // e-folding time; of growth where negative; infinite at the edge of stability
  std::optional<double> period_ms;  // of an oscillation
  Index directions = 1;             // that share it
};

/// By falling tau of decay, growing modes first, the fastest of them leading. A flow: tau = -1 / Re lambda, period
/// 2 pi / Im lambda; a map: tau = -dt / ln|mu|, period 2 pi dt / arg mu.
std::vector<Mode> modes_at(const Equations& equations, const Vector<double>& x);

struct Autocorrelation {
  Vector<double> value;  // lag 0, 1, .. samples; 1 at lag 0; empty when nothing varies
  /// Integral from lag 0 to five times itself (Sokal 1997, doi:10.1007/978-1-4899-0319-8_6); absent where the lags that
  /// there are do not reach so far, or where beyond half of them a size of .2 is left: periodic activity, or short
  /// runs.
  std::optional<double> integrated_ms;
  /// The first lag at which it is at or below 1/e, linear between samples; absent where it never is.
  std::optional<double> e_folding_ms;
  /// tau of the exp(-lag / tau) nearest to the values over the same lags, by least squares. About zero: of the nearest
  /// A exp(-lag / tau) + offset over all lags (Murray et al. 2014, doi:10.1038/nn.3862): trials are short, and what
  /// differs throughout a trial has no time scale that they could tell. Absent where tau is beyond the lags, and where
  /// that is no description: A and offset are shares of the variance, so that within a tenth, as far as trials tell
  /// shares, neither is below 0 or above 1; and with A below .5 tau would be that of the smaller part.
  std::optional<double> fitted_ms;
  std::optional<double> amplitude, offset;  // about zero, of the nearest curve, description or not
};

/// What activity is about: a run's own mean over time, the mean over all runs, or zero where another mean is gone
/// already (analysis/paths/driven_runs.hpp).
enum class About { own_mean, common_mean, zero };

/// Over the rows `neurons` of each run (N x samples), weighted by their variances; lags up to a quarter of the run,
/// about zero up to half of it. Throws UserError for runs of fewer than 8 samples.
Autocorrelation autocorrelation(const std::vector<Matrix<double>>& activity, const std::vector<Index>& neurons,
                                double sample_ms, About about = About::own_mean);

/// By what share times come out short where the mean is the run's own, about: make runs a hundred times as long.
inline double short_share(double tau_ms, double duration_ms) { return 10 * tau_ms / duration_ms; }

/// Whether activity goes on moving, so that it has a time scale of its own: standard deviations over neurons, runs and
/// samples; about own means: those of each half.
struct Motion {
  double sd, first_half, second_half;
  double size;  // root mean square of the activity
  /// Nothing but rounding errors is left.
  bool at_rest() const { return !(sd > 1e-10 * size); }
  /// A transient: stationary activity that is long enough to be measured has halves that agree within some per cent,
  /// and an exponential loses this much within 1.4 time constants, of which a measurement takes ten at least.
  bool dies_out() const { return second_half < first_half / 2; }
};
Motion motion_of(const std::vector<Matrix<double>>& activity, About about = About::own_mean);

struct Population {
  std::string name;
  std::vector<Index> neurons;
};
/// "all" and, under Dale's law, "excitatory" and "inhibitory".
std::vector<Population> populations_of(const Network<double>& network);

}  // namespace stillpoint
