#include "experiments/cli/recording_files.hpp"

#include <filesystem>
#include <set>

#include "experiments/options/argument.hpp"

namespace stillpoint {

std::vector<Recording> opened_recordings(const std::vector<std::string>& files) {
  std::vector<Recording> recordings;
  std::set<std::filesystem::path> seen;
  for (const auto& file : files) {
    std::error_code failed;  // said by who opens it
    require_argument(seen.insert(std::filesystem::weakly_canonical(file, failed)).second, "RECORDING", file,
                     "is given twice");
    recordings.emplace_back(file);
  }
  return recordings;
}

}  // namespace stillpoint
