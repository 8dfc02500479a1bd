#include "sim/parts.hpp"

#include <utility>

namespace stillpoint {

namespace {
thread_local SharedWork* innermost = nullptr;
constexpr double worth_sharing = 1 << 20;  // operations; some 20 us, several times what waking a thread takes
}  // namespace

SharedWork::SharedWork(Share share) : share_(std::move(share)), outer_(innermost) { innermost = this; }
SharedWork::~SharedWork() { innermost = outer_; }

void for_each_part(Index parts, double operations, const SharedWork::Part& part) {
  if (innermost && parts > 1 && operations >= worth_sharing)
    innermost->share_(parts, part);
  else
    for (Index each = 0; each < parts; ++each) part(each);
}

}  // namespace stillpoint
