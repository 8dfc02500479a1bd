#include "sim/files/network_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillpoint {

namespace {

/// A misspelt array would be silently taken as absent.
void refuse_unknown_members(const H5::Group& group, const std::string& where) {
  static const std::vector<std::string> known = {"W",  "W_in", "b", "W_out", "b_out", "W_fb", "tau_ms", "mask",
                                                 "r0", "M",    "V", "bulk",  "A",     "sign", "dt_ms",  "synapse"};
  for (hsize_t i = 0; i < group.getNumObjs(); ++i) {
    const auto name = group.getObjnameByIdx(i);
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UserError(fmt::format("{}: {}: unknown in a network; known are {}", where, name, fmt::join(known, ", ")));
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

StoredNetwork read_network(const std::string& path, const std::string& group_name) {
  const auto held = hdf5::lock();
  const auto file = hdf5::open(path);
  const auto root = file.openGroup("/");
  if (group_name == "network") {
    const auto format = hdf5::read_text(root, "format", path);
    require_parameter(format == "stillpoint-network", path + ": attribute format", format, "must be stillpoint-network");
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
  if (network.kind == "low_rank") {
    require_parameter(!hdf5::has(group, "W"), where + ": W", "present", "a low_rank network has M, V and bulk instead");
    network.M = hdf5::read_matrix(group, "M", where);
    network.V = hdf5::read_matrix(group, "V", where);
  } else {
    network.W = hdf5::read_matrix(group, "W", where);
  }
  const Index N = network.has_factors() ? network.M.rows() : network.W.cols(), U = kind.gates * N;
  const auto optional_matrix = [&](const char* name, Index rows, Index columns) {
    return hdf5::has(group, name) ? hdf5::read_matrix(group, name, where) : Matrix<double>::Zero(rows, columns).eval();
  };
  const auto optional_vector = [&](const char* name, Index size) -> Vector<double> {
    if (!hdf5::has(group, name)) return Vector<double>::Zero(size);
    const auto values = hdf5::read_matrix(group, name, where);
    require_parameter(values.cols() == 1 || values.rows() == 1, where + ": " + name,
                   fmt::format("{} x {}", values.rows(), values.cols()), "must be a vector");
    return Eigen::Map<const Vector<double>>(values.data(), values.size());
  };
  network.W_in = optional_matrix("W_in", U, 0);
  network.b = optional_vector("b", U);
  network.W_out = optional_matrix("W_out", 0, N);
  network.b_out = optional_vector("b_out", network.W_out.rows());
  network.W_fb = optional_matrix("W_fb", 0, 0);
  network.mask = optional_matrix("mask", 0, 0);
  network.r0 = optional_vector("r0", 0);
  network.bulk = optional_matrix("bulk", 0, 0);
  if (network.kind == "plrnn" && !hdf5::has(group, "A")) throw UserError(where + ": dataset A: missing");
  network.A = optional_vector("A", 0);
  network.sign = optional_vector("sign", 0);
  if (group.attrExists("rate_hz")) network.rate_hz = hdf5::read_number(group, "rate_hz", where);
  if (hdf5::has(group, "dt_ms")) {
    const auto dt = hdf5::read_vector(group, "dt_ms", where);
    require_parameter(dt.size() == 1, where + ": dt_ms", fmt::format("{} values", dt.size()), "must be one number");
    network.dt_ms = dt[0];
  }
  // A map has no membrane time constant; its step stands in for it, without one the default of integration.dt_ms.
  const bool has_tau = hdf5::has(group, "tau_ms");
  if (!has_tau && !kind.map) throw UserError(where + ": dataset tau_ms: missing");
  network.tau_ms =
      has_tau ? optional_vector("tau_ms", N) : Vector<double>::Constant(1, network.dt_ms.value_or(5)).eval();
  if (network.tau_ms.size() == 1) network.tau_ms = Vector<double>::Constant(N, network.tau_ms(0)).eval();
  if (hdf5::has(group, "synapse")) stored.synapse = read_synapse(group.openGroup("synapse"), where);
  network.check(where);
  return stored;
}

StoredNetwork read_trained_network(const std::string& path) {
  const auto group_in = [&] {
    const auto held = hdf5::lock();
    const auto file = hdf5::open(path);
    const auto root = file.openGroup("/");
    return hdf5::read_text(root, "format", path) == "stillpoint-run" ? "final/network" : "network";
  };
  return read_network(path, group_in());
}

template <class Scalar>
void write_network(const H5::Group& group, const Network<Scalar>& network,
                   const std::map<std::string, std::string>& synapse) {
  hdf5::write_attribute(group, "kind", network.kind);
  hdf5::write_attribute(group, "nonlinearity", name_of(network.nonlinearity));
  const auto matrix = [&](const char* name, const Matrix<Scalar>& values) {
    if (values.size() > 0) hdf5::write_matrix<Scalar>(group, name, values);
  };
  const auto vector = [&](const char* name, const Vector<Scalar>& values) {
    if (values.size() > 0) hdf5::write_vector(group, name, values.data(), static_cast<std::size_t>(values.size()));
  };
  matrix("W", network.W);
  matrix("W_in", network.W_in);
  vector("b", network.b);
  matrix("W_out", network.W_out);
  vector("b_out", network.b_out);
  matrix("W_fb", network.W_fb);
  vector("tau_ms", network.tau_ms);
  matrix("mask", network.mask);
  vector("r0", network.r0);
  matrix("M", network.M);
  matrix("V", network.V);
  matrix("bulk", network.bulk);
  vector("A", network.A);
  vector("sign", network.sign);
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
