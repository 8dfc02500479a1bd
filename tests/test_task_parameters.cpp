// Tasks built from structs of parameters: the trials of the options of the same values; what is not allowed is named.
#include <limits>

#include "tasks/tasks.hpp"
#include "tests/catch.hpp"
#include "tests/task_draws.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// One kind of task built from its struct: at its defaults, and at the values of its preset "hard".
struct TypedCase {
  std::string task;
  std::unique_ptr<Task> (*make)(bool hard, double dt_ms);
};

const std::vector<TypedCase> typed_cases = {
    {"evidence_accumulation",
     [](bool hard, double dt_ms) {
       EvidenceAccumulationParameters p;
       if (hard) p.slots = 20, p.favoured = 0.6, p.delay_ms = {500, 1000};
       return make_task(p, dt_ms);
     }},
    {"flip_flop",
     [](bool hard, double dt_ms) {
       FlipFlopParameters p;
       if (hard) p.bits = 5, p.slots = 20, p.pulse_probability = 0.1;
       return make_task(p, dt_ms);
     }},
    {"delayed_addition",
     [](bool hard, double dt_ms) {
       DelayedAdditionParameters p;
       if (hard) p.samples = 30, p.delay_ms = {500, 500};
       return make_task(p, dt_ms);
     }},
    {"delayed_cue_discrimination",
     [](bool hard, double dt_ms) {
       DelayedCueDiscriminationParameters p;
       if (hard) p.cues = 8, p.delay_ms = {1000, 2000};
       return make_task(p, dt_ms);
     }},
    {"sine_generation",
     [](bool hard, double dt_ms) {
       SineGenerationParameters p;
       if (hard) p.frequencies_hz = {1, 2, 3, 4}, p.cue = SineGenerationParameters::Cue::onset;
       return make_task(p, dt_ms);
     }},
    {"fast_tracking",
     [](bool hard, double dt_ms) {
       FastTrackingParameters p;
       if (hard) p.channels = 2, p.correlation_ms = 10, p.lag_ms = 20;
       return make_task(p, dt_ms);
     }},
    {"delayed_match_to_sample",
     [](bool hard, double dt_ms) {
       DelayedMatchToSampleParameters p;
       if (hard) p.stimuli = 6, p.delay_ms = {500, 1000};
       return make_task(p, dt_ms);
     }},
    {"context_integration",
     [](bool hard, double dt_ms) {
       ContextIntegrationParameters p;
       if (hard) p.noise = 0.03, p.delay_ms = {300, 1500};
       return make_task(p, dt_ms);
     }},
    {"working_memory_n",
     [](bool hard, double dt_ms) {
       WorkingMemoryParameters p;
       if (hard) p.cues = 8, p.distractors = 4, p.delay_ms = {1000, 2000};
       return make_task(p, dt_ms);
     }},
    {"interval_timing",
     [](bool hard, double dt_ms) {
       IntervalTimingParameters p;
       if (hard) p.interval_ms = {500, 2000};
       return make_task(p, dt_ms);
     }},
};

/// The parameter that is refused, or "".
template <class Parameters>
std::string refused(const Parameters& parameters, double dt_ms = 5) {
  try {
    make_task(parameters, dt_ms);
  } catch (const ParameterError& error) {
    return error.name;
  }
  return "";
}

/// The same when one field is changed.
template <class Parameters, class Value>
std::string refused_with(Value Parameters::*field, const Value& value) {
  Parameters parameters;
  parameters.*field = value;
  return refused(parameters);
}

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("a task built from its struct draws the very same trials as one built from options", "[tasks]") {
  const auto kinds = generated_kinds();
  REQUIRE(typed_cases.size() == kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i)
    for (const bool hard : {false, true})
      for (const double dt_ms : {1.0, 5.0}) {
        CAPTURE(kinds[i].name, hard, dt_ms, seed);
        REQUIRE(typed_cases[i].task == kinds[i].name);
        const auto typed = typed_cases[i].make(hard, dt_ms);
        const auto named = make(kinds[i], dt_ms, preset(kinds[i], hard ? "hard" : "paper"));
        CHECK(typed->inputs() == named->inputs());
        CHECK(typed->outputs() == named->outputs());
        CHECK(typed->criterion() == named->criterion());
        CHECK(typed->input_name(0) == named->input_name(0));
        CHECK(same_trials(typed->draw({seed, 4}, 20), named->draw({seed, 4}, 20)));
      }
}

