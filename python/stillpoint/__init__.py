"""Recurrent rate networks under local learning rules: simulation, phase space, learning.

    import stillpoint as sp

Arrays have trials first, then time, then neurons; times are in ms. What a function needs of pandas, xarray and matplotlib is loaded
when it is called.
"""
from stillpoint._basins import Basins, basins
from stillpoint._core import Integration, Noise
from stillpoint._cycles import Cycles, cycles
from stillpoint._fixed_points import FixedPoints, fixed_points
from stillpoint._follow import Followed, follow
from stillpoint._lyapunov import Lyapunov, lyapunov
from stillpoint._network import Network
from stillpoint._phases import Phases, phases
from stillpoint._predict import Predictions, predict
from stillpoint._restructuring import Restructuring, restructuring
from stillpoint._run import Run, Runs
from stillpoint._simulate import simulate
from stillpoint._slow_points import SlowPoints, slow_points
from stillpoint._study import Study, open_study, run_study
from stillpoint._synapses import TCR, DerivativeFeedback, HighPass, TsodyksMarkram
from stillpoint._torch import from_torch

__version__: str
__all__ = [
    "TCR", "Basins", "Cycles", "DerivativeFeedback", "FixedPoints", "Followed", "HighPass", "Integration", "Lyapunov", "Network", "Noise",
    "Phases", "Predictions", "Restructuring", "Run", "Runs", "SlowPoints", "Study", "TsodyksMarkram", "basins", "cycles", "fixed_points", "follow",
    "from_torch", "lyapunov", "open_study", "phases", "predict", "restructuring", "run_study", "simulate", "slow_points",
]


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib.metadata import version

        return version("stillpoint")
    raise AttributeError(f"module 'stillpoint' has no attribute {name!r}")
