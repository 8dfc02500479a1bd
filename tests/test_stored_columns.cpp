// Columns that are read as they are stored, and what goes over them part after part.
#include <algorithm>
#include <cmath>

#include "experiments/recordings/column_parts.hpp"
#include "sim/files/hdf5_stored.hpp"
#include "tests/catch.hpp"
#include "tests/foreign.hpp"

using namespace stillpoint;
using hdf5::ForeignDataset;
using hdf5::StoredColumn;
using testing::chunked;
using testing::Foreign;

namespace {

constexpr std::size_t many = 200'003;  // some parts, the last chunk of the last one not full

const std::vector<double>& values() {
  static const auto all = [] {
    std::vector<double> made(many);
    for (std::size_t i = 0; i < many; ++i) made[i] = std::floor(std::sqrt(static_cast<double>(i)) * 8) / 8;
    return made;
  }();
  return all;
}

std::vector<double> all_of(const ForeignDataset& dataset) {
  const StoredColumn column(dataset);
  std::vector<double> all;
  hdf5::StoredPart part;
  while (all.size() < dataset.rows()) {
    const auto from = static_cast<hsize_t>(all.size());
    column.fetch(from, std::min(dataset.rows(), from + column.part_rows()), part);
    part.undo_filters();
    const auto& numbers = part.numbers();
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
  return all;
}

}  // namespace

TEST_CASE("a column is the same whatever its type, chunks and filters", "[files]") {
  Foreign foreign;
  std::vector<std::string> names;
  const auto add = [&](hid_t type, hsize_t chunk, const std::vector<int>& filters) {
    const auto creation = chunked(chunk);
    for (const int filter : filters) {
      if (filter == H5Z_FILTER_SHUFFLE) H5Pset_shuffle(creation);
      if (filter == H5Z_FILTER_DEFLATE) H5Pset_deflate(creation, 1);
      if (filter == H5Z_FILTER_FLETCHER32) H5Pset_fletcher32(creation);
    }
    names.push_back("d" + std::to_string(names.size()));
    const auto made =
        foreign.dataset(names.back().c_str(), type, {many}, nullptr, chunk ? hid_t(creation) : H5P_DEFAULT);
    H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values().data());
  };
  for (const hid_t type : {H5T_IEEE_F64LE, H5T_IEEE_F32LE, H5T_IEEE_F64BE})  // the last one HDF5 has to read
    for (const hsize_t chunk : {hsize_t{1000}, hsize_t{70'000}, hsize_t{many}})
      for (const auto& filters : std::vector<std::vector<int>>{{},
                                                               {H5Z_FILTER_DEFLATE},
                                                               {H5Z_FILTER_SHUFFLE},
                                                               {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE},
                                                               {H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE},
                                                               {H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32}})
        add(type, chunk, filters);
  add(H5T_IEEE_F64LE, 0, {});  // not in chunks
  const auto file = foreign.read();
  for (const auto& name : names) {
    INFO(name);
    CHECK(all_of(file.dataset("/" + name)) == values());
  }
}

TEST_CASE("chunks that were never written or that left a filter out are as HDF5 has them", "[files]") {
  Foreign foreign;
  const auto creation = chunked(100'000);
  H5Pset_shuffle(creation);
  H5Pset_deflate(creation, 1);
  const double unwritten = 7;
  H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &unwritten);
  {
    const auto some = foreign.dataset("some", H5T_NATIVE_DOUBLE, {many}, nullptr, creation);
    const hsize_t at = 100'000;
    H5Dwrite_chunk(some, H5P_DEFAULT, 3, &at, 100'000 * sizeof(double), values().data());  // neither filter was used
  }
  const auto file = foreign.read();
  auto expected = std::vector<double>(many, unwritten);
  std::copy_n(values().begin(), 100'000, expected.begin() + 100'000);
  CHECK(file.dataset("/some").numbers() == expected);
  CHECK(all_of(file.dataset("/some")) == expected);
}

TEST_CASE("a damaged deflate stream is one clear line, whatever is wrong with it", "[files]") {
  Foreign foreign;
  const auto creation = chunked(1000);
  H5Pset_deflate(creation, 1);
  std::vector<char> whole;
  std::vector<std::string> names;
  const auto with_chunk = [&](const std::vector<char>& bytes) {
    names.push_back("d" + std::to_string(names.size()));
    const auto made = foreign.dataset(names.back().c_str(), H5T_NATIVE_DOUBLE, {many}, values().data(), creation);
    const hsize_t at = 2000;
    if (!bytes.empty()) H5Dwrite_chunk(made, H5P_DEFAULT, 0, &at, bytes.size(), bytes.data());
    hsize_t size = 0;
    std::uint32_t left_out = 0;
    H5Dget_chunk_storage_size(made, &at, &size);
    whole.resize(size);
    H5Dread_chunk(made, H5P_DEFAULT, &at, &left_out, whole.data());
  };
  with_chunk({});
  const auto right = whole;
  auto changed = right, checksum = right, more = right;
  changed[changed.size() / 2] ^= 1;
  checksum.back() ^= 1;
  more.insert(more.end(), 10, 'x');
  with_chunk(more);  // what follows the stream is no part of it, as HDF5 has it
  for (const auto& bytes : {changed, checksum, {right.begin(), right.end() - 1}, {right.begin(), right.begin() + 100}})
    with_chunk(bytes);
  const auto file = foreign.read();
  for (std::size_t i = 0; i < names.size(); ++i) {
    INFO(names[i]);
    const auto dataset = file.dataset("/" + names[i]);
    if (i < 2)
      CHECK(all_of(dataset) == values());
    else
      CHECK_THROWS_WITH(all_of(dataset), dataset.where() + ": cannot be read");
  }
}

TEST_CASE("ranges of a column are visited in order, and what is damaged is told when all before it were", "[files]") {
  Foreign foreign;
  const auto creation = chunked(1000);
  H5Pset_deflate(creation, 1);
  {
    const auto right = foreign.dataset("right", H5T_NATIVE_DOUBLE, {many}, values().data(), creation),
               wrong = foreign.dataset("wrong", H5T_NATIVE_DOUBLE, {many}, values().data(), creation);
    const hsize_t at = 150'000;
    H5Dwrite_chunk(wrong, H5P_DEFAULT, 0, &at, 8, "no zlib");
  }
  const auto file = foreign.read();
  const auto right = file.dataset("/right"), wrong = file.dataset("/wrong");
  const std::vector<RowRange> ranges = {{3, 5}, {5, 5}, {10, 149'500}, {151'500, many}};
  std::vector<std::vector<double>> found(ranges.size());
  visit_ranges(right, ranges, [&](std::size_t i, const double* first, const double* last) {
    CHECK((first != last && std::all_of(found.begin() + static_cast<long>(i) + 1, found.end(),
                                        [](const auto& later) { return later.empty(); })));
    found[i].insert(found[i].end(), first, last);
  });
  for (std::size_t i = 0; i < ranges.size(); ++i)
    CHECK(found[i] == std::vector<double>(values().begin() + static_cast<long>(ranges[i].from),
                                          values().begin() + static_cast<long>(ranges[i].to)));
  visit_ranges(wrong, ranges, [](std::size_t, const double*, const double*) {});  // its chunk is not asked for
  hsize_t visited = 0;
  const auto count = [&](std::size_t, const double* first, const double* last) {
    visited += static_cast<hsize_t>(last - first);
  };
  CHECK_THROWS_WITH(visit_ranges(wrong, {{0, many}}, count), file.name() + ": /wrong: cannot be read");
  CHECK(visited >= 65'536);
  CHECK(visited <= 150'000);
  visited = 0;
  const auto stop = [&](std::size_t i, const double* first, const double* last) {
    count(i, first, last);
    throw UserError("enough");
  };
  CHECK_THROWS_WITH(visit_ranges(right, {{0, many}}, stop), "enough");
  CHECK(visited < many);
}
