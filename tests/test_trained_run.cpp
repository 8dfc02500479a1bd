// What a finished run was trained on: trials with targets of their own or of others, and its networks by update.
#include <filesystem>
#include <set>

#include "experiments/results/result_file.hpp"
#include "experiments/results/subject_file.hpp"
#include "experiments/results/trained_run.hpp"
#include "experiments/study/study.hpp"
#include "sim/files/hdf5.hpp"
#include "sim/initial_weights.hpp"
#include "tests/catch.hpp"
#include "tests/problems.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;

TEST_CASE("shuffled targets are those of the next trial, step by step, and inputs stay") {
  const auto options = resolve_options({{"task.name", "delayed_cue_discrimination"}, {"control.targets", "shuffled"}});
  const auto task = task_kind("delayed_cue_discrimination").make(options, 5);
  const auto own = task->draw({3, 7}, 5), shuffled = trials_of(*task, options)({3, 7}, 5);
  CHECK(problems::identical(own.inputs, shuffled.inputs));
  for (Index b = 0; b < 5; ++b) {
    const Index next = (b + 1) % 5;
    CHECK(problems::identical(problems::of_trial(shuffled.targets, 5, b), problems::of_trial(own.targets, 5, next)));
    CHECK(problems::identical(problems::of_trial(shuffled.mask, 5, b), problems::of_trial(own.mask, 5, next)));
  }
}

