#include "experiments/results/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>

#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& path, const char* what, int reason) {
  throw UserError(fmt::format("{}: {}: {}", path, what, std::strerror(reason)));
}

/// A new file beside PATH, on the disk when this returns.
std::string write_partial(const std::string& path, const std::string& bytes) {
  static std::atomic<unsigned> number{0};
  const auto partial = fmt::format("{}.{}-{}.partial", path, process_token(), number++);
  const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) refuse(path, "cannot be written", errno);
  int failed = 0;
  for (std::size_t done = 0; done < bytes.size() && !failed;) {
    const auto written = ::write(file, bytes.data() + done, bytes.size() - done);
    if (written >= 0)
      done += static_cast<std::size_t>(written);
    else if (errno != EINTR)
      failed = errno;
  }
  if (!failed && ::fsync(file) != 0) failed = errno;
  if (::close(file) != 0 && !failed) failed = errno;  // where a quota is told of late
  if (failed) {
    ::unlink(partial.c_str());
    refuse(path, "cannot be written", failed);
  }
  return partial;
}

/// Writes a partial file and gives it its name by `give`; false where there is one of this name that it leaves alone.
bool put_in_place(const std::string& path, const std::string& bytes, int (*give)(const char*, const char*),
                  const char* what) {
  // Another process may take this one for dead and tidy its partial file up: it is written again. That happens to a
  // file once in a while, never again and again.
  constexpr int most_attempts = 10;
  for (int attempt = 1;; ++attempt) {
    const auto partial = write_partial(path, bytes);
    const int reason = give(partial.c_str(), path.c_str()) == 0 ? 0 : errno;
    ::unlink(partial.c_str());  // of a link; what was renamed is gone already
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

void write_atomically(const std::string& path, const std::string& bytes) {
  put_in_place(path, bytes, ::rename, "cannot be renamed");
}

bool write_once(const std::string& path, const std::string& bytes) {
  return put_in_place(path, bytes, ::link, "cannot be linked");
}

}  // namespace stillpoint
