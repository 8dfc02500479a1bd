// Recordings of labs: what NwbWriter writes is read back, and what tables and times have to be like.
#include <fstream>
#include <limits>

#include "experiments/recordings/nwb_writer.hpp"
#include "experiments/recordings/recording.hpp"
#include "sim/options/option.hpp"
#include "tests/catch.hpp"
#include "tests/fuzz/examples.hpp"

using namespace stillpoint;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();
using Texts = std::vector<std::string>;

/// A recording of which the reader has the file for as long as it is there.
class Recorded {
 public:
  explicit Recorded(const std::function<void(NwbWriter&)>& fill) {
    {
      const auto held = hdf5::lock();
      NwbWriter writer(
          {"key", "2000-01-01T00:00:00+00:00", "a session", {}, {}, "", {{"subject_id", "m1"}, {"sex", "U"}}},
          file_.open());
      fill(writer);
      writer.close();
    }
    recording_.emplace(file_.path());
  }
  const Recording* operator->() const { return &*recording_; }

 private:
  testing::ScratchFile file_;
  std::optional<Recording> recording_;
};

void add_units(NwbWriter& writer, const std::vector<double>& spikes, const std::vector<std::uint64_t>& ends) {
  writer.add_table({"units", "Units", "-", ends.size(), {{"spike_times", "-", spikes, ends}}});
}

std::string refusal(const std::function<void()>& read) {
  try {
    read();
  } catch (const UserError& problem) {
    return problem.what();
  }
  return "";
}

}  // namespace

TEST_CASE("spikes are those of a unit", "[recordings]") {
  const Recorded recorded([](NwbWriter& writer) { add_units(writer, {0.5, 1, 1, 2, 0, 3}, {4, 4, 6}); });
  CHECK(recorded->units().rows() == 3);
  CHECK(recorded->spike_times_s(0) == std::vector<double>{0.5, 1, 1, 2});
  CHECK(recorded->spike_times_s(1).empty());
  CHECK(recorded->spike_times_s(2) == std::vector<double>{0, 3});
  CHECK(recorded->spikes(0) == 4);
  std::vector<std::pair<std::size_t, double>> visited;
  recorded->visit_spikes({1, 2}, [&](std::size_t i, const double* first, const double* last) {
    for (; first != last; ++first) visited.emplace_back(i, *first);
  });
  CHECK(visited == std::vector<std::pair<std::size_t, double>>{{1, 0}, {1, 3}});
  CHECK_FALSE(recorded->observed(0));
  CHECK(refusal([&] { recorded->spike_times_s(3); }).find("has 3 units, not a unit number 3") != std::string::npos);
}

TEST_CASE("spikes that fall back, come before 0 or at no time are named by unit and id", "[recordings]") {
  const Recorded recorded(
      [](NwbWriter& writer) { add_units(writer, {1, 2, 3, 2, -1, 0, 0, std::nan("")}, {2, 4, 6, 8}); });
  CHECK(recorded->spike_times_s(0).size() == 2);
  const auto said = [&](Index unit) { return refusal([&] { recorded->spike_times_s(unit); }); };
  CHECK(said(1) == recorded->file() +
                       ": /units/spike_times: unit 1 (id 1): spike 1 is at 2 s; must not be before the last one, 3 s");
  CHECK(said(2).find("unit 2 (id 2): spike 0 is at -1 s; must not be before 0") != std::string::npos);
  CHECK(said(3).find("unit 3 (id 3): spike 1 is at nan s; must be a time") != std::string::npos);
  CHECK(recorded->spike_times_s(0).size() == 2);  // as before
}

TEST_CASE("spikes of a unit that is read in parts are looked at across them", "[recordings]") {
  constexpr std::size_t part = 1 << 16, wrong = 2 * part;
  std::vector<double> spikes(3 * part);
  for (std::size_t i = 0; i < spikes.size(); ++i) spikes[i] = static_cast<double>(i);
  const Recorded right([&](NwbWriter& writer) { add_units(writer, spikes, {5, spikes.size()}); });
  CHECK(right->spike_times_s(1) == std::vector<double>(spikes.begin() + 5, spikes.end()));
  spikes[wrong] = spikes[wrong - 1] - 0.5;  // the first of a part
  spikes[wrong + 1] = -1;
  const Recorded fallen([&](NwbWriter& writer) { add_units(writer, spikes, {5, spikes.size()}); });
  CHECK(refusal([&] { fallen->spike_times_s(1); }) == fallen->file() +
                                                          ": /units/spike_times: unit 1 (id 1): spike 131067 is at "
                                                          "131070.5 s; must not be before the last one, 131071 s");
}

