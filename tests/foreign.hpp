// HDF5 as other programs may write it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/files/hdf5_foreign.hpp"
#include "tests/fuzz/examples.hpp"

namespace stillpoint::testing {

using hdf5::Handle;

/// A file that is written, and then read.
class Foreign {
 public:
  Foreign() : file_(H5Fcreate(scratch_.path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
  hid_t id() const { return *file_; }
  const std::string& path() const { return scratch_.path(); }
  void close() { file_.reset(); }
  hdf5::ForeignFile read() {
    close();
    return hdf5::ForeignFile(path());
  }

  void group(const char* name) { const Handle made(H5Gcreate2(id(), name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); }
  Handle dataset(const char* name, hid_t type, const std::vector<hsize_t>& shape, const void* values,
                 hid_t creation = H5P_DEFAULT) {
    const Handle space(shape.empty() ? H5Screate(H5S_SCALAR)
                                     : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
    Handle made(H5Dcreate2(id(), name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    if (values) H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    return made;
  }

 private:
  ScratchFile scratch_;
  std::optional<Handle> file_;
};

inline Handle chunked(hsize_t rows) {
  Handle creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_chunk(creation, 1, &rows);
  return creation;
}

}  // namespace stillpoint::testing
