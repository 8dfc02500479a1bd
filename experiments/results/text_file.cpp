#include "experiments/results/text_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace stillpoint {

namespace {

std::string read_whole(const std::string& path, bool text_alone) {
  constexpr std::size_t most = std::size_t{1} << 28;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw UserError(path + ": is a directory, not a file");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UserError(path + ": cannot be read");
  std::string text;
  char block[1 << 16];
  while (file.read(block, sizeof block), file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text_alone && text.find('\0', text.size() - static_cast<std::size_t>(file.gcount())) != std::string::npos)
      throw UserError(path + ": holds bytes that are 0: is no text");
    if (text.size() > most) throw UserError(fmt::format("{}: is longer than {} MB", path, most >> 20));
  }
  if (file.bad()) throw UserError(path + ": cannot be read");
  return text;
}

}  // namespace

std::string read_text(const std::string& path) { return read_whole(path, true); }
std::string read_bytes(const std::string& path) { return read_whole(path, false); }

}  // namespace stillpoint
