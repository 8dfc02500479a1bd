#include <fmt/format.h>

#include <algorithm>

#include "sim/files/network_group.hpp"

namespace stillpoint {

namespace {

/// A misspelt array would be silently taken as absent.
void refuse_unknown_members(const H5::Group& group, const std::string& where) {
  std::vector<std::string> known;
  for_each_array([&](const ArrayTraits& array, const auto&) { known.push_back(array.name); }, Network<double>());
  known.insert(known.end(), {"dt_ms", "synapse"});
  for (hsize_t i = 0; i < group.getNumObjs(); ++i) {
    const auto name = group.getObjnameByIdx(i);
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UserError(fmt::format("{}: {}: unknown in a network; known are {}", where, name, fmt::join(known, ", ")));
  }
}

/// One array as the file has it; what it leaves out is zeros, or nothing where the network may be without.
template <class Values>
void read_one(const H5::Group& group, const ArrayTraits& array, const Network<double>& network,
              const std::string& where, Values& values) {
  const auto presence = presence_of(network_kind(network.kind), array);
  if (!hdf5::has(group, array.name)) {
    const std::string name = array.name;
    if (presence == ArrayPresence::required && (name == "V" || name == "A"))
      throw UserError(where + ": dataset " + name + ": missing");
    if (presence != ArrayPresence::required)
      values.resize(0, Values::ColsAtCompileTime == 1 ? 1 : 0);
    else
      values.setZero(network.extent(array.rows), network.extent(array.columns));
    return;
  }
  const auto found = hdf5::read_matrix(group, array.name, where);
  if constexpr (Values::ColsAtCompileTime == 1) {
    require_parameter(found.cols() == 1 || found.rows() == 1, where + ": " + array.name,
                      fmt::format("{} x {}", found.rows(), found.cols()), "must be a vector");
    values = Eigen::Map<const Vector<double>>(found.data(), found.size());
  } else {
    values = found;
  }
}

std::map<std::string, std::string> read_synapse(const H5::Group& group, const std::string& where) {
  std::map<std::string, std::string> synapse;
  for (unsigned i = 0; i < static_cast<unsigned>(group.getNumAttrs()); ++i) {
    const auto attribute = group.openAttribute(i);
    const auto name = attribute.getName();
    synapse[name] = attribute.getTypeClass() == H5T_STRING ? hdf5::read_text(group, name, where)
                                                           : fmt::format("{}", hdf5::read_number(group, name, where));
  }
  return synapse;
}

}  // namespace

StoredNetwork read_network_group(const H5::Group& root, const std::string& group_name, const std::string& path) {
  if (group_name == "network") {
    const auto format = hdf5::read_text(root, "format", path);
    require_parameter(format == "stillpoint-network", path + ": attribute format", format,
                      "must be stillpoint-network");
    const double version = hdf5::read_number(root, "version", path);
    require_parameter(version == 1, path + ": attribute version", fmt::format("{}", version), "must be 1");
  }
  if (H5Lexists(root.getId(), group_name.substr(0, group_name.find('/')).c_str(), H5P_DEFAULT) <= 0 ||
      !hdf5::has(root, group_name))
    throw UserError(path + ": group /" + group_name + ": missing");
  const auto group = root.openGroup(group_name);
  const auto where = group_name == "network" ? path : path + ": group /" + group_name;  // a run file holds several
  refuse_unknown_members(group, where);

  StoredNetwork stored;
  auto& network = stored.network;
  network.kind = hdf5::read_text(group, "kind", where);
  {
    auto option = network_kind_option();
    option.name = where + ": attribute kind";
    option.check(network.kind);
  }
  const auto& kind = network_kind(network.kind);
  if (network.kind != "lstm" || group.attrExists("nonlinearity"))  // an lstm has its own
    network.nonlinearity = nonlinearity_from(hdf5::read_text(group, "nonlinearity", where));
  require_parameter(!kind.factors || !hdf5::has(group, "W"), where + ": W", "present",
                    fmt::format("a {} network has M, V and bulk instead", kind.name));
  if (group.attrExists("rate_hz")) network.rate_hz = hdf5::read_number(group, "rate_hz", where);
  if (hdf5::has(group, "dt_ms")) {
    const auto dt = hdf5::read_vector(group, "dt_ms", where);
    require_parameter(dt.size() == 1, where + ": dt_ms", fmt::format("{} values", dt.size()), "must be one number");
    network.dt_ms = dt[0];
  }
  const bool has_tau = hdf5::has(group, "tau_ms");
  if (!has_tau && !kind.map) throw UserError(where + ": dataset tau_ms: missing");
  // The recurrent weights tell N, which says what arrays that are left out would be.
  auto& weights = kind.factors ? network.M : network.W;
  weights = hdf5::read_matrix(group, kind.factors ? "M" : "W", where);
  const Index N = kind.factors ? weights.rows() : weights.cols();
  // A map has no membrane time constant; its step stands in for it, without one the default of integration.dt_ms.
  network.tau_ms.setConstant(N, network.dt_ms.value_or(5));
  for_each_array(
      [&](const ArrayTraits& array, auto& values) {
        const bool read_already = static_cast<const void*>(&values) == &weights;
        if (!read_already && (has_tau || array.name != std::string("tau_ms")))
          read_one(group, array, network, where, values);
      },
      network);
  if (network.tau_ms.size() == 1) network.tau_ms = Vector<double>::Constant(N, network.tau_ms(0)).eval();
  if (hdf5::has(group, "synapse")) stored.synapse = read_synapse(group.openGroup("synapse"), where);
  network.check(where);
  return stored;
}

namespace {
StoredNetwork read_from(const std::string& path, const std::string& group) {
  const auto held = hdf5::lock();
  const auto file = hdf5::open(path);
  const auto root = file.openGroup("/");
  if (!group.empty()) return read_network_group(root, group, path);
  const bool is_run = hdf5::read_text(root, "format", path) == "stillpoint-run";
  return read_network_group(root, is_run ? "final/network" : "network", path);
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
  H5::H5File file(path, H5F_ACC_TRUNC);
  const auto root = file.openGroup("/");
  hdf5::write_attribute(root, "format", std::string("stillpoint-network"));
  hdf5::write_attribute(root, "version", 1L);
  write_network(file.createGroup("network"), stored.network, stored.synapse);
}

template void write_network(const H5::Group&, const Network<float>&, const std::map<std::string, std::string>&);
template void write_network(const H5::Group&, const Network<double>&, const std::map<std::string, std::string>&);

}  // namespace stillpoint
