// Options that analyses along a path share: how a network is stepped, with or without its synapse, and from where.
#pragma once

#include "analysis/points/joint_equations.hpp"
#include "experiments/cli/analyses/analysis.hpp"

namespace stillpoint {

/// Those of a system, --method, --dt-ms, --synapse
void add_path_options(boost::program_options::options_description& options);
/// Whether --synapse is trained, and not none.
bool wants_synapse(const Given& given);
Stepper make_stepper(const System& system, const Given& given, const ContinuousSynapse<double>* synapse);

/// A network under constant input as it is stepped: alone, or with the synapse that it was trained with.
struct Stepped {
  SubjectFile& file;
  const Given& given;
  const System& system;
  const ContinuousSynapse<double>* synapse;  // nullptr: none, or left out
  const Stepper& stepper;                    // of states y = (x, S), or x

  /// D x --samples
  Matrix<double> starts() const;
  /// (x, the synapse at rest at its rates)
  Vector<double> at_rest(const Vector<double>& x) const;
  /// x of y
  Vector<double> network_part(const Vector<double>& y) const { return y.head(system.dimension()); }
  /// What the readout sees of states y, N x B.
  Matrix<double> read(const Matrix<double>& y) const { return system.read(y.topRows(system.dimension())); }
  /// F of x, as System::velocity.
  Vector<double> velocity(const Vector<double>& y) const;
};

/// Refuses --samples whose runs this machine cannot hold, so many numbers in all, before anything is allocated.
void require_memory(const Given& given, double numbers);

/// An analysis of runs of a network: its result begins with how they came about. A synapse that is no differential
/// equation of one trial's state is left out, which is said.
std::function<nlohmann::ordered_json(const std::string& file, const Given& given, std::string& text)> along_path(
    const std::string& kind,
    std::function<void(const Stepped& of, nlohmann::ordered_json& result, std::string& text)> analyse);

/// as, method, dt_ms, dimension (of the state that is stepped), synapse: how the result came about.
nlohmann::ordered_json stepping_json(const std::string& kind, const Stepped& of);

/// Where the stepper's states follow latent variables (analysis/points/latent_equation.hpp), the rank of W.
void add_rank(const Stepper& stepper, nlohmann::ordered_json& result, std::string& text);

/// --samples, --spread, --discard-ms, --duration-ms, with these defaults
struct RunDefaults {
  long samples;
  double spread, discard_ms, duration_ms;
};
void add_run_options(boost::program_options::options_description& options, const RunDefaults& defaults);
/// Throws UserError unless it is a number >= 0.
double duration_of(const Given& given, const std::string& option);

}  // namespace stillpoint
