// Micro-benchmarks. Names are PART/VARIANT/N/B/T; pick some with --benchmark_filter=REGEX. Networks, tasks and
// optimizers come from the registries, so that a new one is timed without a line here.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "analysis/paths/lyapunov_spectrum.hpp"
#include "analysis/points/fixed_points.hpp"
#include "analysis/restructuring/descriptors.hpp"
#include "analysis/start_states.hpp"
#include "bench/workload.hpp"
#include "tasks/task.hpp"

namespace stillpoint::bench {
namespace {

constexpr Shape small{100, 16, 120}, medium{100, 32, 100}, large{512, 64, 200};

template <class Body>
void add(const std::string& name, const Shape& shape, Body body) {
  const auto full_name = fmt::format("{}/{}/{}/{}", name, shape.neurons, shape.batch, shape.steps);
  benchmark::RegisterBenchmark(full_name.c_str(), body)->Unit(benchmark::kMicrosecond);
}

void add_forward(const std::string& name, const Shape& shape, const Assignments& assignments) {
  add(name, shape, [=](benchmark::State& state) {
    Workload workload(shape, assignments);
    for (auto _ : state) workload.forward();
  });
}

void add_learn(const std::string& name, const Shape& shape, const Assignments& assignments) {
  add(name, shape, [=](benchmark::State& state) {
    Workload workload(shape, assignments);
    for (auto _ : state) workload.learn();
  });
}

void add_optimizer(const std::string& name, const Shape& shape) {
  add("optimizer/" + name, shape, [=](benchmark::State& state) {
    Workload workload(shape, {{"optimizer.name", name}});
    workload.learn();
    for (auto _ : state) workload.apply();
  });
}

/// What a rule costs beside the forward pass, and how both grow with N.
void add_growth() {
  for (const Index neurons : {64, 128, 256, 512, 1024}) {
    const Shape shape{neurons, 4, 20};
    add_forward("growth/forward", shape, {});
    for (const auto& kind : rule_kinds()) {
      Assignments assignments = {{"rule.name", kind.name}};
      if (kind.needs_feedback_weights)
        assignments.insert(assignments.end(), {{"network.kind", "leaky_current"}, {"network.feedback", "uniform"}});
      if (kind.name == "rtrl") continue;  // small networks only, below
      if (kind.name == "kf_rtrl" && neurons > 256) continue;
      add_learn("growth/" + kind.name, shape, assignments);
    }
  }
  for (const Index neurons : {64, 256, 1024})
    for (const char* rank : {"1", "4", "16", "64"})
      add_forward(fmt::format("growth/forward_low_rank_{}", rank), {neurons, 4, 20},
                  {{"network.kind", "low_rank"}, {"network.rank", rank}});
  for (const Index neurons : {8, 16, 32}) add_learn("growth/rtrl", {neurons, 4, 20}, {{"rule.name", "rtrl"}});
}

void add_task(const TaskKind& kind, Index batch) {
  const auto name = fmt::format("trials/{}/{}", kind.name, batch);
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    Options options;
    options.declare(kind.options);
    const auto task = kind.make(options, 5);
    std::uint64_t update = 0;
    for (auto _ : state) benchmark::DoNotOptimize(task->draw({1, update++}, batch).cast<float>().inputs.data());
  })->Unit(benchmark::kMicrosecond);
}

/// All fixed points and their spectra, from as many starts; once, because it takes seconds.
void add_fixed_points(const char* gain, Index neurons, Index starts) {
  const auto name = fmt::format("fixed_points/gain_{}/{}/{}", gain, neurons, starts);
  benchmark::RegisterBenchmark(
      name.c_str(),
      [=](benchmark::State& state) {
        const auto network =
            make_network(resolve_options({{"network.size", std::to_string(neurons)}, {"network.gain", gain}}),
                         input_channels, output_channels, 1);
        const System system(network, Vector<double>::Zero(input_channels), System::As::flow);
        FixedPointSearch search;
        search.starts = starts;
        for (auto _ : state) {
          const auto found = find_fixed_points(system, search);
          state.counters["points"] = static_cast<double>(found.points.size());
          state.counters["converged"] = static_cast<double>(found.converged);
        }
      })
      ->Unit(benchmark::kSecond)
      ->Iterations(1);
}

Network<double> strongly_coupled(Index neurons) {
  return make_network(resolve_options({{"network.size", std::to_string(neurons)}, {"network.gain", "1.5"}}),
                      input_channels, output_channels, 1);
}

/// What analyses of the phase space cost as networks grow.
void add_analysis_growth() {
  for (const Index neurons : {32, 64, 128, 256}) {
    add_fixed_points("1.5", neurons, 128);
    benchmark::RegisterBenchmark(fmt::format("lyapunov_spectrum/{}/1000", neurons).c_str(), [=](benchmark::State&
                                                                                                    state) {
      const auto network = strongly_coupled(neurons);
      const System system(network, Vector<double>::Zero(input_channels), System::As::flow);
      const auto stepper = network_stepper(system, Method::euler, 5);
      const auto start = trial_starts(system, 1, 1, 1);
      for (auto _ : state)
        benchmark::DoNotOptimize(lyapunov_spectrum(stepper, start.col(0), 1, {0, 5000, 0, 20}).per_second.data());
    })->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(fmt::format("descriptors/{}/16/100", neurons).c_str(), [=](benchmark::State& state) {
      auto network = strongly_coupled(neurons);
      network.dt_ms = 10;
      auto trials = TrialSet<double>::zeros(input_channels, output_channels, 100, 16);
      Stream(1, Purpose::trial).fill_normal(trials.inputs);
      Synapse<double> none;
      const GeometryProbe probe(network, {Method::euler, 10}, trials, none, 1);
      for (auto _ : state) benchmark::DoNotOptimize(probe(network).slowest);
    })->Unit(benchmark::kMillisecond);
  }
}

void add_all() {
  for (const auto& shape : {small, medium, large}) {
    for (const auto& kind : network_kinds()) add_forward("forward/" + kind.name, shape, {{"network.kind", kind.name}});
    // Forward pass included.
    add_learn("learn/bptt", shape, {{"rule.name", "bptt"}});
    add_learn("learn/bptt+tcr_loss", shape, {{"rule.name", "bptt"}, {"tcr.form", "loss"}});
    add_learn("learn/e_prop", shape, {{"rule.name", "e_prop"}});
    add_learn("learn/e_prop+shadow_bptt", shape, {{"rule.name", "e_prop"}, {"shadow.rules", "bptt"}});
    add_learn("learn/e_prop_online", shape, {{"rule.name", "e_prop"}, {"rule.form", "online"}});
    add_learn("learn/e_prop_online/leaky_current", shape,
              {{"rule.name", "e_prop"}, {"rule.form", "online"}, {"network.kind", "leaky_current"}});
    for (const char* form : {"auto", "dense", "history", "chunked"})
      add_forward(fmt::format("forward/tcr_{}", form), shape, {{"synapse.kind", "tcr"}, {"synapse.form", form}});
    add_forward("forward/tsodyks_markram", shape, {{"synapse.kind", "tsodyks_markram"}});
    for (const char* name : {"sgd", "momentum", "adam"}) add_optimizer(name, shape);
  }
  add_growth();
  for (const char* gain : {"0.9", "1.5", "2.5"}) add_fixed_points(gain, 128, 1024);
  add_analysis_growth();
  for (const auto& kind : task_kinds())
    if (kind.name != "file") add_task(kind, medium.batch);  // which has no trials of its own
}

}  // namespace
}  // namespace stillpoint::bench

int main(int count, char** arguments) {
  stillpoint::bench::add_all();
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
