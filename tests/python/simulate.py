"""Simulations against the program's, to the bit; dims, units, readers of others."""
import h5py
import numpy as np
import pytest
import xarray as xr

import stillpoint as sp


def by_program(program, tmp_path, net, inputs, *words):
    net.save(tmp_path / "network.h5", overwrite=True)
    with h5py.File(tmp_path / "trials.h5", "w") as file:
        file["inputs"], file.attrs["dt_ms"] = inputs, float(words[1])
    program("simulate", tmp_path / "network.h5", "--inputs", tmp_path / "trials.h5", "--out", tmp_path / "run.h5", *words)
    with h5py.File(tmp_path / "run.h5") as file:
        return {name: values[:] for name, values in file["recording"].items()}, file["time_ms"][:]


@pytest.mark.parametrize("synapse, words", [
    (None, []),
    (sp.TCR(beta=40, tau_s_ms=150), ["--record", "rate,output,state,current,synapse"]),
    (sp.HighPass(strength=0.5), ["--method", "rk4"]),
    (sp.TCR(beta=40), ["--method", "dopri5", "--every", "3"]),
])
def test_recordings_are_the_program_s(program, tmp_path, bistable, synapse, words):
    inputs = np.random.default_rng(1).normal(size=(3, 40, 2))
    net = bistable.replace(synapse=synapse)
    expected, time = by_program(program, tmp_path, net, inputs, "--dt-ms", "2", "--seed", "7", *words)
    given = dict(zip(words[::2], words[1::2]))
    run = sp.simulate(
        net, inputs, dt_ms=2, seed=7, method=given.get("--method", "euler"), every=int(given.get("--every", 1)),
        record=given.get("--record", "rate,output").split(","))
    assert set(run.data_vars) == set(expected)
    for name, values in expected.items():
        assert np.array_equal(run[name].values, values), name
    assert np.array_equal(run.time, time)


def test_noise_is_the_program_s(program, tmp_path, bistable):
    inputs = np.zeros((2, 30, 2))
    expected, _ = by_program(program, tmp_path, bistable, inputs, "--dt-ms", "5", "--set", "noise.activity=0.1", "--set", "noise.drive=0.2")
    run = sp.simulate(bistable, inputs, dt_ms=5, noise=sp.Noise(activity=0.1, drive=0.2))
    assert np.array_equal(run.rate, expected["rate"])


def test_inputs_of_any_layout_are_the_same(bistable):
    inputs = np.random.default_rng(1).normal(size=(3, 40, 2))
    first = sp.simulate(bistable, inputs, dt_ms=2)
    read_only = inputs.copy()
    read_only.flags.writeable = False
    for other in (np.asfortranarray(inputs), np.repeat(inputs, 2, axis=1)[:, ::2], read_only, inputs.tolist(),
                  xr.DataArray(inputs.transpose(1, 2, 0), dims=("time", "input", "trial"))):
        assert first.equals(sp.simulate(bistable, other, dt_ms=2))
    assert np.allclose(first.rate[0], sp.simulate(bistable, inputs[0], dt_ms=2).rate[0], rtol=0, atol=1e-12)  # another kernel
    held = sp.simulate(bistable, [1, -1], dt_ms=2, duration_ms=80, trials=2)
    assert held.equals(sp.simulate(bistable, np.broadcast_to([1.0, -1.0], (2, 40, 2)), dt_ms=2))


def test_dims_and_units(bistable):
    run = sp.simulate(bistable, duration_ms=50, dt_ms=5, trials=2, record=["rate", "output", "state"], synapse=sp.TCR())
    assert run.rate.dims == ("trial", "time", "unit") and run.rate.shape == (2, 11, 24)
    assert run.output.dims == ("trial", "time", "channel") and run.time.values.tolist() == [5.0 * i for i in range(11)]
    assert run.time.attrs["units"] == "ms" and run.rate.attrs["units"] == "1"
    hz = sp.simulate(sp.Network(bistable.W, nonlinearity="relu", rate_hz=30), duration_ms=50, record="rate_hz")
    assert hz.rate_hz.attrs["units"] == "Hz"
    table = run.rate.to_dataframe()
    assert len(table) == run.rate.size


def test_runs_through_files_of_others(tmp_path, bistable):
    """netCDF (h5netcdf): the same values, dims, coordinates and units; h5py reads it as well."""
    run = sp.simulate(bistable, duration_ms=50, dt_ms=5, trials=2, record=["rate", "output", "state"], synapse=sp.TCR())
    trials = sp.tasks.FlipFlop().draw(3)
    for made in (run, trials):
        made.to_netcdf(tmp_path / "run.nc")
        with xr.open_dataset(tmp_path / "run.nc") as again:
            xr.testing.assert_identical(again.load(), made)
    run.to_netcdf(tmp_path / "run.nc")
    with h5py.File(tmp_path / "run.nc") as file:
        for name, values in run.variables.items():
            assert np.array_equal(file[name], values) and file[name].attrs["units"] == values.attrs["units"]


