#include "sim/files/hdf5_stored.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "sim/files/hdf5_values.hpp"

namespace stillpoint::hdf5 {

namespace {

/// Rows of a part: half a MB; of chunks that are larger, one.
constexpr hsize_t usual_rows = 1 << 16;
/// Rows of the largest chunks that are undone here. Larger ones HDF5 reads (and again for each part, where its cache
/// does not hold them).
constexpr hsize_t most_rows = 1 << 22;

/// Nothing in `values` where a filter or a type is not ours to undo.
ChunkForm form_of(hid_t dataset) {
  const Handle creation(H5Dget_create_plist(dataset)), type(H5Dget_type(dataset));
  ChunkForm form;
  hsize_t rows = 0;
  if (H5Pget_layout(creation) != H5D_CHUNKED || H5Pget_chunk(creation, 1, &rows) != 1 || rows > most_rows) return {};
  form.value_bytes = H5Tequal(type, H5T_NATIVE_DOUBLE) > 0 ? 8 : H5Tequal(type, H5T_NATIVE_FLOAT) > 0 ? 4 : 0;
  if (form.value_bytes == 0) return {};
  for (int i = 0, count = H5Pget_nfilters(creation); i < count; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    const auto filter =
        H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, nullptr);
    if (filter == H5Z_FILTER_SHUFFLE && form.shuffled < 0 && form.deflated < 0)
      form.shuffled = i;
    else if (filter == H5Z_FILTER_DEFLATE && form.deflated < 0)
      form.deflated = i;
    else
      return {};
  }
  form.values = static_cast<std::size_t>(rows);
  return form;
}

bool is_inflated(const std::vector<unsigned char>& bytes, unsigned char* to, std::size_t size) {
  auto length = static_cast<uLongf>(size);
  return uncompress(to, &length, bytes.data(), static_cast<uLong>(bytes.size())) == Z_OK && length == size;
}

/// All first bytes, all second ones .. to one value after the other.
template <std::size_t value_bytes>
void unshuffle(const unsigned char* from, unsigned char* to, std::size_t values) {
  for (std::size_t i = 0; i < values; ++i)
    for (std::size_t byte = 0; byte < value_bytes; ++byte) to[i * value_bytes + byte] = from[byte * values + i];
}

}  // namespace

StoredColumn::StoredColumn(const ForeignDataset& dataset) : dataset_(dataset) {
  const auto held = lock();
  if (!dataset.has_axes(1) || !dataset.holds_numbers()) dataset.fail("must be a column of numbers");
  form_ = form_of(dataset.id_);
  if (form_.values > 0) chunk_rows_ = form_.values;
  part_rows_ = (usual_rows + chunk_rows_ - 1) / chunk_rows_ * chunk_rows_;
}

StoredPart StoredColumn::fetch(hsize_t from, hsize_t to) const {
  StoredPart part;
  part.where_ = dataset_.where();
  part.from_ = from / chunk_rows_ * chunk_rows_;
  part.rows_ = std::min((to + chunk_rows_ - 1) / chunk_rows_ * chunk_rows_, dataset_.rows()) - part.from_;
  part.form_ = form_;
  if (form_.values == 0 || !fetch_chunks(part)) part.numbers_ = dataset_.numbers(part.from_, part.rows_);
  return part;
}

/// False where one was never written: it holds what the file says of such ones.
bool StoredColumn::fetch_chunks(StoredPart& part) const {
  const auto held = lock();
  const auto file_bytes = file_bytes_of(dataset_.id_);
  for (auto at = part.from_; at < part.from_ + part.rows_; at += form_.values) {
    hsize_t size = 0;
    StoredPart::Chunk chunk;
    if (H5Dget_chunk_storage_size(dataset_.id_, &at, &size) < 0 || size == 0 || size > file_bytes) {
      part.chunks_.clear();
      return false;
    }
    chunk.bytes.resize(size);
    if (H5Dread_chunk(dataset_.id_, H5P_DEFAULT, &at, &chunk.left_out, chunk.bytes.data()) < 0)
      dataset_.fail("cannot be read");
    part.chunks_.push_back(std::move(chunk));
  }
  return true;
}

/// Undone in the reverse of the order in which filters were applied: shuffling comes first.
const unsigned char* StoredPart::values_of(const Chunk& chunk, unsigned char* to,
                                           std::vector<unsigned char>& between) const {
  const auto was = [&](int filter) { return filter >= 0 && (chunk.left_out >> filter & 1) == 0; };
  const bool deflated = was(form_.deflated), shuffled = was(form_.shuffled);
  const auto* values = chunk.bytes.data();
  if (deflated) {
    if (shuffled) between.resize(form_.bytes());
    auto* inflated = shuffled ? between.data() : to;
    if (!is_inflated(chunk.bytes, inflated, form_.bytes())) throw UserError(where_ + ": cannot be read");
    values = inflated;
  } else if (chunk.bytes.size() != form_.bytes()) {
    throw UserError(where_ + ": cannot be read");
  }
  if (!shuffled) return values;
  form_.value_bytes == 8 ? unshuffle<8>(values, to, form_.values) : unshuffle<4>(values, to, form_.values);
  return to;
}

std::vector<double> StoredPart::numbers() {
  if (chunks_.empty()) return std::move(numbers_);
  std::vector<double> numbers(static_cast<std::size_t>(rows_));
  std::vector<unsigned char> between, whole(form_.bytes());
  std::size_t done = 0;
  for (const auto& chunk : chunks_) {
    const auto count = std::min(form_.values, numbers.size() - done);  // the last one reaches beyond the rows
    const bool as_they_are = form_.value_bytes == sizeof(double) && count == form_.values;
    auto* to = numbers.data() + done;
    auto* bytes = as_they_are ? reinterpret_cast<unsigned char*>(to) : whole.data();
    const auto* values = values_of(chunk, bytes, between);
    if (form_.value_bytes == sizeof(double)) {
      if (values != reinterpret_cast<unsigned char*>(to)) std::memcpy(to, values, count * sizeof(double));
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        float single = 0;
        std::memcpy(&single, values + i * sizeof single, sizeof single);
        to[i] = static_cast<double>(single);
      }
    }
    done += count;
  }
  chunks_.clear();
  return numbers;
}

}  // namespace stillpoint::hdf5
