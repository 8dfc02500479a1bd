// NWB files as bytes: what is written, read back by HDF5 itself; which neurons a session records.
#include <array>
#include <set>

#include "catch.hpp"
#include "experiments/recordings/nwb_writer.hpp"
#include "experiments/recordings/session_file.hpp"
#include "experiments/recordings/trial_table.hpp"
#include "tests/fuzz/examples.hpp"

using namespace stillpoint;

namespace {

NwbSession session_named(const std::string& key) {
  return {key,
          "2000-01-01T00:00:00+00:00",
          "a session",
          {{"notes", "zwei\nZeilen, ü"}},
          {"one", "two"},
          "command",
          {{"sex", "U"}}};
}

/// A file that is written, closed and opened again.
class Written {
 public:
  explicit Written(const NwbSession& session) : writer_(session, scratch_.open()) {}
  NwbWriter& writer() { return writer_; }
  void read() {
    REQUIRE(writer_.close() == 0);
    file_ = H5::H5File(scratch_.path(), H5F_ACC_RDONLY);
  }
  std::string text(const H5::H5Object& of, const std::string& attribute) const {
    const auto found = of.openAttribute(attribute);
    std::string value;
    found.read(found.getStrType(), value);
    return value;
  }
  H5::DataSet operator[](const std::string& path) const { return file_.openDataSet(path); }
  H5::Group group(const std::string& path) const { return file_.openGroup(path); }
  std::vector<double> numbers(const std::string& path) const {
    const auto dataset = (*this)[path];
    std::vector<double> values(static_cast<std::size_t>(dataset.getSpace().getSimpleExtentNpoints()));
    dataset.read(values.data(), H5::PredType::NATIVE_DOUBLE);
    return values;
  }

 private:
  testing::ScratchFile scratch_;
  NwbWriter writer_;
  H5::H5File file_;
};

SimulatedTrials two_trials() {
  SimulatedTrials of{
      "step", {}, {}, {5, 3}, TrialSet<double>::zeros(1, 1, 50, 2), 1, 20, Delay{20, 25}, {"correct", "error"}};
  of.rates_hz = {10, -20, {Matrix<double>::Zero(2, 5), Matrix<double>::Zero(2, 5)}, {0, 1}};
  of.trials.length = {50, 30};
  of.protocol.stimulus = Protocol::Stimulus::step;
  of.protocol.onset_ms = 5;
  of.protocol.length_ms = 10;
  return of;
}

}  // namespace

TEST_CASE("texts, ragged columns and references are read back as they were written") {
  const auto held = hdf5::lock();
  Written file(session_named("a"));
  const std::vector<std::vector<double>> rows = {{0, 1, 2, 3}, {}, {4, 5}};
  file.writer().add_table(
      {"units",
       "Units",
       "",
       3,
       {{"spike_times", "", std::vector<double>{0.25, 0.5, 7}, std::vector<std::uint64_t>{2, 2, 3}, 0, 1e-6},
        {"obs_intervals", "", std::vector<double>{0, 1, 2, 3}, std::vector<std::uint64_t>{1, 1, 2}, 2},
        {"row_by_row", "", NwbColumn::Row([&](std::size_t i) -> const auto& { return rows[i]; }), {}, 2},
        {"area", "where", std::vector<std::string>{"left", "", "rechts ü"}},
        {"good", "", std::vector<bool>{true, false, true}},
        {"neuron", "", std::vector<long>{-4, 300, 5}}}});
  file.read();
  CHECK(file.text(file.group("/"), "neurodata_type") == "NWBFile");
  CHECK(file.text(file.group("units"), "namespace") == "core");
  CHECK(file.text(file["units/area"], "namespace") == "hdmf-common");
  CHECK(file.text(file["units/area"], "description") == "where");
  CHECK(file.numbers("units/spike_times") == std::vector<double>{0.25, 0.5, 7});
  CHECK(file.numbers("units/spike_times_index") == std::vector<double>{2, 2, 3});
  CHECK(file.numbers("units/row_by_row") == std::vector<double>{0, 1, 2, 3, 4, 5});
  CHECK(file.numbers("units/row_by_row_index") == std::vector<double>{2, 2, 3});
  CHECK(file.numbers("units/neuron") == std::vector<double>{-4, 300, 5});
  CHECK(file["units/obs_intervals"].getSpace().getSimpleExtentNdims() == 2);
  hobj_ref_t target = 0;
  file["units/obs_intervals_index"].openAttribute("target").read(H5::PredType::STD_REF_OBJ, &target);
  H5::DataSet referred;
  referred.dereference(file.group("/"), &target, H5R_OBJECT);
  CHECK(file.text(referred, "object_id") == file.text(file["units/obs_intervals"], "object_id"));
  std::array<char*, 3> areas{};
  file["units/area"].read(areas.data(), file["units/area"].getStrType());
  CHECK(std::string(areas[2]) == "rechts ü");
  for (char* each : areas) H5free_memory(each);
  std::string notes;
  file["general/notes"].read(notes, file["general/notes"].getStrType());
  CHECK(notes == "zwei\nZeilen, ü");
}

