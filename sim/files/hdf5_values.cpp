#include "sim/files/hdf5_values.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

namespace stillpoint::hdf5 {

namespace {

/// So many values may be those of a dataset that was never written, whose values are zeros.
constexpr double most_unwritten = 1 << 20;
constexpr double most_values = 1LL << 31;
/// By which deflate can shrink anything, at most.
constexpr double strongest_compression = 1032;

/// Whether the library's last failure was that the file is shorter than it says of itself.
bool was_truncated() {
  bool found = false;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_DOWNWARD,
      [](unsigned, const H5E_error2_t* error, void* found_so_far) -> herr_t {
        if (error->desc && std::strstr(error->desc, "truncated file")) *static_cast<bool*>(found_so_far) = true;
        return 0;
      },
      &found);
  return found;
}

}  // namespace

Handle open_to_read(const std::string& path, const std::string& way_out) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw UserError(path + ": no such file");
  if (S_ISDIR(status.st_mode)) throw UserError(path + ": is a directory, not an HDF5 file");
  if (!S_ISREG(status.st_mode)) throw UserError(path + ": is no regular file");
  const Handle access(H5Pcreate(H5P_FILE_ACCESS));
  // Files are replaced by renaming, never written in place; locks fail on some shared file systems.
  H5Pset_file_locking(access, false, true);
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access));
  if (file < 0)
    throw UserError(path + ": cannot be read as an HDF5 file" +
                    (was_truncated() ? ": it is truncated; copy or write it again" : way_out));
  return file;
}

bool holds_numbers(hid_t type) {
  const auto kind = H5Tget_class(type);
  return (kind == H5T_FLOAT || kind == H5T_INTEGER || kind == H5T_ENUM) && H5Tget_size(type) <= 16;
}

std::vector<hsize_t> shape_of(hid_t space) {
  std::vector<hsize_t> shape(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  if (!shape.empty()) H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  return shape;
}

double values_of(const std::vector<hsize_t>& shape) {
  double values = 1;
  for (const auto extent : shape) values *= static_cast<double>(std::max<hsize_t>(1, extent));
  return values;
}

std::string absurdity_of(double values, hid_t dataset, std::size_t value_bytes) {
  const Handle creation(H5Dget_create_plist(dataset));
  if (H5Pget_external_count(creation) > 0 || H5Pget_layout(creation) == H5D_VIRTUAL)
    return "its values lie in other files; they must be in this one";
  if (values > most_values) return fmt::format("has {:.3g} values; at most {:.3g} can be read", values, most_values);
  if (values <= most_unwritten) return "";
  const double stored = static_cast<double>(std::min(H5Dget_storage_size(dataset), file_bytes_of(dataset))),
               compression = H5Pget_nfilters(creation) > 0 ? strongest_compression : 1;
  if (stored * compression < values * static_cast<double>(value_bytes))
    return fmt::format("has {:.0f} values by its shape, but only {:.0f} bytes of them are in the file", values, stored);
  return "";
}

hsize_t file_bytes_of(hid_t object) {
  const Handle file(H5Iget_file_id(object));  // the size is asked of files alone
  hsize_t bytes = 0;
  H5Fget_filesize(file, &bytes);
  return bytes;
}

std::string path_of(hid_t file, const hobj_ref_t& reference) {
  const auto length = H5Rget_name(file, H5R_OBJECT, &reference, nullptr, 0);
  if (length <= 0) return "";
  std::string path(static_cast<std::size_t>(length) + 1, '\0');
  if (H5Rget_name(file, H5R_OBJECT, &reference, path.data(), path.size()) <= 0) return "";
  path.pop_back();
  return path;
}

}  // namespace stillpoint::hdf5
