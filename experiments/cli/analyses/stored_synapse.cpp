#include "experiments/cli/analyses/stored_synapse.hpp"

#include "plasticity/short_term/short_term.hpp"

namespace stillpoint {

StoredNetwork read_stored(const std::string& file, const boost::program_options::variables_map& given) {
  return given.count("group") ? read_network(file, given["group"].as<std::string>()) : read_trained_network(file);
}

std::optional<SynapseModel> synapse_model(const std::map<std::string, std::string>& stored, Nonlinearity phi) {
  const auto entry = stored.find("kind");
  const std::string kind = entry == stored.end() ? "none" : entry->second;
  Options options;
  options.declare(synapse_kind(kind).options);
  for (const auto& [name, value] : stored)
    if (options.knows("synapse." + name)) options.set("synapse." + name, value);
  if (kind == "tcr") {
    for (const char* control : {"synapse.postsynaptic", "synapse.current"})
      require_parameter(options.text(control) == "own", control, options.text(control),
                     "this control is no differential equation of one trial's state; use --synapse none");
    return TcrSynapse{options.number("synapse.beta"), options.number("synapse.tau_s_ms")};
  }
  if (kind == "tsodyks_markram")
    return TsodyksMarkramSynapse{options.number("synapse.use"),
                                 options.number("synapse.tau_f_ms"),
                                 options.number("synapse.tau_d_ms"),
                                 options.number("synapse.f_max_hz"),
                                 options.text("synapse.normalise") == "rest",
                                 phi == Nonlinearity::tanh};
  return {};
}

}  // namespace stillpoint
