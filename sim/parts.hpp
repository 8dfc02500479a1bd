// One piece of work in parts that several threads may share. Who has threads to give says so (SharedWork); everything
// else only says what the parts are, and never how many threads there are: parts follow from sizes, results from parts.
#pragma once

#include <algorithm>
#include <functional>

#include "sim/types.hpp"

namespace stillpoint {

/// While one lives, the parts of this thread's work go to `share(parts, part)`, which calls part(0) .. part(parts - 1)
/// once each, on any threads, and returns when all are done. The innermost counts.
class SharedWork {
 public:
  using Part = std::function<void(Index)>;
  using Share = std::function<void(Index parts, const Part& part)>;
  explicit SharedWork(Share share);
  ~SharedWork();
  SharedWork(const SharedWork&) = delete;
  SharedWork& operator=(const SharedWork&) = delete;

 private:
  friend void for_each_part(Index parts, double operations, const Part& part);
  Share share_;
  SharedWork* outer_;
};

/// part(0) .. part(parts - 1), which may not depend on each other: shared where this thread shares its work and it is
/// enough, else one after the other. operations: multiplications of all parts together.
void for_each_part(Index parts, double operations, const SharedWork::Part& part);

/// use(first, count) for ranges of some 256 of `all` rows or columns, as parts.
template <class Use>
void for_each_range(Index all, double operations, Use&& use) {
  constexpr Index length = 256, aligned = 16;  // in shorter ones products would pack their other factor too often
  const Index parts = std::max<Index>(all / length, 1);
  const auto begin = [&](Index part) { return part == parts ? all : all * part / parts / aligned * aligned; };
  for_each_part(parts, operations, [&](Index part) { use(begin(part), begin(part + 1) - begin(part)); });
}

/// target += left * right; a large product by ranges of the longer side of target.
template <class Left, class Right, class Target>
void add_product(const Left& left, const Right& right, Target&& target) {
  constexpr double large = 1 << 24;  // below it one call: small products keep their bits and speed
  const Index rows = target.rows(), columns = target.cols();
  const double operations = static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(left.cols());
  if (operations < large) {
    target.noalias() += left * right;
    return;
  }
  for_each_range(std::max(rows, columns), operations, [&](Index first, Index count) {
    if (rows > columns)
      target.middleRows(first, count).noalias() += left.middleRows(first, count) * right;
    else
      target.middleCols(first, count).noalias() += left * right.middleCols(first, count);
  });
}

}  // namespace stillpoint
