#pragma once

#include <nanobind/nanobind.h>

#include <string>
#include <utility>
#include <vector>

#include "plasticity/short_term/synapses.hpp"
#include "python/bindings/network.hpp"

namespace stillpoint::python {

namespace nb = nanobind;

/// Of None or one of the classes of synapses, as trials run with it in double: TCR whose form is automatic is dense.
SynapseModel synapse_model_of(nb::handle synapse);
/// The same as the program trains with it.
SynapseModel trained_synapse_of(nb::handle synapse);
/// synapse.kind and the synapse's parameters as options.
std::vector<std::pair<std::string, std::string>> synapse_assignments(nb::handle synapse);
/// The same for analyses, bound to the network, which must outlive it; nullptr: none. Throws ParameterError for controls.
std::shared_ptr<Synapse<double>> equation_of(nb::handle synapse, const Network<double>& network);

}  // namespace stillpoint::python
