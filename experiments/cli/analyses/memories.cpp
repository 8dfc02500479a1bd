// stillpoint analyze memories: does each memory have an attractor of its own, how far apart are they, do they drift?
#include "analysis/paths/memories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/points/basins.hpp"
#include "analysis/statistics/quantiles.hpp"
#include "analysis/statistics/separation.hpp"
#include "experiments/cli/analyses/listed_points.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/analyses/settled_memories.hpp"
#include "experiments/cli/analyses/stepping.hpp"
#include "experiments/report/text_table.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

struct Memory {
  std::size_t nearest = 0;
  std::optional<Drift> drift;  // towards the nearest memory, whose distance is 1
};

using Pairs = std::map<std::pair<std::size_t, std::size_t>, Separation>;  // first < second

double closeness(const Separation& pair) { return pair.d_prime ? pair.d_prime->value : INFINITY; }

void add_drift(Memory& memory, std::size_t self, const Pairs& pairs, const Matrix<double>& kept,
               const Matrix<double>& held, double seconds) {
  const Separation* nearest = nullptr;
  for (const auto& [pair, separation] : pairs) {
    if (pair.first != self && pair.second != self) continue;
    if (nearest &&
        std::pair(closeness(separation), separation.distance) >= std::pair(closeness(*nearest), nearest->distance))
      continue;
    nearest = &separation;
    memory.nearest = pair.first == self ? pair.second : pair.first;
  }
  if (!(nearest->distance > 0)) return;
  // The trials that did not make the axis.
  const auto positions = [&](const Matrix<double>& states) {
    const Matrix<double> odd = states(Eigen::all, Eigen::seq(1, Eigen::last, 2));
    return Vector<double>(odd.transpose() * nearest->axis * ((self < memory.nearest ? 1 : -1) / nearest->distance));
  };
  memory.drift = drift_of(positions(kept), positions(held), seconds);
}

Json interval(const IntervalEstimate& measured) {
  return {{"value", measured.value}, {"interval", {measured.low, measured.high}}};
}
std::string shown(const IntervalEstimate& measured) {
  return fmt::format("{:.3g} [{:.3g}, {:.3g}]", measured.value, measured.low, measured.high);
}

/// What the attractors are called.
std::string numbering(const Memories& found, const std::vector<std::optional<Index>>& numbers,
                      const std::vector<std::string>& names) {
  if (numbers.empty()) return "";
  std::vector<std::pair<std::string, std::vector<std::string>>> others;  // what they are, and those that are
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i]) continue;
    const auto& attractor = found.attractors[i];
    const auto what = attractor.kind == MemoryAttractor::Kind::cycle
                          ? fmt::format("a cycle, {:.4g} ms, which it does not look for", attractor.period_ms)
                          : std::string("a fixed point that it does not list");
    auto same = std::find_if(others.begin(), others.end(), [&](const auto& each) { return each.first == what; });
    if (same == others.end()) same = others.insert(same, {what, {}});
    same->second.push_back(names[i]);
  }
  std::string text = "attractors have their numbers in `analyze fixed-points`";
  for (const auto& [what, those] : others) text += fmt::format("; {}: {}", fmt::join(those, ", "), what);
  return text + "\n";
}

/// Of the trials.
std::optional<double> unsettled_share(const Json& result) {
  const auto& of_trial = result["of_trial"];
  return static_cast<double>(std::count(of_trial.begin(), of_trial.end(), -1)) / static_cast<double>(of_trial.size());
}
bool mostly_settled(const Json& result) { return unsettled_share(result) <= 0.5; }