TEST_CASE("samples are those at from <= t < to", "[recordings]") {
  const Recorded recorded([](NwbWriter& writer) {
    const Matrix<double> rising = Vector<double>::LinSpaced(10, 0, 9).transpose();
    writer.add_series({"acquisition/steady", "TimeSeries", "d", "-", "V", 0, 10.0}).append({1}, rising);
    Matrix<double> two(2, 4);
    two << 1, 2, 3, 4, 5, 6, 7, 8;
    writer.add_series({"acquisition/stamped", "TimeSeries", "-", "-", "m", 2, std::nullopt}).append({0, 1, 1, 5}, two);
  });
  REQUIRE(recorded->series().size() == 2);
  const auto& stamped = recorded->series()[0];
  const auto& steady = recorded->series()[1];
  CHECK(steady.path == "/acquisition/steady");
  CHECK(steady.unit == "V");
  CHECK(steady.rate_hz == 10.0);
  CHECK(steady.from_s == 1);
  CHECK(steady.to_s == Approx(1.9));
  const auto part = recorded->samples(steady, {1.2, 1.5});
  REQUIRE(part.values.rows() == 3);
  CHECK(part.values(0, 0) == 2);
  CHECK(part.times_s[2] == Approx(1.4));
  CHECK(recorded->samples(steady, {-never, never}).values.rows() == 10);
  CHECK(recorded->samples(steady, {2, 3}).values.rows() == 0);
  CHECK_FALSE(stamped.rate_hz);
  const auto middle = recorded->samples(stamped, {1, 5});
  CHECK(middle.times_s == std::vector<double>{1, 1});
  CHECK(middle.values == (Matrix<double>(2, 2) << 2, 6, 3, 7).finished());
}

TEST_CASE("timestamps that fall are refused where they are asked for", "[recordings]") {
  const Recorded recorded([](NwbWriter& writer) {
    writer.add_series({"acquisition/back", "TimeSeries", "-", "-", "V", 0, std::nullopt})
        .append({0, 2, 1, 3}, Matrix<double>::Ones(1, 4));
  });
  const auto said = refusal([&] { recorded->samples(recorded->series()[0], {-never, never}); });
  CHECK(said.find("/acquisition/back/timestamps: sample 2 is at 1 s; times must not fall") != std::string::npos);
}

TEST_CASE("intervals are sorted and joined, trials have their columns", "[recordings]") {
  const Recorded recorded([](NwbWriter& writer) {
    const auto times = [](std::vector<double> from, std::vector<double> to) {
      return std::vector<NwbColumn>{{"start_time", "-", std::move(from)}, {"stop_time", "-", std::move(to)}};
    };
    writer.add_table({"intervals/invalid_times", "TimeIntervals", "-", 3, times({5, 1, 2}, {6, 3, 4})});
    auto columns = times({0, 1}, {1, std::nan("")});
    columns.push_back({"choice", "of it", Texts{"left", ""}});
    columns.push_back({"correct", "-", std::vector<bool>{true, false}});
    columns.push_back({"go", "-", std::vector<double>{0.25, std::nan("")}});
    writer.add_table({"intervals/trials", "TimeIntervals", "-", 2, columns});
  });
  REQUIRE(recorded->invalid().size() == 2);
  CHECK(recorded->invalid()[0].from_s == 1);
  CHECK(recorded->invalid()[0].to_s == 4);
  const auto& trials = recorded->trials();
  CHECK(trials.id == std::vector<long>{0, 1});
  REQUIRE(trials.find("choice"));
  CHECK(trials.find("choice")->description == "of it");
  CHECK(trials.find("choice")->shown(0) == "left");
  CHECK(trials.find("correct")->shown(0) == "true");
  CHECK(trials.find("go")->shown(0) == "0.25");
  CHECK(trials.find("go")->shown(1).empty());
  CHECK(trials.find("start_time")->shown(1) == "1");
  CHECK(trials.find("other") == nullptr);
  CHECK(recorded->subject() == "m1");
}

TEST_CASE("an invalid time that ends before it begins is refused", "[recordings]") {
  const auto said = refusal([] {
    Recorded([](NwbWriter& writer) {
      writer.add_table({"intervals/invalid_times",
                        "TimeIntervals",
                        "-",
                        1,
                        {{"start_time", "-", std::vector<double>{2}}, {"stop_time", "-", std::vector<double>{1}}}});
    });
  });
  CHECK(said.find("/intervals/invalid_times: row 0 is from 2 to 1 s") != std::string::npos);
}
