"""Recurrent rate networks under local learning rules: simulation, phase space, learning.

    import stillpoint as sp

Arrays have trials first, then time, then neurons; times are in ms. What a function needs of pandas, xarray and matplotlib is loaded
when it is called.
"""
from stillpoint import tasks
from stillpoint._basins import Basins, basins
from stillpoint._core import (
    BPTT, FORCE, KFRTRL, RTRL, UORO, AntiHebbian, EProp, FullFORCE, Integration, NodePerturbation, Noise, Oja, Optimizer, Recording,
    RewardHebbian, Schedule, TemporalConsistency)
from stillpoint._cycles import Cycles, cycles
from stillpoint._fixed_points import FixedPoints, fixed_points
from stillpoint._follow import Followed, follow
from stillpoint._gradients import GradientCheck, check_gradients
from stillpoint._lyapunov import Lyapunov, lyapunov
from stillpoint._network import Network
from stillpoint._phases import Phases, phases
from stillpoint._predict import Predictions, predict
from stillpoint._restructuring import Restructuring, restructuring
from stillpoint._rules import Rule
from stillpoint._run import Run, Runs
from stillpoint._run_study import run_study
from stillpoint._simulate import simulate
from stillpoint._slow_points import SlowPoints, slow_points
from stillpoint._study import Study, open_study
from stillpoint._synapses import TCR, DerivativeFeedback, HighPass, TsodyksMarkram
from stillpoint._torch import from_torch
from stillpoint._train import train
from stillpoint._trained import Curve, Trained
from stillpoint._words import in_python

__version__: str
__all__ = [
    "BPTT", "FORCE", "KFRTRL", "RTRL", "TCR", "UORO", "AntiHebbian", "Basins", "Curve", "Cycles", "DerivativeFeedback", "EProp",
    "FixedPoints", "Followed", "FullFORCE", "GradientCheck", "HighPass", "Integration", "Lyapunov", "Network", "NodePerturbation",
    "Noise", "Oja", "Optimizer", "Phases", "Predictions", "Recording", "Restructuring", "RewardHebbian", "Rule", "Run", "Runs", "Schedule",
    "SlowPoints", "Study", "TemporalConsistency", "Trained", "TsodyksMarkram", "basins", "check_gradients", "cycles", "fixed_points",
    "follow", "from_torch", "lyapunov", "open_study", "phases", "predict", "restructuring", "run_study", "simulate", "slow_points",
    "tasks", "train",
]

for _made in map(globals().get, __all__):
    if _made is not None and getattr(_made, "__module__", "") == "stillpoint._core":
        _made.__doc__ = in_python(_made.__doc__)


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib.metadata import version

        return version("stillpoint")
    from stillpoint._keywords import did_you_mean

    raise AttributeError(f"module 'stillpoint' has no attribute {name!r}" + did_you_mean(
        name, [*__all__, *(f"tasks.{each}" for each in tasks.__all__)]))


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
