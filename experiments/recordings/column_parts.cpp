#include "experiments/recordings/column_parts.hpp"

#include <tbb/concurrent_queue.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <exception>
#include <memory>

#include "experiments/runs/machine.hpp"
#include "sim/files/hdf5_stored.hpp"

namespace stillpoint {

namespace {

/// Beyond so many, what is done in the order of the file takes longer than what threads share.
constexpr int most_threads = 16;
constexpr double most_bytes_at_once = 128e6;

/// What goes through the threads; a problem is told when all parts before it are through.
struct Part {
  hdf5::StoredPart stored;
  std::exception_ptr problem;

  template <class Action>
  void unless_failed(Action&& action) {
    try {
      if (!problem) action();
    } catch (...) {
      problem = std::current_exception();
    }
  }
};
using PartPointer = std::shared_ptr<Part>;

/// Chunks that ranges from `next` on ask for, without one between that none does, from a row on and at most so many.
RowRange next_rows(const std::vector<RowRange>& ranges, std::size_t next, hsize_t from, hsize_t chunk, hsize_t most) {
  const auto begin = std::max(from, ranges[next].from / chunk * chunk);
  auto end = begin;
  for (; next < ranges.size() && ranges[next].from / chunk * chunk <= end && end < begin + most; ++next)
    if (ranges[next].from < ranges[next].to)
      end = std::max(end, std::min((ranges[next].to + chunk - 1) / chunk * chunk, begin + most));
  return {begin, end};
}

}  // namespace

void visit_ranges(const hdf5::ForeignDataset& column, const std::vector<RowRange>& ranges,
                  const std::function<void(std::size_t, const double*, const double*)>& visit) {
  const hdf5::StoredColumn stored(column);
  std::size_t next = 0, visited = 0;  // ranges that are fetched, and visited
  hsize_t fetched_to = 0;
  tbb::concurrent_queue<PartPointer> done;  // whose memory the next ones take
  const auto fetch = [&](tbb::flow_control& flow) -> PartPointer {
    const auto is_behind = [&](const RowRange& range) { return range.from == range.to || range.to <= fetched_to; };
    while (next < ranges.size() && is_behind(ranges[next])) ++next;
    if (next == ranges.size()) {
      flow.stop();
      return {};
    }
    const auto rows = next_rows(ranges, next, fetched_to, stored.chunk_rows(), stored.part_rows());
    fetched_to = rows.to;
    PartPointer fetched;
    if (!done.try_pop(fetched)) fetched = std::make_shared<Part>();
    fetched->unless_failed([&] { stored.fetch(rows.from, rows.to, fetched->stored); });
    return fetched;
  };
  const auto make = [](const PartPointer& of) {
    of->unless_failed([&] { of->stored.undo_filters(); });
    return of;
  };
  const auto take = [&](const PartPointer& made) {
    if (made->problem) std::rethrow_exception(made->problem);
    const auto& numbers = made->stored.numbers();
    const auto begin = made->stored.from(), end = begin + numbers.size();
    for (; visited < ranges.size() && ranges[visited].from < end; ++visited) {
      const auto& range = ranges[visited];
      const auto from = std::max(range.from, begin), to = std::min(range.to, end);
      if (from < to) visit(visited, numbers.data() + (from - begin), numbers.data() + (to - begin));
      if (range.to > end) break;
    }
    done.push(made);
  };
  const int threads = std::min(sharing_threads(), most_threads);
  const auto at_once =
      std::clamp<double>(most_bytes_at_once / static_cast<double>(stored.part_bytes()), 1, 2.0 * threads);
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_pipeline(static_cast<std::size_t>(at_once),
                           tbb::make_filter<void, PartPointer>(tbb::filter_mode::serial_in_order, fetch) &
                               tbb::make_filter<PartPointer, PartPointer>(tbb::filter_mode::parallel, make) &
                               tbb::make_filter<PartPointer, void>(tbb::filter_mode::serial_in_order, take));
  });
}

}  // namespace stillpoint