TEST_CASE("a series that is written in parts is that written at once, and its chunks are compressed") {
  const auto held = hdf5::lock();
  Matrix<double> values(3, 40000);
  for (Index t = 0; t < values.cols(); ++t) values.col(t) << static_cast<double>(t), 1, -static_cast<double>(t);
  std::vector<double> times(static_cast<std::size_t>(values.cols()));
  for (std::size_t t = 0; t < times.size(); ++t) times[t] = 0.01 * static_cast<double>(t);
  const NwbSeriesHead head{"stimulus/presentation/x", "TimeSeries", "", "", "Hz", 3, {}};
  Written one(session_named("a")), two(session_named("a"));
  one.writer().add_series(head).append(times, values);
  {
    auto series = two.writer().add_series(head);
    for (Index t = 0; t < values.cols(); t += 1000)
      series.append({times.begin() + t, times.begin() + t + 1000}, values.middleCols(t, 1000));
  }
  one.read();
  two.read();
  const auto path = head.path + "/data";
  CHECK(one.numbers(path) == two.numbers(path));
  CHECK(one.numbers(head.path + "/timestamps") == times);
  CHECK(one.numbers(path)[3 * 17 + 2] == -17);
  CHECK(two[path].getStorageSize() < 3 * 40000 * sizeof(double) / 4);
  CHECK(one.writer().identifier() == two.writer().identifier());
  CHECK(Written(session_named("b")).writer().identifier() != one.writer().identifier());
}

TEST_CASE("trials lie one after the other, each recorded within its own length") {
  TrialTable table;
  const auto first = table.add(two_trials()), second = table.add(two_trials());
  REQUIRE(first.size() == 2);
  CHECK(first[0].start_s == Approx(1));
  CHECK(first[0].stop_s == Approx(1.05));
  CHECK(first[0].event_s == Approx(1.02));
  CHECK(first[1].start_s == Approx(2.05));  // a second after the end
  CHECK(first[1].to_s == Approx(2.08));     // three bins
  CHECK(second[0].start_s == Approx(3.08));
  const auto columns = table.table().columns;
  std::map<std::string, NwbColumn::Values> by_name;
  for (const auto& column : columns) by_name[column.name] = column.values;
  CHECK(std::get<std::vector<double>>(by_name.at("stimulus_on_time"))[1] == Approx(2.075));
  CHECK(std::get<std::vector<double>>(by_name.at("stimulus_off_time"))[1] == Approx(2.085));
  CHECK(std::get<std::vector<double>>(by_name.at("delay_stop_time"))[0] == Approx(1.045));
  CHECK(std::get<std::vector<std::string>>(by_name.at("outcome"))[3] == "error");
  CHECK(by_name.count("block_on_time") == 0);
}

TEST_CASE("half of the recorded neurons are stimulated ones where there are as many") {
  SimulatedSession session;
  session.neurons = 20;
  session.seed = 3;
  session.stimulated = {1, 4, 5, 9, 12, 17};
  const auto stimulated = [&](const std::vector<Index>& chosen) {
    return std::count_if(chosen.begin(), chosen.end(), [&](Index each) {
      return std::binary_search(session.stimulated.begin(), session.stimulated.end(), each);
    });
  };
  for (const auto& [count, of_them] :
       {std::pair(1, 1), std::pair(7, 4), std::pair(10, 5), std::pair(12, 6), std::pair(16, 6), std::pair(20, 6)}) {
    const auto chosen = recorded_neurons(session, count, 1);
    CHECK(static_cast<int>(chosen.size()) == count);
    CHECK(std::set<Index>(chosen.begin(), chosen.end()).size() == chosen.size());
    CHECK(stimulated(chosen) == of_them);
  }
  CHECK(recorded_neurons(session, 8, 1) == recorded_neurons(session, 8, 1));
  CHECK(recorded_neurons(session, 8, 1) != recorded_neurons(session, 8, 2));
  CHECK_THROWS_AS(recorded_neurons(session, 21, 1), UserError);
  session.stimulated.clear();
  CHECK(recorded_neurons(session, 8, 1).size() == 8);
}