def test_by_hand(bistable):
    """Euler steps in numpy."""
    inputs = np.random.default_rng(1).normal(size=(2, 30, 2))
    run = sp.simulate(bistable, inputs, dt_ms=2)
    r = run.rate.values[:, 0]
    for t in range(30):
        r = r + 2 / bistable.tau_ms * (-r + np.tanh(r @ bistable.W.T + inputs[:, t] @ bistable.W_in.T))
        assert np.allclose(r, run.rate.values[:, t + 1], rtol=0, atol=1e-12)
    assert np.allclose(run.output, run.rate.values @ bistable.W_out.T, rtol=0, atol=1e-12)


def test_warnings(bistable):
    with pytest.warns(RuntimeWarning, match="diverges"):
        sp.simulate(sp.Network([[1e6]], nonlinearity="relu", b=[1.0]), duration_ms=5000, dt_ms=40)
    with pytest.warns(RuntimeWarning, match="stability bound"):
        sp.simulate(bistable, np.ones((1, 50, 2)), dt_ms=20, synapse=sp.TCR(beta=5000, tau_s_ms=20))


def test_labels_fit_together(bistable):
    """Arithmetic of xarray goes by labels: of units with states, and of outputs with targets (what the training says of the same trials)."""
    run = sp.simulate(sp.Network(bistable.W, kind="leaky_current"), duration_ms=50, record=["rate", "state"], trials=2)
    assert run.state.dims == run.rate.dims and np.allclose(run.rate, np.tanh(run.state), rtol=0, atol=1e-14)
    assert (run.rate - np.tanh(run.state)).dims == run.rate.dims
    lstm = sp.simulate(sp.Network(np.ones((8, 2)), kind="lstm"), duration_ms=50, record=["rate", "state"])
    assert lstm.state.dims == ("trial", "time", "entry") and lstm.sizes["entry"] == 4

    task = sp.tasks.FlipFlop(bits=1, slots=4)
    net = sp.Network.random(30, gain=1.2, seed=3).replace(r0=np.full(30, 0.1))
    for dt_ms in (5, 10):
        trials = task.draw(20, dt_ms=dt_ms, seed=4)
        run = sp.simulate(net, trials.inputs)
        graded = trials.mask > 0
        loss = ((run.output - trials.targets) ** 2).where(graded).mean()
        accuracy = (run.output * trials.targets > 0).where(graded).mean()
        trained = sp.train(net, task, batch=20, seed=4, updates=1, dt_ms=dt_ms, precision="double", progress=False)
        assert np.isclose(loss, trained.curve.loss[0], rtol=1e-9) and np.isclose(accuracy, trained.curve.accuracy[0], rtol=1e-9)


def test_the_step_is_that_of_the_inputs(bistable):
    trials = sp.tasks.FlipFlop(bits=2).draw(3, dt_ms=10)
    run = sp.simulate(bistable, trials.inputs)
    assert run.attrs["dt_ms"] == 10 and run.time[-1] == trials.time[-1] == trials.length_ms.max()
    assert run.equals(sp.simulate(bistable, trials.inputs.values, dt_ms=10))
    assert run.equals(sp.simulate(bistable, trials.inputs.assign_coords(time=np.arange(100) * 10.0)))  # times that count from 0
    assert sp.simulate(bistable, trials.inputs.isel(trial=0).T).equals(sp.simulate(bistable, trials.inputs.values[0], dt_ms=10))
    assert sp.simulate(bistable.replace(dt_ms=5), trials.inputs, dt_ms=10).attrs["dt_ms"] == 10
    for net, options in ((bistable, {"dt_ms": 5}), (bistable.replace(dt_ms=5), {})):
        with pytest.raises(ValueError, match=r"dt_ms: .* is 5, .* steps of 10 "):
            sp.simulate(net, trials.inputs, **options)
    for time in (xr.Variable("time", np.arange(100) / 100, {"units": "s"}), np.arange(100.0) ** 2, np.arange(100.0)[::-1]):
        with pytest.raises(ValueError, match="inputs: time"):
            sp.simulate(bistable, trials.inputs.assign_coords(time=time))
    with pytest.raises(TypeError, match=r"trials\.inputs"):
        sp.simulate(bistable, trials)
    kept = sp.simulate(bistable, trials.inputs.assign_coords(condition=trials.condition)).where(trials.condition == trials.condition[0], drop=True)
    assert "condition" in kept.coords and 1 <= kept.sizes["trial"] <= 3


def test_warnings_are_told_where_the_call_stands():
    with pytest.warns(RuntimeWarning, match="diverges") as told:
        sp.simulate(sp.Network([[1e6]], nonlinearity="relu", b=[1.0]), duration_ms=5000, dt_ms=40)
    assert told[0].filename == __file__


def test_what_no_memory_is_enough_for_says_how_large_it_is(bistable):
    with pytest.raises(MemoryError, match="1 trial of 2000000000000000 steps of 24 states"):
        sp.simulate(bistable, duration_ms=1e16)
