// What the run files of a study said when they were last read, kept beside them in DIR/runs.index: a study of 100,000
// runs is read in seconds in place of minutes. It may be removed at any time.
//
// Trusted of it is what was read of files that are still what they were: of the same name, size, inode, and times at which
// their contents and anything else of them last changed. An index that cannot be used (of another version, damaged, cut
// short) counts as none; one of another study is refused, for files were mixed. It appears whole, by renaming; of two processes that write it at a time
// the last wins, and what the other one read is read again by the next.
#pragma once

#include <set>
#include <string>
#include <unordered_map>

#include "experiments/results/records.hpp"

namespace stillpoint {

class RunIndex {
 public:
  /// Of the study in a directory whose study.json holds `description`. One line on standard error says where the index
  /// that is there cannot be used. Throws UserError where it is another study's.
  RunIndex(const std::string& directory, std::string description);

  /// What reports need of DIR/runs/NAME: as it is kept, where the file has not changed since, else read. Throws UserError
  /// as read_run_of_study does.
  const RunRecord& run(const std::string& name);

  /// Keeps what was asked for, of a hundred runs or more, where that is not what is kept already. One line on standard
  /// error says where that fails.
  void keep() const;

  /// A file as the file system knows it.
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t bytes = 0, contents_changed_ns = 0, changed_ns = 0;
    bool operator==(const Stamp& other) const;
  };

 private:
  struct Entry {
    Stamp stamp;
    RunRecord run;
    bool read = false, asked_for = false;  // by this process
  };
  void take(const std::string& bytes);
  std::string packed() const;
  bool lasts(const Entry& entry) const;

  template <class Value>
  struct ByValue {
    bool operator()(const Shared<Value>& a, const Shared<Value>& b) const { return *a < *b; }
  };
  std::string path_, runs_, description_;
  std::int64_t begun_ns_;
  std::size_t kept_ = 0, read_ = 0;
  std::unordered_map<std::string, Entry> entries_;  // by name
  std::set<Shared<OptionTexts>, ByValue<OptionTexts>> options_;
  std::set<Shared<ProgramFacts>, ByValue<ProgramFacts>> programs_;
};

}  // namespace stillpoint
