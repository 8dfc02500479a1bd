// HDF5 on the disk as it grows: the file that HDF5 itself would write, and a disk that is full at any byte.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <numeric>
#include <string>
#include <vector>

#include "catch.hpp"
#include "sim/files/hdf5_streamed.hpp"
#include "sim/files/hdf5_writing.hpp"
#include "tests/fuzz/examples.hpp"

using namespace stillpoint;
using testing::ScratchFile;

namespace {

/// Groups, texts, and a series of more than a chunk, part by part. Returns errno.
int write_sample(int descriptor) {
  hdf5::StreamedFile file(descriptor);
  const auto root = file.root();
  for (int i = 0; i < 30; ++i) hdf5::add_text(root.createGroup(fmt::format("group {}", i)), "text", "some text");
  std::vector<double> part(10000);
  hdf5::GrowingArray<double> series(root, "series", 0);
  for (int i = 0; i < 20; ++i) {
    std::iota(part.begin(), part.end(), 1e4 * i);
    series.append(part.data(), part.size());
  }
  return file.close();
}

}  // namespace

TEST_CASE("a streamed file is whole", "[files]") {
  const auto held = hdf5::lock();
  ScratchFile sample;
  REQUIRE(write_sample(sample.open()) == 0);
  const H5::H5File read(sample.path(), H5F_ACC_RDONLY);
  std::vector<double> values(200000), expected(200000);
  std::iota(expected.begin(), expected.end(), 0);
  read.openDataSet("series").read(values.data(), H5::PredType::NATIVE_DOUBLE);
  CHECK(values == expected);
  std::string text;
  const auto dataset = read.openDataSet("group 29/text");
  dataset.read(text, dataset.getStrType());
  CHECK(text == "some text");
  CHECK(sample.bytes().size() == read.getFileSize());
}

TEST_CASE("a disk that is full at any byte is told, and survived", "[files]") {
  const auto held = hdf5::lock();
  ScratchFile whole;
  REQUIRE(write_sample(whole.open()) == 0);
  const auto size = static_cast<rlim_t>(whole.bytes().size());
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  for (rlim_t most = 0; most < size; most += size / 40) {
    ScratchFile sample;
    const int descriptor = sample.open();
    const rlimit full{most, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);
    const int failed = write_sample(descriptor);
    setrlimit(RLIMIT_FSIZE, &before);
    INFO(most);
    CHECK(failed == EFBIG);
  }
  std::signal(SIGXFSZ, old);
}
