// The time that a study still takes, told to runs on a made-up clock and held against when they really end.
#include <deque>
#include <limits>
#include <random>
#include <set>

#include "experiments/runs/time_left.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

namespace {

/// What runs of one kind really take. [s]
struct Truth {
  double preparing, update, ending;
  double updates;                 // the budget
  double shortest = 1;            // runs end at this share of it or later, where they may stop early
  double first_updates_slow = 1;  // factor on the first ten, which fill caches
};

/// A study on made-up clocks: workers of this process take runs in order and so do those of another, whose runs this
/// one sees when it takes one itself. Every duration of a run varies by up to a fifth.
struct MadeUp {
  std::vector<Truth> kinds;
  std::size_t seeds, workers = 2, others = 0;
  double done_before = 0;  // share of the first runs, one per worker, that an earlier process kept

  struct Said {
    double at;
    std::optional<double> left;
    bool all_kinds_began;
  };
  std::vector<Said> said = {};
  double end = 0;

  struct Active {
    std::size_t run;
    Truth truth;
    double next, done, length;
    int stage;  // 0: preparing, 1: training, 2: ending
  };

  void play() {
    std::vector<PlannedRun> plans;
    for (std::size_t seed = 0; seed < seeds; ++seed)
      for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        const bool kept = plans.size() < workers && done_before > 0;
        plans.push_back({kind, kinds[kind].updates, kept ? std::floor(done_before * kinds[kind].updates) : 0, 16,
                         kinds[kind].shortest < 1});
      }
    TimeLeft left(plans, workers);
    std::mt19937 random(7);
    std::uniform_real_distribution<double> uniform(0, 1);
    std::vector<std::optional<Active>> mine(workers), theirs(others);
    std::deque<std::size_t> queue(plans.size());
    for (std::size_t i = 0; i < queue.size(); ++i) queue[i] = i;
    std::set<std::size_t> begun;
    std::vector<std::pair<std::size_t, RunTime>> unseen;  // finished by the others, not yet looked at

    const auto take = [&](double now) {
      const auto run = queue.front();
      queue.pop_front();
      auto truth = kinds[plans[run].kind];
      for (auto* each : {&truth.preparing, &truth.update, &truth.ending}) *each *= 0.8 + 0.4 * uniform(random);
      const double share = truth.shortest + (1 - truth.shortest) * uniform(random);
      return Active{run, truth, now + truth.preparing, plans[run].done, std::ceil(share * truth.updates), 0};
    };
    const auto look = [&](double now) {  // as this process does when it wants a run
      for (const auto& [run, took] : unseen) left.finished_elsewhere(run, took);
      unseen.clear();
      for (const auto& active : theirs)
        if (active) left.elsewhere(active->run, now);
    };
    const auto step = [](Active& active) {  // to the next event; false at its end
      if (active.stage == 2) return false;
      if (active.stage == 1) ++active.done;
      active.stage = active.done < active.length ? 1 : 2;
      const double slow = active.done < 10 ? active.truth.first_updates_slow : 1;
      active.next += active.stage == 1 ? active.truth.update * slow : active.truth.ending;
      return true;
    };
    const auto note = [&](double now) { said.push_back({now, left.seconds(now), begun.size() == kinds.size()}); };

    for (double now = 0;;) {
      for (auto& active : theirs)
        if (!active && !queue.empty()) active = take(now);
      for (auto& active : mine)
        if (!active && !queue.empty()) {
          look(now);
          active = take(now);
          begun.insert(plans[active->run].kind);
          left.begin(active->run, now);
        }
      note(now);
      std::optional<Active>* first = nullptr;
      for (auto* group : {&mine, &theirs})
        for (auto& active : *group)
          if (active && (!first || active->next < (*first)->next)) first = &active;
      if (!first) break;
      auto& active = **first;
      const bool own = first >= mine.data() && first < mine.data() + mine.size();
      now = end = active.next;
      const int stage = active.stage;
      const bool goes_on = step(active);
      if (own && stage == 0) left.prepared(active.run, plans[active.run].done, now);
      if (own && stage == 1) left.updated(active.run, now);
      if (goes_on) continue;
      if (own)
        left.finished(active.run, now);
      else
        unseen.push_back({active.run, {active.done, active.done * active.truth.update, active.truth.preparing}});
      first->reset();
    }
  }

  /// Largest factor between what was said and what came, but for the last twentieth and the last two seconds.
  double worst_factor() const {
    double worst = 1;
    for (const auto& [at, left, all] : said) {
      const double truth = end - at;
      if (!left || truth < std::max(2.0, 0.05 * end)) continue;
      worst = std::max({worst, truth / std::max(*left, 1e-9), *left / truth});
    }
    return worst;
  }
  /// Share of the study before the first estimate.
  double silent() const {
    for (const auto& each : said)
      if (each.left && end - each.at > 2) return each.at / end;
    return 1;
  }
};

}  // namespace

