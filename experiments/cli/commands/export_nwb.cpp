#include <fmt/format.h>

#include <boost/algorithm/string.hpp>
#include <boost/date_time/gregorian/greg_calendar.hpp>
#include <filesystem>
#include <regex>

#include "experiments/cli/command.hpp"
#include "experiments/cli/output_file.hpp"
#include "experiments/cli/recording_option.hpp"
#include "experiments/options/argument.hpp"
#include "experiments/options/message.hpp"
#include "experiments/recordings/session_file.hpp"
#include "experiments/runs/signals.hpp"
#include "experiments/study/runner.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

const std::string in = "RUN_OR_SIMULATION.h5", out = "OUT.nwb";

po::options_description export_options() {
  po::options_description options;
  options.add_options()(
      "experiments", po::value<std::string>(),
      "of a run: what is done in the session, one after the other, with commas, as rest,step,silence_200 (names: `list "
      "experiments`); all: those of the predictions that spikes tell of; default: trial, trials of the task")(
      "trials", po::value<long>(), "trials of each experiment; default: 60, of a simulation all")(
      "neurons", po::value<long>(),
      "recorded neurons, drawn at random, half of them of those that are stimulated; default: 60, or all where there "
      "are "
      "fewer")(
      "session", po::value<long>()->default_value(1),
      "number of the session, its session_id: another one has other neurons, noise and, of a run, other trials")(
      "seed", po::value<long>(), "seed of neurons, trials and noise; default: the file's own")(
      "f-max-hz", usual_number(20), "firing rate that r = 1 stands for [Hz]")(
      "set", po::value<std::vector<std::string>>()->composing(),
      "KEY=VALUE: an option of recording.* (see `list recording`); recording.signal=calcium records fluorescence")(
      "no-rates", "leave out the rates, which no electrode sees")(
      "start-time", po::value<std::string>()->default_value("2000-01-01T00:00:00+00:00"),
      "session_start_time, ISO 8601 with its offset from UTC")("quiet", "print nothing");
  return options;
}

/// Date, time and offset.
void require_time(const std::string& text) {
  static const std::regex form(
      R"((\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d{2}:[0-5]\d))");
  std::smatch parts;
  bool good = std::regex_match(text, parts, form);
  if (good) {
    const int year = std::stoi(parts[1]), month = std::stoi(parts[2]), day = std::stoi(parts[3]);
    good = year >= 1400 && month >= 1 && month <= 12 && day >= 1 &&
           day <= boost::gregorian::gregorian_calendar::end_of_month_day(static_cast<unsigned short>(year),
                                                                         static_cast<unsigned short>(month));
  }
  require_argument(good, "--start-time", text, "must be a time like 2000-01-31T12:00:00+01:00");
}

std::optional<Index> count_of(const po::variables_map& values, const char* name) {
  if (values.count(name) == 0) return std::nullopt;
  const long value = values[name].as<long>();
  require_argument(value >= 1 && value < 1000000, std::string("--") + name, fmt::format("{}", value),
                   "must be 1 to 999999");
  return static_cast<Index>(value);
}

/// What was typed, without directories and with one name for every output: equal sessions are equal files.
std::string command_text(std::vector<std::string> words, const std::string& input, const std::string& output) {
  for (auto& word : words) {
    if (word == output) word = out;
    if (word == input) word = fs::path(word).filename().string();
  }
  return fmt::format("stillpoint export-nwb {}", fmt::join(words, " "));
}

SessionRequest request_of(const po::variables_map& values, const std::string& path) {
  SessionRequest request;
  request.path = path;
  if (values.count("experiments"))
    boost::split(request.experiments, values["experiments"].as<std::string>(), boost::is_any_of(","));
  request.trials = count_of(values, "trials");
  request.session = *count_of(values, "session");
  if (values.count("seed")) {
    const long seed = values["seed"].as<long>();
    require_argument(seed >= 0, "--seed", fmt::format("{}", seed), "must be 0 or more");
    request.seed = static_cast<std::uint64_t>(seed);
  }
  request.f_max_hz = values["f-max-hz"].as<double>();
  require_argument(request.f_max_hz > 0, "--f-max-hz", fmt::format("{}", request.f_max_hz), "must be > 0 Hz");
  return request;
}

RecordedSession recorded_of(const po::variables_map& values) {
  RecordedSession as;
  as.recording = recording_of(values);
  require_parameter(as.recording.bin_ms == 0, "recording.bin_ms", fmt::format("{:g}", as.recording.bin_ms),
                    "has no effect: spikes are written with their times; remove it");
  as.neurons = count_of(values, "neurons");
  as.number = *count_of(values, "session");
  as.rates = values.count("no-rates") == 0;
  as.start_time = values["start-time"].as<std::string>();
  require_time(as.start_time);
  return as;
}

int export_nwb(const std::vector<std::string>& arguments, const Command& command) {
  const auto options = export_options();
  po::positional_options_description positional;
  positional.add(in.c_str(), 1).add(out.c_str(), 1);
  po::variables_map values;
  if (!parse_command(command, arguments, options, positional, values)) return 0;
  return with_option_names(options, [&] {
    const auto path = required(command, values, in), file = required_output(command, values, out);
    require_argument(fs::path(file).extension() == ".nwb", out, file, "must end in .nwb");
    auto as = recorded_of(values);
    as.command = command_text(arguments, path, file);
    const auto session = open_session(request_of(values, path));
    std::error_code failed;
    const bool replaces = fs::exists(file, failed);
    SessionCounts counts;
    try {
      const StudySignals signals;  // what is half written goes first
      const LookAside look([] {
        if (const int signal = StudySignals::stopped_by()) throw StudyStopped{signal};
      });
      counts = write_session(session, as, file);
    } catch (const StudyStopped& stopped) {
      tell(fmt::format("stopped by signal {}; nothing is written", stopped.signal));
      return 128 + stopped.signal;  // as a shell says that a signal ended a program
    }
    if (values.count("quiet")) return 0;
    if (!session.left_out.empty())
      tell(fmt::format("left out, as they need a task with a delay or a synapse that can be blocked: {}",
                       fmt::join(session.left_out, ", ")));
    const bool spikes = as.recording.signal == RecordingModel::Signal::spikes;
    fmt::print("{}{}: session {} of {}: {} neurons, {} of them stimulated, {} trials in {:.4g} s{}\n", file,
               replaces ? " (replaced)" : "", as.number, session.subject, counts.neurons, counts.stimulated,
               counts.trials, counts.length_s, spikes ? fmt::format(", {} spikes", counts.spikes) : ", fluorescence");
    return 0;
  });
}

}  // namespace

Command export_nwb_command() {
  return {"export-nwb", in + " " + out + " [--experiments NAME,..] [--neurons N] [--trials N] [...]",
          "Writes a simulated session as an NWB file, which the tools of labs open: spikes or fluorescence, trials, "
          "stimuli.\n(layout: docs/file-formats.md)",
          "stillpoint export-nwb results/quickstart/runs/condition0001-seed000001.h5 session.nwb --experiments "
          "rest,step,silence_200 --neurons 40",
          export_nwb};
}

}  // namespace stillpoint
