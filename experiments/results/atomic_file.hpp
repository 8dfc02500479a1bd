// Files that are whole or absent, whoever else writes to the same directory: only link, rename and O_EXCL are relied
// on.
#pragma once

#include <string>

namespace stillpoint {

/// Writes bytes beside PATH, flushes and renames: readers see the old file, none, or the whole new one; of several
/// writers the last wins. Throws UserError.
void write_atomically(const std::string& path, const std::string& bytes);

/// The same where PATH does not exist yet; false, and nothing changed, where it does. Throws UserError.
bool write_once(const std::string& path, const std::string& bytes);

/// A file that is written part by part beside PATH and takes its name when it is whole; before that it goes with this
/// object.
class PartialFile {
 public:
  /// Throws UserError.
  explicit PartialFile(const std::string& path);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  /// Open for reading and writing.
  int descriptor() const { return file_; }
  const std::string& name() const { return name_; }
  /// On the disk when this returns, and closed. Throws UserError, as where `failed` is the errno of a write.
  void close(int failed = 0);
  /// Closes and renames. Throws UserError.
  void put_in_place(int failed = 0);

 private:
  std::string path_, name_;
  int file_;
};

/// Whether a file's name is one that these are written under. A process that was killed leaves it behind.
bool is_partial(const std::string& name);
/// Removes what was left behind of files in a directory whose names begin so.
void remove_partials(const std::string& directory, const std::string& begin);

/// Sixteen hexadecimal digits that no other process has.
const std::string& process_token();

}  // namespace stillpoint
