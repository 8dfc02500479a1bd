// Reading HDF5 that other programs wrote: links are followed, also into a file beside it, and values are read in parts.
// Files of its own the program reads more strictly (ReadGroup). The lock of HDF5 is held within each call only.
//
// Every function throws UserError with one line that names the file and the place in it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/files/hdf5.hpp"

namespace stillpoint::hdf5 {

/// A dataset, open. Its rows are its places along the first axis.
class ForeignDataset {
 public:
  enum class Holds { numbers, truth, names, text, references, something_else };

  ForeignDataset(Handle id, std::string where);
  ForeignDataset(ForeignDataset&&) noexcept = default;
  ~ForeignDataset();

  /// "FILE: /units/id"
  const std::string& where() const { return where_; }
  const std::vector<hsize_t>& shape() const { return shape_; }
  bool has_axes(std::size_t count) const { return shape_.size() == count; }
  hsize_t rows() const { return shape_.empty() ? 1 : shape_[0]; }
  /// truth: an enumeration of FALSE and TRUE, as h5py makes it; names: any other enumeration.
  Holds holds() const { return holds_; }
  bool holds_numbers() const { return holds_ == Holds::numbers || holds_ == Holds::truth; }
  /// In a word or two: "text", "compound values".
  std::string kind() const;

  /// Row-major; of numbers, truth and names.
  std::vector<double> numbers() const { return numbers(0, rows()); }
  std::vector<double> numbers(hsize_t from, hsize_t rows) const;
  /// Throws UserError where so many rows cannot be in the file, whatever its shape says.
  void require_stored(hsize_t rows) const;
  /// Of text and names.
  std::vector<std::string> texts() const;
  /// Paths of what is referred to, "" where that is nothing.
  std::vector<std::string> references() const;

 private:
  friend class StoredColumn;
  [[noreturn]] void fail(const std::string& what) const;
  /// Of the values that are asked for, 0 where there are none; throws where they cannot be in the file.
  std::size_t checked_size(const std::vector<hsize_t>& shape) const;
  void read(hid_t type, hid_t memory, hid_t file, void* values) const;

  Handle id_;
  std::string where_;
  std::vector<hsize_t> shape_;
  Holds holds_ = Holds::something_else;
  std::string kind_;
  std::map<long, std::string> names_;  // of an enumeration
};

/// A file of others, open. Places in it are paths from its root, "/units/id".
class ForeignFile {
 public:
  enum class Place { absent, broken, group, dataset, something_else };
  /// The same for the same object however it is come to.
  using Identity = std::pair<unsigned long, hobj_ref_t>;
  struct Member {
    std::string name;
    bool linked = false;  // softly or into another file
  };

  explicit ForeignFile(const std::string& name);
  ForeignFile(ForeignFile&&) noexcept = default;
  ~ForeignFile();

  const std::string& name() const { return name_; }
  /// "FILE: /units"
  std::string where(const std::string& path) const { return name_ + ": " + path; }

  Place at(const std::string& path) const;
  bool has(const std::string& path, Place place) const { return at(path) == place; }
  /// Of a broken place: "leads to /data in raw.nwb, which is not there".
  std::string broken_because(const std::string& path) const;
  Identity identity(const std::string& path) const;
  std::vector<Member> members(const std::string& group) const;

  /// Attributes; nothing where there is none of that name. Throw where one is of another kind.
  std::optional<std::string> text(const std::string& path, const std::string& attribute) const;
  std::optional<std::vector<std::string>> texts(const std::string& path, const std::string& attribute) const;
  std::optional<double> number(const std::string& path, const std::string& attribute) const;
  /// The path of the object referred to, "" where it cannot be found.
  std::string reference(const std::string& path, const std::string& attribute) const;

  ForeignDataset dataset(const std::string& path) const;

 private:
  Handle open(const std::string& path) const;

  std::string name_;
  Handle id_;
};

}  // namespace stillpoint::hdf5
