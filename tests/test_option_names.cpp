// What the library says of its parameters, in the words of the command line.
#include "experiments/cli/command.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

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
  CHECK_THROWS_WITH(with_option_names(options, []() -> int { throw UserError("dt_ms"); }), "dt_ms");
}
