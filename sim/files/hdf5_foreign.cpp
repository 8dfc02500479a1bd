#include "sim/files/hdf5_foreign.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "sim/files/hdf5_text.hpp"
#include "sim/files/hdf5_values.hpp"

namespace stillpoint::hdf5 {

namespace {

namespace fs = std::filesystem;

/// Of a dataset whose parts are asked for one after the other: a chunk that is in no cache is read anew each time.
constexpr std::size_t chunk_cache_bytes = 64 << 20;

fs::path beside(const char* file, const char* other) { return fs::path(file).parent_path() / other; }

/// A link may lead to a device or a pipe, at which opening waits for ever.
herr_t refuse_other_than_files(const char* file, const char*, const char* other, const char*, unsigned*, hid_t, void*) {
  std::error_code ignored;
  return fs::is_regular_file(beside(file, other), ignored) ? 0 : -1;
}

Handle links_to_files() {
  Handle access(H5Pcreate(H5P_LINK_ACCESS));
  H5Pset_elink_cb(access, refuse_other_than_files, nullptr);
  return access;
}

Handle open_attribute(hid_t object, const std::string& name) {
  return Handle(H5Aexists(object, name.c_str()) > 0 ? H5Aopen(object, name.c_str(), H5P_DEFAULT) : -1);
}

/// Of an attribute; none where its shape holds none.
std::size_t values_of_attribute(hid_t attribute) {
  const Handle space(H5Aget_space(attribute));
  return static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space)));
}

}  // namespace

ForeignFile::ForeignFile(const std::string& name)
    : name_(name), id_([&] {
        const auto held = lock();
        return open_to_read(name);
      }()) {}

ForeignFile::~ForeignFile() {
  const auto held = lock();
  const Handle closed = std::move(id_);
}

Handle ForeignFile::open(const std::string& path) const { return Handle(H5Oopen(id_, path.c_str(), links_to_files())); }

ForeignFile::Place ForeignFile::at(const std::string& path) const {
  const auto held = lock();
  // Every step of the path has to be asked for: the library takes a missing one for an error.
  for (auto end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const auto step = path.substr(0, end);
    if (step != "/" && H5Lexists(id_, step.c_str(), links_to_files()) <= 0) return Place::absent;
    if (end == std::string::npos) break;
  }
  const Handle object = open(path);
  if (object < 0) return Place::broken;
  const auto type = H5Iget_type(object);
  return type == H5I_GROUP ? Place::group : type == H5I_DATASET ? Place::dataset : Place::something_else;
}

std::string ForeignFile::broken_because(const std::string& path) const {
  const auto held = lock();
  H5L_info_t link;
  if (H5Lget_info(id_, path.c_str(), &link, links_to_files()) < 0 || link.type == H5L_TYPE_HARD)
    return "cannot be opened";
  std::string value(link.u.val_size + 1, '\0');
  if (H5Lget_val(id_, path.c_str(), value.data(), value.size(), links_to_files()) < 0) return "cannot be opened";
  if (link.type == H5L_TYPE_SOFT) return fmt::format("leads to {}, which is not in the file", value.c_str());
  const char *file = "", *object = "";
  if (link.type != H5L_TYPE_EXTERNAL || H5Lunpack_elink_val(value.data(), link.u.val_size, nullptr, &file, &object) < 0)
    return "is a link of an unknown kind";
  std::error_code ignored;
  return fmt::format("leads to {} in {}, which {}", object, file,
                     fs::is_regular_file(beside(name_.c_str(), file), ignored) ? "cannot be opened" : "is not there");
}

ForeignFile::Identity ForeignFile::identity(const std::string& path) const {
  const auto held = lock();
  const Handle object = open(path);
  H5O_info_t info;
  hobj_ref_t reference = 0;
  if (object < 0 || H5Oget_info(object, &info) < 0 || H5Rcreate(&reference, object, ".", H5R_OBJECT, -1) < 0)
    throw UserError(where(path) + ": cannot be opened");
  return {info.fileno, reference};
}

std::vector<ForeignFile::Member> ForeignFile::members(const std::string& group) const {
  const auto held = lock();
  const Handle object = open(group);
  std::vector<std::string> names;
  if (H5Literate(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names) < 0)
    throw UserError(where(group) + ": its members cannot be listed");
  std::vector<Member> members;
  for (const auto& name : names) {
    H5L_info_t link;
    const bool known = H5Lget_info(object, name.c_str(), &link, H5P_DEFAULT) >= 0;
    members.push_back({name, known && link.type != H5L_TYPE_HARD});
  }
  return members;
}

std::optional<std::vector<std::string>> ForeignFile::texts(const std::string& path, const std::string& name) const {
  const auto held = lock();
  const Handle object = open(path), attribute = open_attribute(object, name);
  if (attribute < 0) return std::nullopt;
  const Handle type(H5Aget_type(attribute));
  const auto size = values_of_attribute(attribute);
  if (size == 0) return std::vector<std::string>();
  const auto place = fmt::format("{}: attribute {}", where(path), name);
  if (H5Tget_class(type) != H5T_STRING) throw UserError(place + ": must be text");
  if (size > longest_text || H5Tget_size(type) * size > longest_text) throw UserError(place + ": is too long");
  auto texts = texts_of(type, size, [&](void* values) { return H5Aread(attribute, type, values); });
  if (!texts) throw UserError(place + ": cannot be read");
  return texts;
}

std::optional<std::string> ForeignFile::text(const std::string& path, const std::string& name) const {
  const auto found = texts(path, name);
  if (!found) return std::nullopt;
  if (found->size() > 1) throw UserError(fmt::format("{}: attribute {}: must be one text", where(path), name));
  return found->empty() ? "" : found->front();
}

std::optional<double> ForeignFile::number(const std::string& path, const std::string& name) const {
  const auto held = lock();
  const Handle object = open(path), attribute = open_attribute(object, name);
  if (attribute < 0) return std::nullopt;
  const Handle type(H5Aget_type(attribute));
  double value = 0;
  if (!holds_numbers(type) || values_of_attribute(attribute) != 1 || H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0)
    throw UserError(fmt::format("{}: attribute {}: must be one number", where(path), name));
  return value;
}

std::string ForeignFile::reference(const std::string& path, const std::string& name) const {
  const auto held = lock();
  const Handle object = open(path), attribute = open_attribute(object, name);
  if (attribute < 0) return "";
  const Handle type(H5Aget_type(attribute));
  hobj_ref_t found = 0;
  if (H5Tequal(type, H5T_STD_REF_OBJ) <= 0 || values_of_attribute(attribute) != 1 ||
      H5Aread(attribute, H5T_STD_REF_OBJ, &found) < 0)
    return "";
  return path_of(object, found);
}

ForeignDataset ForeignFile::dataset(const std::string& path) const {
  const auto held = lock();
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  H5Pset_elink_cb(access, refuse_other_than_files, nullptr);
  H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, chunk_cache_bytes, H5D_CHUNK_CACHE_W0_DEFAULT);
  Handle found(H5Dopen2(id_, path.c_str(), access));
  if (found < 0) throw UserError(where(path) + ": missing, or not a dataset that can be opened");
  return {std::move(found), where(path)};
}

}  // namespace stillpoint::hdf5
