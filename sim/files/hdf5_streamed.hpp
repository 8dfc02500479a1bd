// A file of HDF5 that is on the disk as it grows: of memory it takes what the library keeps of the parts that are being
// written. Hold `lock()` as for hdf5.hpp.
//
// libhdf5 does not survive a full disk under a file of its own: what it could not write it tries to write again when it
// closes, and ends the process. Here it hands everything to plain calls. The first that fails is remembered, from then on
// nothing more is written, and the library is told that all went well.
#pragma once

#include <H5Cpp.h>

#include <memory>

namespace stillpoint::hdf5 {

struct Disk;

class StreamedFile {
 public:
  /// descriptor: of an empty file, open for reading and writing for as long as this lives.
  explicit StreamedFile(int descriptor);
  ~StreamedFile();
  StreamedFile(const StreamedFile&) = delete;
  StreamedFile& operator=(const StreamedFile&) = delete;

  H5::Group root() const { return file_.openGroup("/"); }
  /// Errno of the first write that failed, or 0.
  int failed() const;
  /// Completes the file; what is open of it is closed. Returns failed().
  int close();

 private:
  std::unique_ptr<Disk> disk_;
  H5::H5File file_;
};

}  // namespace stillpoint::hdf5
