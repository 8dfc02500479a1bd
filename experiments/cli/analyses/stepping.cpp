#include "experiments/cli/analyses/stepping.hpp"

#include <fmt/format.h>

#include "analysis/start_states.hpp"
#include "experiments/runs/machine.hpp"

namespace stillpoint {

namespace po = boost::program_options;

void add_path_options(po::options_description& options) {
  add_system_options(options);
  options.add_options()("method", po::value<std::string>()->default_value("rk4"),
                        "steps of a flow: euler, exponential_euler or rk4; a map has its own")(
      "dt-ms", po::value<double>(), "their length; default: a tenth of the shortest time constant")(
      "synapse", po::value<std::string>()->default_value("trained"),
      "trained: with the file's short-term synapse where it has one; or none");
}

bool wants_synapse(const Given& given) {
  const auto& which = given["synapse"].as<std::string>();
  require_parameter(which == "trained" || which == "none", "--synapse", which, "must be trained or none");
  return which == "trained";
}

Stepper make_stepper(const System& system, const Given& given, const ContinuousSynapse<double>* synapse) {
  const auto& name = given["method"].as<std::string>();
  const auto method = method_from(name);
  require_parameter(method != Method::dopri5, "--method", name, "must be euler, exponential_euler or rk4");
  const bool has_step = given.count("dt-ms") > 0;
  require_parameter(!has_step || system.as() == System::As::flow, "--dt-ms",
                    has_step ? fmt::format("{}", given["dt-ms"].as<double>()) : "",
                    "a map has a step of its own: use --as flow");
  const double dt = has_step ? given["dt-ms"].as<double>() : 0;
  require_parameter(!has_step || dt > 0, "--dt-ms", fmt::format("{}", dt), "must be a number > 0 [ms]");
  return leaky_stepper(joint_equations(system, synapse), system.tau_ms(), method, dt);
}

void require_memory(const Given& given, double numbers) {
  const double bytes = numbers * sizeof(double), available = usable_memory();
  require_parameter(
      bytes <= available, "--samples", fmt::format("{}", given["samples"].as<long>()),
      fmt::format("their runs need about {} of memory, {} is available: take fewer, less time, or --synapse "
                  "none where there is one",
                  memory_text(bytes), memory_text(available)));
}

Matrix<double> Stepped::starts() const {
  // The states as they start, on their way and at the end
  require_memory(given,
                 3 * static_cast<double>(stepper.dimension()) * static_cast<double>(given["samples"].as<long>()));
  const auto x = trial_starts(system, given["samples"].as<long>(), given["spread"].as<double>(), seed_of(given));
  Matrix<double> y(stepper.dimension(), x.cols());
  for (Index i = 0; i < x.cols(); ++i)
    y.col(i) = synapse ? with_initial_synapse(system, *synapse, x.col(i)) : Vector<double>(x.col(i));
  return y;
}

Vector<double> Stepped::at_rest(const Vector<double>& x) const {
  return synapse ? with_resting_synapse(system, *synapse, x) : x;
}

Vector<double> Stepped::velocity(const Vector<double>& y) const {
  const Vector<double> moved = network_part(stepper.equations().value(y));
  return stepper.map() ? Vector<double>(moved - network_part(y)) : Vector<double>(system.tau_ms().cwiseProduct(moved));
}

nlohmann::ordered_json stepping_json(const std::string& kind, const Stepped& of) {
  nlohmann::ordered_json result;
  result["kind"] = kind;
  result["as"] = of.stepper.map() ? "map" : "flow";
  if (!of.stepper.map()) result["method"] = of.given["method"].as<std::string>();
  result["dt_ms"] = of.stepper.dt_ms();
  result["dimension"] = of.stepper.dimension();
  result["synapse"] = of.synapse ? of.file.subject.synapse_kind : "none";
  return result;
}

void add_rank(const Stepper& stepper, nlohmann::ordered_json& result, std::string& text) {
  const auto latent = stepper.latent();
  if (!latent) return;
  result["rank"] = latent->dimension();
  text += fmt::format("followed in {} latent variable{}: W is of rank {}\n", latent->dimension(),
                      latent->dimension() == 1 ? "" : "s", latent->dimension());
}

std::function<nlohmann::ordered_json(const std::string&, const Given&, std::string&)> along_path(
    const std::string& kind, std::function<void(const Stepped&, nlohmann::ordered_json&, std::string&)> analyse) {
  return of_subject({}, [=](SubjectFile& file, const Given& given, std::string& text) {
    if (wants_synapse(given)) {
      try {
        file.take_synapse(file.synapse);
      } catch (const ParameterError& problem) {  // a control
        file.without_synapse =
            fmt::format("{} = {}: no differential equation of one trial's state", problem.name, problem.value);
      }
    }
    const auto system = file.subject.system();
    const auto stepper = make_stepper(system, given, file.subject.continuous());
    const Stepped stepped{file, given, system, file.subject.continuous(), stepper};
    auto result = stepping_json(kind, stepped);
    analyse(stepped, result, text);
    if (stepped.synapse)
      text += fmt::format("of the joint state of network and synapses, {} entries\n", stepper.dimension());
    return result;
  });
}

void add_run_options(po::options_description& options, const RunDefaults& defaults) {
  options.add_options()("samples", po::value<long>()->default_value(defaults.samples), "states to start from")(
      "spread", usual_number(defaults.spread),
      "their standard deviation per entry (through phi where the state is a rate)")(
      "discard-ms", usual_number(defaults.discard_ms), "left out at the start of each run")(
      "duration-ms", usual_number(defaults.duration_ms), "looked at after that");
}

double duration_of(const Given& given, const std::string& option) {
  const double value = given[option].as<double>();
  require_duration("--" + option, value);
  return value;
}

}  // namespace stillpoint
