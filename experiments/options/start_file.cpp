#include "experiments/options/start_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/files/network_file.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

namespace {

Assignments options_of(const Network<double>& network) {
  Assignments said = {{"network.kind", network.kind}, {"network.size", std::to_string(network.size())}};
  if (network.r0.size() > 0) said.emplace_back("network.initial_state", "fixed");
  if (network.W_fb.size() > 0) said.emplace_back("network.feedback", "uniform");
  if (network.dt_ms) said.emplace_back("integration.dt_ms", number_text(*network.dt_ms));
  return said;
}

}  // namespace

Assignments said_by_start(const Assignments& given) {
  const auto* path = find_assignment(given, "network.start");
  const auto is_given = [&](const std::string& option) { return find_assignment(given, option) != nullptr; };
  const auto sets = {"network.kind", "network.size", "network.initial_state", "network.feedback", "integration.dt_ms"};
  if (!path || *path == "none" || std::all_of(sets.begin(), sets.end(), is_given)) return {};
  auto said = options_of(read_trained_network(*path).network);
  said.erase(std::remove_if(said.begin(), said.end(), [&](const auto& each) { return is_given(each.first); }),
             said.end());
  return said;
}

std::vector<std::string> start_contradicted(const Options& options) {
  const auto& path = options.text("network.start");
  if (path == "none") return {};
  const auto network = read_trained_network(path).network;
  std::vector<std::string> lines;
  if (network.dt_ms && *network.dt_ms != options.number("integration.dt_ms"))
    lines.push_back(
        fmt::format("integration.dt_ms = {} is set: the network of network.start = {} was trained with {} ms",
                    options.text("integration.dt_ms"), path, number_text(*network.dt_ms)));
  if (network.r0.size() > 0 && options.text("network.initial_state") == "random")
    lines.push_back(fmt::format("network.initial_state = random is set: r0 of network.start = {} is not used", path));
  return lines;
}

}  // namespace stillpoint
