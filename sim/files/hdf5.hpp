// Reading and writing values as HDF5, on top of the HDF5 C++ library. Matrices are stored row-major: [rows, columns].
//
// The HDF5 library is not thread-safe: hold `lock()` while a file is open.
#pragma once

#include <H5Cpp.h>

#include <mutex>
#include <string>
#include <vector>

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

/// Opens a file for reading; throws UserError when it is missing or not HDF5.
H5::H5File open(const std::string& path);

template <class Scalar>
void write_matrix(const H5::Group& group, const std::string& name, MatrixView<Scalar> values);
template <class Scalar>
void write_vector(const H5::Group& group, const std::string& name, const Scalar* values, std::size_t size);
/// Row-major data of any shape.
template <class Scalar>
void write_array(const H5::Group& group, const std::string& name, const Scalar* values,
                 const std::vector<hsize_t>& shape);
void write_attribute(const H5::H5Object& object, const std::string& name, const std::string& value);
void write_attribute(const H5::H5Object& object, const std::string& name, double value);
void write_attribute(const H5::H5Object& object, const std::string& name, long value);

/// Bytes that mean something to the program alone, as unsigned 8-bit numbers.
void write_bytes(const H5::Group& group, const std::string& name, const std::string& bytes);
std::string read_bytes(const H5::Group& group, const std::string& name, const std::string& where);

bool has(const H5::Group& group, const std::string& name);
/// Values of any shape, row-major.
struct Array {
  std::vector<hsize_t> shape;
  std::vector<double> values;
};
/// Any real dtype or a switch (bool), any rank; throws UserError that names file and dataset.
Array read_array(const H5::Group& group, const std::string& name, const std::string& where);
/// The same of rank 0, 1 (a column) or 2.
Matrix<double> read_matrix(const H5::Group& group, const std::string& name, const std::string& where);
std::vector<double> read_vector(const H5::Group& group, const std::string& name, const std::string& where);
/// Strings of fixed or variable length.
std::string read_text(const H5::H5Object& object, const std::string& name, const std::string& where);
double read_number(const H5::H5Object& object, const std::string& name, const std::string& where);

}  // namespace stillpoint::hdf5
