#include "sim/files/hdf5_writing.hpp"

#include <algorithm>
#include <type_traits>

namespace stillpoint::hdf5 {

namespace {

/// Values of a chunk: 256 kB of doubles, a quarter of what HDF5 keeps of a dataset while parts of it are written.
constexpr hsize_t chunk_values = 1 << 15;
constexpr int deflate_level = 4;

H5::StrType variable_text() {
  H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
  type.setCset(H5T_CSET_UTF8);
  return type;
}

std::vector<const char*> pointers_of(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text.c_str());
  return pointers;
}

H5::DSetCreatPropList without_times() {
  H5::DSetCreatPropList properties;
  H5Pset_obj_track_times(properties.getId(), false);  // equal sessions make equal bytes
  return properties;
}

template <class Scalar>
const H5::PredType& native() {
  if constexpr (std::is_same_v<Scalar, double>)
    return H5::PredType::NATIVE_DOUBLE;
  else if constexpr (std::is_same_v<Scalar, std::uint8_t>)
    return H5::PredType::NATIVE_UINT8;
  else if constexpr (std::is_same_v<Scalar, std::uint64_t>)
    return H5::PredType::NATIVE_UINT64;
  else
    return H5::PredType::NATIVE_LONG;
}

}  // namespace

void write_variable_text(const H5::H5Object& object, const std::string& name, const std::string& text) {
  const auto type = variable_text();
  const char* pointer = text.c_str();
  object.createAttribute(name, type, H5::DataSpace(H5S_SCALAR)).write(type, &pointer);
}

void write_variable_texts(const H5::H5Object& object, const std::string& name, const std::vector<std::string>& texts) {
  const auto type = variable_text();
  const hsize_t count = texts.size();
  object.createAttribute(name, type, H5::DataSpace(1, &count)).write(type, pointers_of(texts).data());
}

void write_reference(const H5::H5Object& object, const std::string& name, const H5::Group& root,
                     const std::string& path) {
  hobj_ref_t reference = 0;
  root.reference(&reference, path);
  object.createAttribute(name, H5::PredType::STD_REF_OBJ, H5::DataSpace(H5S_SCALAR))
      .write(H5::PredType::STD_REF_OBJ, &reference);
}

H5::DataSet add_text(const H5::Group& group, const std::string& name, const std::string& text) {
  const auto type = variable_text();
  auto dataset = group.createDataSet(name, type, H5::DataSpace(H5S_SCALAR), without_times());
  const char* pointer = text.c_str();
  dataset.write(&pointer, type);
  return dataset;
}

H5::DataSet add_texts(const H5::Group& group, const std::string& name, const std::vector<std::string>& texts) {
  const auto type = variable_text();
  const hsize_t count = texts.size();
  auto dataset = group.createDataSet(name, type, H5::DataSpace(1, &count), without_times());
  if (count > 0) dataset.write(pointers_of(texts).data(), type);
  return dataset;
}

H5::DataSet add_number(const H5::Group& group, const std::string& name, double value) {
  const auto& type = H5::PredType::NATIVE_DOUBLE;
  auto dataset = group.createDataSet(name, type, H5::DataSpace(H5S_SCALAR), without_times());
  dataset.write(&value, type);
  return dataset;
}

H5::DataSet add_switches(const H5::Group& group, const std::string& name, const std::vector<bool>& values) {
  H5::EnumType type(H5::PredType::NATIVE_INT8);
  std::int8_t no = 0, yes = 1;
  type.insert("FALSE", &no);
  type.insert("TRUE", &yes);
  const std::vector<std::int8_t> numbers(values.begin(), values.end());
  const hsize_t count = numbers.size();
  auto dataset = group.createDataSet(name, type, H5::DataSpace(1, &count), without_times());
  if (count > 0) dataset.write(numbers.data(), type);
  return dataset;
}

H5::DataSet add_pixels(const H5::Group& group, const std::string& name, const std::vector<Pixel>& pixels) {
  H5::CompType type(sizeof(Pixel));
  type.insertMember("x", HOFFSET(Pixel, x), H5::PredType::NATIVE_UINT32);
  type.insertMember("y", HOFFSET(Pixel, y), H5::PredType::NATIVE_UINT32);
  type.insertMember("weight", HOFFSET(Pixel, weight), H5::PredType::NATIVE_FLOAT);
  const hsize_t count = pixels.size();
  auto dataset = group.createDataSet(name, type, H5::DataSpace(1, &count), without_times());
  if (count > 0) dataset.write(pixels.data(), type);
  return dataset;
}

void add_link(const H5::Group& group, const std::string& name, const std::string& path) {
  group.link(H5L_TYPE_SOFT, path, name);
}

template <class Scalar>
GrowingArray<Scalar>::GrowingArray(const H5::Group& group, const std::string& name, std::size_t columns) : shape_({0}) {
  if (columns > 0) shape_.push_back(columns);
  auto most = shape_, chunk = shape_;
  most[0] = H5S_UNLIMITED;
  chunk[0] = std::max<hsize_t>(1, chunk_values / std::max<hsize_t>(1, columns));
  auto properties = without_times();
  const int axes = static_cast<int>(shape_.size());
  properties.setChunk(axes, chunk.data());
  properties.setShuffle();
  properties.setDeflate(deflate_level);
  dataset_ = group.createDataSet(name, native<Scalar>(), H5::DataSpace(axes, shape_.data(), most.data()), properties);
}

template <class Scalar>
void GrowingArray<Scalar>::append(const Scalar* values, std::size_t rows) {
  if (rows == 0) return;
  auto from = shape_, count = shape_;
  std::fill(from.begin() + 1, from.end(), 0);
  count[0] = rows;
  shape_[0] += rows;
  dataset_.extend(shape_.data());
  auto place = dataset_.getSpace();
  place.selectHyperslab(H5S_SELECT_SET, count.data(), from.data());
  dataset_.write(values, native<Scalar>(), H5::DataSpace(static_cast<int>(count.size()), count.data()), place);
}

template class GrowingArray<double>;
template class GrowingArray<long>;
template class GrowingArray<std::uint8_t>;
template class GrowingArray<std::uint64_t>;

}  // namespace stillpoint::hdf5