Json analyse_memories(SubjectFile& file, const po::variables_map& given, std::string& text) {
  const auto& trained = file.require_run();
  const auto& network = file.subject.network;
  const auto& which = given["synapse"].as<std::string>();
  require_parameter(which == "trained" || which == "none", "--synapse", which, "must be trained or none");
  SettleRequest request;
  request.trials = given["trials"].as<long>();
  request.with_synapse = which == "trained";
  if (given.count("settle-ms")) request.settle_ms = duration_of(given, "settle-ms");
  request.setting.hold_ms = duration_of(given, "hold-ms");
  auto& noise = request.setting.noise;
  noise = file.subject.noise;
  if (given.count("noise")) noise.activity = given["noise"].as<double>();
  require_parameter(std::isfinite(noise.activity) && noise.activity >= 0, "--noise", fmt::format("{}", noise.activity),
                    "must be a number >= 0");
  if (given.count("noise")) require_stationary(network, noise);
  request.setting.key = {seed_of(given), evaluation_update};
  const auto& input = file.subject.input;
  file.takes.synapse = request.with_synapse;
  const auto listed = listed_points(file, request.with_synapse);
  const auto settled = settle_memories(file, request, listed);
  const auto& drawn = settled.drawn;
  const auto& setting = settled.setting;
  const auto& found = settled.found;
  const auto& ends = settled.ends;
  const auto& numbers = settled.numbers;
  const auto names = names_of_attractors(settled);
  const auto called = [&](std::size_t i) { return numbers[i] ? Json(*numbers[i]) : Json(names[i]); };

  const auto columns = [&](const Matrix<double>& states, std::size_t i) {
    return Matrix<double>(states.middleCols(drawn.first[i], drawn.count(i)));
  };
  Pairs pairs;
  std::vector<Memory> memories(drawn.memories.size());
  for (std::size_t i = 0; i < drawn.memories.size(); ++i) {
    for (std::size_t j = i + 1; j < drawn.memories.size(); ++j)
      pairs[{i, j}] = separation_of(columns(found.kept, i), columns(found.kept, j));
  }
  for (std::size_t i = 0; i < memories.size(); ++i)
    add_drift(memories[i], i, pairs, columns(found.kept, i), columns(found.held, i), setting.hold_ms / 1000);

  Json result{{"kind", "memories"},
              {"task", trained.options.text("task.name")},
              {"until", drawn.until},
              {"synapse", settled.synapse},
              {"dt_ms", trained.integration.dt_ms},
              {"hold_ms", setting.hold_ms},
              {"settle_ms", setting.settle_ms},
              {"input", as_json(input)},
              {"noise", {{"activity", setting.noise.activity}, {"drive", setting.noise.drive}}},
              {"initial_state", network.r0.size() > 0 ? "fixed" : "drawn"}};
  result["memories"] = result["pairs"] = result["attractors"] = Json::array();
  Rows rows = {{"memory", "trials", "attractor", "share", "95 %", "nearest", "drift [/s]", "variance growth [/s]"}};
  Index own = 0, undecided = 0, restless = 0;
  for (std::size_t i = 0; i < memories.size(); ++i) {
    const auto& memory = memories[i];
    const auto& end = ends[i];
    const std::string verdict = name_of(end.verdict);
    own += end.verdict == MemoryEnd::Verdict::own;
    undecided += end.verdict == MemoryEnd::Verdict::undecided;
    restless += end.verdict == MemoryEnd::Verdict::unsettled;
    auto sharing = Json::array();
    for (const auto j : end.shared_with) sharing.push_back(drawn.memories[j]);
    const auto share = share_of(end.settled, end.trials);
    Json one{{"memory", drawn.memories[i]}, {"trials", end.trials}, {"verdict", verdict}, {"attractor", nullptr}};
    const auto place = static_cast<std::size_t>(std::max<Index>(end.attractor, 0));
    if (end.attractor >= 0) one["attractor"] = called(place);
    one["shared_with"] = sharing;
    one["share"] = {{"value", share.value}, {"interval", {share.low, share.high}}};
    one["nearest"] = drawn.memories[memory.nearest];
    one["drift_per_s"] = memory.drift ? interval(memory.drift->mean) : Json();
    one["variance_growth_per_s"] = memory.drift ? interval(memory.drift->variance) : Json();
    result["memories"].push_back(one);
    const auto attractor = end.attractor < 0 ? verdict : fmt::format("{} ({})", names[place], verdict);
    rows.push_back({fmt::format("{}", drawn.memories[i]), fmt::format("{}", end.trials), attractor,
                    fmt::format("{:.3f}", share.value), fmt::format("[{:.3f}, {:.3f}]", share.low, share.high),
                    fmt::format("{}", drawn.memories[memory.nearest]), memory.drift ? shown(memory.drift->mean) : "-",
                    memory.drift ? shown(memory.drift->variance) : "-"});
  }
  std::vector<IntervalEstimate> measured;
  std::vector<double> d_primes;
  for (const auto& [pair, separation] : pairs) {
    Json one{{"first", drawn.memories[pair.first]},
             {"second", drawn.memories[pair.second]},
             {"distance", separation.distance},
             {"d_prime", nullptr}};
    if (separation.d_prime) {
      one["d_prime"] = interval(*separation.d_prime);
      measured.push_back(*separation.d_prime);
      d_primes.push_back(separation.d_prime->value);
    }
    result["pairs"].push_back(one);
  }
  for (std::size_t i = 0; i < found.attractors.size(); ++i) {
    const auto& attractor = found.attractors[i];
    const bool cycle = attractor.kind == MemoryAttractor::Kind::cycle;
    Json one{{"attractor", called(i)}, {"kind", cycle ? "cycle" : "fixed point"}, {"period_ms", nullptr}};
    if (cycle) one["period_ms"] = attractor.period_ms;
    one["state"] = as_json(Vector<double>(attractor.path.col(0)));
    result["attractors"].push_back(one);
  }
  result["of_trial"] = found.of_trial;
  result["rare"] = Json::object();
  for (const auto& [memory, seen] : drawn.rare) result["rare"][fmt::format("{}", memory)] = seen;

  const auto cycles = std::count_if(found.attractors.begin(), found.attractors.end(),
                                    [](const auto& a) { return a.kind == MemoryAttractor::Kind::cycle; });
  const auto unsettled = std::count(found.of_trial.begin(), found.of_trial.end(), -1);
  text = aligned(rows, 1);
  text += fmt::format("memories with an attractor of their own: {} of {}", own, memories.size());
  if (undecided > 0) text += fmt::format(", {} undecided while others are unsettled", undecided);
  text += fmt::format("; {} attractor{} in all, {} of them {}; {} of {} trials unsettled after {:g} ms\n",
                      found.attractors.size(), found.attractors.size() == 1 ? "" : "s", cycles,
                      cycles == 1 ? "a cycle" : "cycles", unsettled, found.of_trial.size(), setting.settle_ms);
  text += numbering(found, numbers, names);
  if (unsettled > 0)
    text +=
        "unsettled: not within a hundredth of a fixed point throughout the last half of that time and half of the way "
        "nearer in it, nor on a cycle (basins asks where runs end, and for a stable point there)\n";
  const auto smallest = std::min_element(measured.begin(), measured.end(),
                                         [](const auto& a, const auto& b) { return a.value < b.value; });
  text += measured.empty() ? std::string("d': the trials of a memory do not differ where it ends\n")
                           : fmt::format("d' smallest {}, median {:.3g} of {} pair{}; at the {} of {}\n",
                                         shown(*smallest), median(d_primes), pairs.size(), pairs.size() == 1 ? "" : "s",
                                         drawn.until == "end" ? "end" : "last step before the " + drawn.until,
                                         trained.options.text("task.name"));
  text += fmt::format(
      "drift towards the nearest memory, whose distance is 1, over {:g} ms; trials of a memory differ by their input, "
      "r(0) {}, noise {:g} (activity) and {:g} (drive); synapse {}\n",
      setting.hold_ms, network.r0.size() > 0 ? "fixed" : "drawn anew", setting.noise.activity, setting.noise.drive,
      settled.synapse);
  if (restless > 0) {  // so it is where half of all trials are
    const bool some_stable =
        std::any_of(listed.points.begin(), listed.points.end(), [](const auto& p) { return p.stable; });
    text += fmt::format("{} of {} memories with half or more of their trials unsettled: {}; try --settle-ms {:g}\n",
                        restless, memories.size(),
                        some_stable ? "slower, or chaotic" : "no stable point is listed, so chaotic, or a slow cycle",
                        setting.settle_ms < settled.enough_ms ? settled.enough_ms : 4 * setting.settle_ms);
  }
  result["hints"] = Json::array();
  if (!mostly_settled(result))  // so some memory is restless, and the text has said it
    result["hints"].push_back(
        "more than half of the trials are unsettled, so that attractors are not counted: try a longer --settle-ms");
  for (const auto& [memory, seen] : drawn.rare)
    text += fmt::format("memory {} left out: {} trial{}\n", memory, seen, seen == 1 ? "" : "s");
  return result;
}

}  // namespace

