// Tables of numbers as people have them: text, JSON, arrays of NumPy.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace stillpoint {

/// Columns are read once they are chosen, so that text in others does no harm.
struct CurveTable {
  std::vector<std::string> names;  // "1", "2", .. where the file names none
  bool named = true;
  /// One vector for each of `columns`, places in `names`; NaN where a cell is missing. Throws UserError.
  std::function<std::vector<std::vector<double>>(const std::vector<std::size_t>& columns)> read;
};

/// Delimited by tab, semicolon, comma, | or spaces, whichever is found first in the first row (and in the second);
/// decimal commas where that is a tab or a semicolon. Lines of # are passed over; the last before the first row is the
/// header where there is no other.
CurveTable text_table(std::string text, const std::string& path);

/// One object to a line; or one document: a list of objects, alone or as "log_history", of lists of numbers, or an
/// object of lists. NaN and Infinity as Python writes them.
CurveTable json_table(std::string text, const std::string& path);

/// .npy of shape [T] (against its index), [T, columns], [2, T] or of records; .npz of one of these, or of vectors.
CurveTable numpy_table(std::string bytes, const std::string& path);

/// The number in a cell, NaN where that is empty or says so (NA, NaN, null, none, -). Throws ParameterError of `where`.
double number_in_cell(std::string_view text, const std::string& where);
bool is_missing(std::string_view text);

/// "1", "2", ..
std::vector<std::string> numbered(std::size_t columns);
/// Throws ParameterError for more columns than any table has that is none by mistake.
void require_columns(std::size_t columns, const std::string& path);

}  // namespace stillpoint
