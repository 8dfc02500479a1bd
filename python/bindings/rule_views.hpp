// What a rule written in Python reads and writes: the trials where they lie, no copies.
#pragma once

#include "plasticity/rule.hpp"
#include "python/bindings/arrays.hpp"

namespace stillpoint::python {

template <class Scalar>
using Look = nb::ndarray<nb::numpy, const Scalar>;

/// What a rule may read (TrialSetView), while its call lasts.
template <class Scalar>
struct RuleView {
  const Simulation<Scalar>* simulation = nullptr;  // nullptr: the call is over
  const TrialSet<Scalar>* trials = nullptr;
  const Matrix<Scalar>*error = nullptr, *feedback = nullptr;  // nullptr in `begin`
  TrialKey key = {};

  void require_open() const {
    if (!simulation)
      throw nb::attribute_error("the view of a rule is over with the call that it came with: copy what is to last");
  }
};

/// Where a rule writes; the same while the call lasts.
template <class Scalar>
struct RuleChanges {
  Gradient<Scalar>* written = nullptr;
};

/// The classes of both, in single and double precision.
void bind_rule_views(nb::module_& module);

}  // namespace stillpoint::python
