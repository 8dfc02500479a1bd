#include "experiments/results/result_file.hpp"

#include <fmt/format.h>
#include <tbb/version.h>
#include <unistd.h>

#include <boost/version.hpp>
#include <cmath>
#include <ctime>
#include <fstream>
#include <limits>

#include "experiments/results/program.hpp"
#include "sim/files/network_group.hpp"

namespace stillpoint {

namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown";
}

/// Everything that may differ between repeats of a run.
void write_provenance(const H5::Group& group, double wall_seconds, double seconds_per_update) {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  char host[256] = "unknown";
  gethostname(host, sizeof host - 1);
  char date[32];
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
  const auto text = [&](const char* name, const std::string& value) { hdf5::write_attribute(group, name, value); };
  for (const auto& [name, value] : this_program()) hdf5::write_attribute(group, name, value);
  text("boost", BOOST_LIB_VERSION);
  text("hdf5", fmt::format("{}.{}.{}", major, minor, release));
  text("onetbb", fmt::format("{}.{}", TBB_VERSION_MAJOR, TBB_VERSION_MINOR));
  text("processor", processor());
  text("host", host);
  text("finished", date);
  hdf5::write_attribute(group, "wall_seconds", wall_seconds);
  hdf5::write_attribute(group, "seconds_per_update", seconds_per_update);
}

void write_options(const H5::Group& group, const Options& options) {
  for (const auto& [name, entry] : options.entries()) {
    if (entry.option.kind == Option::Kind::number)
      hdf5::write_attribute(group, name, options.number(name));
    else if (entry.option.kind == Option::Kind::range && options.range(name).low == options.range(name).high)
      hdf5::write_attribute(group, name, options.range(name).low);
    else if (entry.option.kind == Option::Kind::integer)
      hdf5::write_attribute(group, name, options.integer(name));
    else
      hdf5::write_attribute(group, name, entry.value);
  }
}

template <class Scalar>
void write_contents(const H5::Group& root, const RunResult<Scalar>& run) {
  const auto& training = run.training;
  const auto& curve = training.curve;
  hdf5::write_attribute(root, "format", std::string("stillpoint-run"));
  hdf5::write_attribute(root, "version", 1L);
  hdf5::write_attribute(root, "study", run.study);
  hdf5::write_attribute(root, "seed", static_cast<long>(run.seed));
  hdf5::write_attribute(root, "outcome", name_of(training.outcome));
  if (training.reached_at) hdf5::write_attribute(root, "reached_at", *training.reached_at);
  if (training.diverged_at) hdf5::write_attribute(root, "diverged_at", *training.diverged_at);
  hdf5::write_attribute(root, "final_loss", training.final_score.loss);
  hdf5::write_attribute(root, "final_accuracy", training.final_score.accuracy);
  const double dt = run.options.number("integration.dt_ms");
  long over = 0;
  for (const double bound : curve.stability_bound_ms) over += dt > bound ? 1 : 0;
  hdf5::write_attribute(root, "updates_over_stability_bound", over);

  const auto curves = root.createGroup("curve");
  hdf5::write_vector(curves, "update", curve.update.data(), curve.update.size());
  hdf5::write_vector(curves, "loss", curve.loss.data(), curve.loss.size());
  hdf5::write_vector(curves, "accuracy", curve.accuracy.data(), curve.accuracy.size());
  hdf5::write_vector(curves, "speed", curve.speed.data(), curve.speed.size());
  hdf5::write_vector(curves, "stability_bound_ms", curve.stability_bound_ms.data(), curve.stability_bound_ms.size());

  hdf5::write_vector(curves, "strength", curve.strength.data(), curve.strength.size());
  if (!curve.alignment.empty()) {
    const auto alignment = root.createGroup("alignment");
    std::vector<std::string> order;
    for (const auto& rule : curve.alignment) order.push_back(rule.rule);
    hdf5::write_attribute(alignment, "rules", join_words(order));
    for (const auto& rule : curve.alignment) {
      const auto group = alignment.createGroup(rule.rule);
      hdf5::write_vector(group, "cosine", rule.cosine.data(), rule.cosine.size());
      hdf5::write_vector(group, "norm_ratio", rule.norm_ratio.data(), rule.norm_ratio.size());
    }
  }

  const auto synapse = synapse_options(as_matched(run.options, run.match));
  const auto write_one = [&](const H5::Group& parent, const Network<Scalar>& network) {
    auto stamped = network;
    stamped.dt_ms = dt;
    write_network(parent.createGroup("network"), stamped, synapse);
  };
  write_one(root.createGroup("initial"), training.initial);
  write_one(root.createGroup("final"), training.final);
  hdf5::write_bytes(root, "state", training.state);
  if (!training.checkpoints.empty()) {
    const auto checkpoints = root.createGroup("checkpoints");
    for (const auto& [update, network] : training.checkpoints)
      write_one(checkpoints.createGroup(fmt::format("{:08d}", update)), network);
  }
  write_options(root.createGroup("options"), run.options);
  if (run.freeze_in) {
    const auto group = root.createGroup("freeze_in");
    for (const auto& [when, collapse] : {std::pair{"before", run.freeze_in->before}, {"after", run.freeze_in->after}}) {
      hdf5::write_attribute(group, fmt::format("distinct_end_states_{}", when), collapse.distinct_end_states);
      hdf5::write_attribute(group, fmt::format("input_sensitivity_{}", when), collapse.input_sensitivity);
    }
    hdf5::write_attribute(group, "collapsed", run.freeze_in->after.collapsed(FreezeIn::trials) ? 1L : 0L);
  }
  if (run.match.property != "none") {
    const auto control = root.createGroup("control");
    hdf5::write_attribute(control, "property", run.match.property);
    if (!run.match.option.empty()) {
      hdf5::write_attribute(control, "option", run.match.option);
      hdf5::write_attribute(control, "value", as_matched(run.options, run.match).number(run.match.option));
    }
    hdf5::write_attribute(control, "factor", run.match.factor);
    hdf5::write_attribute(control, "target", run.match.target);
    hdf5::write_attribute(control, "before", run.match.before);
    hdf5::write_attribute(control, "achieved", run.match.achieved);
    hdf5::write_attribute(control, "matched", run.match.matched ? 1L : 0L);
  }
  const double updates = static_cast<double>(std::max<std::size_t>(1, curve.update.size()));
  write_provenance(root.createGroup("provenance"), run.wall_seconds, run.training_seconds / updates);
}

}  // namespace

