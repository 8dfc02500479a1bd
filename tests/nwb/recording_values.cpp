// Everything that is read of a recording as JSON, for the tests of reading in this folder:
// recording_values RECORDING.nwb. Series are read in three parts.
#include <fmt/format.h>

#include <limits>

#include "experiments/options/message.hpp"
#include "experiments/recordings/recording.hpp"
#include "experiments/report/cells.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

Json values_of(const RecordedTable& table) {
  Json columns = Json::object();
  for (const auto& column : table.columns)
    columns[column.name] = column.kind == TableColumn::Kind::text ? Json(column.texts) : Json(column.numbers);
  return {{"path", table.path}, {"id", table.id}, {"columns", columns}, {"left_out", table.left_out}};
}

Json values_of(const std::vector<TimeInterval>& intervals) {
  Json all = Json::array();
  for (const auto& each : intervals) all.push_back({each.from_s, each.to_s});
  return all;
}

/// What the reader says where it refuses.
template <class Read>
Json or_refusal(Read&& read) {
  try {
    return read();
  } catch (const UserError& problem) {
    return problem.what();
  }
}

Json samples_of(const Recording& recording, const RecordedSeries& series) {
  Json times = Json::array(), values = Json::array();
  const double third = (series.to_s - series.from_s) / 3, never = std::numeric_limits<double>::infinity();
  const double ends[] = {-never, series.from_s + third, series.from_s + 2 * third, never};
  for (int part = 0; part < 3; ++part) {
    const auto samples = recording.samples(series, {ends[part], ends[part + 1]});
    for (const double time : samples.times_s) times.push_back(time);
    for (Index row = 0; row < samples.values.rows(); ++row) {
      Json one = Json::array();
      for (Index channel = 0; channel < samples.values.cols(); ++channel) one.push_back(samples.values(row, channel));
      values.push_back(one);
    }
  }
  return {{"times", times}, {"values", values}};
}

Json values_of(const Recording& recording) {
  Json units = values_of(recording.units()), series = Json::array();
  for (Index unit = 0; unit < recording.units().rows(); ++unit) {
    units["spikes"].push_back(or_refusal([&] { return Json(recording.spike_times_s(unit)); }));
    units["observed"].push_back(or_refusal([&] {
      const auto observed = recording.observed(unit);
      return observed ? values_of(*observed) : Json();
    }));
  }
  for (const auto& each : recording.series())
    series.push_back({{"path", each.path},
                      {"unit", each.unit},
                      {"table", each.table},
                      {"rate_hz", number_or_null(each.rate_hz)},
                      {"samples", or_refusal([&] { return samples_of(recording, each); })}});
  return {{"identifier", recording.identifier()},
          {"description", recording.description()},
          {"start_time", recording.start_time()},
          {"subject", recording.subject()},
          {"units", units},
          {"trials", values_of(recording.trials())},
          {"invalid", values_of(recording.invalid())},
          {"series", series},
          {"left_out", recording.left_out()}};
}

}  // namespace

}  // namespace stillpoint

int main(int count, char** words) {
  if (count != 2) return 1;
  try {
    fmt::print("{}", stillpoint::json_text(stillpoint::values_of(stillpoint::Recording(words[1]))));
    return 0;
  } catch (const stillpoint::UserError& problem) {
    stillpoint::tell(problem.what());
    return 2;
  }
}
