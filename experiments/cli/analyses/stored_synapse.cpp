#include "experiments/cli/analyses/stored_synapse.hpp"

namespace stillpoint {

namespace {

/// Jointly integrated, as a differential equation is; it is handed over without a step, of which 2^-10 ms is no limit.
constexpr Integration joint{Method::rk4, 0x1p-10, 0};

}  // namespace

StoredNetwork read_stored(const std::string& file, const boost::program_options::variables_map& given) {
  return given.count("group") ? read_network(file, given["group"].as<std::string>()) : read_trained_network(file);
}

Options synapse_options(const std::map<std::string, std::string>& stored) {
  Options options;
  options.declare({synapse_kind_option()});
  if (const auto kind = stored.find("kind"); kind != stored.end()) options.set("synapse.kind", kind->second);
  options.declare(synapse_kind(options.text("synapse.kind")).options);
  for (const auto& [name, value] : stored)
    if (options.knows("synapse." + name)) options.set("synapse." + name, value);
  return options;
}

std::unique_ptr<Synapse<double>> synapse_for_analysis(const Options& options, const Network<double>& network) {
  Options own = options;
  if (own.text("synapse.kind") == "tcr") {
    for (const char* control : {"synapse.postsynaptic", "synapse.current"})
      require_parameter(own.text(control) == "own", control, own.text(control),
                        "this control is no differential equation of one trial's state; use --synapse none");
    own.set("synapse.form", "dense");
  }
  auto synapse = synapse_model(own).make<double>(synapse_context(network, joint, {}, 1));
  auto* continuous = synapse->continuous();
  require_parameter(continuous || (!synapse->drives() && !synapse->scales()), "synapse.kind", own.text("synapse.kind"),
                    "is no differential equation; use --synapse none");
  if (continuous) continuous->bind(network);
  return synapse;
}

}  // namespace stillpoint
