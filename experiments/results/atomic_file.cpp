#include "experiments/results/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <utility>

#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& path, const char* what, int reason) {
  throw UserError(fmt::format("{}: {}: {}", path, what, std::strerror(reason)));
}

/// Errno, or 0.
int write_all(int file, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const auto written = ::write(file, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  return 0;
}

/// Writes a partial file and gives it its name by `give`; false where there is one of this name that it leaves alone.
bool put_in_place(const std::string& path, const std::string& bytes, int (*give)(const char*, const char*),
                  const char* what) {
  // Another process may take this one for dead and tidy its partial file up: it is written again. That happens to a
  // file once in a while, never again and again.
  constexpr int most_attempts = 10;
  for (int attempt = 1;; ++attempt) {
    PartialFile partial(path);
    partial.close(write_all(partial.descriptor(), bytes));
    const int reason = give(partial.name().c_str(), path.c_str()) == 0 ? 0 : errno;
    if (reason == 0 || reason == EEXIST) return reason == 0;
    if (reason != ENOENT || attempt == most_attempts) refuse(path, what, reason);
  }
}

}  // namespace

const std::string& process_token() {
  static const std::string token = [] {
    std::random_device device;
    return fmt::format("{:08x}{:08x}", device(), device());
  }();
  return token;
}

bool is_partial(const std::string& name) {
  const std::string end = ".partial";
  return name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
}

void remove_partials(const std::string& directory, const std::string& begin) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored))
    if (const auto name = entry.path().filename().string(); name.rfind(begin, 0) == 0 && is_partial(name))
      ::unlink(entry.path().c_str());
}

PartialFile::PartialFile(const std::string& path) : path_(path) {
  static std::atomic<unsigned> number{0};
  name_ = fmt::format("{}.{}-{}.partial", path, process_token(), number++);
  file_ = ::open(name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file_ < 0) refuse(path, "cannot be written", errno);
}

PartialFile::~PartialFile() {
  if (file_ >= 0) ::close(file_);
  ::unlink(name_.c_str());  // of a link; what was renamed is gone already
}

void PartialFile::close(int failed) {
  if (!failed && ::fsync(file_) != 0) failed = errno;
  if (::close(std::exchange(file_, -1)) != 0 && !failed) failed = errno;  // where a quota is told of late
  if (failed) refuse(path_, "cannot be written", failed);
}

void PartialFile::put_in_place(int failed) {
  close(failed);
  if (::rename(name_.c_str(), path_.c_str()) != 0) refuse(path_, "cannot be renamed", errno);
}

void write_atomically(const std::string& path, const std::string& bytes) {
  put_in_place(path, bytes, ::rename, "cannot be renamed");
}

bool write_once(const std::string& path, const std::string& bytes) {
  return put_in_place(path, bytes, ::link, "cannot be linked");
}

}  // namespace stillpoint
