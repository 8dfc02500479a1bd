#include "experiments/results/begun_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/results/program.hpp"

namespace stillpoint {

namespace {

constexpr const char* begin_anew = "remove it to begin the run anew";

void require_same_options(const std::map<std::string, std::string>& there, const Options& options,
                          const std::string& path) {
  for (const auto& [name, here] : as_written(options)) {
    if (name == "training.updates") continue;
    const auto found = there.find(name);
    if (found == there.end() || found->second != here)
      throw UserError(fmt::format("{}: {} = {} there, {} here; choose another --out, or {}", path, name,
                                  found == there.end() ? "nothing" : found->second, here, begin_anew));
  }
}

void require_this_program(const H5::Group& root, const std::string& path) {
  const auto facts = read_program(root, path);
  for (std::size_t i = 0; i < facts.size(); ++i)
    if (const auto& [name, here] = this_program()[i]; facts[i] != here)
      throw UserError(fmt::format("{}: {} = {} there, {} here: another program's numbers may differ; go on with that one, or {}",
                                  path, name, facts[i], here, begin_anew));
}

/// `like`, with the arrays that learn as they are in a group.
template <class Scalar>
Network<Scalar> reached_network(const H5::Group& group, Network<Scalar> like, const std::string& path) {
  for_each_learning_array(
      [&](const ArrayTraits& array, auto& values) {
        if (values.size() == 0) return;
        const auto found = hdf5::read_matrix(group, array.name, path);
        require_parameter(found.rows() == values.rows() && found.cols() == values.cols(),
                          fmt::format("{}: {}", path, array.name), fmt::format("{} x {}", found.rows(), found.cols()),
                          fmt::format("must be {} x {}; {}", values.rows(), values.cols(), begin_anew));
        values = found.template cast<Scalar>();
      },
      like);
  return like;
}

LearningCurve read_curve(const H5::Group& root, const std::string& path) {
  const auto group = root.openGroup("curve");
  LearningCurve curve;
  for (const double update : hdf5::read_vector(group, "update", path)) curve.update.push_back(static_cast<long>(update));
  const auto read = [&](const H5::Group& from, const char* name) {
    auto values = hdf5::read_vector(from, name, path);
    if (values.size() != curve.update.size())
      throw UserError(fmt::format("{}: {}: has {} values, must have {}; {}", path, name, values.size(),
                                  curve.update.size(), begin_anew));
    return values;
  };
  curve.loss = read(group, "loss");
  curve.accuracy = read(group, "accuracy");
  curve.speed = read(group, "speed");
  curve.stability_bound_ms = read(group, "stability_bound_ms");
  curve.strength = read(group, "strength");
  if (!hdf5::has(root, "alignment")) return curve;
  const auto alignment = root.openGroup("alignment");
  for (const auto& rule : split_words(hdf5::read_text(alignment, "rules", path))) {
    const auto its = alignment.openGroup(rule);
    curve.alignment.push_back({rule, read(its, "cosine"), read(its, "norm_ratio")});
  }
  return curve;
}

}  // namespace

std::string unfinished_path(const std::string& path) { return path.substr(0, path.rfind('.')) + ".unfinished"; }

template <class Scalar>
BegunRun<Scalar> read_begun_run(const std::string& path, const Options& options, std::uint64_t seed,
                                const Network<double>& initial) {
  const auto held = hdf5::lock();
  const auto file = hdf5::open(path);
  const auto root = file.openGroup("/");
  const auto head = read_run_head(root, path);
  require_same_options(head.options, options, path);
  require_parameter(head.seed == seed, path + ": seed", std::to_string(head.seed), fmt::format("must be {}", seed));
  require_this_program(root, path);
  BegunRun<Scalar> begun;
  auto& training = begun.training;
  training.curve = read_curve(root, path);
  const auto number = [&](const char* name) {
    return root.attrExists(name) ? std::optional<long>(static_cast<long>(hdf5::read_number(root, name, path)))
                                 : std::nullopt;
  };
  training.reached_at = number("reached_at");
  training.diverged_at = number("diverged_at");
  if (!hdf5::has(root, "state"))
    throw UserError(path + ": holds no state to go on from, as earlier programs wrote none; choose another --out");
  training.state = hdf5::read_bytes(root, "state", path);
  const auto like = initial.template cast<Scalar>();
  training.final = reached_network(root.openGroup("final/network"), like, path);
  if (hdf5::has(root, "checkpoints")) {
    const auto group = root.openGroup("checkpoints");
    for (hsize_t i = 0; i < group.getNumObjs(); ++i) {
      const auto name = group.getObjnameByIdx(i);
      training.checkpoints.emplace_back(std::stol(name), reached_network(group.openGroup(name + "/network"), like, path));
    }
  }
  const auto provenance = root.openGroup("provenance");
  begun.wall_seconds = hdf5::read_number(provenance, "wall_seconds", path);
  begun.training_seconds = hdf5::read_number(provenance, "seconds_per_update", path) *
                           static_cast<double>(std::max<std::size_t>(1, training.curve.update.size()));
  return begun;
}

FinishedRun read_finished_run(const std::string& path, const Options& options) {
  const auto held = hdf5::lock();
  const auto file = hdf5::open(path);
  const auto root = file.openGroup("/");
  const auto head = read_run_head(root, path);
  require_same_options(head.options, options, path);
  const auto updates = head.options.find("training.updates");
  if (updates == head.options.end()) throw UserError(path + ": attribute training.updates: missing");
  return {static_cast<long>(integer_option("training.updates", "", "", {1, 1e9}, "").value_of(updates->second)),
          read_program(root, path)};
}

template BegunRun<float> read_begun_run(const std::string&, const Options&, std::uint64_t, const Network<double>&);
template BegunRun<double> read_begun_run(const std::string&, const Options&, std::uint64_t, const Network<double>&);

}  // namespace stillpoint
