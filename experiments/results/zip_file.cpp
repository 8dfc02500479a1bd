#include "experiments/results/zip_file.hpp"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "sim/options/option.hpp"

// Format: APPNOTE 6.3, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.

namespace stillpoint {

namespace {

constexpr char end_mark[] = "PK\x05\x06", directory_mark[] = "PK\x01\x02", member_mark[] = "PK\x03\x04";
constexpr std::size_t end_size = 22, directory_size = 46, member_size = 30;

}  // namespace

ZipFile::ZipFile(std::string bytes, std::string path) : bytes_(std::move(bytes)), path_(std::move(path)) {
  const auto end = bytes_.rfind(end_mark);
  if (end == std::string::npos || end + end_size > bytes_.size()) damaged("is no complete zip file");
  const auto count = number(end + 10, 2);
  auto at = number(end + 16, 4);
  for (std::size_t i = 0; i < count; ++i) {
    if (bytes_.size() < directory_size || at > bytes_.size() - directory_size ||
        bytes_.compare(at, 4, directory_mark) != 0)
      damaged("its directory is none");
    const auto name = number(at + 28, 2);
    if (name > bytes_.size() - directory_size - at) damaged("its directory is none");
    const auto word = [&](std::size_t offset) { return static_cast<std::uint32_t>(number(at + offset, 4)); };
    members_.push_back({bytes_.substr(at + directory_size, name), static_cast<unsigned>(number(at + 8, 2)),
                        static_cast<unsigned>(number(at + 10, 2)), word(16), word(20), word(24), word(42)});
    at += directory_size + name + number(at + 30, 2) + number(at + 32, 2);
  }
}

std::vector<std::string> ZipFile::members() const {
  std::vector<std::string> names;
  for (const auto& member : members_) names.push_back(member.name);
  return names;
}

std::string ZipFile::read(const std::string& name) const {
  constexpr std::size_t most = std::size_t{1} << 28;  // as of any file (text_file.hpp)
  constexpr std::size_t densest = 1032;               // bytes that deflate packs into one
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const Member& member) { return member.name == name; });
  if (found == members_.end()) damaged(name + " is missing");
  const auto& member = *found;
  if (member.size > most) throw UserError(fmt::format("{}: {}: is longer than {} MB", path_, name, most >> 20));
  if (member.flags & 1U) throw UserError(fmt::format("{}: {}: is encrypted", path_, name));
  std::size_t at = member.header;
  if (at > bytes_.size() || bytes_.size() - at < member_size || bytes_.compare(at, 4, member_mark) != 0)
    damaged(name + " is missing");
  at += member_size + number(at + 26, 2) + number(at + 28, 2);
  if (at > bytes_.size() || bytes_.size() - at < member.packed) damaged(name + " ends before its last byte");
  if (member.size / densest > member.packed) damaged(name + " cannot be so long");
  std::string read(member.size, '\0');
  if (member.method == 0) {
    if (member.packed != member.size) damaged(name + " has two sizes");
    read = bytes_.substr(at, member.size);
  } else if (member.method == 8) {
    const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> inflater(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    if (!inflater) throw std::bad_alloc();
    if (libdeflate_deflate_decompress(inflater.get(), bytes_.data() + at, member.packed, read.data(), read.size(),
                                      nullptr) != LIBDEFLATE_SUCCESS)
      damaged(name + " cannot be unpacked");
  } else {
    throw UserError(
        fmt::format("{}: {}: is packed by method {}; numpy.savez_compressed packs by 8", path_, name, member.method));
  }
  if (libdeflate_crc32(0, read.data(), read.size()) != member.checksum) damaged(name + " has another checksum");
  return read;
}

void ZipFile::damaged(const std::string& how) const { throw UserError(path_ + ": is damaged: " + how); }

std::size_t ZipFile::number(std::size_t at, std::size_t bytes) const {
  std::size_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= std::size_t{static_cast<unsigned char>(bytes_[at + i])} << (8 * i);
  return value;
}

}  // namespace stillpoint
