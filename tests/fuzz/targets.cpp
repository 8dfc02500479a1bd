#include "tests/fuzz/targets.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <set>
#include <stdexcept>

#include "experiments/options/message.hpp"
#include "experiments/recordings/check.hpp"
#include "experiments/report/check_formats.hpp"
#include "experiments/report/contents.hpp"
#include "experiments/results/begun_run.hpp"
#include "experiments/results/curve_file.hpp"
#include "experiments/results/measured_run.hpp"
#include "experiments/results/subject_file.hpp"
#include "experiments/study/description.hpp"
#include "sim/files/network_file.hpp"
#include "tasks/tasks.hpp"
#include "tests/fuzz/curve_examples.hpp"
#include "tests/fuzz/examples.hpp"
#include "tests/fuzz/report_example.hpp"

namespace stillpoint::testing {

namespace {

/// The reader succeeds, or says in words, of the file where it has a name, what is wrong. Too little memory is no fault
/// of the reader where options ask for it, but one where a file does.
template <class Read>
void must_answer(const std::string& named, Read&& read) {
  try {
    read();
  } catch (const UserError& problem) {
    const std::string text = problem.what();
    if (text.find(named) != std::string::npos && printable(text).find('\n') == std::string::npos) return;
    std::fprintf(stderr, "a message that does not name its file: %s\n", text.c_str());
    std::abort();
  } catch (const std::bad_alloc&) {
    if (!named.empty()) throw;
  } catch (const std::length_error&) {
    if (!named.empty()) throw;
  }
}

const ScratchFile& scratch() {
  static const ScratchFile file;
  return file;
}

void read_network_file(std::size_t way) {
  const auto& path = scratch().path();
  must_answer(path, [&] { way % 2 == 0 ? void(read_trained_network(path)) : void(open_subject(path)); });
}
/// As an unfinished run that is gone on with.
void go_on_with_run(const std::string& path) {
  static const auto options = options_of_first_run();
  static const auto task = task_kind(options.text("task.name")).make(options, 10);
  static const auto network = make_network(options, task->inputs(), task->outputs(), 1);
  const auto begun = read_begun_run<double>(path, options, 1, network);
  auto setting = training_setting(options);
  setting.trials = [](TrialKey key, Index count) { return task->draw(key, count); };
  setting.training.updates = static_cast<Index>(begun.training.curve.update.size());
  must_answer("", [&] { train<double>(setting, network, begun.training); });
}

void read_run_file(std::size_t way) {
  const auto& path = scratch().path();
  must_answer(path, [&] {
    switch (way % 5) {
      case 0:
        return void(read_run_of_study(path));
      case 1:
        return void(read_curve(path));
      case 2:
        return void(open_subject(path, "checkpoints/00000002/network"));
      case 3:
        return go_on_with_run(path);
      default:
        return void(open_subject_path(path));
    }
  });
}
void read_trial_file(std::size_t) {
  const auto& path = scratch().path();
  must_answer(path, [&] { make_task(TrialFileParameters{path}, 10)->draw({1, 1}, 4); });
}

void read_recording(std::size_t) {
  const auto& path = scratch().path();
  must_answer(path, [&] {
    const Recording recording(path);
    contents_of(recording);
    contents_json(recording);
    for (Index unit = 0; unit < recording.units().rows(); ++unit) {
      must_answer(path, [&] { recording.spike_times_s(unit); });
      must_answer(path, [&] { recording.observed(unit); });
    }
    for (const auto& series : recording.series())
      for (const double until : {series.from_s + 0.2, 1e300})
        must_answer(path, [&] { recording.samples(series, {-1e300, until}); });
  });
}

void damage(const std::vector<Example>& examples, const std::uint8_t* data, std::size_t size,
            void (*read)(std::size_t)) {
  Choices choices(data, size);
  const auto way = choices.below(20);
  scratch().write(choices.of(examples).damaged(choices));
  read(way);
}
void network(const std::uint8_t* data, std::size_t size) { damage(network_examples(), data, size, read_network_file); }
void run(const std::uint8_t* data, std::size_t size) { damage(run_examples(), data, size, read_run_file); }
void trials(const std::uint8_t* data, std::size_t size) { damage(trial_examples(), data, size, read_trial_file); }
void recording(const std::uint8_t* data, std::size_t size) { damage(recording_examples(), data, size, read_recording); }

/// A report of which one file is damaged, alone or with a recording held against it.
void report(const std::uint8_t* data, std::size_t size) {
  static const auto directory = scratch().path() + ".report";
  static const auto made = std::filesystem::create_directory(directory);
  static const struct Removed {
    ~Removed() { std::filesystem::remove_all(directory); }
  } removed;
  const auto write = [](const std::string& name, const std::string& text) {
    std::ofstream(directory + name, std::ios::binary) << text;
  };
  const auto& example = report_example();
  if (made && !std::filesystem::exists(directory + "/session.nwb")) write("/session.nwb", example.recording);
  Choices choices(data, size);
  const auto way = choices.below(64);
  const bool of_animals = way % 2 == 0;
  const auto text =
      way % 8 > 5 ? choices.rest() : damaged(of_animals ? example.animals : example.predictions, choices).dump();
  write("/animals.json", of_animals ? text : example.animals.dump());
  write("/predictions.json", of_animals ? example.predictions.dump() : text);
  must_answer(directory, [&] {
    const auto table = read_predictions(directory);
    if (way % 16 > 1) return;
    CheckRequest request;
    request.evidence.membrane_ms = 20;
    request.matched = way % 32 > 15;
    std::vector<Recording> recordings;
    recordings.emplace_back(directory + "/session.nwb");
    const auto found = check_recordings(recordings, table, request);
    check_text(found);
    json_text(check_json(found, table));
  });
}

/// Bytes of a file that are wrong: the library itself does not survive all of them.
void bytes(const std::uint8_t* data, std::size_t size) {
  Choices choices(data, size);
  const auto way = choices.below(20), kind = choices.below(3);
  auto damaged = choices.of(kind == 0 ? network_examples() : kind == 1 ? run_examples() : trial_examples()).bytes();
  while (choices.left()) {
    const auto at = (choices.below(65536) * 256 + choices.byte()) % damaged.size();
    damaged[at] = static_cast<char>(choices.byte());
  }
  scratch().write(damaged);
  (kind == 0 ? read_network_file : kind == 1 ? read_run_file : read_trial_file)(way);
}

void curve(const std::uint8_t* data, std::size_t size) {
  scratch().write(Choices(data, size).rest());
  for (const auto& choice : {CurveChoice{}, CurveChoice{"rows", "1"}, CurveChoice{"1", "2"}})
    must_answer(scratch().path(), [&] { read_curve(scratch().path(), choice); });
}

void json(const std::uint8_t* data, std::size_t size) {
  const auto& path = scratch().path();
  scratch().write(Choices(data, size).rest());
  must_answer(path, [&] { read_description(path); });
  must_answer(path, [&] { read_tuning(path); });
  static const ScratchFile run;  // of what is measured
  if (run.bytes().empty()) run.write(run_examples()[0].bytes());
  must_answer(path, [&] { kept_measurement(path, run.path(), {}); });
}

void study(const std::uint8_t* data, std::size_t size) {
  Choices choices(data, size);
  StudyRequest request;
  request.path = scratch().path();
  request.largest_network = 4;
  scratch().write(choices.rest());
  must_answer("", [&] {
    const auto study = read_study(request);
    parse_description(description_of(study), "");
  });
}

const std::vector<Option>& every_option() {
  static const auto all = [] {
    std::vector<Option> options = study_options();
    const auto add = [&](const std::vector<Option>& more) { options.insert(options.end(), more.begin(), more.end()); };
    const auto run = resolve_options({});
    for (const auto& [name, entry] : run.entries()) options.push_back(entry.option);
    for (const auto& kind : task_kinds()) add(kind.options);
    for (const auto& kind : rule_kinds()) add(kind.options);
    for (const auto& kind : network_kinds()) add(kind.options);
    for (const auto& kind : synapse_kinds()) add(kind.options);
    return options;
  }();
  return all;
}

/// Values as they would be given, and the run that they make.
void options(const std::uint8_t* data, std::size_t size) {
  Choices choices(data, size);
  const auto& option = every_option()[choices.below(every_option().size())];
  const auto text = choices.rest();
  must_answer("", [&] { option.value_of(text); });
  must_answer("", [&] {
    Options own;
    own.declare({option});
    own.set(option.name, text);
    own.number(option.name);
    if (option.kind == Option::Kind::integer) own.integer(option.name);
    own.flag(option.name);
    own.words(option.name);
    own.range(option.name);
  });
  must_answer("", [&] {
    const auto resolved = resolve_options({{option.name, text}});
    training_setting(resolved);
    make_noise(resolved);
    resolved_synapse({{option.name, text}, {"kind", text}});
  });
}

}  // namespace

const std::vector<FuzzTarget>& fuzz_targets() {
  static const std::vector<FuzzTarget> all = {
      {"study",
       study,
       {"[study]\nname = s\nseeds = 2\n[grid]\nstudy.arm = none tcr\nnetwork.gain = 1 2\n[training]\nupdates = "
        "9\n[tune]\nrate = 0.5 1\n",
        "[rule]\nname = rtrl # x\n[task]\nname = flip_flop\n[network]\nkind = lstm\n[study]\ninapplicable = skip\n"}},
      {"options", options, {std::string("\0\0", 2) + "1e-3", "ab1 2 3", "zz1..2"}},
      {"curve", curve, curve_examples()},
      {"json",
       json,
       {R"({"format":"stillpoint-study","version":1,"name":"s","identity":"a = b\n",)"
        R"("conditions":[[["a","1"]],[["a","2"]]],"left_out":[{"varied":[["a","3"]],"reason":"x"}]})",
        R"([null,{"chosen":0,"candidates":[{"tuned":[["a","1"]],"updates":2,"loss":0.5}]}])"}},
      {"network", network, {std::string(3, '\0') + "abcdefgh"}},
      {"run", run, {std::string(3, '\0') + "abcdefgh"}},
      {"trials", trials, {std::string(3, '\0') + "abcdefgh"}},
      {"recording", recording, {std::string(3, '\0') + "abcdefgh"}},
      {"report",
       report,
       {std::string(3, '\0') + "abcdefgh", '\6' + report_example().animals.dump(),
        '\7' + report_example().predictions.dump()}},
      {"bytes", bytes, {std::string(3, '\0') + "abcdefgh"}}};
  return all;
}

std::vector<std::string> fuzz_words() {
  std::set<std::string> words;
  for (const auto& option : every_option()) {
    words.insert(option.name);
    words.insert(option.name.substr(option.name.find('.') + 1));
    words.insert("[" + option.name.substr(0, option.name.find('.')) + "]\n");
    words.insert(option.choices.begin(), option.choices.end());
    words.insert(option.fallback);
  }
  words.insert({"grid.", "[grid]\n", "[tune]\n", "[quick]\n", " = ", "1e-310", "..", "every "});
  words.erase("");
  return {words.begin(), words.end()};
}

}  // namespace stillpoint::testing
