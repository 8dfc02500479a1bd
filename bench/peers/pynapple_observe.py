"""Peri-event rates by condition, and the autocorrelation across trials with its decay, by pynapple and numpy: bench/peers/observe.

usage: pynapple_observe.py RECORDING.nwb OUT.json
"""
import json
import sys
import warnings

import numpy as np
import pynapple as nap

warnings.filterwarnings("ignore")
WINDOW, BIN = (-0.3, 1.2), 0.05


def main():
    data = nap.load_file(sys.argv[1])
    trials = data["trials"].as_dataframe()
    go, side = trials["go_time"].to_numpy(), trials["side"].to_numpy().astype(str)
    epochs = nap.IntervalSet(start=go + WINDOW[0], end=go + WINDOW[1])
    # Half as long as build_tensor; windows of whole bins that do not overlap have as many rows each
    counts = data["units"].count(BIN, ep=epochs).values.reshape(len(go), -1, len(data["units"]))
    counts = np.ascontiguousarray(counts.transpose(2, 0, 1), dtype=float)  # units x trials x bins
    rates = {each: (counts[:, side == each].mean(axis=1) / BIN) for each in sorted(set(side))}
    for each in rates:
        counts[:, side == each] -= counts[:, side == each].mean(axis=1, keepdims=True)
    covariance = np.einsum("nki,nkj->nij", counts, counts, optimize=True)
    sd = np.sqrt(np.einsum("nii->ni", covariance))
    bins = counts.shape[2]
    R = [np.trace(covariance, lag, 1, 2).sum() / (sd[:, :bins - lag] * sd[:, lag:]).sum() for lag in range(1, bins)]
    with open(sys.argv[2], "w") as out:
        json.dump({"rates": {each: rate.tolist() for each, rate in rates.items()}, "autocorrelation": R}, out)


if __name__ == "__main__":
    main()
