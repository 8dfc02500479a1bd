// Files that a command is told to write, checked before it computes anything (parse_command).
#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

namespace stillpoint {

/// The type of an option that names a file to write: po::value<OutputFile>().
struct OutputFile {
  std::string path;  // "-": standard output, of --json alone
};
void validate(boost::any& value, const std::vector<std::string>& words, OutputFile*, int);

/// Whether a positional argument names a file to write: OUT.nwb.
inline bool is_output(const std::string& argument) { return argument.rfind("OUT", 0) == 0; }

/// The path that an option of this type was given, or "".
std::string output_path(const boost::program_options::variables_map& values, const std::string& name);

/// Throws UserError where a file of the command line cannot be written, or where writing it would lose something: an
/// input of the command, another output, a file of a study, HDF5 but what `simulate` and `export-nwb` write.
void check_outputs(const boost::program_options::variables_map& values);

}  // namespace stillpoint
