// The signs by which short-term synapses differ in an experiment, in a mean-field unit: one relu neuron,
//
//   tau dr/dt = -r + [W a r + S r + b + I]+,   tau 20 ms, r = 1 stands for 20 Hz
//
// at r0 = 12 Hz with a loop gain W a(r0) of .6 under every synapse (W and b follow from that). TCR: beta 20, tau_s .4 s.
// Tsodyks-Markram: depressing U .5, tau_d 800, tau_f 20 ms; facilitating U .03, tau_d 130, tau_f 530 ms. High-pass:
// tau_h .4 s and the strength that TCR has at r0. Feedback on the derivative needs inhibition beside excitation and so
// has no place in one neuron.
#include <cmath>

#include "tests/bound_synapse.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr double hz = 20, r0 = 12 / hz, gain = 0.6, tau = 20, tau_s = 400, beta = 20, step_ms = 1, warm_ms = 8000;
const std::vector<double> durations_ms = {50, 200, 800, 2000};

/// A current from warm_ms on.
class Pulse : public Perturbation<double> {
 public:
  Pulse(double size, double duration_ms) : size_(size), last_(warm_ms + duration_ms) {}
  void add(Index t, MatrixRef<double> u) override {
    const double ms = static_cast<double>(t) * step_ms;
    if (ms >= warm_ms && ms < last_) u.array() += size_;
  }

 private:
  double size_, last_;
};

struct Unit {
  SynapseModel synapse;
  double efficacy = 1;  // a at r0

  Network<double> network() const {
    auto one = random_network("leaky_rate", Nonlinearity::relu, 1, 1, 1);
    one.W << gain / efficacy;
    one.W_in.setZero();
    one.b << (1 - gain) * r0;
    one.r0 << r0;
    one.tau_ms << tau;
    return one;
  }
  /// Rates [Hz] by the ms, from the onset of a pulse or of noise on.
  Column rates(Pulse pulse, double after_ms, const Noise& noise = {}) const {
    const auto unit = network();
    const Integration euler{Method::euler, step_ms, 0};
    const auto steps = static_cast<Index>((warm_ms + after_ms) / step_ms);
    const auto made = synapse.make<double>(synapse_context(unit, euler, noise, steps));
    Simulation<double> simulation(unit, euler, noise);
    simulation.perturb_by(&pulse);
    const auto& run = simulation.run(TrialSet<double>::zeros(2, 2, steps, 1), {}, *made);
    return hz * run.state.row(0).tail(steps + 1 - static_cast<Index>(warm_ms / step_ms)).transpose();
  }
};

Unit tsodyks_markram(const TsodyksMarkramConstants& c) {
  Network<double> relu;
  relu.nonlinearity = Nonlinearity::relu;
  const double f = c.firing(relu, r0), rest = c.steady_use(0) * c.steady_resource(0);
  return {tsodyks_markram_synapse(parameters_of(c)), c.steady_use(f) * c.steady_resource(f) / rest};
}
Unit fixed() { return {static_synapse()}; }
Unit depressing() { return tsodyks_markram({0.5, 20, 800, hz, true}); }
Unit facilitating() { return tsodyks_markram({0.03, 530, 130, hz, true}); }
Unit temporal() { return {tcr_synapse(dense_tcr(beta, tau_s))}; }
Unit high_pass() { return {high_pass_synapse({beta * r0 * r0 * tau / tau_s, tau_s})}; }

/// After silence of each duration.
struct AfterSilence {
  std::vector<double> settling_ms;  // until the rate stays within 10 % of r0
  std::vector<double> overshoot;    // most above r0 [Hz]
  std::vector<double> tail;         // 600 ms after its end, from r0 [Hz]
};
constexpr double just_silences = -(1 - gain) * r0 - 0.05;
AfterSilence after_silence(const Unit& unit, double current = just_silences) {
  AfterSilence all;
  for (const double duration : durations_ms) {
    const Column rates = unit.rates({current, duration}, duration + 6000);
    const Column after = rates.tail(rates.size() - static_cast<Index>(duration));
    if (duration >= 800) CHECK(after(0) < 0.05 * hz * r0);  // before, TCR and the high-pass hold against it
    Index last = after.size() - 1;
    while (last >= 0 && std::abs(after(last) - hz * r0) <= 0.1 * hz * r0) --last;
    all.settling_ms.push_back(static_cast<double>(last + 1));
    all.overshoot.push_back(after.maxCoeff() - hz * r0);
    all.tail.push_back(after(600) - hz * r0);
  }
  return all;
}
/// Response to an excitatory step of 2 s: its end over 150 ms of it, three times the membrane's tau/(1 - gain).
double creep(const Unit& unit) {
  const Column rates = unit.rates({0.3, 2000}, 2000).array() - hz * r0;
  return rates(1999) / rates(150);
}
double spontaneous_sd(const Unit& unit) {
  const Column rates = unit.rates({0, 0}, 400000, {0, 0.05, 20});
  return std::sqrt((rates.array() - rates.mean()).square().mean());
}

