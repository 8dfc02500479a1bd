#include "sim/look_aside.hpp"

#include <utility>

namespace stillpoint {

namespace {
thread_local LookAside* innermost = nullptr;
thread_local const Turns* outermost = nullptr;
}  // namespace

LookAside::LookAside(std::function<void()> look) : look_(std::move(look)), outer_(innermost) { innermost = this; }
LookAside::~LookAside() { innermost = outer_; }
bool LookAside::here() { return innermost != nullptr; }

void look_aside() {
  if (innermost) innermost->look_();
}

Turns::Turns(const char* what_, long all_) : what(what_), all(all_), outer_(outermost) {
  if (!outer_) outermost = this;
}
Turns::~Turns() { outermost = outer_; }
const Turns* Turns::seen() { return outermost; }

}  // namespace stillpoint
