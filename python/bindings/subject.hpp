// A network under constant input, as the analyses of every room are asked for it.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "analysis/system.hpp"
#include "python/bindings/arrays.hpp"
#include "python/bindings/synapses.hpp"

namespace stillpoint::python {

/// `as`: "flow", "map", or nothing: as the network was trained.
struct BoundSubject {
  BoundSubject(const BoundNetwork& stored, const Given<1>& input, const std::optional<std::string>& as,
               nb::handle synapse_given)
      : system(stored.network, map_of(input),
               as ? (*as == "map" ? System::As::map : System::As::flow) : System::as_trained(stored.network)),
        synapse(equation_of(synapse_given, system.network())) {}

  const ContinuousSynapse<double>* continuous() const { return synapse ? synapse->continuous() : nullptr; }

  System system;
  std::shared_ptr<Synapse<double>> synapse;  // bound to the system's own network
};

inline const char* name_of(System::As as) { return as == System::As::map ? "map" : "flow"; }

}  // namespace stillpoint::python
