#include "python/bindings/network.hpp"

#include <fmt/format.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <map>

#include "python/bindings/arrays.hpp"
#include "sim/networks/networks.hpp"

namespace stillpoint::python {

namespace {

BoundNetwork make(const std::string& kind_name, const std::string& nonlinearity, const Made& arrays,
                  std::optional<double> dt_ms, double rate_hz) {
  BoundNetwork made;
  auto& network = made.network;
  network.kind = kind_name;
  const auto& kind = network_kind(kind_name);
  network.nonlinearity = nonlinearity_from(nonlinearity);
  network.dt_ms = dt_ms;
  network.rate_hz = rate_hz;
  // The recurrent weights tell N, which says what arrays that are left out would be.
  const char* recurrent = kind.factors ? "M" : "W";
  auto& weights = kind.factors ? network.M : network.W;
  require_parameter(arrays.contains(recurrent), std::string("network: ") + recurrent, "missing",
                    fmt::format("a {} network needs it", kind_name));
  weights = map_of(nb::cast<Given<2>>(arrays[recurrent]));
  const Index N = kind.factors ? weights.rows() : weights.cols();
  network.tau_ms.setConstant(N, dt_ms.value_or(5));  // of a map, for which it stands in
  for_each_array(
      [&](const ArrayTraits& array, auto& values) {
        if (static_cast<const void*>(&values) == &weights) return;
        if (!arrays.contains(array.name)) {
          if (array.name != std::string("tau_ms")) set_left_out(network, array, values);
          return;
        }
        constexpr bool vector = std::decay_t<decltype(values)>::ColsAtCompileTime == 1;
        values = map_of(nb::cast<Given<vector ? 1 : 2>>(arrays[array.name]));
      },
      network);
  spread_tau(network, N, "network");
  network.check("network");
  return made;
}

/// A look at an array, which keeps the network; read-only. None where the network has none.
nb::any look_at(nb::handle self, const std::string& name) {
  nb::any found;
  found = nb::none();
  for_each_array(
      [&](const ArrayTraits& array, const auto& values) {
        if (name != array.name || values.size() == 0) return;
        using Values = std::decay_t<decltype(values)>;
        const auto rows = static_cast<std::size_t>(values.rows()), columns = static_cast<std::size_t>(values.cols());
        if constexpr (Values::ColsAtCompileTime == 1)
          found = nb::cast(nb::ndarray<nb::numpy, const double>(values.data(), {rows}, self));
        else
          found = nb::cast(nb::ndarray<nb::numpy, const double>(values.data(), {rows, columns}, self,
                                                                {1, static_cast<std::int64_t>(rows)}));
      },
      nb::cast<const BoundNetwork&>(self).network);
  return found;
}

std::vector<std::string> array_names() {
  std::vector<std::string> names;
  for_each_array([&](const ArrayTraits& array, const auto&) { names.push_back(array.name); }, Network<double>());
  return names;
}

BoundNetwork draw(Index size, double gain, Index inputs, Index outputs, const std::string& nonlinearity, double tau_ms,
                  std::uint64_t seed) {
  NetworkParameters common;
  common.size = size;
  common.gain = gain;
  LeakyParameters leaky;
  leaky.rates.nonlinearity = nonlinearity_from(nonlinearity);
  leaky.taus.tau_ms = {tau_ms, tau_ms};
  return {make_network(leaky_rate(leaky), common, inputs, outputs, 5, seed), {}};
}

}  // namespace

void bind_network(nb::module_& module) {
  nb::class_<BoundNetwork>(module, "Network")
      .def_static("make", make, nb::arg("kind"), nb::arg("nonlinearity"), nb::arg("arrays"), nb::arg("dt_ms").none(),
                  nb::arg("rate_hz"))
      .def_static("draw", draw, nb::arg("size"), nb::arg("gain"), nb::arg("inputs"), nb::arg("outputs"),
                  nb::arg("nonlinearity"), nb::arg("tau_ms"), nb::arg("seed"))
      .def_static(
          "load",
          [](const std::string& path, const std::optional<std::string>& group) {
            return group ? read_network(path, *group) : read_trained_network(path);
          },
          nb::arg("path"), nb::arg("group").none())
      .def(
          "save",
          [](const BoundNetwork& self, const std::string& path, const std::map<std::string, std::string>& synapse) {
            write_network_file(path, {self.network, synapse});
          },
          nb::arg("path"), nb::arg("synapse"))
      .def("array", look_at, nb::arg("name"))
      .def_static("array_names", array_names)
      .def_prop_ro("kind", [](const BoundNetwork& self) { return self.network.kind; })
      .def_prop_ro("nonlinearity", [](const BoundNetwork& self) { return name_of(self.network.nonlinearity); })
      .def_prop_ro("dt_ms", [](const BoundNetwork& self) { return self.network.dt_ms; })
      .def_prop_ro("rate_hz", [](const BoundNetwork& self) { return self.network.rate_hz; })
      .def_prop_ro("size", [](const BoundNetwork& self) { return self.network.size(); })
      .def_prop_ro("states", [](const BoundNetwork& self) { return self.network.extent(ArrayAxis::states); })
      .def_prop_ro("inputs", [](const BoundNetwork& self) { return self.network.inputs(); })
      .def_prop_ro("outputs", [](const BoundNetwork& self) { return self.network.outputs(); })
      .def_prop_ro("is_map", [](const BoundNetwork& self) { return network_kind(self.network.kind).map; });
  module.def("network_kinds", [] {
    std::vector<std::string> names;
    for (const auto& kind : network_kinds()) names.push_back(kind.name);
    return names;
  });
  module.def("nonlinearity_names", [] { return nonlinearity_names(); });
}

}  // namespace stillpoint::python
