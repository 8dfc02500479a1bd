// Members of a zip file, as numpy.savez and numpy.savez_compressed write it: stored or deflated, none of 4 GB.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stillpoint {

class ZipFile {
 public:
  /// Throws UserError, as read(), where that is no such file.
  ZipFile(std::string bytes, std::string path);
  std::vector<std::string> members() const;
  std::string read(const std::string& member) const;

 private:
  struct Member {
    std::string name;
    unsigned flags, method;
    std::uint32_t checksum, packed, size, header;  // bytes, and where they begin
  };
  [[noreturn]] void damaged(const std::string& how) const;
  std::size_t number(std::size_t at, std::size_t bytes) const;

  std::string bytes_, path_;
  std::vector<Member> members_;
};

}  // namespace stillpoint
