#include "experiments/runs/claims.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "experiments/results/atomic_file.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

std::string file_of(const std::string& run, int number) { return fmt::format("{}.claim-{}", run, number); }

std::optional<std::string> content(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string first_word_of(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  return file >> word ? word : "unknown";
}

/// A process and its start, in clock ticks of the machine since it was booted; state Z: dead, and not yet waited for.
struct ProcessStart {
  std::string state, start;
};
std::optional<ProcessStart> start_of(const std::string& process) {
  const auto text = content("/proc/" + process + "/stat");
  if (!text) return std::nullopt;
  std::istringstream fields(text->substr(text->rfind(')') + 1));  // the name may hold anything
  ProcessStart found;
  fields >> found.state;
  for (int field = 4; field <= 22; ++field) fields >> found.start;
  return found;
}

/// What tells processes of one machine apart: its boot, the namespace of its process numbers.
std::string machine() {
  char space[64] = "unknown";
  [[maybe_unused]] const auto length = ::readlink("/proc/self/ns/pid", space, sizeof space - 1);
  return first_word_of("/proc/sys/kernel/random/boot_id") + " " + space;
}

/// "BOOT NAMESPACE PROCESS START TOKEN HOST", what the owner says of itself.
const std::string& own_name() {
  static const std::string name = [] {
    const auto process = std::to_string(::getpid());
    const auto start = start_of(process);
    return fmt::format("{} {} {} {} {}", machine(), process, start ? start->start : "unknown", process_token(),
                       first_word_of("/proc/sys/kernel/hostname"));
  }();
  return name;
}

/// Whether the owner ran on this machine and runs no more; false where that cannot be known.
bool is_dead(const std::string& text) {
  static const auto here = machine();
  std::istringstream words(text);
  std::string boot, space, process, start;
  if (!(words >> boot >> space >> process >> start) || boot + " " + space != here || start == "unknown") return false;
  if (process.find_first_not_of("0123456789") != std::string::npos) return false;
  const auto found = start_of(process);
  return !found || found->start != start || found->state == "Z" || found->state == "X";
}

/// since: when the run was claimed, in seconds since 1970 by this machine's clock, for readers alone.
bool write_claim(int file, long since, unsigned long counter) {
  const auto text = fmt::format("{} {} {:020}\n", own_name(), since, counter);  // of one length: renewed in place
  return ::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

/// The owner of a run, as it says, and the number of the next claim on it.
std::pair<int, std::optional<std::string>> highest_claim(const std::string& run) {
  int number = 0;
  std::optional<std::string> highest;
  for (auto text = content(file_of(run, 0)); text; text = content(file_of(run, ++number))) highest = text;
  return {number, highest};
}

bool exists(const std::string& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0;
}

}  // namespace

Claim::Claim(Claims& claims, std::string run, int number, long since)
    : claims_(claims), run_(std::move(run)), number_(number), since_(since) {
  const std::lock_guard<std::mutex> held(claims_.mutex_);
  claims_.held_.insert(this);
}

Claim::~Claim() {
  {
    const std::lock_guard<std::mutex> held(claims_.mutex_);
    claims_.held_.erase(this);
  }
  if (lost_ || exists(file_of(run_, number_ + 1))) return;
  for (int number = 0; number <= number_; ++number) ::unlink(file_of(run_, number).c_str());
}

Claims::Claims() : renewer_([this] { renew(); }) {}

Claims::~Claims() {
  {
    const std::lock_guard<std::mutex> held(mutex_);
    end_ = true;
  }
  ends_.notify_all();
  renewer_.join();
}

void Claims::renew() {
  std::unique_lock<std::mutex> held(mutex_);
  while (!ends_.wait_for(held, renewed_every, [this] { return end_; })) {
    ++counter_;
    for (auto* claim : held_) {
      const auto own = file_of(claim->run_, claim->number_);
      const int file = ::open(own.c_str(), O_WRONLY | O_CLOEXEC);
      if (file >= 0) {
        write_claim(file, claim->since_,
                    counter_);  // where it fails, on a full disk say, others may work on the run as well
        ::close(file);
      }
      if ((file < 0 && errno == ENOENT) || exists(file_of(claim->run_, claim->number_ + 1))) claim->lost_ = true;
    }
  }
}

void Claims::tidy(const std::string& run) {
  if (!exists(file_of(run, 0)) && !exists(file_of(run, 1))) return;
  for (int number = 0, missing = 0; missing < 2; ++number)
    missing = ::unlink(file_of(run, number).c_str()) == 0 ? 0 : missing + 1;
  const fs::path whole(run);
  remove_partials(whole.parent_path().string(), whole.stem().string() + ".");
}

std::optional<ClaimOwner> Claims::owner(const std::string& run) {
  const auto [number, text] = highest_claim(run);
  if (!text || is_dead(*text)) return std::nullopt;
  std::error_code gone;
  const auto renewed = fs::last_write_time(file_of(run, number - 1), gone);
  if (gone || fs::file_time_type::clock::now() - renewed >= taken_over_after) return std::nullopt;
  std::istringstream words(*text);
  std::string word;
  ClaimOwner owner;
  words >> word >> word >> owner.process >> word >> word >> owner.host >> owner.since;
  return words ? owner : ClaimOwner{};  // of an earlier program, or not filled yet
}

std::unique_ptr<Claim> Claims::take(const std::string& run) {
  const auto [number, highest] = highest_claim(run);
  if (highest && !is_dead(*highest)) {
    const auto now = std::chrono::steady_clock::now();
    const auto told = fmt::format("{} {}", number, *highest);
    auto& seen = others_[run];
    if (seen.text != told) seen = {told, now};
    if (now - seen.since < (highest->empty() ? filled_within : taken_over_after)) return nullptr;
  }
  const auto path = file_of(run, number);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0 && errno == EEXIST) return nullptr;  // another process was faster
  if (file < 0) throw UserError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  const long since = std::time(nullptr);
  write_claim(file, since, 0);
  ::close(file);
  others_.erase(run);
  const fs::path whole(run);
  if (number > 0) remove_partials(whole.parent_path().string(), whole.stem().string() + ".");
  return std::make_unique<Claim>(*this, run, number, since);
}

}  // namespace stillpoint
