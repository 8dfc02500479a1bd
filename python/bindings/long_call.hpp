// What may last runs without the interpreter's lock, and ends by Ctrl-C.
#pragma once

#include <nanobind/nanobind.h>

#include <chrono>

#include "sim/blas.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint::python {

/// f() beside other threads of Python. `look`, with the lock held, comes after the handlers of signals, 20 times a
/// second at most; an exception of either ends the call.
template <class F, class Look>
auto long_call(F&& f, Look look) {
  const ProductsOnOneThread products;
  using Clock = std::chrono::steady_clock;
  static constexpr auto pause = std::chrono::milliseconds(50);
  const nanobind::gil_scoped_release released;
  const LookAside signals([look, next = Clock::now() + pause]() mutable {
    if (Clock::now() < next) return;
    const nanobind::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) throw nanobind::python_error();
    look();
    next = Clock::now() + pause;
  });
  return f();
}
template <class F>
auto long_call(F&& f) {
  return long_call(std::forward<F>(f), [] {});
}
/// Tells see(what, done, of, share) of the loop that f consists of; None: nobody.
template <class F>
auto long_call(nanobind::handle see, F&& f) {
  return long_call(std::forward<F>(f), [see] {
    const auto* turns = Turns::seen();
    if (!turns || see.is_none()) return;
    see(turns->what, turns->done, turns->all, static_cast<double>(turns->done) / static_cast<double>(turns->all));
  });
}

}  // namespace stillpoint::python