TEST_CASE("evidence accumulation: ties are redrawn or labelled as the struct says", "[tasks]") {
  EvidenceAccumulationParameters parameters;
  parameters.slots = 2;
  for (const auto ties : {EvidenceAccumulationParameters::Ties::redraw, EvidenceAccumulationParameters::Ties::second}) {
    parameters.ties = ties;
    const auto trials = make_task(parameters, 5)->draw({seed, 0}, 200);
    int tied = 0;
    for (Index b = 0; b < trials.batch; ++b) {
      const Vector<double> pulses = trial_of(trials, trials.inputs, b).rowwise().sum();
      tied += pulses(0) == pulses(1);
    }
    CHECK((tied > 0) == (ties == EvidenceAccumulationParameters::Ties::second));
  }
}

TEST_CASE("a parameter out of its bounds is refused by name", "[tasks]") {
  using Evidence = EvidenceAccumulationParameters;
  CHECK(refused(Evidence()).empty());
  CHECK(refused_with(&Evidence::slots, Index(0)) == "task.slots");
  CHECK(refused_with(&Evidence::slot_ms, 0.0) == "task.slot_ms");
  CHECK(refused_with(&Evidence::favoured, 1.5) == "task.favoured");
  CHECK(refused_with(&Evidence::amplitude, not_a_number) == "task.amplitude");
  CHECK(refused_with(&Evidence::delay_ms, Range{300, 200}) == "task.delay_ms");
  CHECK(refused_with(&Evidence::delay_ms, Range{-1, 200}) == "task.delay_ms");
  CHECK(refused_with(&FlipFlopParameters::bits, Index(17)) == "task.bits");
  CHECK(refused_with(&FlipFlopParameters::pulse_probability, 0.0) == "task.pulse_probability");
  CHECK(refused_with(&DelayedAdditionParameters::samples, Index(1)) == "task.samples");
  CHECK(refused_with(&DelayedCueDiscriminationParameters::cues, Index(1)) == "task.cues");
  CHECK(refused_with(&SineGenerationParameters::settle_ms, -1.0) == "task.settle_ms");
  CHECK(refused_with(&FastTrackingParameters::correlation_ms, 0.0) == "task.correlation_ms");
  CHECK(refused_with(&DelayedMatchToSampleParameters::stimuli, Index(1)) == "task.stimuli");
  CHECK(refused_with(&ContextIntegrationParameters::noise, -0.1) == "task.noise");
  CHECK(refused_with(&WorkingMemoryParameters::distractor_probability, 1.1) == "task.distractor_probability");
  CHECK(refused_with(&IntervalTimingParameters::interval_ms, Range{0, 100}) == "task.interval_ms");
  CHECK(refused_with(&TrialFileParameters::file, std::string()) == "task.file");

  const auto frequencies = &SineGenerationParameters::frequencies_hz;
  for (const std::vector<double>& values : {std::vector<double>{}, {0}, {2, -1}, {2, not_a_number}})
    CHECK(refused_with(frequencies, values) == "task.frequencies_hz");
  CHECK(refused_with(&ContextIntegrationParameters::coherences, {0.1, 0}) == "task.coherences");
  for (const double dt_ms : {0.0, -5.0, not_a_number}) CHECK(refused(Evidence(), dt_ms) == "integration.dt_ms");
}

TEST_CASE("parameters that do not fit one another or the time step are refused by name", "[tasks]") {
  CHECK(refused_with(&EvidenceAccumulationParameters::pulse_ms, 35.0) == "task.pulse_ms");
  CHECK(refused_with(&FlipFlopParameters::pulse_ms, 105.0) == "task.pulse_ms");
  CHECK(refused_with(&FlipFlopParameters::settle_ms, 100.0) == "task.settle_ms");
  CHECK(refused_with(&DelayedAdditionParameters::sample_ms, 2.4) == "task.sample_ms");
  CHECK(refused_with(&DelayedCueDiscriminationParameters::cue_ms, 2.4) == "task.cue_ms");
  CHECK(refused_with(&SineGenerationParameters::frequencies_hz, {2, 100}) == "task.frequencies_hz");
  CHECK(refused_with(&FastTrackingParameters::lag_ms, 500.0) == "task.lag_ms");
  CHECK(refused_with(&DelayedMatchToSampleParameters::test_ms, 2.4) == "task.test_ms");
  CHECK(refused_with(&ContextIntegrationParameters::stimulus_ms, 2.4) == "task.stimulus_ms");
  CHECK(refused_with(&WorkingMemoryParameters::distractors, Index(5)) == "task.distractor_ms");
  CHECK(refused_with(&IntervalTimingParameters::pulse_ms, 535.0) == "task.pulse_ms");
}
