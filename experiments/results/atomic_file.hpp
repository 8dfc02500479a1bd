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

/// Whether a file's name is one that the two above write under. A process that was killed leaves it behind.
bool is_partial(const std::string& name);
/// Removes what was left behind of files in a directory whose names begin so.
void remove_partials(const std::string& directory, const std::string& begin);

/// Sixteen hexadecimal digits that no other process has.
const std::string& process_token();

}  // namespace stillpoint
