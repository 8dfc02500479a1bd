// Subcommands of the program. A new one is one file here and one line in commands.def.
#pragma once

#include <boost/program_options.hpp>
#include <functional>
#include <string>
#include <vector>

#include "experiments/cli/usual_number.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

struct Command {
  std::string name, arguments, help, example;
  int (*run)(const std::vector<std::string>& arguments, const Command& command);
};
const std::vector<Command>& commands();

/// Of its help what comes before the first full stop, colon or semicolon.
std::string in_short(const Command& command);

/// Parses with Boost.Program_options; a positional argument without a limit of its number is a list of words, one whose
/// name begins with OUT is a file to write; --help prints usage, options and
/// example and returns false. Numbers are read as those of a study file are, outputs checked. Throws UserError.
bool parse_command(const Command& command, const std::vector<std::string>& arguments,
                   boost::program_options::options_description options,
                   const boost::program_options::positional_options_description& positional,
                   boost::program_options::variables_map& values);

/// Runs `work`. What the library says of a parameter "dt_ms" is said of the option "--dt-ms" where `options` has it,
/// and of the file that is looked at elsewhere.
int with_option_names(const boost::program_options::options_description& options, const std::function<int()>& work,
                      const std::string& file = "");

/// The value of a required argument; throws UserError naming it and showing the usage.
std::string required(const Command& command, const boost::program_options::variables_map& values,
                     const std::string& name);
/// The path of a required output (experiments/cli/output_file.hpp).
std::string required_output(const Command& command, const boost::program_options::variables_map& values,
                            const std::string& name);
/// The same for an argument that may be given more than once.
std::vector<std::string> required_words(const Command& command, const boost::program_options::variables_map& values,
                                        const std::string& name);

}  // namespace stillpoint
