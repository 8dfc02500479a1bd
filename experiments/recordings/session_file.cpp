#include "experiments/recordings/session_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "experiments/options/argument.hpp"
#include "experiments/recordings/session_imaging.hpp"
#include "experiments/recordings/session_text.hpp"
#include "experiments/recordings/trial_table.hpp"
#include "experiments/results/atomic_file.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

constexpr Index usual_neurons = 60;

bool is_calcium(const RecordedSession& as) { return as.recording.signal == RecordingModel::Signal::calcium; }

std::vector<double> times_from(double first_s, double step_s, Index count) {
  std::vector<double> times(static_cast<std::size_t>(count));
  for (Index i = 0; i < count; ++i) times[static_cast<std::size_t>(i)] = first_s + static_cast<double>(i) * step_s;
  return times;
}

/// A series that is made when its first sample comes.
class LateSeries {
 public:
  explicit LateSeries(NwbSeriesHead head) : head_(std::move(head)) {}
  /// Samples step_s apart; `alone`: no others follow.
  void append(NwbWriter& file, double first_s, double step_s, const Matrix<double>& values, bool alone) {
    if (!series_) {
      if (alone) head_.rate_hz = 1 / step_s;
      if (head_.channels != 0) head_.channels = static_cast<std::size_t>(values.rows());
      series_.emplace(file.add_series(head_));
    }
    series_->append(times_from(first_s, step_s, values.cols()), values);
  }

 private:
  NwbSeriesHead head_;
  std::optional<NwbSeries> series_;
};

/// The file while experiment after experiment is added to it.
class SessionFile {
 public:
  /// descriptor: of the file, open.
  SessionFile(const SimulatedSession& session, const RecordedSession& as, std::vector<Index> neurons, int descriptor)
      : session_(session),
        as_(as),
        neurons_(std::move(neurons)),
        spikes_s_(neurons_.size()),
        file_(session_text(session, as, neurons_), descriptor) {
    const auto device = file_.add_object("general/devices/stillpoint", "Device");
    hdf5::write_variable_text(device, "description", "A simulated recording of a simulated network");
    if (as.rates) file_.add_module("ecephys", "Firing rates as they are in the simulation, without noise of recording");
    if (is_calcium(as)) add_imaging(file_, as.recording.calcium, neurons_.size(), neuron_columns());
  }

  /// `place` among the experiments.
  void add(const SimulatedTrials& of, std::size_t place) {
    const bool alone = session_.experiments.size() == 1 && session_.trials == 1;
    const auto times = trials_.add(of);
    const auto stream = recording_stream(as_.number, place);
    const bool has_inputs = of.trials.inputs.rows() > 0 &&
                            (of.protocol.during == Protocol::During::task || (of.trials.inputs.array() != 0).any());
    for (std::size_t b = 0; b < times.size() && !file_.failed(); ++b) {
      look_aside();
      if (as_.rates) add_rates(of, b, times[b], alone);
      if (has_inputs) add_inputs(of, b, times[b], alone);
      if (of.protocol.stimulus != Protocol::Stimulus::none) add_stimulus(of, b, times[b], alone);
      const std::vector<Index> trial = {static_cast<Index>(b)};
      if (is_calcium(as_))
        add_frames(record(of.rates_hz, neurons_, trial, as_.recording, session_.seed, stream, of.first), of, b,
                   times[b], alone);
      else
        add_spikes(spike_times(of.rates_hz, neurons_, trial, as_.recording, session_.seed, stream, of.first)[0],
                   times[b]);
      for (const double bound : {times[b].from_s, times[b].to_s}) observed_s_.push_back(bound);
    }
  }

  int failed() const { return file_.failed(); }
  /// Errno of the first write that failed, or 0.
  int finish() {
    file_.add_table(trials_.table());
    if (!is_calcium(as_)) file_.add_table(units());
    return file_.close();
  }

  SessionCounts counts() const {
    SessionCounts counts{static_cast<Index>(neurons_.size()), 0, trials_.rows(), 0, trials_.length_s()};
    for (const bool each : stimulated()) counts.stimulated += each ? 1 : 0;
    for (const auto& spikes : spikes_s_) counts.spikes += static_cast<long>(spikes.size());
    return counts;
  }

 private:
  void add_rates(const SimulatedTrials& of, std::size_t b, const TrialTimes& times, bool alone) {
    rates_.append(file_, times.from_s, of.rates_hz.bin_ms / 1000,
                  of.rates_hz.trials[b].leftCols(of.bins[b])(neurons_, Eigen::all), alone);
  }

  /// frames: of the one trial.
  void add_frames(const Session& frames, const SimulatedTrials& of, std::size_t b, const TrialTimes& times,
                  bool alone) {
    const double recorded_ms = static_cast<double>(of.bins[b]) * of.rates_hz.bin_ms;
    const auto count = std::min(frames.bins(), static_cast<Index>(recorded_ms / frames.bin_ms * (1 + 1e-9)));
    frames_.append(file_, times.from_s, frames.bin_ms / 1000, frames.trials[0].leftCols(count), alone);
    if (!std::exchange(has_region_, true)) add_regions(file_, neurons_.size());
  }

