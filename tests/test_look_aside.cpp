// A long call is looked aside from at every step, and ends where the look throws.

#include <fmt/format.h>

#include <string>
#include <thread>
#include <vector>

#include "analysis/learning/learning_phases.hpp"
#include "analysis/paths/lyapunov_spectrum.hpp"
#include "analysis/points/fixed_points.hpp"
#include "sim/look_aside.hpp"
#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

struct Enough {};

/// Calls `look` was called by.
long looks_of(const std::function<void()>& call) {
  long looks = 0;
  const LookAside aside([&] { ++looks; });
  call();
  return looks;
}

const Network<double>& small_network() {
  static const auto network =
      make_network(resolve_options({{"network.size", "8"}, {"integration.dt_ms", "5"}}), 1, 1, 3);
  return network;
}

}  // namespace

TEST_CASE("A look ends what lasts: runs, paths, searches and resamples") {
  const auto& network = small_network();
  const System system(network, Vector<double>::Zero(1), System::As::flow);
  const auto trials = TrialSet<double>::zeros(1, 1, 40, 2);
  LossCurve curve;
  for (int i = 0; i < 200; ++i) {
    curve.update.push_back(i);
    curve.loss.push_back(std::exp(-0.02 * i + 0.1 * std::sin(7.0 * i)));
  }
  const std::vector<std::function<void()>> calls = {
      [&] {
        Synapse<double> none;
        Simulation<double>(network, {}).run(trials, {}, none);
      },
      [&] { lyapunov_spectrum(network_stepper(system), Vector<double>::Constant(8, 0.1), 1, {2, 400, 0, 4}); },
      [&] { find_fixed_points(system, {8}); }, [&] { find_learning_phases(curve, {1, 20}); }};
  for (const auto& call : calls) {
    CHECK(looks_of(call) >= 40);
    int left = 10;
    const LookAside aside([&] {
      if (--left < 0) throw Enough();
    });
    CHECK_THROWS_AS(call(), Enough);
  }
}

TEST_CASE("The innermost look counts, of its own thread, while it lives") {
  std::string seen;
  const LookAside outer([&] { seen += "o"; });
  {
    const LookAside inner([&] { seen += "i"; });
    look_aside();
    std::thread([] { look_aside(); }).join();
  }
  look_aside();
  CHECK(seen == "io");
}

TEST_CASE("Who looks aside sees the outermost loop of this thread, while it lasts") {
  std::vector<std::string> seen;
  const LookAside aside([&] {
    const auto* turns = Turns::seen();
    seen.push_back(turns ? fmt::format("{}/{} {}", turns->done, turns->all, turns->what) : "-");
  });
  look_aside();
  for (const Index i : Turns("starts", 2)) {
    for ([[maybe_unused]] const Index t : Turns("steps", 3)) std::thread([] { look_aside(); }).join();
    CHECK(Turns::seen()->done == i);
    look_aside();
  }
  look_aside();
  CHECK(seen == std::vector<std::string>{"-", "0/2 starts", "1/2 starts", "-"});
  for ([[maybe_unused]] const Index i : Turns("starts", 0)) FAIL("no turn");
}

TEST_CASE("A spectrum tells its steps, those that are discarded among them") {
  const System system(small_network(), Vector<double>::Zero(1), System::As::flow);
  const auto stepper = network_stepper(system);
  long last = -1, all = 0;
  const LookAside aside([&] {
    if (!Turns::seen()) return;
    CHECK(Turns::seen()->done >= last);
    last = Turns::seen()->done;
    all = Turns::seen()->all;
  });
  lyapunov_spectrum(stepper, Vector<double>::Constant(8, 0.1), 1, {2, 400, 100, 4});
  CHECK(all == stepper.steps(500));
  CHECK(last > all * 3 / 4);
}
