// What of a recording is looked at: rows of its tables by what stands in their columns, and times about an event.
#pragma once

#include <string>
#include <vector>

#include "analysis/activity/session.hpp"
#include "experiments/recordings/recording.hpp"

namespace stillpoint {

/// A table and the file that it is of.
struct FileTable {
  const RecordedTable* table;
  std::string file;
};
/// Of each recording, as &Recording::trials.
std::vector<FileTable> tables_of(const std::vector<Recording>& recordings,
                                 const RecordedTable& (Recording::*table)() const);

/// Rows of a table by comparisons that all must hold, separated by commas: "outcome=correct|early, contrast>=0.5".
/// `|` stands between values any of which will do; = != < <= > >= compare numbers as numbers, also those that a column
/// of texts holds ("0.5000", beside "N/A"); what holds a comma, a bar or a sign of comparison is put in double quotes.
/// Columns go by name; `id` is the table's own. A row that has no value (NaN, "") is not equal to any, nor above or
/// below; so is a text that is no number.
class RowFilter {
 public:
  /// Throws UserError "OPTION TEXT: .." where the text is no filter; an empty one takes all rows.
  RowFilter(std::string option, std::string text);

  bool empty() const { return comparisons_.empty(); }
  const std::string& text() const { return text_; }
  /// Throws UserError, naming those that there are: a column that the table lacks, a text compared by order.
  std::vector<Index> rows(const RecordedTable& table, const std::string& file) const;
  /// Throws UserError, naming those that there are, where none of the tables holds a value that is asked for: a session
  /// may lack one that another has.
  void require_values(const std::vector<FileTable>& tables) const;

 private:
  enum class Sign { equal, unequal, below, at_most, above, at_least };
  struct Comparison {
    std::string column;
    Sign sign;
    std::vector<std::string> values;
  };
  static bool holds(const Comparison& comparison, const TableColumn& column, Index row);

  std::string option_, text_;
  std::vector<Comparison> comparisons_;
};

/// Of a row as a number; of text what it says where it is one; NaN where there is none.
double number_of(const TableColumn& column, Index row);
/// Whether some row has one.
bool has_numbers(const TableColumn& column);

/// The column of that name, `id` among them; throws UserError that names those there are, and why one was left out.
TableColumn column_named(const RecordedTable& table, const std::string& name, const std::string& option,
                         const std::string& file);
/// The different values of a column, as they are shown, numbers by size and texts by the alphabet; none for rows
/// without.
std::vector<std::string> values_of(const TableColumn& column);

/// "-500..1500" in ms. Throws UserError "OPTION TEXT: ..".
Window window_option(const std::string& option, const std::string& text);

struct Selection {
  RowFilter trials{"--where", ""}, units{"--units", ""};
  std::string align = "start_time";  // the event (events_of)
  std::string condition = "";        // column of trials whose values are the conditions; "": all alike
  Window window{-500, 1500};         // about the event
  double bin_ms = 50;
  std::string series = "";  // in place of units: path or name of a series
};

}  // namespace stillpoint
