#include "experiments/recordings/session_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "experiments/options/argument.hpp"
#include "experiments/recordings/session_imaging.hpp"
#include "experiments/recordings/session_text.hpp"
#include "experiments/recordings/trial_table.hpp"
#include "experiments/results/atomic_file.hpp"
#include "experiments/runs/machine.hpp"

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
  SessionFile(const SimulatedSession& session, const RecordedSession& as, std::vector<Index> neurons)
      : session_(session),
        as_(as),
        neurons_(std::move(neurons)),
        spikes_s_(neurons_.size()),
        file_(session_text(session, as, neurons_)) {
    const auto device = file_.add_object("general/devices/stillpoint", "Device");
    hdf5::write_variable_text(device, "description", "A simulated recording of a simulated network");
    if (as.rates) file_.add_module("ecephys", "Firing rates as they are in the simulation, without noise of recording");
    if (is_calcium(as)) add_imaging(file_, as.recording.calcium, neurons_.size(), neuron_columns());
  }

  /// `place` among the experiments.
  void add(const SimulatedTrials& of, std::size_t place) {
    const bool alone = session_.experiments.size() == 1 && of.rates_hz.trials.size() == 1;
    const auto times = trials_.add(of);
    std::vector<Index> all(times.size());
    std::iota(all.begin(), all.end(), Index(0));
    const auto stream = recording_stream(as_.number, place);
    if (as_.rates) add_rates(of, times, alone);
    add_stimuli(of, times, alone);
    if (is_calcium(as_))
      add_frames(record(of.rates_hz, neurons_, all, as_.recording, session_.seed, stream), of, times, alone);
    else
      add_spikes(spike_times(of.rates_hz, neurons_, all, as_.recording, session_.seed, stream), times);
    for (const auto& each : times)
      for (const double bound : {each.from_s, each.to_s}) observed_s_.push_back(bound);
  }

  std::string finish() {
    file_.add_table(trials_.table());
    if (!is_calcium(as_)) file_.add_table(units());
    return file_.image();
  }

  SessionCounts counts() const {
    SessionCounts counts{static_cast<Index>(neurons_.size()), 0, trials_.rows(), 0, trials_.length_s()};
    for (const bool each : stimulated()) counts.stimulated += each ? 1 : 0;
    for (const auto& spikes : spikes_s_) counts.spikes += static_cast<long>(spikes.size());
    return counts;
  }

 private:
  void add_rates(const SimulatedTrials& of, const std::vector<TrialTimes>& times, bool alone) {
    for (std::size_t b = 0; b < times.size(); ++b)
      rates_.append(file_, times[b].from_s, of.rates_hz.bin_ms / 1000,
                    of.rates_hz.trials[b].leftCols(of.bins[b])(neurons_, Eigen::all), alone);
  }

  void add_frames(const Session& frames, const SimulatedTrials& of, const std::vector<TrialTimes>& times, bool alone) {
    for (std::size_t b = 0; b < times.size(); ++b) {
      const double recorded_ms = static_cast<double>(of.bins[b]) * of.rates_hz.bin_ms;
      const auto count = std::min(frames.bins(), static_cast<Index>(recorded_ms / frames.bin_ms * (1 + 1e-9)));
      frames_.append(file_, times[b].from_s, frames.bin_ms / 1000, frames.trials[b].leftCols(count), alone);
    }
    if (!std::exchange(has_region_, true)) add_regions(file_, neurons_.size());
  }

  void add_spikes(const SpikeTimes& spikes_ms, const std::vector<TrialTimes>& times) {
    for (std::size_t b = 0; b < times.size(); ++b)
      for (std::size_t n = 0; n < neurons_.size(); ++n)
        for (const double spike_ms : spikes_ms[b][n])
          if (const double at_s = times[b].event_s + spike_ms / 1000; at_s < times[b].to_s)
            spikes_s_[n].push_back(std::max(at_s, times[b].from_s));
  }

  /// What the network was given: inputs of the task, and what the experiment does to its drive.
  void add_stimuli(const SimulatedTrials& of, const std::vector<TrialTimes>& times, bool alone) {
    const auto& trials = of.trials;
    const bool in_task = of.protocol.during == Protocol::During::task || (trials.inputs.array() != 0).any();
    const bool stimulated = of.protocol.stimulus != Protocol::Stimulus::none,
               silenced = of.protocol.stimulus == Protocol::Stimulus::silence;
    for (Index b = 0; b < trials.batch; ++b) {
      const auto start_s = times[static_cast<std::size_t>(b)].start_s;
      const Index steps = trials.length[static_cast<std::size_t>(b)];
      if (in_task && trials.inputs.rows() > 0)
        inputs_.append(file_, start_s, of.dt_ms / 1000, trials.inputs(Eigen::all, Eigen::seqN(b, steps, trials.batch)),
                       alone);
      if (!stimulated) continue;
      Matrix<double> course(1, steps);
      for (Index t = 0; t < steps; ++t)
        course(t) = stimulus_course(of.protocol, static_cast<double>(t) * of.dt_ms * (1 + 1e-12) - of.event_ms -
                                                     of.protocol.onset_ms + 1e-9 * of.dt_ms);
      auto& series = silenced ? silencing_ : current_;
      series.append(file_, start_s, of.dt_ms / 1000, silenced ? course : of.protocol.amplitude * course, alone);
    }
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
    std::vector<double> spikes, observed;
    std::vector<std::uint64_t> spike_ends, observed_ends;
    for (const auto& of_unit : spikes_s_) {
      spikes.insert(spikes.end(), of_unit.begin(), of_unit.end());
      spike_ends.push_back(spikes.size());
      observed.insert(observed.end(), observed_s_.begin(), observed_s_.end());
      observed_ends.push_back(observed.size() / 2);
    }
    const double end_s = trials_.length_s(), ulp_s = std::nextafter(end_s, 2 * end_s) - end_s;
    NwbTable table{"units", "Units", "Recorded neurons, spikes as drawn from their rates", neurons_.size(), {}};
    table.columns = {{"spike_times", "Spikes [s]", std::move(spikes), std::move(spike_ends), 0, ulp_s},
                     {"obs_intervals", "When the neuron was recorded: in every trial [s]", std::move(observed),
                      std::move(observed_ends), 2}};
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

/// Before most of it is made: series in the file, and the copy that is written.
void require_memory(const SimulatedSession& session, const RecordedSession& as, const SimulatedTrials& first,
                    std::size_t neurons) {
  if (!as.rates) return;
  const double values = static_cast<double>(first.rates_hz.bins()) *
                        static_cast<double>(first.rates_hz.trials.size() * neurons * session.experiments.size()),
               bytes = 2 * sizeof(double) * values, available = usable_memory();
  require_argument(bytes <= available, "--trials", fmt::format("{}", first.rates_hz.trials.size()),
                   fmt::format("rates of them need about {} of memory, {} is available: take fewer, or --no-rates",
                               memory_text(bytes), memory_text(available)));
}

}  // namespace

SessionCounts write_session(const SimulatedSession& session, const RecordedSession& as, const std::string& out) {
  const auto neurons =
      recorded_neurons(session, as.neurons.value_or(std::min(usual_neurons, session.neurons)), as.number);
  std::optional<SessionFile> file;
  for (std::size_t i = 0; i < session.experiments.size(); ++i) {
    const auto trials = session.simulate(i);
    const double frame_ms = 1000 / as.recording.calcium.frame_hz;
    require_parameter(!is_calcium(as) || frame_ms >= trials.rates_hz.bin_ms * (1 - 1e-9), "recording.frame_hz",
                      fmt::format("{:g}", as.recording.calcium.frame_hz),
                      fmt::format("must be at most {:.6g} Hz: rates are known by bins of {:g} ms",
                                  1000 / trials.rates_hz.bin_ms, trials.rates_hz.bin_ms));
    const auto held = hdf5::lock();
    if (!file) {
      require_memory(session, as, trials, neurons.size());
      file.emplace(session, as, neurons);
    }
    file->add(trials, i);
  }
  std::string bytes;
  {
    const auto held = hdf5::lock();
    bytes = file->finish();
  }
  write_atomically(out, bytes);
  return file->counts();
}

}  // namespace stillpoint
