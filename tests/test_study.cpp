// Options, study files and network files, as values.
#include <filesystem>
#include <fstream>

#include "experiments/options/arms.hpp"
#include "sim/files/network_file.hpp"
#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// A file that is gone with the test.
struct Scratch {
  std::filesystem::path path;
  explicit Scratch(const std::string& name, const std::string& text = "")
      : path(std::filesystem::temp_directory_path() / ("stillpoint-test-" + name)) {
    if (!text.empty()) std::ofstream(path) << text;
  }
  ~Scratch() { std::filesystem::remove(path); }
};

std::string refusal(const StudyRequest& request) {
  try {
    read_study(request);
  } catch (const UserError& problem) {
    return problem.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every option's default is a value that it allows") {
  const auto options = resolve_options({});
  for (const auto& [name, entry] : options.entries()) {
    INFO(name);
    CHECK_NOTHROW(entry.option.check(entry.value));
    CHECK_FALSE(entry.option.help.empty());
  }
}

TEST_CASE("a study expands its grid in order, the last axis fastest") {
  const Scratch file("grid.ini",
                     "[study]\nname = s\nseeds = 2\nfirst_seed = 7\n[grid]\nnetwork.gain = 1 2\nstudy.arm = none "
                     "tcr\n[network]\nsize = 10\n");
  const auto study = read_study({file.path.string(), {}, false});
  REQUIRE(study.points.size() == 4);
  CHECK(study.seeds == 2);
  CHECK(study.first_seed == 7);
  CHECK(study.points[1].varied == Assignments{{"network.gain", "1"}, {"study.arm", "tcr"}});
  CHECK(study.points[2].options.number("network.gain") == 2);
  CHECK(study.points[1].options.text("synapse.kind") == "tcr");
  CHECK(study.points[0].options.text("synapse.kind") == "none");
  CHECK(study.points[3].options.integer("network.size") == 10);
}

TEST_CASE("settings and the quick section replace entries and narrow axes, seeds do not change a study's identity") {
  const Scratch file("quick.ini",
                     "[study]\nseeds = 9\n[grid]\nnetwork.gain = 1 2\n[quick]\nstudy.seeds = 2\nnetwork.gain = "
                     "2\n[training]\nupdates = 50\n");
  const auto full = read_study({file.path.string(), {}, false});
  const auto quick = read_study({file.path.string(), {}, true});
  CHECK(full.points.size() == 2);
  CHECK(quick.points.size() == 1);
  CHECK(quick.seeds == 2);
  CHECK(full.identity() != quick.identity());
  const auto set = read_study({file.path.string(), {"training.batch=3", "study.seeds=1"}, true});
  CHECK(set.points[0].options.integer("training.batch") == 3);
  CHECK(set.identity() != quick.identity());
  const auto identity = [&](const std::string& entry) {
    return read_study({file.path.string(), {entry}, true}).identity();
  };
  CHECK(identity("training.batch=3e0") == set.identity());      // the same value
  CHECK(identity("training.updates=70") == quick.identity());   // may grow
  CHECK(identity("optimizer.rate=0.001") == quick.identity());  // the default
  CHECK(identity("optimizer.rate=0.002") != quick.identity());
  CHECK(read_study({file.path.string(), {"study.seeds=100"}, true}).identity() == quick.identity());
}

TEST_CASE("arms are presets, what contradicts one is refused") {
  for (const auto& each : arms()) {
    const auto options = resolve_options({{"study.arm", each.name}});
    for (const auto& [name, value] : each.preset) CHECK(options.text(name) == value);
  }
  CHECK_THROWS_WITH(resolve_options({{"study.arm", "tcr"}, {"synapse.kind", "none"}}),
                    Catch::Contains("synapse.kind") && Catch::Contains("tcr"));
  CHECK_NOTHROW(resolve_options(
      {{"study.arm", "matched_speed"}, {"synapse.beta", "50"}}));  // describes the network that is matched
}

TEST_CASE("an option is refused where no condition has what uses it") {
  CHECK(refusal({"", {"task.bits=3"}, false}).find("task.bits") == 0);
  CHECK(refusal({"", {"task.name=flip_flop", "task.bits=2"}, false}).empty());
  CHECK(refusal({"", {"grid.task.name=flip_flop evidence_accumulation", "task.bits=2"}, false}).empty());
  CHECK(refusal({"", {"study.arm=none", "synapse.beta=50"}, false}).find("synapse.beta = 50: has no effect") == 0);
  CHECK(refusal({"", {"grid.study.arm=none tcr", "synapse.beta=50"}, false}).empty());
  CHECK(refusal({"", {"study.arm=matched_speed", "synapse.beta=50"}, false}).empty());  // of the network that is matched
}

TEST_CASE("a network survives its file to the bit") {
  auto network = random_network("leaky_current", "softplus", 7, 2, 3, 5, "20..90");
  make_sparse(network, 0.6, 5);
  network.r0 = Vector<double>::Random(7);
  network.W_fb = Matrix<double>::Random(7, 3);
  network.dt_ms = 2.5;
  const Scratch file("network.h5");
  write_network_file(file.path.string(), {network, {{"kind", "tcr"}, {"beta", "30"}}});
  const auto read = read_network(file.path.string());
  CHECK(read.network.kind == network.kind);
  CHECK(read.network.nonlinearity == network.nonlinearity);
  CHECK(read.network.W == network.W);
  CHECK(read.network.W_in == network.W_in);
  CHECK(read.network.W_out == network.W_out);
  CHECK(read.network.W_fb == network.W_fb);
  CHECK(read.network.b == network.b);
  CHECK(read.network.b_out == network.b_out);
  CHECK(read.network.tau_ms == network.tau_ms);
  CHECK(read.network.mask == network.mask);
  CHECK(read.network.r0 == network.r0);
  CHECK(read.network.dt_ms == network.dt_ms);
  CHECK(read.synapse == std::map<std::string, std::string>{{"kind", "tcr"}, {"beta", "30"}});
}
