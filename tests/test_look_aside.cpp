// A long call is looked aside from at every step, and ends where the look throws.

#include <thread>

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
      [&] {
        lyapunov_spectrum(network_stepper(system), Vector<double>::Constant(8, 0.1), 1, {2, 400, 0, 4});
      },
      [&] { find_fixed_points(system, {8}); },
      [&] {
        find_learning_phases(curve, {1, 20});
      }};
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
