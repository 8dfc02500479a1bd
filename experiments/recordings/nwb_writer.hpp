// A file of Neurodata Without Borders 2 (Ruebel et al. 2022, doi:10.7554/eLife.78362): core schema 2.7.0, hdmf-common
// 1.8.0. Objects are written at their paths, parents before children.
//
// Series and ragged columns are compressed and written part by part. Hold hdf5::lock() while any of this is called.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/files/hdf5_streamed.hpp"
#include "sim/files/hdf5_writing.hpp"

namespace stillpoint {

/// What an NWB file says of its session.
struct NwbSession {
  std::string key;         // equal for equal sessions: identifier and object ids are made of it
  std::string start_time;  // ISO 8601; times count from it
  std::string description;
  std::map<std::string, std::string> general;  // /general/NAME: session_id, notes, experiment_description ..
  std::vector<std::string> keywords;
  std::string command;                         // that made the file
  std::map<std::string, std::string> subject;  // subject_id, sex, age, species, description
};

/// A column of a table. Ragged: row i has the values (or pairs) before ends[i] and after those of row i - 1; or it is
/// what a function says of i, row after row, and `ends` follow.
struct NwbColumn {
  using Row = std::function<const std::vector<double>&(std::size_t)>;
  using Values = std::variant<std::vector<double>, std::vector<long>, std::vector<std::uint8_t>,
                              std::vector<std::string>, std::vector<bool>, std::vector<hdf5::Pixel>, Row>;
  std::string name, description;
  Values values;
  std::optional<std::vector<std::uint64_t>> ends = {};
  std::size_t width = 0;                  // values of an entry: 2 of an interval; 0: one, of one axis
  std::optional<double> resolution = {};  // of spike times [s]
};

struct NwbTable {
  std::string path, type, description;  // type: Units, TimeIntervals, PlaneSegmentation
  std::size_t rows;
  std::vector<NwbColumn> columns;
};

struct NwbSeriesHead {
  std::string path, type, description, comments, unit;
  std::size_t channels;           // 0: one value per sample
  std::optional<double> rate_hz;  // of samples without a gap; absent: each has its timestamp
};

/// A series of samples that is written part by part.
class NwbSeries {
 public:
  NwbSeries(const H5::Group& group, const NwbSeriesHead& head);
  /// Times [s] of the columns of `values` (channels x samples), later than all before. Of a series with a rate only the
  /// first is taken.
  void append(const std::vector<double>& times_s, const Matrix<double>& values);

 private:
  H5::Group group_;
  std::optional<double> rate_hz_;
  hdf5::GrowingArray<double> data_;
  std::optional<hdf5::GrowingArray<double>> timestamps_;
};

class NwbWriter {
 public:
  /// descriptor: of an empty file, as of hdf5::StreamedFile.
  NwbWriter(const NwbSession& session, int descriptor);

  void add_group(const std::string& path) { root_.createGroup(path); }
  /// An object of a type of the core at a path "general/devices/NAME".
  H5::Group add_object(const std::string& path, const std::string& type);
  /// "processing/NAME"
  void add_module(const std::string& name, const std::string& description);
  NwbSeries add_series(const NwbSeriesHead& head);
  H5::Group add_table(NwbTable table);
  /// A column of an object that names rows of a table: `rows` of them from the first on.
  void add_region(const std::string& path, const std::string& description, const std::string& table, std::size_t rows);

  /// Of the file: see hdf5::StreamedFile.
  int failed() const { return file_.failed(); }
  int close() { return file_.close(); }
  const std::string& identifier() const { return identifier_; }

 private:
  void mark(const H5::H5Object& object, const std::string& path, const std::string& type) const;
  /// Sets the ends of a column that is given row after row.
  H5::DataSet add_values(const H5::Group& group, NwbColumn& column, std::size_t rows) const;

  hdf5::StreamedFile file_;
  H5::Group root_;
  std::string identifier_;
};

}  // namespace stillpoint
