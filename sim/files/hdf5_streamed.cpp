#include "sim/files/hdf5_streamed.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace stillpoint::hdf5 {

/// Where the library's bytes go.
struct Disk {
  int descriptor;
  haddr_t allocated = 0, end = 0;  // so far the library has given room, and written
  int failed = 0;
};

namespace {

/// What the library holds of an open file; its own part comes first.
struct Driver {
  H5FD_t base;
  Disk* disk;
};
Disk& disk_of(H5FD_t* file) { return *reinterpret_cast<Driver*>(file)->disk; }
const Disk& disk_of(const H5FD_t* file) { return *reinterpret_cast<const Driver*>(file)->disk; }

H5FD_t* open_file(const char*, unsigned, hid_t access, haddr_t) {
  auto* const* disk = static_cast<Disk* const*>(H5Pget_driver_info(access));
  return disk ? &(new Driver{{}, *disk})->base : nullptr;
}

herr_t close_file(H5FD_t* file) {
  delete reinterpret_cast<Driver*>(file);
  return 0;
}

/// As for files of the library's own.
herr_t features(const H5FD_t*, unsigned long* flags) {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

haddr_t allocated(const H5FD_t* file, H5FD_mem_t) { return disk_of(file).allocated; }
herr_t allocate(H5FD_t* file, H5FD_mem_t, haddr_t to) {
  disk_of(file).allocated = to;
  return 0;
}
haddr_t end_of(const H5FD_t* file, H5FD_mem_t) { return disk_of(file).end; }

/// What was never written is 0.
herr_t read_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t at, std::size_t size, void* buffer) {
  auto* bytes = static_cast<char*>(buffer);
  while (size > 0) {
    const auto got = ::pread(disk_of(file).descriptor, bytes, size, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    bytes += got;
    at += static_cast<haddr_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  std::memset(bytes, 0, size);
  return 0;
}

herr_t write_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t at, std::size_t size, const void* buffer) {
  auto& disk = disk_of(file);
  const auto* bytes = static_cast<const char*>(buffer);
  disk.end = std::max(disk.end, at + size);
  while (size > 0 && !disk.failed) {
    const auto put = ::pwrite(disk.descriptor, bytes, size, static_cast<off_t>(at));
    if (put < 0 && errno != EINTR) disk.failed = errno;
    if (put <= 0) continue;
    bytes += put;
    at += static_cast<haddr_t>(put);
    size -= static_cast<std::size_t>(put);
  }
  return 0;
}

/// Room that was given and never written is part of the file.
herr_t complete(H5FD_t* file, hid_t, hbool_t) {
  auto& disk = disk_of(file);
  if (!disk.failed && disk.end != disk.allocated &&
      ::ftruncate(disk.descriptor, static_cast<off_t>(disk.allocated)) != 0)
    disk.failed = errno;
  disk.end = disk.allocated;
  return 0;
}

hid_t driver() {
  static H5FD_class_t of = [] {
    H5FD_class_t it{};  // fields by their names: other versions of the library have others beside them
    it.name = "stillpoint";
    it.maxaddr = ~haddr_t(0) >> 2;
    it.fc_degree = H5F_CLOSE_WEAK;
    it.fapl_size = sizeof(Disk*);
    it.open = open_file;
    it.close = close_file;
    it.query = features;
    it.get_eoa = allocated;
    it.set_eoa = allocate;
    it.get_eof = end_of;
    it.read = read_bytes;
    it.write = write_bytes;
    it.truncate = complete;
    const H5FD_mem_t by_kind[] = H5FD_FLMAP_DICHOTOMY;
    std::copy(std::begin(by_kind), std::end(by_kind), it.fl_map);
    return it;
  }();
  static const hid_t id = H5FDregister(&of);
  return id;
}

H5::FileAccPropList access_of(Disk* disk) {
  H5::FileAccPropList access;
  access.setDriver(driver(), &disk);
  access.setFcloseDegree(H5F_CLOSE_STRONG);
  return access;
}

}  // namespace

StreamedFile::StreamedFile(int descriptor)
    : disk_(new Disk{descriptor}),
      file_("streamed", H5F_ACC_TRUNC, H5::FileCreatPropList::DEFAULT, access_of(disk_.get())) {}

StreamedFile::~StreamedFile() = default;

int StreamedFile::failed() const { return disk_->failed; }

int StreamedFile::close() {
  file_.close();
  return disk_->failed;
}

}  // namespace stillpoint::hdf5