  /// spikes_ms: of each neuron in the one trial.
  void add_spikes(const std::vector<std::vector<double>>& spikes_ms, const TrialTimes& times) {
    for (std::size_t n = 0; n < neurons_.size(); ++n)
      for (const double spike_ms : spikes_ms[n])
        if (const double at_s = times.event_s + spike_ms / 1000; at_s < times.to_s)
          spikes_s_[n].push_back(std::max(at_s, times.from_s));
  }

  void add_inputs(const SimulatedTrials& of, std::size_t b, const TrialTimes& times, bool alone) {
    const auto& trials = of.trials;
    inputs_.append(file_, times.start_s, of.dt_ms / 1000,
                   trials.inputs(Eigen::all, Eigen::seqN(static_cast<Index>(b), trials.length[b], trials.batch)),
                   alone);
  }

  /// What the experiment does to the network's drive.
  void add_stimulus(const SimulatedTrials& of, std::size_t b, const TrialTimes& times, bool alone) {
    const bool silenced = of.protocol.stimulus == Protocol::Stimulus::silence;
    Matrix<double> course(1, of.trials.length[b]);
    for (Index t = 0; t < course.cols(); ++t)
      course(t) = stimulus_course(of.protocol, static_cast<double>(t) * of.dt_ms * (1 + 1e-12) - of.event_ms -
                                                   of.protocol.onset_ms + 1e-9 * of.dt_ms);
    auto& series = silenced ? silencing_ : current_;
    series.append(file_, times.start_s, of.dt_ms / 1000, silenced ? course : of.protocol.amplitude * course, alone);
  }

  std::vector<bool> stimulated() const {
    std::vector<bool> all;
    for (const Index neuron : neurons_)
      all.push_back(std::binary_search(session_.stimulated.begin(), session_.stimulated.end(), neuron));
    return all;
  }
  std::vector<NwbColumn> neuron_columns() const {
    return {
        {"neuron", "Of the simulated network, from 0", std::vector<long>(neurons_.begin(), neurons_.end())},
        {"stimulated", "Whether currents or silencing go to it in experiments that stimulate neurons", stimulated()}};
  }

  NwbTable units() const {
    const NwbColumn::Row spikes = [this](std::size_t unit) -> const auto & { return spikes_s_[unit]; },
                         observed = [this](std::size_t) -> const auto & { return observed_s_; };
    const double end_s = trials_.length_s(), ulp_s = std::nextafter(end_s, 2 * end_s) - end_s;
    NwbTable table{"units", "Units", "Recorded neurons, spikes as drawn from their rates", neurons_.size(), {}};
    table.columns = {{"spike_times", "Spikes [s]", spikes, {}, 0, ulp_s},
                     {"obs_intervals", "When the neuron was recorded: in every trial [s]", observed, {}, 2}};
    for (auto& column : neuron_columns()) table.columns.push_back(std::move(column));
    return table;
  }

  const SimulatedSession& session_;
  const RecordedSession& as_;
  std::vector<Index> neurons_;
  std::vector<std::vector<double>> spikes_s_;
  std::vector<double> observed_s_;
  TrialTable trials_;
  NwbWriter file_;
  bool has_region_ = false;
  LateSeries rates_{series_head(SeriesKind::rates, session_)}, frames_{series_head(SeriesKind::frames, session_)},
      inputs_{series_head(SeriesKind::inputs, session_)}, current_{series_head(SeriesKind::current, session_)},
      silencing_{series_head(SeriesKind::silencing, session_)};
};

}  // namespace

SessionCounts write_session(const SimulatedSession& session, const RecordedSession& as, const std::string& out) {
  const auto neurons =
      recorded_neurons(session, as.neurons.value_or(std::min(usual_neurons, session.neurons)), as.number);
  PartialFile partial(out);
  std::optional<SessionFile> file;
  for (std::size_t i = 0; i < session.experiments.size(); ++i)
    session.simulate(i, [&](const SimulatedTrials& trials) {
      const double bin_ms = trials.rates_hz.bin_ms, frame_ms = 1000 / as.recording.calcium.frame_hz;
      require_parameter(
          !is_calcium(as) || frame_ms >= bin_ms * (1 - 1e-9), "recording.frame_hz",
          fmt::format("{:g}", as.recording.calcium.frame_hz),
          fmt::format("must be at most {:.6g} Hz: rates are known by bins of {:g} ms", 1000 / bin_ms, bin_ms));
      const auto held = hdf5::lock();
      if (!file) file.emplace(session, as, neurons, partial.descriptor());
      file->add(trials, i);
      if (const int failed = file->failed()) partial.close(failed);
    });
  const auto held = hdf5::lock();
  partial.put_in_place(file->finish());
  return file->counts();
}

}  // namespace stillpoint
