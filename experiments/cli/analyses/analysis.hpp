// What `stillpoint analyze KIND FILE` knows. A new analysis is one file here and one line in analyses.def; what it
// computes lives in analysis/.
#pragma once

#include <boost/program_options.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/cli/usual_number.hpp"
#include "experiments/results/subject_file.hpp"
#include "experiments/study/network_numbers.hpp"

namespace stillpoint {

struct AnalysisKind {
  std::string name, help;
  std::string file;    // what FILE is: "a network file or a run file", ..
  std::string schema;  // its JSON, in a line or two
  std::string example;
  /// Its own options; --json is everyone's.
  std::function<void(boost::program_options::options_description&)> add_options;
  /// The result as JSON (with "kind": name) and, in `text`, for the terminal. Throws UserError.
  std::function<nlohmann::ordered_json(const std::string& file, const boost::program_options::variables_map& given,
                                       std::string& text)>
      run;
  /// What stands for one network where those of a study are compared; empty: the kind takes no study.
  std::vector<NetworkNumber> numbers = {};
};
const std::vector<AnalysisKind>& analysis_kinds();

/// Options of analyses of a network at constant input: --as, --input, --group, --seed.
void add_system_options(boost::program_options::options_description& options);
using Given = boost::program_options::variables_map;
/// An analysis of one network: opens what FILE and those options name, and says first what its result leaves out.
/// SubjectFile::takes is what the analysis takes unless it decides otherwise.
std::function<nlohmann::ordered_json(const std::string& file, const Given& given, std::string& text)> of_subject(
    Takes takes,
    std::function<nlohmann::ordered_json(SubjectFile& file, const Given& given, std::string& text)> analyse);
/// What is left out of the subject, in the first line of the text, with the reason, and as "left_out" in the JSON.
void say_left_out(const SubjectFile& file, nlohmann::ordered_json& result, std::string& text);
/// What would make the answer better: in the text with the numbers of this network, and among "hints" of the JSON in
/// words that are the same for every network, so that those of a study can be counted.
void add_hint(const std::string& hint, const std::string& of_this_network, nlohmann::ordered_json& result,
              std::string& text);
/// "v1,v2,.." as numbers; throws UserError naming the option.
Vector<double> numbers_of(const std::string& option, const std::string& text);
std::uint64_t seed_of(const boost::program_options::variables_map& given);

nlohmann::ordered_json finite_or_null(double value);
nlohmann::ordered_json as_json(const Vector<double>& values);
nlohmann::ordered_json as_json(const Eigen::VectorXcd& values);

}  // namespace stillpoint
