// Tables of a page: what is read, sorted and downloaded of one are the same values.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/cells.hpp"
#include "experiments/report/comparison.hpp"
#include "experiments/report/curve_panels.hpp"

namespace stillpoint {

struct PageTable {
  struct Column {
    std::string key;           // in CSV
    std::string name, unit;    // as shown; no name: in CSV alone
    std::string meaning = {};  // in a sentence, "" where the name says it
  };
  struct Cell {
    Json value;             // a number, text, or null
    std::string text = {};  // as shown; "" where the value is
  };
  std::string id, caption;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
};

/// A table that can be sorted by each column, with what its columns mean.
std::string table_html(const PageTable& table);
/// {"columns": [keys], "rows": [[values]]}
Json table_json(const PageTable& table);

/// `summary`: what summary_json says of the study.
PageTable conditions_table(const ComparedStudy& study, const Json& summary);
PageTable comparisons_table(const Json& summary);
/// Runs that diverged, and the first `most_listed_runs` of the others.
constexpr std::size_t most_listed_runs = 1000;
PageTable runs_table(const StudyRecord& study);

/// What panels show, for downloads alone: as {"columns", "rows"}, by name. single_runs: of each condition, at most.
Json plotted_tables(const ComparedStudy& study, const CurvePanels& curves, std::size_t single_runs);

}  // namespace stillpoint
