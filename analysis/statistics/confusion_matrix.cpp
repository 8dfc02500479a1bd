#include "analysis/statistics/confusion_matrix.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace stillpoint {

ConfusionMatrix::ConfusionMatrix(std::vector<std::string> truths, std::vector<std::string> answers)
    : truths_(std::move(truths)),
      answers_(std::move(answers)),
      counts_(truths_.size(), std::vector<long>(answers_.size() + 1, 0)) {}

std::size_t ConfusionMatrix::column(std::optional<Index> answer) const {
  if (!answer) return answers_.size();
  if (*answer < 0 || static_cast<std::size_t>(*answer) >= answers_.size())
    throw std::out_of_range("ConfusionMatrix: no such answer");
  return static_cast<std::size_t>(*answer);
}

void ConfusionMatrix::add(Index truth, std::optional<Index> answer) {
  ++counts_.at(static_cast<std::size_t>(truth)).at(column(answer));
}

long ConfusionMatrix::count(Index truth, std::optional<Index> answer) const {
  return counts_.at(static_cast<std::size_t>(truth)).at(column(answer));
}

long ConfusionMatrix::total(Index truth) const {
  const auto& row = counts_.at(static_cast<std::size_t>(truth));
  return std::accumulate(row.begin(), row.end(), 0L);
}

long ConfusionMatrix::right_count(std::size_t truth) const {
  const auto answer = std::find(answers_.begin(), answers_.end(), truths_[truth]);  // its end: none of these
  return counts_[truth][static_cast<std::size_t>(answer - answers_.begin())];
}

IntervalEstimate ConfusionMatrix::right(Index truth) const {
  const long all = total(truth);  // throws where there is no such truth
  return share_of(right_count(static_cast<std::size_t>(truth)), all);
}

IntervalEstimate ConfusionMatrix::right() const {
  long right = 0, all = 0;
  for (std::size_t truth = 0; truth < truths_.size(); ++truth) {
    right += right_count(truth);
    all += total(static_cast<Index>(truth));
  }
  return share_of(right, all);
}

}  // namespace stillpoint
