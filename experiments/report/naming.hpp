// What the tables of a study say of each condition beside its results: which it is, and how far it is.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/cells.hpp"
#include "experiments/report/text_table.hpp"
#include "experiments/results/records.hpp"

namespace stillpoint {

/// A table of some conditions of a study, without their names: a header and one row for each of `conditions` (places in
/// the study).
struct Block {
  Rows rows;
  std::vector<std::size_t> conditions;
};

/// The blocks with names on their left: every condition by its number and its options, or, in a block that would be wider
/// than `width`, by its number alone; one that is still wider is folded. Where numbers name the conditions of the first
/// block, `key` says which is which.
struct NamedBlocks {
  std::string key;
  std::vector<std::string> blocks;
};
NamedBlocks with_names(const StudyRecord& study, const std::vector<Block>& blocks, std::size_t width = usual_width);

/// Columns for what is not as it should be, where anything is: done of planned, running, unmatched.
struct StateColumns {
  explicit StateColumns(const StudyRecord& study);
  std::vector<std::string> header() const;
  std::vector<std::string> cells(const Condition& condition) const;

 private:
  bool unfinished_ = false, running_ = false, unmatched_ = false;
};

/// "UNFINISHED: 52 of 120 planned runs are done, ..", or nothing: what every number of such a study stands on.
std::string completion_line(const StudyRecord& study);
/// One line per condition whose matched control is not matched in every run.
std::string unmatched_lines(const StudyRecord& study);
/// One line per combination of the grid that could not be run, with the reason.
std::string left_out_lines(const StudyRecord& study);

/// number, label, condition, runs, planned, planned_at_least, running, kept, missing, unmatched: the first keys of a
/// condition in every JSON.
Json identity_json(const Condition& condition);
/// The same as fields of CSV: their names for a study, and the values.
std::string identity_header(const StudyRecord& study);
std::string identity_fields(const Condition& condition);

}  // namespace stillpoint
