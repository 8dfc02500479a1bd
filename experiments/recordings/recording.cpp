#include "experiments/recordings/recording.hpp"

#include <fmt/format.h>

#include <cmath>
#include <mutex>

#include "experiments/recordings/nwb_series.hpp"
#include "experiments/recordings/nwb_table.hpp"
#include "experiments/recordings/nwb_units.hpp"

namespace stillpoint {

namespace {

using Place = hdf5::ForeignFile::Place;

/// A table of intervals by its name: /intervals/NAME, in the first schemas /NAME of those that these knew.
RecordedTable read_intervals(const NwbFile& nwb, const std::string& name) {
  std::vector<std::string> paths = {"/intervals/" + name};
  if (name == table_of_trials || name == "epochs" || name == "invalid_times") paths.push_back("/" + name);
  for (const auto& path : paths) {
    if (!nwb.file().has(path, Place::group)) continue;
    auto table = read_table(nwb, path);
    for (const auto* column : {"start_time", "stop_time"})
      required_column(nwb, table, column, TableColumn::Kind::number);
    return table;
  }
  return {};
}

std::vector<std::pair<std::string, Index>> other_intervals(const NwbFile& nwb, const std::string& trials) {
  std::vector<std::pair<std::string, Index>> others;
  const std::string all = "/intervals";
  if (!nwb.file().has(all, Place::group)) return others;
  for (const auto& [name, linked] : nwb.file().members(all)) {
    const auto id = place_in(place_in(all, name), "id");
    if (name == trials || name == "invalid_times" || !nwb.file().has(place_in(all, name), Place::group)) continue;
    if (nwb.file().has(id, Place::dataset))
      others.emplace_back(name, static_cast<Index>(nwb.file().dataset(id).rows()));
  }
  return others;
}

RecordedTable read_trials(const NwbFile& nwb, const std::string& name) {
  auto trials = read_intervals(nwb, name);
  if (!trials.path.empty() || name == table_of_trials) return trials;
  std::vector<std::string> names;
  for (const auto& [other, rows] : other_intervals(nwb, name)) names.push_back(other);
  throw UserError(fmt::format("--trials {}: {}: /intervals has no such table; it has: {}", name, nwb.file().name(),
                              names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

std::vector<TimeInterval> read_invalid(const NwbFile& nwb) {
  const auto table = read_intervals(nwb, "invalid_times");
  std::vector<TimeInterval> intervals;
  for (std::size_t row = 0; row < table.id.size(); ++row) {
    const TimeInterval each{table.find("start_time")->numbers[row], table.find("stop_time")->numbers[row]};
    if (!(each.from_s <= each.to_s))
      throw UserError(fmt::format("{}: row {} is from {} to {} s; must not end before it begins",
                                  nwb.file().where(table.path), row, each.from_s, each.to_s));
    intervals.push_back(each);
  }
  return disjoint(std::move(intervals));
}

std::vector<std::pair<std::string, std::string>> read_about(const NwbFile& nwb) {
  std::vector<std::pair<std::string, std::string>> about;
  for (const std::string group : {"/general/subject", "/general"}) {
    if (!nwb.file().has(group, Place::group)) continue;
    for (const auto& member : nwb.file().members(group)) {
      const auto path = place_in(group, member.name);
      if (!nwb.file().has(path, Place::dataset)) continue;
      const auto values = nwb.file().dataset(path);
      if (values.holds() == hdf5::ForeignDataset::Holds::text && member.name != "subject_id")
        about.emplace_back(member.name, fmt::format("{}", fmt::join(values.texts(), ", ")));
    }
  }
  return about;
}

}  // namespace

std::string TableColumn::shown(Index row) const {
  const auto i = static_cast<std::size_t>(row);
  if (kind == Kind::text) return texts[i];
  if (std::isnan(numbers[i])) return "";
  return kind == Kind::truth ? (numbers[i] != 0 ? "true" : "false") : fmt::format("{}", numbers[i]);
}

const TableColumn* RecordedTable::find(const std::string& name) const {
  for (const auto& column : columns)
    if (column.name == name) return &column;
  return nullptr;
}

struct Recording::Contents {
  Contents(const std::string& file, const std::string& of_trials)
      : nwb(file),
        identifier(nwb.text("/identifier")),
        description(nwb.text("/session_description")),
        start_time(nwb.text("/session_start_time")),
        subject(nwb.text("/general/subject/subject_id")),
        about(read_about(nwb)),
        units(nwb),
        trials(read_trials(nwb, of_trials)),
        intervals(other_intervals(nwb, of_trials)),
        invalid(read_invalid(nwb)),
        left_out(nwb.left_out()),
        series(read_series(nwb, left_out)) {}

  NwbFile nwb;
  std::string identifier, description, start_time, subject;
  std::vector<std::pair<std::string, std::string>> about;
  NwbUnits units;
  RecordedTable trials;
  std::vector<std::pair<std::string, Index>> intervals;
  std::vector<TimeInterval> invalid;
  std::vector<std::string> left_out;
  std::vector<RecordedSeries> series;

  /// The series that was asked for last.
  std::mutex mutex;
  std::optional<OpenSeries> open;
};

Recording::Recording(const std::string& file, const std::string& trials)
    : contents_(std::make_unique<Contents>(file, trials)) {}
Recording::~Recording() = default;
Recording::Recording(Recording&&) noexcept = default;

const std::string& Recording::file() const { return contents_->nwb.file().name(); }
const std::string& Recording::identifier() const { return contents_->identifier; }
const std::string& Recording::description() const { return contents_->description; }
const std::string& Recording::start_time() const { return contents_->start_time; }
const std::string& Recording::subject() const { return contents_->subject; }
const std::string& Recording::nwb_version() const { return contents_->nwb.version(); }
const std::vector<std::pair<std::string, std::string>>& Recording::about() const { return contents_->about; }
const RecordedTable& Recording::units() const { return contents_->units.table(); }
const RecordedTable& Recording::trials() const { return contents_->trials; }
const std::vector<std::pair<std::string, Index>>& Recording::intervals() const { return contents_->intervals; }
const std::vector<TimeInterval>& Recording::invalid() const { return contents_->invalid; }
const std::vector<RecordedSeries>& Recording::series() const { return contents_->series; }
const std::vector<std::string>& Recording::left_out() const { return contents_->left_out; }

void Recording::visit_spikes(const std::vector<Index>& units, const SpikeVisitor& visit) const {
  contents_->units.visit_spikes(units, visit);
}
std::vector<double> Recording::spike_times_s(Index unit) const {
  std::vector<double> times_s;
  visit_spikes({unit}, [&](std::size_t, const double* first, const double* last) {
    times_s.insert(times_s.end(), first, last);
  });
  return times_s;
}
Index Recording::spikes(Index unit) const { return contents_->units.spikes(unit); }
std::optional<std::vector<TimeInterval>> Recording::observed(Index unit) const {
  return contents_->units.observed(unit);
}

SeriesPart Recording::samples(const RecordedSeries& series, const TimeInterval& within) const {
  const std::lock_guard<std::mutex> held(contents_->mutex);
  auto& open = contents_->open;
  if (!open || open->path() != series.path) {
    open.reset();
    open.emplace(contents_->nwb, series);
  }
  return open->within(within);
}

}  // namespace stillpoint
