// Reading and writing values as HDF5. Matrices are stored row-major: [rows, columns].
//
// The HDF5 library is not thread-safe: hold `lock()` while a file is written; a `ReadFile` holds it.
#pragma once

#include <H5Cpp.h>

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "sim/options/option.hpp"
#include "sim/options/whole_number.hpp"
#include "sim/types.hpp"

namespace stillpoint::hdf5 {

/// The one lock of the HDF5 library. Its errors are not printed while it is held; afterwards they are as before.
class Lock {
 public:
  Lock();
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  std::unique_lock<std::mutex> held_;
  H5E_auto2_t print_ = nullptr;
  void* to_ = nullptr;
};
inline Lock lock() { return Lock(); }

/// A file built in memory: its bytes are then written by plain calls, whose errors (a full disk) can be told to the
/// user.
class MemoryFile {
 public:
  MemoryFile();
  H5::Group root() const { return file_.openGroup("/"); }
  /// Everything written so far, as the bytes of a complete file.
  std::string image() const;

 private:
  H5::H5File file_;
};

template <class Scalar>
void write_matrix(const H5::Group& group, const std::string& name, MatrixView<Scalar> values);
template <class Scalar>
void write_vector(const H5::Group& group, const std::string& name, const Scalar* values, std::size_t size);
/// Row-major data of any shape.
template <class Scalar>
void write_array(const H5::Group& group, const std::string& name, const Scalar* values,
                 const std::vector<hsize_t>& shape);
/// Bytes that mean something to the program alone, as unsigned 8-bit numbers.
void write_bytes(const H5::Group& group, const std::string& name, const std::string& bytes);
void write_attribute(const H5::H5Object& object, const std::string& name, const std::string& value);
void write_attribute(const H5::H5Object& object, const std::string& name, double value);
void write_attribute(const H5::H5Object& object, const std::string& name, long value);

/// Values of any shape, row-major.
struct Array {
  std::vector<hsize_t> shape;
  std::vector<double> values;
};

/// What the library gave an identifier of; negative: nothing.
class Handle {
 public:
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) H5Idec_ref(id_);
  }
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
};

/// A group of a file that is read. Whatever the file holds, it answers or throws UserError: one line that names file,
/// group, dataset or attribute, and what is wrong.
class ReadGroup {
 public:
  ReadGroup(Handle group, std::string where) : id_(std::move(group)), where_(std::move(where)) {}
  /// "FILE", or "FILE: group /NAME"
  const std::string& where() const { return where_; }

  bool has(const std::string& name) const;  // a member, or one of a member: "final/network"
  bool has_attribute(const std::string& name) const { return H5Aexists(id_, name.c_str()) > 0; }
  std::vector<std::string> members() const;
  std::vector<std::string> attributes() const;
  ReadGroup group(const std::string& name) const;

  /// Any real dtype or a switch (bool), any rank.
  Array array(const std::string& name) const;
  /// The same of rank 0, 1 (a column) or 2.
  Matrix<double> matrix(const std::string& name) const;
  std::vector<double> vector(const std::string& name) const;
  std::string bytes(const std::string& name) const;

  /// Attributes: strings of fixed or variable length, one number, one whole number.
  std::string text(const std::string& name) const;
  double number(const std::string& name) const;
  long whole(const std::string& name, double low = 0, double high = largest_whole) const;
  /// Of the root: what kind of file of ours it is.
  std::string format() const;
  /// Every attribute as a study would have it: numbers as text.
  std::map<std::string, std::string> options() const;

 private:
  Handle open(const std::string& name, H5I_type_t type, const std::string& what) const;
  Handle attribute(const std::string& name) const;
  std::string text_of(hid_t attribute, const std::string& name) const;
  double number_of(hid_t attribute, const std::string& name) const;

  Handle id_;
  std::string where_;
};

/// A file open for reading, under the lock of HDF5. Throws UserError when it is missing or not HDF5.
class ReadFile {
 public:
  explicit ReadFile(const std::string& path);
  const ReadGroup& root() const { return root_; }

 private:
  Lock held_;
  ReadGroup root_;
};

}  // namespace stillpoint::hdf5
