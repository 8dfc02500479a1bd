#include "experiments/recordings/nwb_series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stillpoint {

namespace {

using Place = hdf5::ForeignFile::Place;

void read_shape(const NwbFile& nwb, RecordedSeries& series) {
  const auto path = place_in(series.path, "data");
  if (!nwb.file().has(path, Place::dataset)) throw UserError("has no data");
  const auto data = nwb.file().dataset(path);
  if (!data.holds_numbers()) throw UserError("holds " + data.kind());
  if (data.shape().empty() || data.shape().size() > 2)
    throw UserError(fmt::format("has {} axes; time, or time and channels, can be read", data.shape().size()));
  series.samples = static_cast<Index>(data.rows());
  series.channels = data.has_axes(2) ? static_cast<Index>(data.shape()[1]) : 1;
  series.unit = nwb.file().text(path, "unit").value_or("");  // files of the first schemas may have none
}

void read_times(const NwbFile& nwb, RecordedSeries& series) {
  const auto stamps = place_in(series.path, "timestamps"), start = place_in(series.path, "starting_time");
  if (nwb.file().has(stamps, Place::dataset)) {
    const auto times = nwb.file().dataset(stamps);
    if (!times.has_axes(1) || static_cast<Index>(times.rows()) != series.samples)
      throw UserError(fmt::format("has {} samples, but {} timestamps", series.samples, times.rows()));
    if (series.samples == 0) return;
    series.from_s = times.numbers(0, 1)[0];
    series.to_s = times.numbers(times.rows() - 1, 1)[0];
    return;
  }
  if (!nwb.file().has(start, Place::dataset)) throw UserError("has neither timestamps nor starting_time");
  const auto begin = nwb.file().dataset(start).numbers();
  series.rate_hz = nwb.file().number(start, "rate");
  if (begin.size() != 1 || !std::isfinite(begin[0])) throw UserError("starting_time must be one number");
  if (!series.rate_hz || !(*series.rate_hz > 0) || !std::isfinite(*series.rate_hz))
    throw UserError("starting_time must have a rate > 0");
  series.from_s = begin[0];
  series.to_s = begin[0] + static_cast<double>(std::max<Index>(series.samples, 1) - 1) / *series.rate_hz;
}

std::string table_of(const NwbFile& nwb, const std::string& series) {
  for (const auto* region : {"rois", "electrodes"}) {
    const auto path = place_in(series, region);
    if (nwb.file().has(path, Place::dataset)) return nwb.file().reference(path, "table");
  }
  return "";
}

}  // namespace

std::vector<RecordedSeries> read_series(const NwbFile& nwb, std::vector<std::string>& left_out) {
  std::vector<RecordedSeries> all;
  for (const auto& object : nwb.objects()) {
    if (!nwb.is_a(object.type, "TimeSeries")) continue;
    try {
      RecordedSeries series;
      series.path = object.path;
      series.type = object.type;
      series.description = nwb.file().text(object.path, "description").value_or("");
      series.table = table_of(nwb, object.path);
      read_shape(nwb, series);
      read_times(nwb, series);
      all.push_back(std::move(series));
    } catch (const UserError& problem) {
      const auto what = without(nwb.file().name(), problem.what());
      left_out.push_back(what.rfind(object.path, 0) == 0 ? what : object.path + ": " + what);
    }
  }
  return all;
}

OpenSeries::OpenSeries(const NwbFile& nwb, RecordedSeries series)
    : series_(std::move(series)), data_(nwb.file().dataset(place_in(series_.path, "data"))) {
  const auto path = place_in(series_.path, "data"), by_channel = place_in(series_.path, "channel_conversion");
  if (!series_.rate_hz) timestamps_.emplace(nwb.file().dataset(place_in(series_.path, "timestamps")));
  conversion_ = nwb.file().number(path, "conversion").value_or(1);
  offset_ = nwb.file().number(path, "offset").value_or(0);
  if (!nwb.file().has(by_channel, Place::dataset)) return;
  of_channel_ = nwb.file().dataset(by_channel).numbers();
  if (static_cast<Index>(of_channel_.size()) != series_.channels)
    throw UserError(fmt::format("{}: has {} values, but the series has {} channels", nwb.file().where(by_channel),
                                of_channel_.size(), series_.channels));
}

double OpenSeries::time_of(hsize_t sample) const {
  if (timestamps_) return timestamps_->numbers(sample, 1)[0];
  return series_.from_s + static_cast<double>(sample) / *series_.rate_hz;
}

hsize_t OpenSeries::first_from(double time_s) const {
  hsize_t low = 0, high = static_cast<hsize_t>(series_.samples);
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (time_of(middle) < time_s)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

std::vector<double> OpenSeries::times(hsize_t from, hsize_t count) const {
  if (timestamps_) {
    auto times = timestamps_->numbers(from, count);
    for (std::size_t i = 0; i < times.size(); ++i)
      if (!std::isfinite(times[i]) || (i > 0 && times[i] < times[i - 1]))
        throw UserError(
            fmt::format("{}: sample {} is at {} s; times must not fall", timestamps_->where(), from + i, times[i]));
    return times;
  }
  std::vector<double> times;
  for (auto sample = from; sample < from + count; ++sample) times.push_back(time_of(sample));
  return times;
}

SeriesPart OpenSeries::within(const TimeInterval& within) const {
  const auto from = first_from(within.from_s), count = std::max(from, first_from(within.to_s)) - from;
  const auto values = data_.numbers(from, count);  // first of all: refuses what is not in the file
  SeriesPart part{times(from, count), Matrix<double>(static_cast<Index>(count), series_.channels)};
  for (Index channel = 0; channel < series_.channels; ++channel) {
    const double factor = conversion_ * (of_channel_.empty() ? 1 : of_channel_[static_cast<std::size_t>(channel)]);
    for (Index sample = 0; sample < part.values.rows(); ++sample)
      part.values(sample, channel) =
          values[static_cast<std::size_t>(sample * series_.channels + channel)] * factor + offset_;
  }
  return part;
}

}  // namespace stillpoint
