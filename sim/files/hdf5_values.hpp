// What every reader of HDF5 asks of a file, a type and a dataset, its own files and those of others alike. The lock of
// the library is held by whoever calls.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/files/hdf5.hpp"

namespace stillpoint::hdf5 {

/// Longer text in an attribute is none of ours.
constexpr std::size_t longest_text = 1 << 24;

/// Throws UserError where there is no file that can be read as HDF5; `way_out` ends the line then.
Handle open_to_read(const std::string& path, const std::string& way_out = "");

/// Real numbers or an enumeration, which h5py makes of switches.
bool holds_numbers(hid_t type);

std::vector<hsize_t> shape_of(hid_t space);
/// As a number, since a wrong file's product may be beyond any integer. N follows from [0, N], too.
double values_of(const std::vector<hsize_t>& shape);
/// Why so many values of the dataset cannot be there, or "": memory is asked for only where the file has the values.
std::string absurdity_of(double values, hid_t dataset, std::size_t value_bytes);
/// Of the whole file that an object is in.
hsize_t file_bytes_of(hid_t object);

/// Of the object that is referred to; "" where there is none. May go through the whole file.
std::string path_of(hid_t file, const hobj_ref_t& reference);

/// Called for each member or attribute.
constexpr auto collect_name = [](hid_t, const char* name, const auto*, void* names) -> herr_t {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
};

}  // namespace stillpoint::hdf5
