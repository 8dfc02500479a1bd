#include "tests/fuzz/damage.hpp"

#include <algorithm>

#include "sim/files/hdf5.hpp"

namespace stillpoint::testing {

namespace {

using hdf5::Handle;

Handle open_in_memory(const std::string& bytes) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_core(access, 1 << 16, false);
  H5Pset_file_image(access, const_cast<char*>(bytes.data()), bytes.size());
  return Handle(H5Fopen("memory", H5F_ACC_RDWR, access));
}

std::string image_of(hid_t file) {
  H5Fflush(file, H5F_SCOPE_GLOBAL);
  std::string bytes(static_cast<std::size_t>(H5Fget_file_image(file, nullptr, 0)), '\0');
  H5Fget_file_image(file, bytes.data(), bytes.size());
  return bytes;
}

Handle some_type(Choices& choices) {
  const auto made = [](hid_t type, auto&& change) {
    change(type);
    return Handle(type);
  };
  const hsize_t three = 3;
  switch (choices.below(16)) {
    case 0:
      return Handle(H5Tcopy(H5T_NATIVE_DOUBLE));
    case 1:
      return Handle(H5Tcopy(H5T_NATIVE_FLOAT));
    case 2:
      return Handle(H5Tcopy(H5T_NATIVE_INT8));
    case 3:
      return Handle(H5Tcopy(H5T_STD_U64BE));
    case 4:
      return made(H5Tcopy(H5T_C_S1), [](hid_t type) { H5Tset_size(type, 5); });
    case 5:
      return made(H5Tcopy(H5T_C_S1), [](hid_t type) { H5Tset_size(type, H5T_VARIABLE); });
    case 6:
      return made(H5Tcreate(H5T_COMPOUND, 16), [](hid_t type) {
        H5Tinsert(type, "a", 0, H5T_NATIVE_DOUBLE);
        H5Tinsert(type, "b", 8, H5T_NATIVE_INT);
      });
    case 7:
      return Handle(H5Tcreate(H5T_OPAQUE, 7));
    case 8:
      return Handle(H5Tcopy(H5T_STD_REF_OBJ));
    case 9:
      return Handle(H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &three));
    case 10:
      return made(H5Tenum_create(H5T_NATIVE_INT8), [](hid_t type) {
        const signed char no = 0, yes = 1;
        H5Tenum_insert(type, "FALSE", &no);
        H5Tenum_insert(type, "TRUE", &yes);
      });
    case 11:
      return Handle(H5Tcopy(H5T_NATIVE_B32));
    case 12:
      return Handle(H5Tvlen_create(H5T_NATIVE_DOUBLE));
    case 13:
      return Handle(H5Tcopy(H5T_NATIVE_LDOUBLE));
    case 14:
      return made(H5Tcopy(H5T_C_S1), [](hid_t type) { H5Tset_cset(type, H5T_CSET_UTF8); });
    default:
      return Handle(H5Tcopy(H5T_UNIX_D32LE));
  }
}

std::vector<hsize_t> some_shape(Choices& choices) {
  static const std::vector<hsize_t> extents = {
      1, 0, 2, 3, 4, 5, 6, 8, 16, 300, 1 << 20, hsize_t{1} << 32, hsize_t{1} << 45};
  std::vector<hsize_t> shape(choices.below(5));
  for (auto& extent : shape) extent = choices.of(extents);
  return shape;
}

