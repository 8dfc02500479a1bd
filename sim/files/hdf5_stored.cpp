#include "sim/files/hdf5_stored.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

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

/// All first bytes, all second ones .. to one value after the other.
template <std::size_t value_bytes>
void unshuffle(const unsigned char* from, unsigned char* to, std::size_t values) {
  for (std::size_t i = 0; i < values; ++i)
    for (std::size_t byte = 0; byte < value_bytes; ++byte) to[i * value_bytes + byte] = from[byte * values + i];
}

}  // namespace

/// What one thread undoes filters with.
class StoredPart::Undoing {
 public:
  Undoing() : inflater_(libdeflate_alloc_decompressor()) {
    if (!inflater_) throw std::bad_alloc();
  }
  /// Whether they fill `to`; checksums are seen to.
  bool inflate(const std::vector<unsigned char>& bytes, unsigned char* to, std::size_t size) {
    return libdeflate_zlib_decompress(inflater_.get(), bytes.data(), bytes.size(), to, size, nullptr) ==
           LIBDEFLATE_SUCCESS;
  }
  std::vector<unsigned char> between, whole;  // a chunk, between two filters and undone

 private:
  struct Free {
    void operator()(libdeflate_decompressor* of) const { libdeflate_free_decompressor(of); }
  };
  std::unique_ptr<libdeflate_decompressor, Free> inflater_;
};

StoredColumn::StoredColumn(const ForeignDataset& dataset) : dataset_(dataset) {
  const auto held = lock();
  if (!dataset.has_axes(1) || !dataset.holds_numbers()) dataset.fail("must be a column of numbers");
  form_ = form_of(dataset.id_);
  if (form_.values > 0) chunk_rows_ = form_.values;
  part_rows_ = (usual_rows + chunk_rows_ - 1) / chunk_rows_ * chunk_rows_;
}

void StoredColumn::fetch(hsize_t from, hsize_t to, StoredPart& part) const {
  part.where_ = dataset_.where();
  part.from_ = from / chunk_rows_ * chunk_rows_;
  part.rows_ = std::min((to + chunk_rows_ - 1) / chunk_rows_ * chunk_rows_, dataset_.rows()) - part.from_;
  part.form_ = form_;
  if (form_.values == 0 || !fetch_chunks(part)) {
    part.chunks_.clear();
    part.numbers_ = dataset_.numbers(part.from_, part.rows_);
  }
}

/// False where one was never written: it holds what the file says of such ones.
bool StoredColumn::fetch_chunks(StoredPart& part) const {
  const auto held = lock();
  const auto file_bytes = file_bytes_of(dataset_.id_);
  part.chunks_.resize(static_cast<std::size_t>((part.rows_ + form_.values - 1) / form_.values));
  auto at = part.from_;
  for (auto& chunk : part.chunks_) {
    hsize_t size = 0;
    if (H5Dget_chunk_storage_size(dataset_.id_, &at, &size) < 0 || size == 0 || size > file_bytes) return false;
    chunk.bytes.resize(size);
    if (H5Dread_chunk(dataset_.id_, H5P_DEFAULT, &at, &chunk.left_out, chunk.bytes.data()) < 0)
      dataset_.fail("cannot be read");
    at += form_.values;
  }
  return true;
}

/// Undone in the reverse of the order in which filters were applied: shuffling comes first.
const unsigned char* StoredPart::values_of(const Chunk& chunk, unsigned char* to, Undoing& undoing) const {
  const auto was = [&](int filter) { return filter >= 0 && (chunk.left_out >> filter & 1) == 0; };
  const bool deflated = was(form_.deflated), shuffled = was(form_.shuffled);
  const auto* values = chunk.bytes.data();
  if (deflated) {
    if (shuffled) undoing.between.resize(form_.bytes());
    auto* inflated = shuffled ? undoing.between.data() : to;
    if (!undoing.inflate(chunk.bytes, inflated, form_.bytes())) throw UserError(where_ + ": cannot be read");
    values = inflated;
  } else if (chunk.bytes.size() != form_.bytes()) {
    throw UserError(where_ + ": cannot be read");
  }
  if (!shuffled) return values;
  form_.value_bytes == 8 ? unshuffle<8>(values, to, form_.values) : unshuffle<4>(values, to, form_.values);
  return to;
}

void StoredPart::undo_filters() {
  if (chunks_.empty()) return;
  numbers_.resize(static_cast<std::size_t>(rows_));
  Undoing undoing;
  std::size_t done = 0;
  for (const auto& chunk : chunks_) {
    const auto count = std::min(form_.values, numbers_.size() - done);  // the last one reaches beyond the rows
    const bool as_they_are = form_.value_bytes == sizeof(double) && count == form_.values;
    auto* to = numbers_.data() + done;
    if (!as_they_are) undoing.whole.resize(form_.bytes());
    auto* bytes = as_they_are ? reinterpret_cast<unsigned char*>(to) : undoing.whole.data();
    const auto* values = values_of(chunk, bytes, undoing);
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
}

}  // namespace stillpoint::hdf5