AnalysisKind memories_analysis() {
  return {"memories",
          "Stability of memories: attractors of their own, separation d' at the end of the delay, drift and diffusion.",
          "a run file",
          "{kind, task, until, synapse, dt_ms, hold_ms, settle_ms, input, noise: {activity, drive}, initial_state, "
          "memories: [{memory, trials, verdict: own|undecided|shared|none|unsettled, attractor (its number in "
          "fixed-points; a letter: not listed there), shared_with, share, nearest, drift_per_s, "
          "variance_growth_per_s}], pairs: [{first, second, distance, d_prime (null: no spread)}], attractors: "
          "[{attractor, kind, period_ms, state}], of_trial (place among attractors, from 0; -1: unsettled), rare, "
          "hints, left_out}; measured values are {value, interval}",
          "stillpoint analyze memories results/quickstart/runs/condition0001-seed000001.h5 --json memories.json",
          [](po::options_description& options) {
            options.add_options()("trials", po::value<long>()->default_value(default_memory_trials), "of each memory")(
                "hold-ms", usual_number(1000), "after the memory's end: drift and diffusion")(
                "settle-ms", po::value<double>(),
                "without noise, to the attractor; default: 10000, and for trials that have not settled twice as long, "
                "again and "
                "again, up to 20 times the slowest time constant of network, synapse and listed attractors, at most "
                "320000")("noise", po::value<double>(), "activity noise of trial and hold; default: the run's")(
                "synapse", po::value<std::string>()->default_value("trained"), "trained or none")(
                "input", po::value<std::string>(), "constant input v1,v2,.. after the memory's end; default: zeros")(
                "group", po::value<std::string>(), "which network of the run file; default final/network")(
                "seed", po::value<long>()->default_value(1), "of r(0) and noise; the trials are those of the run");
          },
          of_subject({true, true, true}, analyse_memories),
          {defined_where(mostly_settled, count_of("own", "/memories", "verdict", "own")),
           defined_where(mostly_settled, count_of("attractors", "/attractors")),
           of_any_sign(smallest_of("d_prime", "", "/pairs", "/d_prime/value")),
           of_any_sign(mean_of("drift", "1/s", "/memories", "/drift_per_s/value")),
           of_a_share({"unsettled", "", unsettled_share})}};
}

}  // namespace stillpoint
