// A column of numbers as it lies in a file. HDF5 undoes its filters under its lock, one thread after the other, and
// inflating is most of what reading takes: here parts are fetched under the lock as they are stored, and any thread
// makes numbers of them.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/files/hdf5_foreign.hpp"

namespace stillpoint::hdf5 {

/// How chunks of numbers are stored, where we can undo it: by deflate, bytes shuffled, both or neither.
struct ChunkForm {
  std::size_t values = 0;       // in a chunk
  std::size_t value_bytes = 8;  // 8 or 4: double or single precision of this machine
  /// Places in the row of filters, of a chunk's mask; -1: not among them.
  int shuffled = -1, deflated = -1;

  std::size_t bytes() const { return values * value_bytes; }
};

/// Some rows of a column.
class StoredPart {
 public:
  hsize_t from() const { return from_; }
  /// Throws UserError where what is stored is damaged. From any thread, once after each fetch.
  void undo_filters();
  const std::vector<double>& numbers() const { return numbers_; }

 private:
  friend class StoredColumn;
  struct Chunk {
    std::vector<unsigned char> bytes;
    std::uint32_t left_out = 0;  // filters, bit by bit
  };
  class Undoing;
  /// Where they are: in `to`, which holds a chunk, or in the chunk itself.
  const unsigned char* values_of(const Chunk& chunk, unsigned char* to, Undoing& undoing) const;

  std::string where_;
  hsize_t from_ = 0, rows_ = 0;
  ChunkForm form_;
  std::vector<Chunk> chunks_;  // none where HDF5 made the numbers itself
  std::vector<double> numbers_;
};

class StoredColumn {
 public:
  /// Of a dataset with one axis that holds numbers and outlives this.
  explicit StoredColumn(const ForeignDataset& dataset);

  /// Rows that are stored together: what is fetched had better begin and end between them.
  hsize_t chunk_rows() const { return chunk_rows_; }
  /// So many rows, of whole chunks, are worth a thread's while.
  hsize_t part_rows() const { return part_rows_; }
  /// What a part takes, stored and as numbers, at most.
  std::size_t part_bytes() const { return 2 * sizeof(double) * static_cast<std::size_t>(part_rows_) + form_.bytes(); }
  /// Of from <= row < to, in whole chunks, in the memory of what was in `part`. Throws UserError where they cannot be
  /// read. Takes the lock of HDF5.
  void fetch(hsize_t from, hsize_t to, StoredPart& part) const;

 private:
  bool fetch_chunks(StoredPart& part) const;

  const ForeignDataset& dataset_;
  ChunkForm form_;  // without values where HDF5 has to make the numbers
  hsize_t chunk_rows_ = 1, part_rows_ = 0;
};

}  // namespace stillpoint::hdf5
