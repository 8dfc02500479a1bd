// Which conditions of a study are compared with which, as a command line says it.
#pragma once

#include <boost/program_options.hpp>

#include "experiments/report/comparison.hpp"

namespace stillpoint {

/// --by and --against.
inline void add_comparison_options(boost::program_options::options_description& options) {
  namespace po = boost::program_options;
  options.add_options()("by", po::value<std::vector<std::string>>(), compared_options_help)(
      "against", po::value<std::string>()->default_value(""),
      "what the others are compared with: a condition, by number or label, or a value that each group has, such as an "
      "arm; default: the first of each group");
}

inline ComparisonRequest comparison_request(const boost::program_options::variables_map& values) {
  ComparisonRequest request;
  if (values.count("by") > 0) request.by = values["by"].as<std::vector<std::string>>();
  request.against = values["against"].as<std::string>();
  return request;
}

}  // namespace stillpoint
