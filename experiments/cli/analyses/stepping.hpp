// Options that analyses along a path share: how a flow is stepped, and from where.
#pragma once

#include "analysis/synaptic_equations.hpp"
#include "experiments/cli/analyses/analysis.hpp"

namespace stillpoint {

/// Those of a system, --method, --dt-ms
void add_path_options(boost::program_options::options_description& options);
/// An analysis of free runs of the network alone: it gets the system, how it is stepped, and a result that says both.
std::function<nlohmann::ordered_json(const std::string& file, const Given& given, std::string& text)> along_path(
    const std::string& kind, std::function<void(const System& system, const Stepper& stepper, const Given& given,
                                                nlohmann::ordered_json& result, std::string& text)>
                                 analyse);
Stepper make_stepper(const System& system, const boost::program_options::variables_map& given,
                     const ContinuousSynapse<double>* synapse = nullptr);

/// as, method, dt_ms, dimension: how the result came about.
nlohmann::ordered_json stepping_json(const std::string& kind, const System& system, const Stepper& stepper,
                                     const boost::program_options::variables_map& given);

/// --samples, --spread, --discard-ms, --duration-ms, with these defaults
struct RunDefaults {
  long samples;
  double spread, discard_ms, duration_ms;
};
void add_run_options(boost::program_options::options_description& options, const RunDefaults& defaults);
/// D x samples
Matrix<double> starts_of(const System& system, const boost::program_options::variables_map& given);
/// Throws UserError unless it is a number >= 0.
double duration_of(const boost::program_options::variables_map& given, const std::string& option);

}  // namespace stillpoint