TEST_CASE("a run file brings its task, its trials and its networks by the number of changes") {
  const auto options = resolve_options({{"network.size", "6"},
                                        {"training.updates", "7"},
                                        {"training.batch", "2"},
                                        {"training.checkpoints", "every 3"},
                                        {"synapse.kind", "tcr"},
                                        {"synapse.tau_s_ms", "123.456"}});
  const auto integration = make_integration(options);
  const auto task = task_kind(options.text("task.name")).make(options, integration.dt_ms);
  const auto setting = testing::setting_of(options, 11, trials_of(*task, options));
  const auto network = make_network(options, task->inputs(), task->outputs(), 11);
  const RunResult<double> result{options, 11, "s", {}, {}, train<double>(setting, network)};
  const std::string path = (std::filesystem::temp_directory_path() / "stillpoint-trained-run-test.h5").string();
  write_run(path, result);

  const auto [file, checkpoints, read] = open_subject_path(path);
  CHECK(read.curve.update.size() == 7);
  const auto& run = file.require_run();
  CHECK(run.seed == 11);
  for (const auto& [name, entry] : options.entries()) {
    CAPTURE(name);
    CHECK(run.options.knows(name));
    if (entry.option.kind == Option::Kind::number) CHECK(run.options.number(name) == options.number(name));
  }
  CHECK(problems::identical(run.task->draw({11, 2}, 3).inputs, task->draw({11, 2}, 3).inputs));

  // States visited: each on the path of a trial of its own, within the trial's length, not always at the same step.
  auto fixed_start = network;
  fixed_start.r0 = Vector<double>::LinSpaced(6, -0.5, 0.5);
  auto subject = open_subject(path).subject;
  CHECK(problems::identical(subject.network.W, result.training.final.W));
  CHECK(subject.synapse_kind == "tcr");
  CHECK(subject.task == "evidence_accumulation");
  CHECK(left_out(subject, {true, false, false}) == std::vector<std::string>{"task evidence_accumulation"});
  subject.network = fixed_start;
  subject.trial_synapse = [&](Index steps) { return run.synapse(fixed_start, steps); };
  const auto visited = states_of_trials(subject, 70, 5);
  const auto trials = run.trials(70);
  std::set<Index> steps;
  for (Index b = 0; b < 70; ++b) {
    TrialSet<double> one = chosen_trials(trials, {b});
    const auto held = problems::held_input(fixed_start, one, 0);
    problems::Column start = problems::with_zero_synapses(fixed_start);
    const auto path_by_hand =
        problems::euler_path(problems::network_with_tcr(fixed_start, held, {100, 123.456}), start, one.length[0], 5);
    Index nearest = 0;
    CHECK((path_by_hand.topRows(6).rightCols(one.length[0]).colwise() - visited.col(b))
              .colwise()
              .norm()
              .minCoeff(&nearest) < 1e-12);
    steps.insert(nearest);
  }
  CHECK(steps.size() > 20);
  CHECK(problems::identical(visited.leftCols(40).eval(), states_of_trials(subject, 40, 5)));

  REQUIRE(checkpoints.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(checkpoints[i].update == std::vector<long>{0, 3, 6, 7}[i]);
  CHECK(problems::identical(checkpoints[0].network.W, network.W));
  CHECK(problems::identical(checkpoints[1].network.W, result.training.checkpoints[1].second.W));
  CHECK(problems::identical(checkpoints[3].network.W, result.training.final.W));
  std::filesystem::remove(path);
}

TEST_CASE("a run of a rival brings the synapse that it was matched by, under either way to open it") {
  const auto options = resolve_options({{"network.size", "6"},
                                        {"training.updates", "2"},
                                        {"training.batch", "2"},
                                        {"study.arm", "derivative_feedback"},
                                        {"integration.precision", "double"}});
  const auto integration = make_integration(options);
  const auto task = task_kind(options.text("task.name")).make(options, integration.dt_ms);
  Match match;
  match.property = "speed";
  match.option = "synapse.tau_e_ms";
  match.factor = 1.7320508075688772;
  auto setting = testing::setting_of(options, 11, trials_of(*task, options));
  setting.synapse = synapse_model(as_matched(options, match));
  const auto network = make_network(options, task->inputs(), task->outputs(), 11);
  const RunResult<double> result{options, 11, "s", {}, match, train<double>(setting, network)};
  const std::string path = (std::filesystem::temp_directory_path() / "stillpoint-matched-run-test.h5").string();
  write_run(path, result);

  const double found = 100 * match.factor;
  const auto trained = DerivativeFeedbackParameters{found, 10};
  const auto current_of = [&](std::unique_ptr<Synapse<double>> synapse, const Network<double>& of) {
    return problems::simulate(of, integration, problems::held_trials(problems::Array::Constant(2, 2, 0.4), 30),
                              *synapse)
        .current;
  };
  const auto check = [&](const SubjectFile& file) {
    CHECK(file.require_run().options.number("synapse.tau_e_ms") == found);
    CHECK(file.synapse.number("synapse.tau_e_ms") == found);
    const auto& of = file.subject.network;
    const auto own = derivative_feedback_synapse(trained).make<double>(synapse_context(of, integration, {}, 30));
    CHECK(problems::identical(
        current_of(file.subject.trial_synapse(30), of),
        problems::simulate(of, integration, problems::held_trials(problems::Array::Constant(2, 2, 0.4), 30), *own)
            .current));
  };
  check(open_subject(path));
  check(open_subject_path(path).file);
  // what a study asks for is what was given
  CHECK(read_run(path).record.options->at("synapse.tau_e_ms") == "100");
}

TEST_CASE("a run file of another version is refused, whoever reads it") {
  const auto options = resolve_options({{"network.size", "4"}, {"training.updates", "2"}, {"training.batch", "1"}});
  const auto task = task_kind(options.text("task.name")).make(options, make_integration(options).dt_ms);
  const auto setting = testing::setting_of(options, 3, trials_of(*task, options));
  const RunResult<double> result{
      options, 3, "s", {}, {}, train<double>(setting, make_network(options, task->inputs(), task->outputs(), 3))};
  const std::string path = (std::filesystem::temp_directory_path() / "stillpoint-version-test.h5").string();
  write_run(path, result);
  CHECK(read_run(path).record.seed == 3);
  {
    H5::H5File file(path, H5F_ACC_RDWR);
    const auto root = file.openGroup("/");
    root.removeAttr("version");
    hdf5::write_attribute(root, "version", 2L);
  }
  CHECK_THROWS_AS(read_run(path), UserError);
  CHECK_THROWS_AS(open_subject(path), UserError);
  CHECK_THROWS_AS(open_subject_path(path), UserError);
  std::filesystem::remove(path);
}
