// Text of fixed or variable length out of an attribute or a dataset.
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "sim/files/hdf5.hpp"

namespace stillpoint::hdf5 {

/// `size` texts of a type of text, which `read` puts where it is told; nothing where it fails (below 0).
template <class Read>
std::optional<std::vector<std::string>> texts_of(hid_t type, std::size_t size, Read&& read) {
  std::vector<std::string> texts(size);
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> found(size, nullptr);
    const bool done = read(found.data()) >= 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (found[i]) texts[i] = found[i];
      H5free_memory(found[i]);
    }
    return done ? std::optional(std::move(texts)) : std::nullopt;
  }
  const auto length = H5Tget_size(type);
  std::string all(length * size, '\0');
  if (read(all.data()) < 0) return std::nullopt;
  const bool padded = H5Tget_strpad(type) == H5T_STR_SPACEPAD;
  for (std::size_t i = 0; i < size; ++i) {
    const char* begin = all.data() + i * length;
    texts[i].assign(begin, ::strnlen(begin, length));  // it may be padded with zeros
    if (padded) texts[i].erase(texts[i].find_last_not_of(' ') + 1);
  }
  return texts;
}

}  // namespace stillpoint::hdf5
