#include "experiments/cli/analyses/stepping.hpp"

#include <fmt/format.h>

#include "analysis/start_states.hpp"

namespace stillpoint {

namespace po = boost::program_options;

void add_path_options(po::options_description& options) {
  add_system_options(options);
  options.add_options()("method", po::value<std::string>()->default_value("rk4"),
                        "steps of a flow: euler, exponential_euler or rk4; a map has its own")(
      "dt-ms", po::value<double>(), "their length; default: a tenth of the shortest time constant");
}

Stepper make_stepper(const System& system, const po::variables_map& given, const ContinuousSynapse<double>* synapse) {
  const auto& name = given["method"].as<std::string>();
  const auto method = method_from(name);
  require_parameter(method != Method::dopri5, "--method", name, "must be euler, exponential_euler or rk4");
  const bool has_step = given.count("dt-ms") > 0;
  require_parameter(!has_step || system.as() == System::As::flow, "--dt-ms",
                    has_step ? fmt::format("{}", given["dt-ms"].as<double>()) : "",
                    "a map has a step of its own: use --as flow");
  const double dt = has_step ? given["dt-ms"].as<double>() : 0;
  require_parameter(!has_step || dt > 0, "--dt-ms", fmt::format("{}", dt), "must be a number > 0 [ms]");
  return leaky_stepper(synapse ? equations_with_synapse(system, *synapse) : equations_of(system), system.tau_ms(),
                       method, dt);
}

nlohmann::ordered_json stepping_json(const std::string& kind, const System& system, const Stepper& stepper,
                                     const po::variables_map& given) {
  nlohmann::ordered_json result;
  result["kind"] = kind;
  result["as"] = stepper.map() ? "map" : "flow";
  if (!stepper.map()) result["method"] = given["method"].as<std::string>();
  result["dt_ms"] = stepper.dt_ms();
  result["dimension"] = system.dimension();
  return result;
}

std::function<nlohmann::ordered_json(const std::string&, const Given&, std::string&)> along_path(
    const std::string& kind,
    std::function<void(const System&, const Stepper&, const Given&, nlohmann::ordered_json&, std::string&)> analyse) {
  return of_subject({}, [=](SubjectFile& file, const Given& given, std::string& text) {
    const auto system = file.subject.system();
    const auto stepper = make_stepper(system, given);
    auto result = stepping_json(kind, system, stepper, given);
    analyse(system, stepper, given, result, text);
    return result;
  });
}

void add_run_options(po::options_description& options, const RunDefaults& defaults) {
  options.add_options()("samples", po::value<long>()->default_value(defaults.samples), "states to start from")(
      "spread", po::value<double>()->default_value(defaults.spread),
      "their standard deviation per entry (through phi where the state is a rate)")(
      "discard-ms", po::value<double>()->default_value(defaults.discard_ms), "left out at the start of each run")(
      "duration-ms", po::value<double>()->default_value(defaults.duration_ms), "looked at after that");
}

Matrix<double> starts_of(const System& system, const po::variables_map& given) {
  return trial_starts(system, given["samples"].as<long>(), given["spread"].as<double>(), seed_of(given));
}

double duration_of(const po::variables_map& given, const std::string& option) {
  const double value = given[option].as<double>();
  require_duration("--" + option, value);
  return value;
}

}  // namespace stillpoint
