#include "sim/kept_state.hpp"

#include <boost/crc.hpp>

namespace stillpoint {

namespace {

using Checksum = boost::crc_32_type::value_type;

Checksum checksum(const char* bytes, std::size_t size) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes, size);
  return crc.checksum();
}

}  // namespace

KeptState::KeptState(const std::string& kept) : restores_(true) {
  require(kept.size() >= sizeof(Checksum));
  const auto size = kept.size() - sizeof(Checksum);
  Checksum noted;
  std::memcpy(&noted, kept.data() + size, sizeof noted);
  require(noted == checksum(kept.data(), size));
  bytes_ = kept.substr(0, size);
}

std::string KeptState::bytes() const {
  const auto noted = checksum(bytes_.data(), bytes_.size());
  std::string kept = bytes_;
  kept.append(reinterpret_cast<const char*>(&noted), sizeof noted);
  return kept;
}

}  // namespace stillpoint
