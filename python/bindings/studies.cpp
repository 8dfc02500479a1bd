#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <mutex>

#include "experiments/options/message.hpp"
#include "experiments/report/comparison_formats.hpp"
#include "experiments/report/summary.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/study/runner.hpp"
#include "experiments/study/study_directory.hpp"
#include "python/bindings/arrays.hpp"
#include "python/bindings/watched_call.hpp"

namespace stillpoint::python {

namespace {

/// What the libraries tell while nobody who asked is there to read it on standard error.
struct Told {
  std::mutex mutex;
  std::vector<std::string> lines;
};
Told& told() {
  static auto* all = new Told;  // threads may outlive the module
  return *all;
}

nb::dict dict_of(const Varied& varied) {
  nb::dict made;
  for (const auto& [name, value] : varied) made[name.c_str()] = value;
  return made;
}

const char* outcome_name(RunRecord::Outcome outcome) {
  using Outcome = RunRecord::Outcome;
  return outcome == Outcome::reached ? "reached" : outcome == Outcome::diverged ? "diverged" : "not_reached";
}

/// Options are the same object for all runs that share them: of many runs they would be most of what is in memory.
using SharedOptions = std::map<const OptionTexts*, nb::dict>;

nb::dict as_dict(const RunRecord& run, const std::string& path, std::size_t condition, SharedOptions& shared) {
  const auto [options, fresh] = shared.try_emplace(&*run.options);
  if (fresh)
    for (const auto& [name, value] : *run.options) options->second[name.c_str()] = value;
  nb::dict made;
  made["path"] = path;
  made["condition"] = condition;
  made["seed"] = run.seed;
  made["outcome"] = outcome_name(run.outcome);
  made["reached_at"] = run.reached_at;
  made["diverged_at"] = run.diverged_at;
  made["updates"] = run.updates;
  made["final_loss"] = run.final_loss;
  made["final_accuracy"] = run.final_accuracy;
  made["seconds_per_update"] = run.seconds_per_update;
  made["unmatched"] = run.unmatched;
  made["collapsed"] = run.collapsed;
  made["options"] = options->second;
  return made;
}

nb::dict read(const std::string& directory) {
  std::optional<StudyRecord> record;
  long_call([&] { record = read_results(directory); });
  nb::list conditions, runs, left_out;
  SharedOptions options;
  for (std::size_t i = 0; i < record->conditions.size(); ++i) {
    const auto& condition = record->conditions[i];
    nb::dict made;
    made["label"] = condition.label();
    made["varied"] = dict_of(condition.varied);
    made["planned"] = condition.planned();
    made["done"] = condition.done();
    made["running"] = condition.running();
    made["missing"] = condition.missing();
    made["tuned"] = condition.tuned;
    conditions.append(made);
    for (const auto& run : condition.runs) runs.append(as_dict(run, run_path(directory, i, run.seed), i, options));
  }
  for (const auto& each : record->left_out) left_out.append(nb::make_tuple(dict_of(each.varied), each.reason));
  nb::dict made;
  made["name"] = record->name;
  made["conditions"] = conditions;
  made["runs"] = runs;
  made["left_out"] = left_out;
  return made;
}

nb::dict curve(const std::string& path) {
  auto run = read_run_of_study(path).curve;
  nb::dict made;
  made["update"] = as_vector(std::move(run.update));
  made["loss"] = as_vector(std::move(run.loss));
  made["accuracy"] = as_vector(std::move(run.accuracy));
  made["speed"] = as_vector(std::move(run.speed));
  return made;
}

nb::object array(const std::string& path, const std::string& name) {
  hdf5::Array found;
  {
    const hdf5::ReadFile file(path);
    found = file.root().array(name);
  }
  return handed_over(std::move(found.values), {found.shape.begin(), found.shape.end()});
}

std::vector<long> checkpoints(const std::string& path) {
  const hdf5::ReadFile file(path);
  std::vector<long> updates;
  if (!file.root().has("checkpoints")) return updates;
  const auto group = file.root().group("checkpoints");
  for (const auto& name : group.members()) updates.push_back(update_of_checkpoint(name, group.where()));
  return updates;
}

void run(const std::string& path, const Assignments& entries, const Assignments& over, bool quick,
         const std::string& out, int jobs, const nb::callable& see) {
  StudyRequest request;
  request.path = path;
  request.entries = entries;
  for (const auto& [name, value] : over) request.set.push_back(name + "=" + value);
  request.quick = quick;
  watched_call(see, [&] { run_study(read_study(request), {out, jobs, true}); });
}

std::string compare(const std::string& directory, const std::vector<std::string>& by, const std::string& against,
                    bool equal_seconds) {
  std::string made;
  long_call([&] { made = comparison_json(compare_conditions(read_results(directory), {by, against, equal_seconds})); });
  return made;
}

std::string summary(const std::string& directory, const std::vector<std::string>& by, const std::string& against) {
  std::string made;
  long_call([&] { made = summary_json(compare_conditions(read_results(directory), {by, against})); });
  return made;
}

}  // namespace

void bind_studies(nb::module_& module) {
  tell_to([](const std::string& line) {
    const std::lock_guard<std::mutex> held(told().mutex);
    told().lines.push_back(line);
  });
  module.def("take_messages", [] {
    const std::lock_guard<std::mutex> held(told().mutex);
    return std::exchange(told().lines, {});
  });
  module.def("read_study", read, nb::arg("directory"));
  module.def("read_curve", curve, nb::arg("path"));
  module.def("read_array", array, nb::arg("path"), nb::arg("name"));
  module.def("read_checkpoints", checkpoints, nb::arg("path"));
  module.def("run_study", run, nb::arg("path"), nb::arg("entries"), nb::arg("options"), nb::arg("quick"),
             nb::arg("out"), nb::arg("jobs"), nb::arg("see"));
  module.def("compare", compare, nb::arg("directory"), nb::arg("by"), nb::arg("against"), nb::arg("equal_seconds"));
  module.def("summary", summary, nb::arg("directory"), nb::arg("by"), nb::arg("against"));
}

}  // namespace stillpoint::python