const std::string run_again = "; remove it and give `stillpoint run` the same study again";

std::map<std::string, std::string> as_written(const Options& options) {
  std::map<std::string, std::string> text;
  for (const auto& [name, entry] : options.entries()) {
    using Kind = Option::Kind;
    const auto kind = entry.option.kind;
    const bool fixed = kind == Kind::range && options.range(name).low == options.range(name).high;
    text[name] = kind == Kind::number || kind == Kind::integer ? fmt::format("{}", entry.option.value_of(entry.value))
                 : fixed                                       ? fmt::format("{}", options.range(name).low)
                                                               : entry.value;
  }
  return text;
}

std::map<std::string, std::string> synapse_options(const Options& options) {
  std::map<std::string, std::string> synapse;
  for (const auto& [name, entry] : options.entries())
    if (name.rfind("synapse.", 0) == 0) synapse[name.substr(8)] = entry.value;
  return synapse;
}

Options as_matched(Options options, const Match& match) {
  if (!match.option.empty()) options.set(match.option, fmt::format("{}", match.factor * options.number(match.option)));
  return options;
}

template <class Scalar>
void write_run(const std::string& path, const RunResult<Scalar>& run) {
  std::string bytes;
  {
    const auto held = hdf5::lock();
    const hdf5::MemoryFile file;
    write_contents(file.root(), run);
    bytes = file.image();
  }
  write_atomically(path, bytes);
}

namespace {

/// An option that reports rely on, as training knows it.
const std::string& checked_option(const RunRecord& run, const std::string& name, const std::vector<Option>& known,
                                  const std::string& where) {
  const auto found = run.options->find(name);
  if (found == run.options->end())
    throw UserError(fmt::format("{}: group /options: attribute {}: missing", where, name));
  for (auto option : known)
    if (option.name == name) {
      option.name = fmt::format("{}: option {}", where, name);
      option.check(found->second);
    }
  return found->second;
}

void check_options(const RunRecord& run, const std::string& where) {
  for (const char* name : {"training.updates", "training.stop_at_criterion", "training.checkpoints"})
    checked_option(run, name, training_options(), where);
  const auto shape = run.options->find("schedule.shape");
  if (shape != run.options->end() && shape->second == "controlled")
    checked_option(run, "schedule.speed", schedule_list().options(), where);
}

RunCurve read_curve(const hdf5::ReadGroup& root) {
  const auto curve = root.group("curve");
  RunCurve run{curve.vector("update"), curve.vector("loss"), curve.vector("accuracy"), curve.vector("speed")};
  for (const auto& [name, values] : {std::pair("loss", &run.loss), {"accuracy", &run.accuracy}, {"speed", &run.speed}})
    require_parameter(values->size() == run.update.size(), curve.where() + ": dataset " + name,
                      fmt::format("{} values", values->size()),
                      fmt::format("must be {}, as many as in update", run.update.size()));
  double last = -1;
  for (const double update : run.update)
    last = static_cast<double>(whole_number(curve.where() + ": dataset update", update, last + 1));
  return run;
}

double mean_of_finite(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double value : values)
    if (std::isfinite(value)) {
      sum += value;
      ++count;
    }
  return sum / count;
}

std::optional<ControlledSpeed> controlled_speed(const RunRecord& run, const std::vector<double>& speed) {
  const auto is = [&](const char* name, const char* value) {
    const auto found = run.options->find(name);
    return found != run.options->end() && found->second == value;
  };
  const bool works = !is("tcr.form", "none") || is("synapse.kind", "tcr");
  if (!is("schedule.shape", "controlled") || !works || run.diverged_at || speed.empty()) return std::nullopt;
  const auto tenth = static_cast<std::ptrdiff_t>((speed.size() + 9) / 10);
  const auto set_point = number_option("schedule.speed", "", "1/s", positive, "");
  return ControlledSpeed{set_point.value_of(run.options->at("schedule.speed")),
                         mean_of_finite({speed.end() - tenth, speed.end()})};
}

}  // namespace

