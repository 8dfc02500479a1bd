// Small right files of every kind that the program reads.
#pragma once

#include <string>
#include <vector>

#include "sim/options/option.hpp"
#include "tests/fuzz/damage.hpp"

namespace stillpoint::testing {

/// A file of this process alone, for readers that open paths; gone with the object.
class ScratchFile {
 public:
  ScratchFile();
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  const std::string& path() const { return path_; }
  /// Empty, for reading and writing; open as long as this object lives.
  int open();
  void write(const std::string& bytes) const;
  std::string bytes() const;

 private:
  std::string path_;
  int descriptor_ = -1;
};

const std::vector<Example>& network_examples();
const std::vector<Example>& run_examples();
/// Of the first of them; its seed is 1.
Options options_of_first_run();
/// With dt_ms = 10.
const std::vector<Example>& trial_examples();
const std::vector<Example>& recording_examples();

}  // namespace stillpoint::testing
