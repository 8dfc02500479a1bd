// An NWB 2 file: its typed objects and which type is derived from which.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/files/hdf5_foreign.hpp"

namespace stillpoint {

/// A group that says of itself what it is.
struct NwbObject {
  std::string path, type;  // its neurodata_type
};

class NwbFile {
 public:
  /// Throws UserError for what is no NWB 2 in HDF5.
  explicit NwbFile(const std::string& name);

  const hdf5::ForeignFile& file() const { return file_; }
  const std::string& version() const { return version_; }
  /// Each once, by its own place rather than one that links to it.
  const std::vector<NwbObject>& objects() const { return objects_; }
  /// The first of a type or of one derived from it; "" where there is none.
  std::string first(const std::string& type) const;
  /// By the specifications in the file, which know types of extensions, and those of the core.
  bool is_a(const std::string& type, const std::string& ancestor) const;
  /// Text of a dataset of one value, "" where there is none.
  std::string text(const std::string& path) const;
  /// A type that an object says to be, "" where it says none.
  std::string type_of(const std::string& path) const;

  /// Links that lead nowhere, specifications that cannot be read: "/units/x: leads to ..".
  const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  void check_version();
  void read_specifications();
  void add_types(const std::string& specification);
  void find_objects();

  hdf5::ForeignFile file_;
  std::string version_;
  std::vector<NwbObject> objects_;
  std::map<std::string, std::set<std::string>> parents_;
  std::vector<std::string> left_out_;
};

/// What is wrong without the place of it, which whoever tells it has said already.
std::string without(const std::string& place, const std::string& message);

/// "/units" + "id"
std::string place_in(const std::string& group, const std::string& name);

}  // namespace stillpoint
