// stillpoint analyze lyapunov: the spectrum of Lyapunov exponents under constant input.
#include <fmt/format.h>

#include "analysis/lyapunov_spectrum.hpp"
#include "experiments/analyses/stepping.hpp"

namespace stillpoint {

namespace {

namespace po = boost::program_options;

nlohmann::ordered_json run(const std::string& file, const po::variables_map& given, std::string& text) {
  const auto system = make_system(file, given);
  const auto stepper = make_stepper(system, given);
  const long exponents = given["exponents"].as<long>();
  require_option(exponents >= 0 && exponents <= system.dimension(), "--exponents", fmt::format("{}", exponents),
                 fmt::format("must be from 1 to {}, the dimension of the state (0: all)", system.dimension()));
  SpectrumSetting setting;
  setting.exponents = exponents;
  setting.duration_ms = duration_of(given, "duration-ms");
  setting.discarded_ms = duration_of(given, "discard-ms");
  const Vector<double> start = start_states(system, 1, 0.1, seed_of(given));
  const auto spectrum = lyapunov_spectrum(stepper, start, seed_of(given), setting);

  auto result = stepping_json("lyapunov", system, stepper, given);
  result["duration_ms"] = setting.duration_ms;
  result["discarded_ms"] = setting.discarded_ms;
  result["exponents_per_s"] = as_json(spectrum.per_second);
  result["standard_errors_per_s"] = as_json(spectrum.standard_error);
  result["kaplan_yorke_dimension"] =
      spectrum.kaplan_yorke ? nlohmann::ordered_json(*spectrum.kaplan_yorke) : nlohmann::ordered_json(nullptr);
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
                            *spectrum.kaplan_yorke, system.dimension(), spectrum.entropy_per_second)
              : std::string("Kaplan-Yorke dimension: needs more exponents, their sum is still positive\n");
  return result;
}

}  // namespace

AnalysisKind lyapunov_analysis() {
  return {"lyapunov",
          "Lyapunov exponents under constant input: how fast k directions grow along a path (QR), and its dimension.",
          "a network file or a run file",
          "exponents_per_s, standard_errors_per_s (null: -infinity), kaplan_yorke_dimension (null: too few exponents), "
          "positive_sum_per_s",
          "stillpoint analyze lyapunov network.h5 --exponents 10 --json exponents.json",
          [](po::options_description& options) {
            add_system_options(options);
            add_stepping_options(options);
            options.add_options()("exponents", po::value<long>()->default_value(0), "the leading ones; 0: all")(
                "discard-ms", po::value<double>()->default_value(2000), "left out at the start")(
                "duration-ms", po::value<double>()->default_value(20000), "measured after that, in 20 blocks");
          },
          run};
}

}  // namespace stillpoint
