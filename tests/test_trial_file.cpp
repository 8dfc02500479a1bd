// Trials read from a file: the same trials come back, drawn uniformly by (seed, update, trial); bad files are refused.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>

#include "sim/files/hdf5.hpp"
#include "tasks/tasks.hpp"
#include "tests/catch.hpp"
#include "tests/task_draws.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

namespace fs = std::filesystem;

/// Row-major [trial, step, channel], as the file holds them.
hdf5::Array array_of(const TrialSet<double>& trials, const Matrix<double>& columns) {
  hdf5::Array array{
      {static_cast<hsize_t>(trials.batch), static_cast<hsize_t>(trials.steps), static_cast<hsize_t>(columns.rows())},
      {}};
  for (Index b = 0; b < trials.batch; ++b)
    for (Index t = 0; t < trials.steps; ++t)
      for (Index k = 0; k < columns.rows(); ++k) array.values.push_back(columns(k, trials.column(t, b)));
  return array;
}

/// What a file will hold; tests change it before it is written.
struct Content {
  std::map<std::string, hdf5::Array> arrays;
  std::map<std::string, double> attributes;
};

Content content_of(const TrialSet<double>& trials, double dt_ms) {
  Content content;
  content.arrays = {
      {"inputs", array_of(trials, trials.inputs)},
      {"targets", array_of(trials, trials.targets)},
      {"mask", array_of(trials, trials.mask)},
      {"condition", {{static_cast<hsize_t>(trials.batch)}, {trials.condition.begin(), trials.condition.end()}}},
      {"length", {{static_cast<hsize_t>(trials.batch)}, {trials.length.begin(), trials.length.end()}}}};
  content.attributes = {{"dt_ms", dt_ms}};
  if (trials.tolerance > 0) content.attributes["tolerance"] = trials.tolerance;
  return content;
}

