#include "python/bindings/rule_views.hpp"

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>

namespace stillpoint::python {

namespace {

template <class Scalar>
const RuleView<Scalar>& open_view(nb::handle self) {
  const auto& view = nb::cast<const RuleView<Scalar>&>(self);
  view.require_open();
  return view;
}

/// channels x steps*B as [trial, step, channel]; nothing is copied.
template <class Scalar>
nb::object by_trial(nb::handle owner, const Scalar* data, Index channels, Index steps, Index batch) {
  const std::size_t shape[] = {static_cast<std::size_t>(batch), static_cast<std::size_t>(steps),
                               static_cast<std::size_t>(channels)};
  const std::int64_t strides[] = {channels, batch * channels, 1};
  return nb::cast(Look<Scalar>(data, 3, shape, owner, strides));
}
template <class Values>
nb::object as_it_lies(nb::handle owner, const Values& values) {
  using Scalar = typename Values::Scalar;
  const auto rows = static_cast<std::size_t>(values.rows()), columns = static_cast<std::size_t>(values.cols());
  if constexpr (Values::ColsAtCompileTime == 1)
    return nb::cast(Look<Scalar>(values.data(), {rows}, owner));
  else
    return nb::cast(Look<Scalar>(values.data(), {rows, columns}, owner, {1, static_cast<std::int64_t>(rows)}));
}

/// dx(t+1)/du(t), or drho, of every step, as the network's equations say.
template <class Scalar, class Multiply>
nb::object gains(nb::handle self, Multiply multiply) {
  const auto& view = open_view<Scalar>(self);
  const auto& run = view.simulation->trajectory();
  require_parameter(network_kind(view.simulation->network().kind).acts_on_rates, "network.kind",
                    view.simulation->network().kind, "has no gain of one drive per neuron");
  Matrix<Scalar> factors = Matrix<Scalar>::Ones(view.simulation->network().size(), run.steps * run.batch);
  for (Index t = 0; t < run.steps; ++t) multiply(view.simulation->dynamics(), run, t, run.at(factors, t));
  const auto B = static_cast<std::size_t>(run.batch), T = static_cast<std::size_t>(run.steps),
             N = static_cast<std::size_t>(factors.rows());
  return handed_over(std::move(factors), {T, B, N}).attr("transpose")(1, 0, 2);
}

template <class Scalar>
void bind_view(nb::module_& module, const char* name) {
  using View = RuleView<Scalar>;
  nb::class_<View> bound(
      module, name, "What a rule may read while it is called; arrays are views, [trial, time, neuron or channel].");
  const auto of_run = [&](const char* field, const char* text, auto matrix_of, Index further) {
    bound.def_prop_ro(
        field,
        [=](nb::handle self) {
          const auto& view = open_view<Scalar>(self);
          const auto& run = view.simulation->trajectory();
          const auto& values = matrix_of(view, run);
          return by_trial(self, values.data(), values.rows(), run.steps + further, run.batch);
        },
        text);
  };
  using Run = Trajectory<Scalar>;
  of_run(
      "state", "x(0) .. x(T), (trial, T + 1, D)", [](auto&, const Run& run) -> auto& { return run.state; }, 1);
  of_run(
      "rate", "r(0) .. r(T), (trial, T + 1, unit)", [](auto&, const Run& run) -> auto& { return run.rates(); }, 1);
  of_run(
      "read", "what the readout sees, (trial, T + 1, unit)", [](auto&, const Run& run) -> auto& { return run.read(); },
      1);
  of_run(
      "presynaptic", "z(0) .. z(T-1), what W acts on, (trial, T, unit)",
      [](auto&, const Run& run) -> auto& { return run.presynaptic.size() > 0 ? run.presynaptic : run.rates(); }, 0);
  of_run(
      "activation", "f(0) .. f(T-1), (trial, T, drive)", [](auto&, const Run& run) -> auto& { return run.activation; },
      0);
  of_run(
      "output", "y_hat of x(1) .. x(T), (trial, T, channel)",
      [](auto&, const Run& run) -> auto& { return run.outputs; }, 0);
  of_run(
      "inputs", "(trial, T, input)", [](const View& view, auto&) -> auto& { return view.trials->inputs; }, 0);
  of_run(
      "targets", "(trial, T, channel)", [](const View& view, auto&) -> auto& { return view.trials->targets; }, 0);
  of_run(
      "mask", "1 where graded, (trial, T, channel)", [](const View& view, auto&) -> auto& { return view.trials->mask; },
      0);
  const auto after_begin = [](const Matrix<Scalar>* matrix) -> const Matrix<Scalar>& {
    if (!matrix) throw nb::attribute_error("there is no error before the first step");
    return *matrix;
  };
  of_run(
      "error", "e = 2 m (y_hat - y) / sum m, (trial, T, channel)",
      [=](const View& view, auto&) -> auto& { return after_begin(view.error); }, 0);
  bound.def_prop_ro(
      "feedback", [=](nb::handle self) { return as_it_lies(self, after_begin(open_view<Scalar>(self).feedback)); },
      "F of the learning signal F e, (unit, channel)");
  bound.def(
      "weights",
      [](nb::handle self, const std::string& wanted) {
        nb::object found = nb::none();
        for_each_array(
            [&](const ArrayTraits& array, const auto& values) {
              if (wanted == array.name && values.size() > 0) found = as_it_lies(self, values);
            },
            open_view<Scalar>(self).simulation->network());
        return found;
      },
      nb::arg("name"), "An array of the network as it is now, by its name in Network; None where there is none.");
  bound.def_prop_ro(
      "leak", [](nb::handle self) { return as_it_lies(self, open_view<Scalar>(self).simulation->dynamics().leak()); },
      "a = dx(t+1)/dx(t) at fixed drive, (D,)");
  bound.def(
      "gain",
      [](nb::handle self) {
        return gains<Scalar>(self, [](const auto& dynamics, const auto& run, Index t, auto factors) {
          dynamics.multiply_step_gain(run.at(run.activation, t), factors);
        });
      },
      "c = dx(t+1)/du(t), (trial, T, unit); an array of its own.");
  bound.def(
      "readout_gain",
      [](nb::handle self) {
        return gains<Scalar>(self, [](const auto& dynamics, const auto& run, Index t, auto factors) {
          dynamics.multiply_readout_gain(run.at(run.rates(), t + 1), factors);
        });
      },
      "rho = dr/dx where the readout sees r(t+1), else 1, (trial, T, unit); an array of its own.");
  bound.def_prop_ro(
      "length", [](nb::handle self) { return as_vector(std::vector<Index>(open_view<Scalar>(self).trials->length)); },
      "Valid steps of each trial, (trial,).");
  bound.def_prop_ro(
      "condition",
      [](nb::handle self) { return as_vector(std::vector<int>(open_view<Scalar>(self).trials->condition)); },
      "Of each trial, (trial,).");
  bound.def_prop_ro("dt_ms", [](nb::handle self) { return open_view<Scalar>(self).simulation->integration().dt_ms; });
  bound.def_prop_ro(
      "seed",
      [](nb::handle self) {
        const auto key = open_view<Scalar>(self).key;
        return std::pair(key.seed, key.update);
      },
      "(seed of the training, update): numpy.random.default_rng takes it.");
}

template <class Scalar>
void bind_changes(nb::module_& module, const char* name) {
  using Changes = RuleChanges<Scalar>;
  nb::class_<Changes> bound(module, name, "Where a rule writes; zeros of the network's shapes when it comes.");
  const auto array_of = [](nb::handle self, const char* wanted, auto&& use) {
    auto* written = nb::cast<Changes&>(self).written;
    if (!written) throw nb::attribute_error("what a rule writes to is over with the call that it came with");
    for_each_learning_array(
        [&](const ArrayTraits& array, auto& values) {
          if (array.name == std::string(wanted)) use(values);
        },
        *written);
  };
  for (const char* field : {"W", "W_in", "b", "W_out", "b_out", "A", "r0"})
    bound.def_prop_rw(
        field,
        [=](nb::handle self) {
          nb::object found;
          array_of(self, field, [&](auto& values) {
            using Values = std::decay_t<decltype(values)>;
            const auto rows = static_cast<std::size_t>(values.rows()),
                       columns = static_cast<std::size_t>(values.cols());
            if constexpr (Values::ColsAtCompileTime == 1)
              found = nb::cast(nb::ndarray<nb::numpy, Scalar>(values.data(), {rows}, self));
            else
              found = nb::cast(nb::ndarray<nb::numpy, Scalar>(values.data(), {rows, columns}, self,
                                                              {1, static_cast<std::int64_t>(rows)}));
          });
          return found;
        },
        [=](nb::handle self, nb::handle value) {
          nb::object(self.attr(field)).attr("__setitem__")(nb::ellipsis(), value);
        });
}

}  // namespace

void bind_rule_views(nb::module_& module) {
  bind_view<float>(module, "RuleView32");
  bind_view<double>(module, "RuleView");
  bind_changes<float>(module, "RuleChanges32");
  bind_changes<double>(module, "RuleChanges");
}

}  // namespace stillpoint::python
