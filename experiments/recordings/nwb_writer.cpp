#include "experiments/recordings/nwb_writer.hpp"

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <numeric>

namespace stillpoint {

namespace {

const std::string core_version = "2.7.0";

/// A UUID of version 5 (RFC 4122): the same for the same name.
std::string uuid_of(const std::string& space, const std::string& name) {
  const boost::uuids::name_generator_sha1 generator(boost::uuids::string_generator{}(space));
  return boost::uuids::to_string(generator(name));
}
/// Of names of no registry but ours.
const std::string our_space = "d6f4f6a2-3b1e-5b0c-9a57-5a1d8d0f6c11";

std::string namespace_of(const std::string& type) {
  for (const char* common : {"VectorData", "VectorIndex", "ElementIdentifiers", "DynamicTableRegion"})
    if (type == common) return "hdmf-common";
  return "core";
}

}  // namespace

NwbSeries::NwbSeries(const H5::Group& group, const NwbSeriesHead& head)
    : group_(group), rate_hz_(head.rate_hz), data_(group, "data", head.channels) {
  hdf5::write_variable_text(group, "description", head.description);
  if (!head.comments.empty()) hdf5::write_variable_text(group, "comments", head.comments);
  hdf5::write_variable_text(data_.dataset(), "unit", head.unit);
  hdf5::write_attribute(data_.dataset(), "conversion", 1.0);
  hdf5::write_attribute(data_.dataset(), "offset", 0.0);
  hdf5::write_attribute(data_.dataset(), "resolution", -1.0);  // not known: numbers of a simulation
  if (rate_hz_) return;
  timestamps_.emplace(group, "timestamps", 0);
  hdf5::write_attribute(timestamps_->dataset(), "interval", 1L);
  hdf5::write_variable_text(timestamps_->dataset(), "unit", "seconds");
}

void NwbSeries::append(const std::vector<double>& times_s, const Matrix<double>& values) {
  if (timestamps_) {
    timestamps_->append(times_s.data(), times_s.size());
  } else if (data_.rows() == 0 && !times_s.empty()) {
    const auto start = hdf5::add_number(group_, "starting_time", times_s.front());
    hdf5::write_attribute(start, "rate", *rate_hz_);
    hdf5::write_variable_text(start, "unit", "seconds");
  }
  data_.append(values.data(), static_cast<std::size_t>(values.cols()));  // a column is a sample
}

NwbWriter::NwbWriter(const NwbSession& session, int descriptor)
    : file_(descriptor), root_(file_.root()), identifier_(uuid_of(our_space, session.key)) {
  mark(root_, "", "NWBFile");
  hdf5::write_variable_text(root_, "nwb_version", core_version);
  hdf5::add_text(root_, "identifier", identifier_);
  hdf5::add_text(root_, "session_description", session.description);
  hdf5::add_text(root_, "session_start_time", session.start_time);
  hdf5::add_text(root_, "timestamps_reference_time", session.start_time);
  hdf5::add_texts(root_, "file_create_date", {session.start_time});  // equal sessions make equal bytes
  for (const char* group : {"acquisition", "analysis", "processing", "intervals", "stimulus", "stimulus/presentation",
                            "stimulus/templates", "general", "general/devices"})
    root_.createGroup(group);
  const auto general = root_.openGroup("general");
  for (const auto& [name, text] : session.general) hdf5::add_text(general, name, text);
  hdf5::add_texts(general, "keywords", session.keywords);
  hdf5::write_variable_text(hdf5::add_text(general, "source_script", session.command), "file_name", "stillpoint");
  const auto subject = add_object("general/subject", "Subject");
  for (const auto& [name, text] : session.subject) hdf5::add_text(subject, name, text);
}

void NwbWriter::mark(const H5::H5Object& object, const std::string& path, const std::string& type) const {
  hdf5::write_variable_text(object, "namespace", namespace_of(type));
  hdf5::write_variable_text(object, "neurodata_type", type);
  hdf5::write_variable_text(object, "object_id", uuid_of(identifier_, "/" + path));
}

H5::Group NwbWriter::add_object(const std::string& path, const std::string& type) {
  auto group = root_.createGroup(path);
  mark(group, path, type);
  return group;
}

void NwbWriter::add_module(const std::string& name, const std::string& description) {
  hdf5::write_variable_text(add_object("processing/" + name, "ProcessingModule"), "description", description);
}

NwbSeries NwbWriter::add_series(const NwbSeriesHead& head) { return {add_object(head.path, head.type), head}; }

H5::DataSet NwbWriter::add_values(const H5::Group& group, NwbColumn& column, std::size_t rows) const {
  const auto& name = column.name;
  if (const auto* numbers = std::get_if<std::vector<double>>(&column.values))
    return hdf5::add_column(group, name, *numbers, column.width);
  if (const auto* numbers = std::get_if<std::vector<long>>(&column.values))
    return hdf5::add_column(group, name, *numbers, column.width);
  if (const auto* numbers = std::get_if<std::vector<std::uint8_t>>(&column.values))
    return hdf5::add_column(group, name, *numbers, column.width);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&column.values))
    return hdf5::add_texts(group, name, *texts);
  if (const auto* pixels = std::get_if<std::vector<hdf5::Pixel>>(&column.values))
    return hdf5::add_pixels(group, name, *pixels);
  if (const auto* row_of = std::get_if<NwbColumn::Row>(&column.values)) {
    hdf5::GrowingArray<double> array(group, name, column.width);
    column.ends.emplace();
    for (std::size_t i = 0; i < rows; ++i) {
      const auto& row = (*row_of)(i);
      array.append(row.data(), row.size() / std::max<std::size_t>(1, column.width));
      column.ends->push_back(array.rows());
    }
    return array.dataset();
  }
  return hdf5::add_switches(group, name, std::get<std::vector<bool>>(column.values));
}

H5::Group NwbWriter::add_table(NwbTable table) {
  auto group = add_object(table.path, table.type);
  hdf5::write_variable_text(group, "description", table.description);
  std::vector<std::string> names;
  for (const auto& column : table.columns) names.push_back(column.name);
  hdf5::write_variable_texts(group, "colnames", names);
  std::vector<long> id(table.rows);
  std::iota(id.begin(), id.end(), 0L);
  mark(hdf5::add_column(group, "id", id), table.path + "/id", "ElementIdentifiers");
  for (auto& column : table.columns) {
    const auto path = table.path + '/' + column.name;
    const auto values = add_values(group, column, table.rows);
    mark(values, path, "VectorData");
    hdf5::write_variable_text(values, "description", column.description);
    if (column.resolution) hdf5::write_attribute(values, "resolution", *column.resolution);
    if (!column.ends) continue;
    const auto index = hdf5::add_column(group, column.name + "_index", *column.ends);
    mark(index, path + "_index", "VectorIndex");
    hdf5::write_variable_text(index, "description", "Ends of the rows in " + column.name);
    hdf5::write_reference(index, "target", root_, "/" + path);
  }
  return group;
}

void NwbWriter::add_region(const std::string& path, const std::string& description, const std::string& table,
                           std::size_t rows) {
  std::vector<long> which(rows);
  std::iota(which.begin(), which.end(), 0L);
  const auto slash = path.rfind('/');
  const auto region = hdf5::add_column(root_.openGroup(path.substr(0, slash)), path.substr(slash + 1), which);
  mark(region, path, "DynamicTableRegion");
  hdf5::write_variable_text(region, "description", description);
  hdf5::write_reference(region, "table", root_, "/" + table);
}

}  // namespace stillpoint