TEST_CASE("the time left is within a factor of 2 of the truth whenever it is given, whatever the conditions cost") {
  const Truth plain{0.1, 0.02, 0.2, 400};
  const std::vector<std::pair<const char*, MadeUp>> studies{
      {"equal conditions", {{plain, plain, plain}, 6}},
      {"the last condition takes fifty times as long", {{plain, plain, plain, {0.1, 1, 5, 400}}, 5}},
      {"the first condition takes fifty times as long", {{{0.1, 1, 5, 400}, plain, plain, plain}, 5}},
      {"the search for a control takes longer than training", {{plain, {60, 0.02, 0.2, 400}}, 8}},
      {"the evaluation takes longer than training", {{{0.01, 0.02, 3, 12}, {0.01, 0.1, 9, 12}}, 8}},
      {"twenty-four conditions", {std::vector<Truth>(24, plain), 3}},
      {"one run of each condition", {{plain, plain, {0.1, 0.5, 5, 400}, plain, plain}, 1}},
      {"one run", {{{0.1, 1, 5, 400}}, 1}},
      {"eight workers", {{plain, {60, 0.02, 0.2, 400}, {0.1, 1, 5, 400}}, 20, 8}},
      {"more workers than runs", {{plain, {0.1, 0.2, 5, 400}}, 2, 8}},
      {"another process helps", {{plain, {20, 0.02, 0.2, 400}, {0.1, 0.4, 5, 400}}, 12, 2, 4}},
      {"what was kept goes on", {{plain, {0.1, 1, 5, 400}}, 3, 2, 0, 0.9}},
      {"runs stop where they reach criterion", {{{0.1, 0.02, 0.2, 400, 0.6}, {0.1, 0.2, 1, 400, 0.6}}, 12}},
      {"the first updates are slow", {{{0.1, 0.1, 0.2, 400, 1, 20}, plain}, 6}},
      {"runs take hours", {{{600, 20, 100, 1000}, {1, 2, 10, 1000}}, 3}},
  };
  for (auto [what, study] : studies) {
    INFO(what);
    study.play();
    INFO("ends after " << study.end << " s, silent for " << study.silent() << ", off by " << study.worst_factor());
    CHECK(study.worst_factor() < 2);
    CHECK(study.silent() < 0.9);
    for (const auto& each : study.said)
      if (!each.all_kinds_began && study.others == 0) CHECK_FALSE(each.left);
  }
}

TEST_CASE("nothing is said of the time left before every condition with runs left was measured") {
  TimeLeft left({{0, 100}, {1, 100}, {0, 100}, {1, 100}}, 1);
  CHECK_FALSE(left.seconds(0));
  left.begin(0, 0);
  left.prepared(0, 0, 1);
  for (int update = 1; update <= 100; ++update) left.updated(0, 1 + update);
  CHECK(left.share_done() == Approx(0.25));
  left.finished(0, 103);
  CHECK_FALSE(left.seconds(103));  // nobody knows what the other condition takes
  left.begin(1, 103);
  left.prepared(1, 0, 113);
  for (int update = 1; update <= 14; ++update) left.updated(1, 113 + 10 * update);
  REQUIRE_FALSE(left.seconds(253));
  left.updated(1, 263);  // a twentieth of the budget after the first ten, and more than 5 s
  REQUIRE(left.seconds(263));
  CHECK(*left.seconds(263) == Approx(85 * 10 + (1 + 100 + 2) + (10 + 1000)));
  CHECK(*left.seconds(268) == Approx(*left.seconds(263) - 5));
  left.given_up(1);
  left.known(1, {100, 200, 20});  // of another process, perhaps another machine: what was measured here goes first
  CHECK(*left.seconds(268) == Approx(103 + 10 + 1000));

  TimeLeft continued({{1, 100}, {1, 100}}, 2);
  CHECK_FALSE(continued.seconds(0));
  continued.known(1, {50, 200, 20});
  CHECK(*continued.seconds(0) == Approx(20 + 50 * 4));
  TimeLeft kept({{0, 100, 90}, {0, 100, 90}}, 1);
  kept.known(0, {100, 200, 20});
  CHECK(*kept.seconds(0) == Approx(2 * (20 + 10 * 2)));
}

TEST_CASE("a run that stops where it reaches criterion is no ground before one has ended") {
  TimeLeft left({{0, 100, 0, 16, true}, {0, 100, 0, 16, true}}, 1);
  left.begin(0, 0);
  left.prepared(0, 0, 0);
  for (int update = 1; update <= 40; ++update) left.updated(0, update);
  CHECK_FALSE(left.seconds(40));
  left.finished(0, 40);
  CHECK(*left.seconds(40) == Approx(40));
  left.begin(1, 40);
  left.prepared(1, 0, 40);
  for (int update = 1; update <= 41; ++update) left.updated(1, 40 + update);
  CHECK(*left.seconds(81) == Approx(59));  // further than any: it may go to the end
}