RunHead read_run_head(const hdf5::ReadGroup& root) {
  if (const long version = root.whole("version"); version != 1)
    throw UserError(fmt::format("{}: attribute version: {}: must be 1; another version of the program wrote this run",
                                root.where(), version));
  RunHead head{static_cast<std::uint64_t>(root.whole("seed")), root.group("options").options()};
  if (!root.has("control")) return head;
  const auto control = root.group("control");
  if (!control.has_attribute("option")) return head;
  head.match.option = control.text("option");
  require_parameter(head.options.count(head.match.option) > 0, control.where() + ": attribute option",
                    head.match.option, "must be one of the group /options");
  head.match.factor = control.number("factor");
  return head;
}

long update_of_checkpoint(const std::string& name, const std::string& where) {
  const bool digits = !name.empty() && name.size() <= 15 && name.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) throw UserError(fmt::format("{}: {}: must be named after an update, as 00000100", where, name));
  return std::stol(name);
}

void require_finished(const hdf5::ReadGroup& root) {
  if (root.text("outcome") == name_of(Outcome::unfinished))
    throw UserError(root.where() + ": is a run that has not finished; give `stillpoint run` its study again");
}

ProgramFacts read_program(const hdf5::ReadGroup& root) {
  const auto provenance = root.group("provenance");
  ProgramFacts program;
  for (const auto& [name, here] : this_program()) program.push_back(provenance.text(name));
  return program;
}

std::map<std::string, std::string> provenance_of(const std::string& path) {
  const hdf5::ReadFile file(path);
  return file.root().group("provenance").options();
}

RunFile read_run(const hdf5::ReadGroup& root) {
  const auto& path = root.where();
  if (!root.has_attribute("format") || root.text("format") != "stillpoint-run")
    throw UserError(path + ": is not a run file: one is needed here, as `stillpoint run` writes it");
  const auto maybe = [&](const char* name) {
    return root.has_attribute(name) ? std::optional<long>(root.whole(name)) : std::nullopt;
  };
  RunRecord run;
  const auto head = read_run_head(root);
  run.seed = head.seed;
  run.options = head.options;
  check_options(run, path);
  require_finished(root);
  const auto outcome = root.text("outcome");
  require_parameter(outcome == "reached" || outcome == "not_reached" || outcome == "diverged",
                    path + ": attribute outcome", outcome, "must be one of: reached, not_reached, diverged");
  run.outcome = outcome == "reached"    ? RunRecord::Outcome::reached
                : outcome == "diverged" ? RunRecord::Outcome::diverged
                                        : RunRecord::Outcome::not_reached;
  run.reached_at = maybe("reached_at");
  run.diverged_at = maybe("diverged_at");
  run.final_loss = root.number("final_loss");
  run.final_accuracy = root.number("final_accuracy");
  run.over_stability_bound = root.whole("updates_over_stability_bound") > 0;
  if (root.has("control")) run.unmatched = root.group("control").whole("matched", 0, 1) == 0;
  run.updates = root.group("options").whole("training.updates");
  auto curve = read_curve(root);
  run.curve = thinned(curve);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  run.speed_at_start = curve.speed.empty() ? nan : curve.speed.front();
  run.speed_at_end = curve.speed.empty() ? nan : curve.speed.back();
  run.controlled_speed = controlled_speed(run, curve.speed);
  if (root.has("freeze_in")) run.collapsed = root.group("freeze_in").whole("collapsed", 0, 1) != 0;
  if (root.has("alignment")) {
    const auto alignment = root.group("alignment");
    for (const auto& rule : alignment.members()) {
      const auto group = alignment.group(rule);
      run.alignment.push_back(
          {rule, mean_of_finite(group.vector("cosine")), mean_of_finite(group.vector("norm_ratio"))});
    }
  }
  run.seconds_per_update = root.group("provenance").number("seconds_per_update");
  run.program = read_program(root);
  return {std::move(run), std::move(curve)};
}

RunFile read_run(const std::string& path) {
  const hdf5::ReadFile file(path);
  return read_run(file.root());
}

std::vector<std::pair<std::string, std::vector<double>>> read_cosines(const std::string& path) {
  const hdf5::ReadFile file(path);
  std::vector<std::pair<std::string, std::vector<double>>> cosines;
  if (!file.root().has("alignment")) return cosines;
  const auto alignment = file.root().group("alignment");
  for (const auto& rule : split_words(alignment.text("rules")))
    cosines.emplace_back(rule, alignment.group(rule).vector("cosine"));
  return cosines;
}

RunFile read_run_of_study(const std::string& path) {
  try {
    return read_run(path);
  } catch (const UserError& problem) {
    throw UserError(problem.what() + run_again);
  }
}

template void write_run(const std::string&, const RunResult<float>&);
template void write_run(const std::string&, const RunResult<double>&);

}  // namespace stillpoint