Handle space_of(const std::vector<hsize_t>& shape, Choices& choices) {
  if (!shape.empty()) return Handle(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
  return Handle(H5Screate(choices.below(3) == 1 ? H5S_NULL : H5S_SCALAR));
}

/// Numbers for as many places as there are, if they are few.
std::vector<double> some_numbers(hid_t space, Choices& choices) {
  const auto count = H5Sget_simple_extent_npoints(space);
  std::vector<double> values(count > 0 && count <= 4096 ? static_cast<std::size_t>(count) : 0, choices.number());
  if (!values.empty()) values[choices.below(values.size())] = choices.number();
  return values;
}

void put_dataset(hid_t file, const std::string& path, Choices& choices) {
  const auto type = some_type(choices);
  const auto shape = some_shape(choices);
  const auto space = space_of(shape, choices);
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE));
  const auto layout = choices.below(4);
  if (layout == 1) H5Pset_layout(creation, H5D_COMPACT);
  if (layout >= 2 && !shape.empty()) {
    auto chunk = shape;
    for (auto& extent : chunk) extent = std::clamp<hsize_t>(extent, 1, 8);
    H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
    if (layout == 3) H5Pset_deflate(creation, 1);
  }
  if (layout == 0 && choices.below(16) == 1) H5Pset_external(creation, "/dev/zero", 0, H5F_UNLIMITED);
  const Handle dataset(H5Dcreate2(file, path.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
  const auto values = some_numbers(space, choices);
  if (dataset >= 0 && !values.empty())
    H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

/// The same dataset with one value changed.
void change_value(hid_t file, const std::string& path, Choices& choices) {
  const Handle dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT));
  if (dataset < 0) return;
  const Handle space(H5Dget_space(dataset));
  std::vector<double> values(
      static_cast<std::size_t>(std::clamp<hssize_t>(H5Sget_simple_extent_npoints(space), 0, 4096)));
  if (values.empty() || H5Sget_simple_extent_npoints(space) > 4096) return;
  H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  values[choices.below(values.size())] = choices.number();
  H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

const std::vector<std::string>& some_names() {
  static const std::vector<std::string> names = {
      "W",        "M",          "A",        "00000002", "-1",        "1e9",    "99999999999999999999",
      "kind",     "two\nlines", "\x1b[31m", "e_prop",   "tolerance", "length", "training.updates",
      "task.file"};
  return names;
}

const std::vector<std::string>& some_texts() {
  static const std::vector<std::string> texts = {"",
                                                 "lstm",
                                                 "low_rank",
                                                 "plrnn",
                                                 "leaky_current",
                                                 "rnn_map",
                                                 "tcr",
                                                 "tsodyks_markram",
                                                 "none",
                                                 "nan",
                                                 "-1",
                                                 "1e300",
                                                 "0",
                                                 "true",
                                                 "diverged",
                                                 "reached",
                                                 "stillpoint-run",
                                                 "stillpoint-network",
                                                 "relu",
                                                 "two\nlines",
                                                 "\x1b[31m\xff",
                                                 "controlled",
                                                 "file",
                                                 "1e-310",
                                                 "every 1",
                                                 "/dev/zero",
                                                 std::string(100, 'x')};
  return texts;
}

void put_attribute(hid_t file, const std::string& object_path, const std::string& name, Choices& choices) {
  const Handle object(H5Oopen(file, object_path.c_str(), H5P_DEFAULT));
  H5Adelete(object, name.c_str());
  switch (choices.below(4)) {
    case 0:
      return;
    case 1: {
      const Handle space(H5Screate(H5S_SCALAR)),
          attribute(H5Acreate2(object, name.c_str(), H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT));
      const double value = choices.number();
      H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value);
      return;
    }
    case 2: {
      const auto& text = choices.of(some_texts());
      const Handle space(H5Screate(H5S_SCALAR)), type(H5Tcopy(H5T_C_S1));
      H5Tset_size(type, std::max<std::size_t>(1, text.size()));
      const Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
      H5Awrite(attribute, type, text.c_str());
      return;
    }
    default: {
      const auto type = some_type(choices);
      const auto space = space_of(some_shape(choices), choices);
      const Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
      const auto values = some_numbers(space, choices);
      if (attribute >= 0 && !values.empty()) H5Awrite(attribute, H5T_NATIVE_DOUBLE, values.data());
    }
  }
}

}  // namespace

Example::Example(std::string bytes) : bytes_(std::move(bytes)) {
  const auto held = hdf5::lock();
  const auto file = open_in_memory(bytes_);
  H5Ovisit(
      file, H5_INDEX_NAME, H5_ITER_INC,
      [](hid_t, const char* name, const H5O_info_t*, void* self) -> herr_t {
        static_cast<Example*>(self)->objects_.emplace_back(name);
        return 0;
      },
      this);
  for (const auto& path : objects_) {
    const Handle object(H5Oopen(file, path.c_str(), H5P_DEFAULT));
    std::vector<std::string> names;
    H5Aiterate2(
        object, H5_INDEX_NAME, H5_ITER_INC, nullptr,
        [](hid_t, const char* name, const H5A_info_t*, void* all) -> herr_t {
          static_cast<std::vector<std::string>*>(all)->emplace_back(name);
          return 0;
        },
        &names);
    for (const auto& name : names) attributes_.emplace_back(path, name);
  }
  objects_.erase(std::find(objects_.begin(), objects_.end(), "."));
}

std::string Example::damaged(Choices& choices) const {
  const auto held = hdf5::lock();
  const auto file = open_in_memory(bytes_);
  for (int changes = 0; changes < 6 && choices.left(); ++changes) {
    const auto kind = choices.below(16);
    const auto& path = choices.of(objects_);
    const auto parent = path.find('/') == std::string::npos ? "" : path.substr(0, path.rfind('/') + 1);
    if (kind < 5 && !attributes_.empty()) {
      const auto& [object, name] = choices.of(attributes_);
      put_attribute(file, object, name, choices);
    } else if (kind == 5) {
      put_attribute(file, choices.below(2) == 0 ? path : ".", choices.of(some_names()), choices);
    } else if (kind == 6) {
      put_dataset(file, parent + choices.of(some_names()), choices);
    } else if (kind == 7) {
      change_value(file, path, choices);
    } else if (kind == 8) {
      H5Lmove(file, path.c_str(), file, (parent + choices.of(some_names())).c_str(), H5P_DEFAULT, H5P_DEFAULT);
    } else {
      H5Ldelete(file, path.c_str(), H5P_DEFAULT);
      if (kind == 9) {
        const Handle group(H5Gcreate2(file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      } else if (kind == 10) {
        H5Lcreate_soft(choices.below(2) == 0 ? path.c_str() : ("/" + choices.of(objects_)).c_str(), file, path.c_str(),
                       H5P_DEFAULT, H5P_DEFAULT);
      } else if (kind == 11) {
        H5Lcreate_external(choices.below(2) == 0 ? "/dev/zero" : "absent.h5", "/W", file, path.c_str(), H5P_DEFAULT,
                           H5P_DEFAULT);
      } else if (kind == 12) {  // also a group into itself
        H5Lcreate_hard(file, choices.below(2) == 0 ? "/" : choices.of(objects_).c_str(), file, path.c_str(),
                       H5P_DEFAULT, H5P_DEFAULT);
      } else if (kind == 13) {
        const auto type = some_type(choices);
        H5Tcommit2(file, path.c_str(), type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      } else if (kind == 14) {
        put_dataset(file, path, choices);
      }
    }
  }
  return image_of(file);
}

}  // namespace stillpoint::testing
