#include "experiments/recordings/nwb_file.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace stillpoint {

namespace {

using Document = nlohmann::json;  // of any order
using Place = hdf5::ForeignFile::Place;

/// Types of the core by what they are derived from, for files without specifications of their own.
const std::map<std::string, std::vector<std::string>>& core_types() {
  static const std::map<std::string, std::vector<std::string>> types = {
      {"TimeSeries",
       {"AbstractFeatureSeries", "AnnotationSeries", "DecompositionSeries", "ElectricalSeries", "ImageSeries",
        "IndexSeries", "IntervalSeries", "OptogeneticSeries", "PatchClampSeries", "RoiResponseSeries",
        "SpatialSeries"}},
      {"ElectricalSeries", {"SpikeEventSeries"}},
      {"ImageSeries", {"ImageMaskSeries", "OnePhotonSeries", "OpticalSeries", "TwoPhotonSeries"}},
      {"PatchClampSeries",
       {"CurrentClampSeries", "CurrentClampStimulusSeries", "VoltageClampSeries", "VoltageClampStimulusSeries"}},
      {"CurrentClampSeries", {"IZeroClampSeries"}},
      {"DynamicTable", {"ElectrodesTable", "PlaneSegmentation", "SweepTable", "TimeIntervals", "Units"}}};
  return types;
}

/// "NWB-1.0.6", "1.0.6"
bool is_first_format(const std::string& version) {
  const auto digit = version.find_first_of("0123456789");
  return digit != std::string::npos && (version.compare(digit, 2, "1.") == 0 || version.compare(digit, 2, "0.") == 0);
}

std::string checked_name(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::is_directory(name, ignored))
    for (const auto* of_zarr : {".zgroup", ".zattrs", ".zmetadata", "zarr.json"})
      if (fs::exists(fs::path(name) / of_zarr, ignored))
        throw UserError(name + ": is a Zarr directory; only NWB in HDF5 is read: export it with pynwb's NWBHDF5IO");
  return name;
}

}  // namespace

std::string place_in(const std::string& group, const std::string& name) {
  return group == "/" ? group + name : group + "/" + name;
}

std::string without(const std::string& place, const std::string& message) {
  return message.rfind(place + ": ", 0) == 0 ? message.substr(place.size() + 2) : message;
}

NwbFile::NwbFile(const std::string& name) : file_(checked_name(name)) {
  for (const auto& [parent, children] : core_types())
    for (const auto& child : children) parents_[child].insert(parent);
  check_version();
  read_specifications();
  find_objects();
}

void NwbFile::check_version() {
  version_ = file_.text("/", "nwb_version").value_or("");
  const auto first = file_.has("/nwb_version", Place::dataset) ? text("/nwb_version") : version_;
  if (is_first_format(first)) throw UserError(file_.name() + ": says that its version is " + first + "; only NWB 2 is read");
  if (version_.empty() && type_of("/") != "NWBFile")
    throw UserError(file_.name() + ": is HDF5, but not NWB: its root has no attribute nwb_version");
}

std::string NwbFile::text(const std::string& path) const {
  if (!file_.has(path, Place::dataset)) return "";
  const auto texts = file_.dataset(path).texts();
  return texts.empty() ? "" : texts.front();
}

std::string NwbFile::type_of(const std::string& path) const { return file_.text(path, "neurodata_type").value_or(""); }

std::string NwbFile::first(const std::string& type) const {
  for (const auto& object : objects_)
    if (is_a(object.type, type)) return object.path;
  return "";
}

bool NwbFile::is_a(const std::string& type, const std::string& ancestor) const {
  std::vector<std::string> open = {type};
  std::set<std::string> seen;
  while (!open.empty()) {
    const auto one = open.back();
    open.pop_back();
    if (one == ancestor) return true;
    const auto parents = parents_.find(one);
    if (seen.insert(one).second && parents != parents_.end())
      open.insert(open.end(), parents->second.begin(), parents->second.end());
  }
  return false;
}

/// /specifications/NAMESPACE/VERSION/NAME, each the text of a JSON document. What is in it of extensions may be wrong:
/// then their objects are taken for what they are named.
void NwbFile::read_specifications() {
  if (!file_.has("/specifications", Place::group)) return;
  std::vector<std::string> level = {"/specifications"};
  for (int depth = 0; depth < 3; ++depth) {
    std::vector<std::string> next;
    for (const auto& path : level)
      if (file_.has(path, Place::group))
        for (const auto& member : file_.members(path)) next.push_back(place_in(path, member.name));
    level = std::move(next);
  }
  for (const auto& path : level) {
    try {
      add_types(text(path));
    } catch (const UserError& problem) {
      left_out_.push_back(without(file_.name(), problem.what()));
    } catch (const Document::exception&) {
      left_out_.push_back(path + ": is no JSON");
    }
  }
}

void NwbFile::add_types(const std::string& specification) {
  const auto document = Document::parse(specification);
  std::vector<const Document*> open = {&document};  // a wrong one may be deeper than the stack
  while (!open.empty()) {
    const auto& one = *open.back();
    open.pop_back();
    if (!one.is_structured()) continue;
    const auto named = [&](const char* key) {
      const auto value = one.is_object() ? one.find(key) : one.end();
      return value != one.end() && value->is_string() ? value->get<std::string>() : "";
    };
    for (const std::string kind : {"neurodata_type", "data_type"}) {
      const auto child = named((kind + "_def").c_str()), parent = named((kind + "_inc").c_str());
      if (!child.empty() && !parent.empty() && child != parent) parents_[child].insert(parent);
    }
    for (const auto& part : one) open.push_back(&part);
  }
}

void NwbFile::find_objects() {
  std::set<hdf5::ForeignFile::Identity> seen = {file_.identity("/")};
  std::deque<std::string> groups = {"/"}, linked;
  const auto visit = [&](const std::string& path) {
    const auto place = file_.at(path);
    if (place == Place::broken) left_out_.push_back(path + ": " + file_.broken_because(path));
    if (place == Place::group && seen.insert(file_.identity(path)).second) groups.push_back(path);
  };
  while (!groups.empty() || !linked.empty()) {
    if (groups.empty()) {
      visit(linked.front());
      linked.pop_front();
      continue;
    }
    const auto group = groups.front();
    groups.pop_front();
    if (auto type = type_of(group); !type.empty() && group != "/") objects_.push_back({group, std::move(type)});
    for (const auto& member : file_.members(group)) {
      const auto path = place_in(group, member.name);
      if (path == "/specifications") continue;
      if (member.linked)
        linked.push_back(path);
      else
        visit(path);
    }
  }
  std::sort(objects_.begin(), objects_.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
}

}  // namespace stillpoint
