#include "tasks/drawing.hpp"

namespace stillpoint {

void Trial::show(Index channel, Index from, Index steps, double height) {
  for (Index t = from; t < from + steps; ++t) input(channel, t) = height;
}

void Trial::answer(Index from, Index steps, double value) {
  for (Index t = from; t < from + steps; ++t) {
    target(0, t) = value;
    mask(0, t) = 1;
  }
}

void Trial::choose(Index output, Index from, Index steps) {
  for (Index t = from; t < from + steps; ++t) {
    const Index column = set.column(t, b);
    set.targets.col(column).setConstant(-1);
    set.targets(output, column) = 1;
    set.mask.col(column).setOnes();
  }
}

void Trial::end(Index condition, Index length) {
  set.condition[static_cast<std::size_t>(b)] = static_cast<int>(condition);
  set.length[static_cast<std::size_t>(b)] = length;
}

}  // namespace stillpoint
