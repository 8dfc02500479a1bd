#include "sim/look_aside.hpp"

#include <utility>

namespace stillpoint {

namespace {
thread_local LookAside* innermost = nullptr;
}

LookAside::LookAside(std::function<void()> look) : look_(std::move(look)), outer_(innermost) { innermost = this; }
LookAside::~LookAside() { innermost = outer_; }
bool LookAside::here() { return innermost != nullptr; }

void look_aside() {
  if (innermost) innermost->look_();
}

}  // namespace stillpoint
