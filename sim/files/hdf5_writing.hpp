// What files of other formats ask of HDF5 beyond hdf5.hpp: text of variable length, switches, references to objects, and
// datasets that grow by parts, in chunks, compressed. Hold `lock()` as for hdf5.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/files/hdf5.hpp"

namespace stillpoint::hdf5 {

/// Attributes. `path` of a reference: from the root, of an object that is there already.
void write_variable_text(const H5::H5Object& object, const std::string& name, const std::string& text);
void write_variable_texts(const H5::H5Object& object, const std::string& name, const std::vector<std::string>& texts);
void write_reference(const H5::H5Object& object, const std::string& name, const H5::Group& root,
                     const std::string& path);

/// Datasets: one text; a column of texts; one number; a column of switches, as h5py stores them (an enumeration).
H5::DataSet add_text(const H5::Group& group, const std::string& name, const std::string& text);
H5::DataSet add_texts(const H5::Group& group, const std::string& name, const std::vector<std::string>& texts);
H5::DataSet add_number(const H5::Group& group, const std::string& name, double value);
H5::DataSet add_switches(const H5::Group& group, const std::string& name, const std::vector<bool>& values);

/// A column of pixels of an image, each with its share of a region.
struct Pixel {
  std::uint32_t x, y;
  float weight;
};
H5::DataSet add_pixels(const H5::Group& group, const std::string& name, const std::vector<Pixel>& pixels);

/// A link by name to an object of the same file.
void add_link(const H5::Group& group, const std::string& name, const std::string& path);

/// A dataset of rows that are added part by part. Scalar: double, long, unsigned 8 or 64 bits.
template <class Scalar>
class GrowingArray {
 public:
  /// columns 0: of one axis.
  GrowingArray(const H5::Group& group, const std::string& name, std::size_t columns);
  /// rows x columns values, row-major.
  void append(const Scalar* values, std::size_t rows);
  const H5::DataSet& dataset() const { return dataset_; }
  std::size_t rows() const { return static_cast<std::size_t>(shape_[0]); }

 private:
  std::vector<hsize_t> shape_;
  H5::DataSet dataset_;
};

/// The whole column at once.
template <class Scalar>
H5::DataSet add_column(const H5::Group& group, const std::string& name, const std::vector<Scalar>& values,
                       std::size_t columns = 0) {
  GrowingArray<Scalar> array(group, name, columns);
  array.append(values.data(), columns == 0 ? values.size() : values.size() / columns);
  return array.dataset();
}

}  // namespace stillpoint::hdf5