bool rises(const std::vector<double>& values) {
  for (std::size_t i = 1; i < values.size(); ++i)
    if (!(values[i] > values[i - 1])) return false;
  return true;
}

}  // namespace

TEST_CASE("the units rest at 12 Hz whatever their synapse") {
  for (const auto& unit : {fixed(), depressing(), facilitating(), temporal(), high_pass()})
    CHECK((unit.rates({0, 0}, 1000).array() - hz * r0).abs().maxCoeff() < 0.01);
}

TEST_CASE("after silence: any duration alike, rebound, tail, or saturating at some tau_s, by the synapse") {
  const auto none = after_silence(fixed());
  // from silence to 10 %: tau/(1 - gain) ln 10
  for (std::size_t i = 1; i < durations_ms.size(); ++i)
    CHECK(none.settling_ms[i] == Approx(tau / (1 - gain) * std::log(10)).epsilon(0.02));
  CHECK(none.settling_ms[0] == Approx(none.settling_ms[3]).epsilon(0.15));  // not yet silent after 50 ms
  for (const double each : none.overshoot) CHECK(each < 0.01);
  for (const double each : none.tail) CHECK(std::abs(each) < 0.01);

  const auto depresses = after_silence(depressing());
  CHECK(rises(depresses.overshoot));  // of the opposite sign
  CHECK(depresses.overshoot.front() > 1);
  CHECK(depresses.settling_ms.back() > depresses.settling_ms.front());
  CHECK(depresses.settling_ms.back() > 2 * none.settling_ms.back());

  const auto facilitates = after_silence(facilitating());
  CHECK(rises(facilitates.settling_ms));
  CHECK(facilitates.settling_ms.back() > 10 * facilitates.settling_ms.front());
  for (const double each : facilitates.overshoot) CHECK(each < 0.05);
  for (const double each : facilitates.tail) CHECK(each < -0.1);  // of the same sign

  const auto opposes = after_silence(temporal());
  CHECK(opposes.settling_ms[0] < none.settling_ms[0]);  // S is still positive from the fall
  CHECK(rises(opposes.settling_ms));
  CHECK(opposes.settling_ms[3] < 1.25 * opposes.settling_ms[2]);  // it saturates
  CHECK(opposes.settling_ms[3] < 2.5 * tau_s);
  for (const double each : opposes.overshoot) CHECK(each < 0.05);
  for (const double each : opposes.tail) CHECK(each < -0.1);

  // A current that shuts the unit off at once makes d = dv/du = 0: nothing is induced in the fall, S = 0 thereafter.
  const auto shut_off = after_silence(temporal(), -2);
  for (const double each : shut_off.settling_ms) CHECK(each == Approx(shut_off.settling_ms.back()).epsilon(0.01));

  // Where they part: the high-pass acts at silence, TCR does not, so that the former is the slower one.
  const auto passes = after_silence(high_pass());
  CHECK(rises(passes.settling_ms));
  for (const double each : passes.overshoot) CHECK(each < 0.05);
  CHECK(passes.settling_ms[3] > 1.5 * opposes.settling_ms[3]);
}

TEST_CASE("within an excitatory step: flat, falling under depression, creeping under facilitation and TCR") {
  const double none = creep(fixed()), depresses = creep(depressing()), facilitates = creep(facilitating()),
               opposes = creep(temporal()), passes = creep(high_pass());
  INFO(none << ' ' << depresses << ' ' << facilitates << ' ' << opposes << ' ' << passes);
  CHECK(none == Approx(1 / (1 - std::exp(-150 * (1 - gain) / tau))).epsilon(0.01));
  CHECK(depresses < 0.9);
  CHECK(facilitates > none + 0.02);
  CHECK(opposes > facilitates + 0.2);
  CHECK(passes > facilitates + 0.2);
}

TEST_CASE("spontaneous variability falls most under TCR, a little under depression, and not under facilitation") {
  const double none = spontaneous_sd(fixed()), depresses = spontaneous_sd(depressing()),
               facilitates = spontaneous_sd(facilitating()), opposes = spontaneous_sd(temporal());
  INFO(none << ' ' << depresses << ' ' << facilitates << ' ' << opposes);
  // drive noise of SD s and time constant tau_n through a unit of T = tau/(1 - gain):
  // SD s/(1 - gain) sqrt(tau_n/(tau_n + T))
  CHECK(none == Approx(hz * 0.05 / (1 - gain) * std::sqrt(20 / (20 + tau / (1 - gain)))).epsilon(0.05));
  CHECK(depresses < none);
  CHECK(opposes < 0.8 * none);
  CHECK(opposes < depresses);
  CHECK(facilitates > 0.98 * none);
}
