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
    """netCDF (h5netcdf), and h5py: the same values, dims, coordinates and units."""
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
            assert [file[name].dims[i][0].name.strip("/") for i, dim in enumerate(values.dims) if dim == "time"] == ["time"]


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
