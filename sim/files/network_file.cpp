#include <fmt/format.h>

#include <algorithm>

#include "sim/files/network_group.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

/// A misspelt array would be silently taken as absent.
void refuse_unknown_members(const hdf5::ReadGroup& group) {
  std::vector<std::string> known;
  for_each_array([&](const ArrayTraits& array, const auto&) { known.push_back(array.name); }, Network<double>());
  known.insert(known.end(), {"dt_ms", "synapse"});
  for (const auto& name : group.members())
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UserError(fmt::format("{}: {}: unknown in a network; known are {}{}", group.where(), name,
                                  fmt::join(known, ", "), did_you_mean(name, known)));
}

/// One array as the file has it; what it leaves out is zeros, or nothing where the network may be without.
template <class Values>
void read_one(const hdf5::ReadGroup& group, const ArrayTraits& array, const Network<double>& network, Values& values) {
  const auto presence = presence_of(network_kind(network.kind), array);
  if (!group.has(array.name)) {
    const std::string name = array.name;
    if (presence == ArrayPresence::required && (name == "V" || name == "A"))
      throw UserError(group.where() + ": dataset " + name + ": missing");
    return set_left_out(network, array, values);
  }
  const auto found = group.matrix(array.name);
  if constexpr (Values::ColsAtCompileTime == 1) {
    require_parameter(found.cols() == 1 || found.rows() == 1, group.where() + ": " + array.name,
                      fmt::format("{} x {}", found.rows(), found.cols()), "must be a vector");
    values = Eigen::Map<const Vector<double>>(found.data(), found.size());
  } else {
    values = found;
  }
}

std::string one_of(const hdf5::ReadGroup& group, const std::string& name, const std::vector<std::string>& choices) {
  const auto value = group.text(name);
  choice_option(group.where() + ": attribute " + name, "", choices, "").check(value);
  return value;
}

}  // namespace

StoredNetwork read_network_group(const hdf5::ReadGroup& root, const std::string& group_name) {
  if (group_name == "network") {
    const auto format = root.format();
    require_parameter(format == "stillpoint-network", root.where() + ": attribute format", format,
                      "must be stillpoint-network");
  }
  root.whole("version", 1, 1);  // the only one so far
  const auto group = root.group(group_name);
  const auto& where = group.where();
  refuse_unknown_members(group);

  StoredNetwork stored;
  auto& network = stored.network;
  network.kind = one_of(group, "kind", network_kind_option().choices);
  const auto& kind = network_kind(network.kind);
  if (network.kind != "lstm" || group.has_attribute("nonlinearity"))  // an lstm has its own
    network.nonlinearity = nonlinearity_from(one_of(group, "nonlinearity", nonlinearity_names()));
  require_parameter(!kind.factors || !group.has("W"), where + ": W", "present",
                    fmt::format("a {} network has M, V and bulk instead", kind.name));
  if (group.has_attribute("rate_hz")) network.rate_hz = group.number("rate_hz");
  if (group.has("dt_ms")) {
    const auto dt = group.vector("dt_ms");
    require_parameter(dt.size() == 1, where + ": dt_ms", fmt::format("{} values", dt.size()), "must be one number");
    network.dt_ms = dt[0];
  }
  const bool has_tau = group.has("tau_ms");
  if (!has_tau && !kind.map) throw UserError(where + ": dataset tau_ms: missing");
  // The recurrent weights tell N, which says what arrays that are left out would be.
  auto& weights = kind.factors ? network.M : network.W;
  weights = group.matrix(kind.factors ? "M" : "W");
  const Index N = kind.factors ? weights.rows() : weights.cols();
  // A map has no membrane time constant; its step stands in for it, without one the default of integration.dt_ms.
  network.tau_ms.setConstant(N, network.dt_ms.value_or(5));
  for_each_array(
      [&](const ArrayTraits& array, auto& values) {
        const bool read_already = static_cast<const void*>(&values) == &weights;
        if (!read_already && (has_tau || array.name != std::string("tau_ms"))) read_one(group, array, network, values);
      },
      network);
  spread_tau(network, N, where);
  if (group.has("synapse")) stored.synapse = group.group("synapse").options();
  network.check(where);
  return stored;
}

namespace {
StoredNetwork read_from(const std::string& path, const std::string& group) {
  const hdf5::ReadFile file(path);
  if (!group.empty()) return read_network_group(file.root(), group);
  const bool is_run = file.root().format() == "stillpoint-run";
  return read_network_group(file.root(), is_run ? "final/network" : "network");
}
}  // namespace

StoredNetwork read_network(const std::string& path, const std::string& group) { return read_from(path, group); }
StoredNetwork read_trained_network(const std::string& path) { return read_from(path, ""); }

template <class Scalar>
void write_network(const H5::Group& group, const Network<Scalar>& network,
                   const std::map<std::string, std::string>& synapse) {
  hdf5::write_attribute(group, "kind", network.kind);
  hdf5::write_attribute(group, "nonlinearity", name_of(network.nonlinearity));
  for_each_array(
      [&](const ArrayTraits& array, const auto& values) {
        if (values.size() == 0) return;
        if constexpr (std::decay_t<decltype(values)>::ColsAtCompileTime == 1)
          hdf5::write_vector(group, array.name, values.data(), static_cast<std::size_t>(values.size()));
        else
          hdf5::write_matrix<Scalar>(group, array.name, values);
      },
      network);
  if (network.rate_hz > 0) hdf5::write_attribute(group, "rate_hz", network.rate_hz);
  if (network.dt_ms) hdf5::write_array(group, "dt_ms", &*network.dt_ms, {});
  if (synapse.empty()) return;
  const auto target = group.createGroup("synapse");
  for (const auto& [name, value] : synapse) hdf5::write_attribute(target, name, value);
}

void write_network_file(const std::string& path, const StoredNetwork& stored) {
  const auto held = hdf5::lock();
  try {
    H5::H5File file(path, H5F_ACC_TRUNC);
    const auto root = file.openGroup("/");
    hdf5::write_attribute(root, "format", std::string("stillpoint-network"));
    hdf5::write_attribute(root, "version", 1L);
    write_network(file.createGroup("network"), stored.network, stored.synapse);
  } catch (const H5::Exception&) {
    throw UserError(path + ": cannot be written");
  }
}

template void write_network(const H5::Group&, const Network<float>&, const std::map<std::string, std::string>&);
template void write_network(const H5::Group&, const Network<double>&, const std::map<std::string, std::string>&);

}  // namespace stillpoint
