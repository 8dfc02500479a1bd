// stillpoint analyze lyapunov: the spectrum of Lyapunov exponents under constant input, short-term synapses included.
#include <fmt/format.h>

#include "analysis/paths/lyapunov_spectrum.hpp"
#include "analysis/start_states.hpp"
#include "experiments/cli/analyses/numbers.hpp"
#include "experiments/cli/analyses/stepping.hpp"
#include "experiments/report/cells.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

constexpr Index most_exponents = 1000;  // of a state with synapses

nlohmann::ordered_json analyse_lyapunov(SubjectFile& file, const po::variables_map& given, std::string& text) {
  if (wants_synapse(given)) file.take_synapse(file.synapse);
  const auto system = file.subject.system();
  const auto* synapse = file.subject.continuous();
  const auto stepper = make_stepper(system, given, synapse);
  const Index D = stepper.dimension();
  const long exponents = given["exponents"].as<long>();
  require_parameter(exponents >= 0 && exponents <= D, "--exponents", fmt::format("{}", exponents),
                    fmt::format("must be from 1 to {}, the dimension of the state (0: all)", D));
  require_parameter(
      !synapse || (exponents == 0 ? D : exponents) <= most_exponents, "--exponents", fmt::format("{}", exponents),
      fmt::format("must be from 1 to {} with the synapse, whose state makes {} in all; or use --synapse none",
                  most_exponents, D));
  SpectrumSetting setting;
  setting.exponents = exponents;
  setting.duration_ms = duration_of(given, "duration-ms");
  setting.discard_ms = duration_of(given, "discard-ms");
  Vector<double> start = trial_starts(system, 1, 0.1, seed_of(given));
  if (synapse) start = with_initial_synapse(system, *synapse, start);
  const auto spectrum = lyapunov_spectrum(stepper, start, seed_of(given), setting);

  auto result = stepping_json("lyapunov", {file, given, system, synapse, stepper});
  result["duration_ms"] = setting.duration_ms;
  result["discarded_ms"] = setting.discard_ms;
  result["exponents_per_s"] = as_json(spectrum.per_second);
  result["standard_errors_per_s"] = as_json(spectrum.standard_error);
  result["kaplan_yorke_dimension"] = number_or_null(spectrum.kaplan_yorke);
  result["positive_sum_per_s"] = spectrum.entropy_per_second;

  text = "exponent  [1/s]         +-\n";
  const Index shown = std::min<Index>(10, spectrum.per_second.size());
  for (Index i = 0; i < shown; ++i)
    text += fmt::format("{:8}  {:<10.4g}  {:.2g}\n", i + 1, spectrum.per_second(i), spectrum.standard_error(i));
  if (shown < spectrum.per_second.size())
    text += fmt::format("..        {} more, down to {:.4g} (--json has all)\n", spectrum.per_second.size() - shown,
                        spectrum.per_second(spectrum.per_second.size() - 1));
  text += spectrum.kaplan_yorke
              ? fmt::format("Kaplan-Yorke dimension {:.4g} of {}; positive exponents sum to {:.4g} /s\n",
                            *spectrum.kaplan_yorke, D, spectrum.entropy_per_second)
              : std::string("Kaplan-Yorke dimension: needs more exponents, their sum is still positive\n");
  add_rank(stepper, result, text);
  if (synapse) text += fmt::format("of the joint state of network and synapses, {} entries\n", D);
  return result;
}

}  // namespace

AnalysisKind lyapunov_analysis() {
  return {"lyapunov",
          "Lyapunov exponents under constant input: how fast k directions grow along a path (QR), and its dimension.",
          "a network file or a run file",
          "exponents_per_s, standard_errors_per_s (null: -infinity), kaplan_yorke_dimension (null: too few exponents), "
          "positive_sum_per_s, synapse (of the joint state with it)",
          "stillpoint analyze lyapunov network.h5 --exponents 10 --json exponents.json",
          [](po::options_description& options) {
            add_path_options(options);
            options.add_options()("exponents", po::value<long>()->default_value(0), "the leading ones; 0: all")(
                "discard-ms", usual_number(2000), "left out at the start")("duration-ms", usual_number(20000),
                                                                           "measured after that, in 20 blocks");
          },
          of_subject({}, analyse_lyapunov),
          {of_any_sign(number_at("leading", "1/s", "/exponents_per_s/0")),
           number_at("kaplan_yorke_dimension", "", "/kaplan_yorke_dimension"),
           number_at("positive_sum", "1/s", "/positive_sum_per_s")}};
}

}  // namespace stillpoint