/// A file of its own, gone with the object.
class TrialFile {
 public:
  explicit TrialFile(const Content& content)
      : path_((fs::temp_directory_path() /
               ("stillpoint-trials-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".h5"))
                  .string()) {
    const auto held = hdf5::lock();
    const H5::H5File file(path_, H5F_ACC_TRUNC);
    const auto root = file.openGroup("/");
    for (const auto& [name, array] : content.arrays) hdf5::write_array(root, name, array.values.data(), array.shape);
    for (const auto& [name, value] : content.attributes) hdf5::write_attribute(root, name, value);
  }
  TrialFile(const TrialFile&) = delete;
  TrialFile& operator=(const TrialFile&) = delete;
  ~TrialFile() { fs::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("trials written to a file come back, each as likely as any other", "[tasks]") {
  for (const std::string source : {"delayed_match_to_sample", "interval_timing"}) {
    const Index count = 7, many = 7000;
    const auto written = draw(source, 10, {}, count);
    const TrialFile file(content_of(written, 10));
    const auto task = make(task_kind("file"), 10, {{"task.file", file.path()}});
    CAPTURE(source, seed);
    CHECK(task->inputs() == written.inputs.rows());
    CHECK(task->outputs() == written.targets.rows());
    CHECK(task->criterion() == make(task_kind(source), 10)->criterion());
    CHECK(same_trials(make_task(TrialFileParameters{file.path()}, 10)->draw({seed, 5}, 40), task->draw({seed, 5}, 40)));

    const auto read = task->draw({seed, 5}, many);
    CHECK(read.tolerance == written.tolerance);
    REQUIRE(read.steps == written.steps);
    std::vector<double> counts(static_cast<std::size_t>(count));
    for (Index b = 0; b < many; ++b) {
      Index same = count;
      for (Index a = 0; a < count; ++a)
        if (trial_of(read, read.inputs, b) == trial_of(written, written.inputs, a) &&
            trial_of(read, read.targets, b) == trial_of(written, written.targets, a))
          same = a;
      REQUIRE(same < count);
      const auto from = static_cast<std::size_t>(same), to = static_cast<std::size_t>(b);
      REQUIRE(trial_of(read, read.mask, b) == trial_of(written, written.mask, same));
      REQUIRE(read.condition[to] == written.condition[from]);
      REQUIRE(read.length[to] == written.length[from]);
      counts[from] += 1;
    }
    for (const double drawn : counts) CHECK(std::abs(drawn - 1000) < 4 * std::sqrt(7000 * 6.0 / 49));

    const auto again = task->draw({seed, 5}, 40);  // of seed, update and index alone
    for (Index b = 0; b < 40; ++b) CHECK(trial_of(again, again.inputs, b) == trial_of(read, read.inputs, b));
    CHECK(again.inputs != task->draw({seed, 6}, 40).inputs);
    CHECK(again.inputs != task->draw({seed + 1, 5}, 40).inputs);
  }
}

TEST_CASE("without condition and length trials are full, of condition 0, beyond a length there is nothing", "[tasks]") {
  auto content = content_of(draw("delayed_match_to_sample", 10, {}, 5), 10);
  const auto length = content.arrays.at("length");
  content.arrays.erase("length");
  content.arrays.erase("condition");
  {
    const TrialFile file(content);
    const auto trials = make(task_kind("file"), 10, {{"task.file", file.path()}})->draw({seed, 0}, 20);
    for (Index b = 0; b < 20; ++b) CHECK(length_of(trials, b) == trials.steps);
    for (const int condition : trials.condition) CHECK(condition == 0);
  }
  content.arrays["length"] = length;
  for (auto& value : content.arrays.at("inputs").values) value += 3;  // in the padding as well
  const TrialFile file(content);
  const auto trials = make(task_kind("file"), 10, {{"task.file", file.path()}})->draw({seed, 0}, 20);
  for (Index b = 0; b < 20; ++b) {
    const auto s = trial_of(trials, trials.inputs, b);
    CHECK((s.leftCols(length_of(trials, b)).array() >= 3).all());
    CHECK((s.rightCols(trials.steps - length_of(trials, b)).array() == 0).all());
  }
}

TEST_CASE("a bad file of trials is refused in one line that says what is wrong", "[tasks]") {
  const auto good = content_of(draw("delayed_match_to_sample", 10, {}, 5), 10);
  const auto steps = good.arrays.at("inputs").shape[1];
  const auto message = [](const Content& content, double dt_ms = 10) {
    const TrialFile file(content);
    return error_of(task_kind("file"), dt_ms, {{"task.file", file.path()}});
  };
  REQUIRE(message(good).empty());
  struct Case {
    std::string expected;
    std::function<void(Content&)> change;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Case> cases = {
      {"dataset inputs: missing", [](Content& c) { c.arrays.erase("inputs"); }},
      {"dataset targets: missing", [](Content& c) { c.arrays.erase("targets"); }},
      {"dataset mask: missing", [](Content& c) { c.arrays.erase("mask"); }},
      {"attribute dt_ms: missing", [](Content& c) { c.attributes.erase("dt_ms"); }},
      {"dataset target: unknown", [](Content& c) { c.arrays["target"] = c.arrays["targets"]; }},
      {"dataset lengths: unknown", [](Content& c) { c.arrays["lengths"] = c.arrays["length"]; }},
      {"attribute tolerence: unknown", [](Content& c) { c.attributes["tolerence"] = 0.1; }},
      {"attribute tolerance = -1", [](Content& c) { c.attributes["tolerance"] = -1; }},
      {"dataset inputs: must be finite", [=](Content& c) { c.arrays["inputs"].values[3] = nan; }},
      {"dataset targets: must be finite", [=](Content& c) { c.arrays["targets"].values[3] = nan; }},
      {"dataset mask: must be finite", [=](Content& c) { c.arrays["mask"].values[3] = nan; }},
      {"dataset mask: must be 0 or 1", [](Content& c) { c.arrays["mask"].values[3] = 0.5; }},
      {"dataset mask: grades nothing of trial 0",
       [](Content& c) { std::fill_n(c.arrays["mask"].values.begin(), c.arrays["mask"].shape[1], 0.0); }},
      {"dataset mask: must be 0 beyond", [](Content& c) { c.arrays["length"].values[0] -= 1; }},
      {"dataset targets: must be +1 or -1",
       [](Content& c) {
         for (auto& target : c.arrays["targets"].values) target *= 0.5;
       }},
      {"dataset length = 0", [](Content& c) { c.arrays["length"].values[2] = 0; }},
      {"dataset length = ", [=](Content& c) { c.arrays["length"].values[2] = static_cast<double>(steps) + 1; }},
      {"dataset condition = 0.5", [](Content& c) { c.arrays["condition"].values[2] = 0.5; }},
      {"dataset condition = [4]", [](Content& c) { c.arrays["condition"].shape[0] = 4; }},
      {"dataset inputs = [5, ",
       [](Content& c) {
         auto& shape = c.arrays["inputs"].shape;
         shape = {shape[0], shape[1] * shape[2]};
       }},
      {"dataset targets = [4, ", [](Content& c) { c.arrays["targets"].shape[0] = 4; }},
      {"dataset mask = [",
       [](Content& c) {
         c.arrays["mask"].shape = {c.arrays["mask"].values.size(), 1, 1};
       }},
  };
  for (const auto& [expected, change] : cases) {
    auto content = good;
    change(content);
    const auto text = message(content);
    CAPTURE(expected, text);
    CHECK(text.find(expected) != std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
  }
  CHECK(message(good, 5).rfind("integration.dt_ms = 5: must be 10", 0) == 0);
  CHECK(error_of(task_kind("file"), 10, {}).rfind("task.file = (empty)", 0) == 0);
  CHECK(error_of(task_kind("file"), 10, {{"task.file", "/absent.h5"}}) == "/absent.h5: no such file");
}
