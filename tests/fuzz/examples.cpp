#include "tests/fuzz/examples.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "experiments/recordings/nwb_writer.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/trained_run.hpp"
#include "sim/files/network_file.hpp"
#include "tests/settings.hpp"

namespace stillpoint::testing {

namespace {

namespace fs = std::filesystem;

Example network_example(Assignments chosen, const std::map<std::string, std::string>& synapse) {
  chosen.insert(chosen.end(), {{"network.size", "4"}, {"network.initial_state", "fixed"}});
  auto network = make_network(resolve_options(chosen), 2, 1, 1);
  network.dt_ms = 5;
  const ScratchFile file;
  write_network_file(file.path(), {network, synapse});
  return Example(file.bytes());
}

Assignments of_small_run(Assignments chosen) {
  chosen.insert(
      chosen.end(),
      {{"network.size", "4"}, {"training.updates", "5"}, {"training.batch", "2"}, {"integration.dt_ms", "10"}});
  return chosen;
}

const Assignments first_run =
    of_small_run({{"training.checkpoints", "every 2"}, {"synapse.kind", "tcr"}, {"shadow.rules", "e_prop"}});

Example run_example(const Assignments& chosen) {
  const auto options = resolve_options(chosen);
  const auto task = task_kind(options.text("task.name")).make(options, options.number("integration.dt_ms"));
  const auto network = make_network(options, task->inputs(), task->outputs(), 1);
  const auto training = train<double>(setting_of(options, 1, trials_of(*task, options)), network);
  RunResult<double> result{options, 1, "s", {}, {}, training};
  result.match = {"speed", 1, 1, 1, 1, true};
  result.freeze_in = FreezeIn{{1, 1}, {1, 1}};
  const ScratchFile file;
  write_run(file.path(), result);
  return Example(file.bytes());
}

std::string trial_file(bool all) {
  const auto held = hdf5::lock();
  const hdf5::MemoryFile file;
  const auto root = file.root();
  const std::vector<double> inputs(3 * 4 * 2, 0.5), targets(3 * 4, 1), ones(3 * 4, 1), three = {1, 0, 2},
                                                                                       lengths = {4, 4, 4};
  hdf5::write_array(root, "inputs", inputs.data(), {3, 4, 2});
  hdf5::write_array(root, "targets", targets.data(), {3, 4, 1});
  hdf5::write_array(root, "mask", ones.data(), {3, 4, 1});
  hdf5::write_attribute(root, "dt_ms", 10.0);
  if (all) {
    hdf5::write_vector(root, "condition", three.data(), 3);
    hdf5::write_vector(root, "length", lengths.data(), 3);
    hdf5::write_attribute(root, "tolerance", 0.5);
  }
  return file.image();
}

/// With units on two probes' worth of columns, trials, both kinds of series and a type of an extension.
std::string recording_file() {
  const auto held = hdf5::lock();
  ScratchFile file;
  NwbWriter writer({"example", "2000-01-01T00:00:00+00:00", "a session", {{"notes", "none"}}, {}, "", {{"sex", "U"}}},
                   file.open());
  const std::vector<double> starts = {0, 1, 2}, stops = {0.5, 1.5, 2.5};
  using Texts = std::vector<std::string>;
  writer.add_table({"units",
                    "Units",
                    "-",
                    2,
                    {{"location", "-", Texts{"a", "b"}},
                     {"kept", "-", std::vector<bool>{true, false}},
                     {"spike_times", "-", std::vector<double>{0.1, 0.2, 1.5}, {{2, 3}}},
                     {"obs_intervals", "-", std::vector<double>{0, 1, 2, 3, 0, 3}, {{2, 3}}, 2}}});
  writer.add_table({"intervals/trials",
                    "TimeIntervals",
                    "-",
                    3,
                    {{"start_time", "-", starts}, {"stop_time", "-", stops}, {"choice", "-", Texts{"l", "r", "l"}}}});
  writer.add_table({"intervals/invalid_times",
                    "TimeIntervals",
                    "-",
                    1,
                    {{"start_time", "-", std::vector<double>{2}}, {"stop_time", "-", std::vector<double>{2.25}}}});
  writer.add_series({"acquisition/steady", "TimeSeries", "-", "-", "V", 2, 10.0})
      .append({0.5}, Matrix<double>::Ones(2, 6));
  writer.add_series({"acquisition/stamped", "WheelSeries", "-", "-", "m", 0, std::nullopt})
      .append({1, 2, 4}, Matrix<double>::Ones(1, 3));
  writer.add_group("specifications");
  writer.add_group("specifications/ndx");
  writer.add_group("specifications/ndx/0.1");
  writer.close();
  return file.bytes();
}

}  // namespace

ScratchFile::ScratchFile() {
  static int count = 0;
  const fs::path memory = "/dev/shm";
  std::error_code ignored;
  const auto folder = fs::is_directory(memory, ignored) ? memory : fs::temp_directory_path();
  path_ = (folder / ("stillpoint-fuzz-" + std::to_string(getpid()) + "-" + std::to_string(count++))).string();
}
ScratchFile::~ScratchFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  std::error_code ignored;
  fs::remove(path_, ignored);
}
int ScratchFile::open() { return descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600); }
void ScratchFile::write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
std::string ScratchFile::bytes() const {
  std::ifstream file(path_, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::vector<Example>& network_examples() {
  static const std::vector<Example> all = {
      network_example({}, {{"kind", "tcr"}, {"beta", "100"}}),
      network_example({{"network.kind", "leaky_current"}, {"network.excitatory", "0.5"}, {"network.density", "0.7"}},
                      {}),
      network_example({{"network.kind", "low_rank"}}, {}), network_example({{"network.kind", "lstm"}}, {}),
      network_example({{"network.kind", "plrnn"}, {"network.feedback", "uniform"}}, {})};
  return all;
}

const std::vector<Example>& run_examples() {
  static const std::vector<Example> all = {run_example(first_run),
                                           run_example(of_small_run({{"training.checkpoints", "none"},
                                                                     {"network.kind", "lstm"},
                                                                     {"schedule.shape", "controlled"},
                                                                     {"tcr.form", "loss"}}))};
  return all;
}

Options options_of_first_run() { return resolve_options(first_run); }

const std::vector<Example>& trial_examples() {
  static const std::vector<Example> all = {Example(trial_file(true)), Example(trial_file(false))};
  return all;
}

const std::vector<Example>& recording_examples() {
  static const std::vector<Example> all = {Example(recording_file())};
  return all;
}

}  // namespace stillpoint::testing
