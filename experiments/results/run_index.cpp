#include "experiments/results/run_index.hpp"

#include <fmt/format.h>
#include <libdeflate.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "experiments/options/message.hpp"
#include "experiments/results/packed.hpp"
#include "experiments/results/result_file.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

// What is kept of a record. Whoever changes it, or what read_run makes of a file, changes the version below.
template <class Archive>
void members(Archive& archive, RunIndex::Stamp& stamp) {
  archive(stamp.inode, stamp.bytes, stamp.contents_changed_ns, stamp.changed_ns);
}
template <class Archive>
void members(Archive& archive, AlignmentRecord& alignment) {
  archive(alignment.rule, alignment.cosine, alignment.norm_ratio);
}
template <class Archive>
void members(Archive& archive, ControlledSpeed& speed) {
  archive(speed.set_point, speed.reached);
}
template <class Archive>
void members(Archive& archive, ThinCurve& curve) {
  archive(curve.updates, curve.least_accuracy, curve.greatest_accuracy, curve.bin, curve.sum, curve.count);
}
/// But for what it shares with others.
template <class Archive>
void members(Archive& archive, RunRecord& run) {
  archive(run.seed, run.outcome, run.reached_at, run.diverged_at, run.updates, run.final_accuracy, run.final_loss,
          run.speed_at_start, run.speed_at_end, run.over_stability_bound, run.unmatched, run.collapsed,
          run.seconds_per_update, run.alignment, run.controlled_speed);
}

namespace {

namespace fs = std::filesystem;

struct OfAnotherStudy : UserError {
  using UserError::UserError;
};

const std::string index_format = "stillpoint runs.index ", index_version = "1\n";
constexpr std::uint32_t byte_order = 0x01020304;
constexpr std::size_t fewest_runs = 100;  // fewer are read in a fraction of a second
constexpr std::size_t many_runs = 5000;   // take so long to read that something is to be said

std::string checksum_of(std::string_view bytes) {
  return fmt::format("{:08x}\n", libdeflate_crc32(0, bytes.data(), bytes.size()));
}

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

RunIndex::Stamp stamp_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

std::string bytes_of(const std::string& path) {
  std::error_code none;
  const auto size = fs::is_regular_file(path, none) ? fs::file_size(path, none) : 0;
  std::string bytes(none ? 0 : size, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return bytes;
}

}  // namespace

bool RunIndex::Stamp::operator==(const Stamp& other) const {
  return inode == other.inode && bytes == other.bytes && contents_changed_ns == other.contents_changed_ns &&
         changed_ns == other.changed_ns;
}

RunIndex::RunIndex(const std::string& directory, std::string description)
    : path_((fs::path(directory) / "runs.index").string()),
      runs_((fs::path(directory) / "runs").string() + "/"),
      description_(std::move(description)),
      begun_ns_(std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count()) {
  std::error_code none;
  if (!fs::exists(path_, none)) return;
  try {
    take(bytes_of(path_));
  } catch (const OfAnotherStudy&) {
    throw;
  } catch (const UserError& problem) {
    entries_.clear();
    tell(fmt::format("{}: {}; the run files are read in its place", path_, problem.what()));
  }
  kept_ = entries_.size();
}

void RunIndex::take(const std::string& bytes) {
  std::string_view left = bytes;
  const auto comes = [&](const std::string& expected) {
    const bool there = left.substr(0, expected.size()) == expected;
    if (there) left.remove_prefix(expected.size());
    return there;
  };
  const UserError damaged("is damaged");
  if (!comes(index_format)) throw damaged;
  if (!comes(index_version)) throw UserError("is of another version of the program");
  const auto checksum = std::string(left.substr(0, checksum_of("").size()));
  left.remove_prefix(checksum.size());
  if (checksum != checksum_of(left)) throw damaged;
  Unpacking unpack(left);
  std::uint32_t order = 0;
  std::string description;
  unpack(order, description);
  if (order != byte_order) throw UserError("is of another kind of machine");
  if (description != description_)
    throw OfAnotherStudy(path_ + ": is of another study; remove it, and look that DIR/runs has this study's files");
  std::vector<OptionTexts> options;
  std::vector<ProgramFacts> programs;
  std::size_t count = 0;
  unpack(options, programs, count);
  const std::vector<Shared<OptionTexts>> shared_options(options.begin(), options.end());
  const std::vector<Shared<ProgramFacts>> shared_programs(programs.begin(), programs.end());
  options_.insert(shared_options.begin(), shared_options.end());
  programs_.insert(shared_programs.begin(), shared_programs.end());
  for (; count > 0; --count) {
    std::string name;
    std::size_t its_options = 0, its_program = 0;
    ThinCurve curve;
    unpack(name);
    auto& entry = entries_[name];
    unpack(entry.stamp, entry.run, its_options, its_program, curve);
    if (its_options >= shared_options.size() || its_program >= shared_programs.size()) throw damaged;
    entry.run.options = shared_options[its_options];
    entry.run.program = shared_programs[its_program];
    entry.run.curve = std::move(curve);
  }
  if (!unpack.at_end()) throw damaged;
}

const RunRecord& RunIndex::run(const std::string& name) {
  look_aside();
  const auto path = runs_ + name;
  const auto stamp = stamp_of(path);  // before the file is read: what changes meanwhile is seen at the next command
  const auto kept = entries_.find(name);
  if (kept != entries_.end() && kept->second.stamp == stamp && stamp.inode != 0) {
    kept->second.asked_for = true;
    return kept->second.run;
  }
  auto run = read_run_of_study(path).record;
  run.options = *options_.insert(run.options).first;
  run.program = *programs_.insert(run.program).first;
  if (++read_ == many_runs) tell(runs_ + ": many run files are read; the next command takes seconds");
  return (entries_[name] = {stamp, std::move(run), true, true}).run;
}

/// Whether any later change of the file has another stamp: file systems tell times to two seconds or better.
bool RunIndex::lasts(const Entry& entry) const {
  const auto changed_ns = std::max(entry.stamp.contents_changed_ns, entry.stamp.changed_ns);
  return entry.asked_for && changed_ns < begun_ns_ - 2'000'000'000LL;
}

void RunIndex::keep() const {
  std::size_t lasting = 0;
  bool differs = false;
  for (const auto& [name, entry] : entries_)
    if (lasts(entry)) {
      ++lasting;
      differs = differs || entry.read;
    }
  if (lasting < fewest_runs || (!differs && lasting == kept_)) return;
  try {
    write_atomically(path_, packed());
  } catch (const UserError& problem) {
    tell(fmt::format("warning: {}; without it every command reads all run files", problem.what()));
  }
}

std::string RunIndex::packed() const {
  std::vector<OptionTexts> options;
  std::vector<ProgramFacts> programs;
  std::map<const void*, std::size_t> places;  // of what several runs share
  const auto place_of = [&](const auto& shared, auto& all) {
    const auto [place, fresh] = places.emplace(&*shared, all.size());
    if (fresh) all.push_back(*shared);
    return place->second;
  };
  std::size_t count = 0;
  for (const auto& [name, entry] : entries_)
    if (lasts(entry)) {
      place_of(entry.run.options, options);
      place_of(entry.run.program, programs);
      ++count;
    }
  Packing pack;
  pack(byte_order, description_, options, programs, count);
  for (const auto& [name, entry] : entries_)
    if (const auto& run = entry.run; lasts(entry))
      pack(name, entry.stamp, run, place_of(run.options, options), place_of(run.program, programs), *run.curve);
  auto bytes = pack.bytes();
  return bytes.insert(0, index_format + index_version + checksum_of(bytes));
}

}  // namespace stillpoint
