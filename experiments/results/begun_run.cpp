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

void require_same_seed(std::uint64_t there, std::uint64_t here, const std::string& path) {
  require_parameter(there == here, path + ": seed", std::to_string(there),
                    fmt::format("must be {}; {}", here, begin_anew));
}

void require_this_program(const hdf5::ReadGroup& root) {
  const auto facts = read_program(root);
  for (std::size_t i = 0; i < facts.size(); ++i)
    if (const auto& [name, here] = this_program()[i]; facts[i] != here)
      throw UserError(
          fmt::format("{}: {} = {} there, {} here: another program's numbers may differ; go on with that one, or {}",
                      root.where(), name, facts[i], here, begin_anew));
}

/// `like`, with the arrays that learn as they are in a group.
template <class Scalar>
Network<Scalar> reached_network(const hdf5::ReadGroup& group, Network<Scalar> like) {
  for_each_learning_array(
      [&](const ArrayTraits& array, auto& values) {
        if (values.size() == 0) return;
        const auto found = group.matrix(array.name);
        require_parameter(found.rows() == values.rows() && found.cols() == values.cols(),
                          fmt::format("{}: {}", group.where(), array.name),
                          fmt::format("{} x {}", found.rows(), found.cols()),
                          fmt::format("must be {} x {}; {}", values.rows(), values.cols(), begin_anew));
        values = found.template cast<Scalar>();
      },
      like);
  return like;
}

LearningCurve read_curve(const hdf5::ReadGroup& root) {
  const auto group = root.group("curve");
  LearningCurve curve;
  for (const double update : group.vector("update")) {
    const auto next = static_cast<double>(curve.update.size());  // every update has its value
    curve.update.push_back(whole_number(group.where() + ": dataset update", update, next, next));
  }
  const auto read = [&](const hdf5::ReadGroup& from, const char* name) {
    auto values = from.vector(name);
    require_parameter(values.size() == curve.update.size(), from.where() + ": dataset " + name,
                      fmt::format("{} values", values.size()),
                      fmt::format("must be {}, as many as in update; {}", curve.update.size(), begin_anew));
    return values;
  };
  curve.loss = read(group, "loss");
  curve.accuracy = read(group, "accuracy");
  curve.speed = read(group, "speed");
  curve.stability_bound_ms = read(group, "stability_bound_ms");
  curve.strength = read(group, "strength");
  if (!root.has("alignment")) return curve;
  const auto alignment = root.group("alignment");
  for (const auto& rule : split_words(alignment.text("rules"))) {
    const auto its = alignment.group(rule);
    curve.alignment.push_back({rule, read(its, "cosine"), read(its, "norm_ratio")});
  }
  return curve;
}

}  // namespace

std::string unfinished_path(const std::string& path) { return path.substr(0, path.rfind('.')) + ".unfinished"; }
std::string failed_path(const std::string& path) { return path.substr(0, path.rfind('.')) + ".failed"; }

template <class Scalar>
BegunRun<Scalar> read_begun_run(const std::string& path, const Options& options, std::uint64_t seed,
                                const Network<double>& initial) {
  const hdf5::ReadFile file(path);
  const auto& root = file.root();
  const auto head = read_run_head(root);
  require_same_options(head.options, options, path);
  require_same_seed(head.seed, seed, path);
  require_this_program(root);
  BegunRun<Scalar> begun;
  begun.path = path;
  auto& training = begun.training;
  training.curve = read_curve(root);
  const auto update = [&](const char* name) {
    return root.has_attribute(name) ? std::optional<long>(root.whole(name)) : std::nullopt;
  };
  training.reached_at = update("reached_at");
  training.diverged_at = update("diverged_at");
  if (!root.has("state"))
    throw UserError(path + ": holds no state to go on from, as earlier programs wrote none; choose another --out");
  training.state = root.bytes("state");
  const auto like = initial.template cast<Scalar>();
  training.final = reached_network(root.group("final/network"), like);
  if (root.has("checkpoints")) {
    const auto group = root.group("checkpoints");
    for (const auto& name : group.members())
      training.checkpoints.emplace_back(update_of_checkpoint(name, group.where()),
                                        reached_network(group.group(name + "/network"), like));
  }
  const auto provenance = root.group("provenance");
  begun.wall_seconds = provenance.number("wall_seconds");
  begun.training_seconds = provenance.number("seconds_per_update") *
                           static_cast<double>(std::max<std::size_t>(1, training.curve.update.size()));
  return begun;
}

std::optional<TimeTaken> time_taken(const std::string& path) {
  try {
    const hdf5::ReadFile file(path);
    const auto updates = static_cast<long>(file.root().group("curve").vector("update").size());
    const auto provenance = file.root().group("provenance");
    return TimeTaken{updates, provenance.number("wall_seconds"),
                     provenance.number("seconds_per_update") * static_cast<double>(std::max(1L, updates))};
  } catch (const UserError&) {
    return std::nullopt;
  }
}

FinishedRun read_finished_run(const std::string& path, const Options& options, std::uint64_t seed) {
  RunHead head;
  FinishedRun run;
  try {
    const hdf5::ReadFile file(path);
    head = read_run_head(file.root());
    run = {file.root().group("options").whole("training.updates", 1), read_program(file.root())};
  } catch (const UserError& problem) {
    throw UserError(problem.what() + run_again);
  }
  require_same_options(head.options, options, path);
  require_same_seed(head.seed, seed, path);
  return run;
}

template BegunRun<float> read_begun_run(const std::string&, const Options&, std::uint64_t, const Network<double>&);
template BegunRun<double> read_begun_run(const std::string&, const Options&, std::uint64_t, const Network<double>&);

}  // namespace stillpoint
