// What the library says of its parameters, in the words of the command line.
#include "experiments/cli/command.hpp"
#include "sim/options/nearest.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

TEST_CASE("of a misspelt name the nearest known one is asked for, of a far one none") {
  const std::vector<std::string> known = {"network.gain", "network.size", "full_force.gain", "study.arm", "--out"};
  const auto meant = [&](const std::string& name) {
    const auto text = did_you_mean(name, known);
    return text.empty() ? text : text.substr(15, text.size() - 16);
  };
  CHECK(meant("network.gian") == "network.gain");
  CHECK(meant("netwrk.size") == "network.size");
  CHECK(meant("Network.Size") == "network.size");
  CHECK(meant("gain") == "network.gain");  // the first whose last word it is
  CHECK(meant("arm") == "study.arm");
  CHECK(meant("gian") == "network.gain");
  CHECK(meant("--otu") == "--out");
  CHECK(meant("full-force.gain") == "full_force.gain");
  for (const std::string far : {"", "banana", "x", "network"}) CHECK(meant(far).empty());
  CHECK(meant(std::string(1000, 'x')).empty());
  CHECK(did_you_mean("network.size", {"rule.name", "network.gain"}).empty());  // another word of the same section
  CHECK(must_be_one_of("rk5", {"euler", "rk4"}) == "must be one of: euler, rk4; did you mean rk4?");
}

TEST_CASE("an error about a parameter of the library names the command's option where it has one, and nothing else") {
  boost::program_options::options_description options;
  options.add_options()("dt-ms", "")("record", "");
  const auto said_of = [&](const std::string& name) -> std::string {
    try {
      return std::to_string(with_option_names(options, [&]() -> int { throw ParameterError(name, "3", "must be 4"); }));
    } catch (const ParameterError& error) {
      return error.what();
    }
  };
  CHECK(said_of("dt_ms") == "--dt-ms = 3: must be 4");
  CHECK(said_of("record") == "--record = 3: must be 4");
  CHECK(said_of("integration.dt_ms") == "integration.dt_ms = 3: must be 4");
  CHECK(said_of("dt") == "dt = 3: must be 4");  // no guessing
  CHECK(said_of("--dt-ms") == "--dt-ms = 3: must be 4");
  CHECK(with_option_names(options, [] { return 7; }) == 7);
  const auto of_file = [&](const std::string& name, const std::string& allowed) -> std::string {
    try {
      return std::to_string(
          with_option_names(options, [&]() -> int { throw ParameterError(name, "3", allowed); }, "run.h5"));
    } catch (const ParameterError& error) {
      return error.what();
    }
  };
  CHECK(of_file("loss", "must be 4") == "run.h5: loss = 3: must be 4");
  CHECK(of_file("run.h5: loss", "must be 4") == "run.h5: loss = 3: must be 4");
  CHECK(of_file("--by", "must be 4") == "--by = 3: must be 4");
  CHECK(of_file("dt_ms", "must be 4") == "--dt-ms = 3: must be 4");
  CHECK_THROWS_WITH(with_option_names(options, []() -> int { throw UserError("dt_ms"); }), "dt_ms");
}
