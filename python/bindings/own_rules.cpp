// Rules written in Python. They look at the trials where these lie: every array is a view that keeps the object it was
// asked of, so that after a call one count says whether the rule has kept any.
#include <fmt/format.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "python/bindings/arrays.hpp"
#include "python/bindings/rules.hpp"

namespace stillpoint::python {

namespace {

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

template <class Scalar>
class PythonRule : public Rule<Scalar> {
 public:
  explicit PythonRule(OwnRule rule) : rule_(std::move(rule)) {}
  bool online() const override { return rule_.online; }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key) override {
    key_ = key;
    const nb::gil_scoped_acquire lock;
    looking({&simulation, &trials, nullptr, nullptr, key}, [&](nb::handle view) { call("begin", view); });
  }
  void step(Index t, const TrialSetView<Scalar>& view, MatrixView<Scalar> error) override {
    const nb::gil_scoped_acquire lock;
    looking(view_of(view), [&](nb::handle shown) {
      const std::size_t shape[] = {static_cast<std::size_t>(error.cols()), static_cast<std::size_t>(error.rows())};
      const std::int64_t strides[] = {error.outerStride(), 1};
      call("step", t, shown, nb::cast(Look<Scalar>(error.data(), 2, shape, shown, strides)));
    });
  }
  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& written) override {
    set_zero(written, view.simulation.network());
    const nb::gil_scoped_acquire lock;
    looking(view_of(view), [&](nb::handle shown) {
      nb::object changes = nb::cast(RuleChanges<Scalar>{&written});
      call("write", shown, changes);
      nb::cast<RuleChanges<Scalar>&>(changes).written = nullptr;
      require_let_go(changes);
    });
  }

 private:
  RuleView<Scalar> view_of(const TrialSetView<Scalar>& view) const {
    return {&view.simulation, &view.trials, &view.error, &view.feedback, key_};
  }
  template <class... Arguments>
  void call(const char* method, Arguments&&... arguments) const {
    rule_.rule->attr(method)(std::forward<Arguments>(arguments)...);
  }
  template <class Use>
  void looking(RuleView<Scalar> at, Use use) const {
    nb::object view = nb::cast(std::move(at));
    try {
      use(view);
    } catch (nb::python_error& error) {
      nb::cast<RuleView<Scalar>&>(view).simulation = nullptr;
      let_go(error);
      throw;
    }
    nb::cast<RuleView<Scalar>&>(view).simulation = nullptr;
    require_let_go(view);
  }
  /// The frames that an error remembers hold arrays whose memory ends with the training.
  static void let_go(const nb::python_error& error) {
    const auto traceback = nb::module_::import_("traceback");
    for (nb::object one = nb::borrow(error.value()); !one.is_none(); one = one.attr("__context__"))
      traceback.attr("clear_frames")(one.attr("__traceback__"));
  }
  void require_let_go(nb::handle shown) const {
    if (Py_REFCNT(shown.ptr()) == 1) return;
    PyErr_SetString(
        PyExc_RuntimeError,
        fmt::format("rule {}: kept an array, or the view itself, beyond the call that it came with, after which its "
                    "memory changes: keep copies (numpy.copy)",
                    rule_.traits.name)
            .c_str());
    throw nb::python_error();
  }

  OwnRule rule_;
  TrialKey key_;
};

}  // namespace

RuleModel rule_model_of(const OwnRule& rule) { return rule_model<PythonRule>(rule.traits, rule); }

void bind_own_rules(nb::module_& module) {
  bind_view<float>(module, "RuleView32");
  bind_view<double>(module, "RuleView");
  bind_changes<float>(module, "RuleChanges32");
  bind_changes<double>(module, "RuleChanges");
  nb::class_<OwnRule>(module, "OwnRule")
      .def(
          "__init__",
          [](OwnRule* self, nb::object rule, const std::string& name, const std::string& emits,
             const std::string& truth, bool supervised, bool own_readout, bool any_network, bool online) {
            RuleTraits traits{name, "written in Python"};
            traits.emits = emits == "gradient" ? Emits::gradient
                           : emits == "change" ? Emits::change
                                               : Emits::change_by_step;
            using Truth = RuleTraits::Truth;
            traits.truth = truth == "exact" ? Truth::exact : truth == "unbiased" ? Truth::unbiased : Truth::approximate;
            traits.supervised = supervised;
            traits.own_readout = own_readout;
            traits.any_network = any_network;
            new (self) OwnRule{held(std::move(rule)), traits, online};
          },
          nb::arg("rule"), nb::arg("name"), nb::arg("emits"), nb::arg("truth"), nb::arg("supervised"),
          nb::arg("own_readout"), nb::arg("any_network"), nb::arg("online"));
}

}  // namespace stillpoint::python
