// Times whole training updates (forward pass, loss, gradient, clipped Adam step) and prints one line of JSON. Beside
// them the rates that plain matrix products reach here on one thread, at the shapes of the update: operations / rate is
// the floor of its time.
#include <sys/resource.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <chrono>
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "bench/workload.hpp"
#include "experiments/runs/threads.hpp"
#include "sim/blas.hpp"

namespace {

using namespace stillpoint;
namespace po = boost::program_options;

template <class Body>
double seconds_of(Body&& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double peak_resident_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1000;  // ru_maxrss: KiB, printed as MB of 1000 KiB
}

/// Best of some tries, each of which repeats `body` until 20 ms have passed [GFLOP/s].
template <class Body>
double rate(double operations, Body&& body) {
  body();
  double best = 0;
  for (int attempt = 0; attempt < 7; ++attempt) {
    int count = 0;
    double seconds = 0;
    for (; seconds < 0.02; ++count) seconds += seconds_of(body);
    best = std::max(best, 1e-9 * operations * count / seconds);
  }
  return best;
}

/// Products of one update at its shapes: W r and W^T q step by step over the columns of a trial set, and q z^T over all
/// of them.
nlohmann::json product_rates(const bench::Shape& shape) {
  const Index N = shape.neurons, B = shape.batch, T = shape.steps;
  const Matrix<float> W = Matrix<float>::Random(N, N), r = Matrix<float>::Random(N, T * B);
  Matrix<float> u(N, T * B), G(N, N);
  const double operations = 2.0 * static_cast<double>(N * N) * static_cast<double>(B * T);
  const auto each_step = [&](const auto& weights) {
    return rate(operations, [&] {
      for (Index t = 0; t < T; ++t) u.middleCols(t * B, B).noalias() = weights * r.middleCols(t * B, B);
    });
  };
  const double forward = each_step(W), transposed = each_step(W.transpose());
  const double gradient = rate(operations, [&] { G.noalias() = u * r.transpose(); });
  return {{"forward", forward}, {"transposed", transposed}, {"gradient", gradient}};
}

nlohmann::json measure(const po::variables_map& given) {
  const bench::Shape shape{given["n"].as<Index>(), given["batch"].as<Index>(), given["steps"].as<Index>()};
  Assignments assignments = {{"network.kind", given["network"].as<std::string>()},
                             {"rule.name", given["rule"].as<std::string>()},
                             {"synapse.kind", given["synapse"].as<std::string>()}};
  if (given.count("set"))
    for (const auto& entry : given["set"].as<std::vector<std::string>>()) {
      const auto equals = entry.find('=');
      require_parameter(equals != std::string::npos, "--set", entry, "must be KEY=VALUE");
      assignments.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
    }
  const auto repetitions = given["repetitions"].as<std::size_t>(), networks = given["networks"].as<std::size_t>();
  const int threads = given["threads"].as<int>();
  require_parameter(repetitions > 0, "--repetitions", "0", "must be at least 1");
  require_parameter(networks > 0, "--networks", "0", "must be at least 1");
  require_parameter(threads > 0 && threads <= usable_processors(), "--threads", std::to_string(threads),
                    "must be from 1 to " + std::to_string(usable_processors()));

  std::vector<std::unique_ptr<bench::Workload>> workloads;
  for (std::size_t i = 0; i < networks; ++i) workloads.push_back(std::make_unique<bench::Workload>(shape, assignments));
  const RunThreads share(threads);
  const auto update = [&] {
    if (networks == 1)
      workloads.front()->update();
    else
      for_each_on_threads(threads, workloads, [](const auto& each) { each->update(); });
  };
  for (int i = 0; i < 3; ++i) update();
  std::vector<double> seconds(repetitions);
  const std::clock_t cpu_start = std::clock();
  for (auto& each : seconds) each = seconds_of(update);
  const double cpu_s = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  const double cpu_share =
      cpu_s / std::accumulate(seconds.begin(), seconds.end(), 0.0);  // of one thread, below 1: its core was shared
  for (auto& each : seconds) each /= static_cast<double>(networks);
  std::sort(seconds.begin(), seconds.end());
  const double memory_mb = peak_resident_mb();

  nlohmann::json result = {{"median_s", (seconds[(repetitions - 1) / 2] + seconds[repetitions / 2]) / 2},
                           {"min_s", seconds.front()},
                           {"max_s", seconds.back()},
                           {"cpu_share", cpu_share},
                           {"peak_resident_mb", memory_mb},
                           {"loss", workloads.front()->loss()},
                           {"compiler", "GCC-compatible " __VERSION__},
                           {"eigen", std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) +
                                         "." + std::to_string(EIGEN_MINOR_VERSION)},
                           {"matrix_kernels", matrix_kernels()}};
  if (!given.count("no-rates")) result["gflops"] = product_rates(shape);
  return result;
}

}  // namespace

int main(int count, char** arguments) {
  po::options_description known("stillpoint_update: seconds per training update, as JSON");
  auto add = known.add_options();
  add("help", "this text");
  add("network", po::value<std::string>()->default_value("leaky_rate"), "kind of network");
  add("rule", po::value<std::string>()->default_value("bptt"), "bptt or e_prop");
  add("n", po::value<Index>()->default_value(100), "neurons");
  add("batch", po::value<Index>()->default_value(32), "trials per update");
  add("steps", po::value<Index>()->default_value(100), "time steps per trial");
  add("synapse", po::value<std::string>()->default_value("none"), "none, tcr or tsodyks_markram");
  add("set", po::value<std::vector<std::string>>(),
      "any other option, KEY=VALUE, for example synapse.form=dense; may be repeated");
  add("threads", po::value<int>()->default_value(1), "that share an update, or divide the networks among them");
  add("networks", po::value<std::size_t>()->default_value(1), "each updated once; seconds are per network");
  add("repetitions", po::value<std::size_t>()->default_value(20), "updates to time, after three that are not");
  add("no-rates", "do not measure matrix products");
  try {
    po::variables_map given;
    po::store(po::parse_command_line(count, arguments, known), given);
    po::notify(given);
    if (given.count("help"))
      std::cout << known;
    else
      std::cout << measure(given).dump() << "\n";
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << "\n";
    return 2;
  }
}
