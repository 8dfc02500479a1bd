// Records what a simulation does, as named arrays.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/simulation.hpp"

namespace stillpoint {

/// One array: row-major [trial, sample, channel].
struct RecordedQuantity {
  Index trials = 0, samples = 0, channels = 0;
  std::vector<double> values;
};

/// Call `observe` once per step boundary t = 0 .. T; every `every`-th is kept.
///   rate, state, output   N, D, O channels
///   rate_hz               N channels: rates in Hz, of a network that says what a rate of 1 means
///   efficacy, current     N channels: a(t) and S(t) r(t) of a synapse given by a differential equation
///   synapse               its whole state (TCR: S, row-major pairs j*N + i; Tsodyks-Markram: u then x; derivative
///                         feedback: a then b; high-pass: h)
class Recorder {
 public:
  /// Throws UserError when a name is unknown, or needs a synapse that the simulation does not have.
  Recorder(const std::vector<std::string>& names, Index every, const Simulation<double>& simulation,
           Synapse<double>& synapse, Index steps, Index batch);
  static const std::vector<std::string>& known_names();

  void observe(Index t);
  const std::map<std::string, RecordedQuantity>& recordings() const { return recordings_; }
  /// The same, handed over; nothing is left.
  std::map<std::string, RecordedQuantity> take() { return std::move(recordings_); }
  Index every() const { return every_; }

 private:
  const Matrix<double>& synapse_state() const;
  Matrix<double> value(const std::string& name, Index t) const;
  const Simulation<double>& simulation_;
  ContinuousSynapse<double>* synapse_;
  Index every_;
  std::map<std::string, RecordedQuantity> recordings_;
};

}  // namespace stillpoint
