#!/usr/bin/env python3
"""Every learning rule against what defines it."""
import json
import sys

from support import SMALL, STUDIES, main, ok, refused, says, settings, stillpoint, write


def test_every_rule_has_the_gradient_it_should(tmp):
    names = [item["name"] for item in json.loads(ok("list", "rules", "--json"))]
    lines = ok("check-gradients").splitlines()
    assert lines[-1] == f"{len(names)} ok, 0 failed, 0 not checked", lines
    assert [line.split()[0] for line in lines if " ok" in line][:-1] == names, lines
    assert "N = 16" in lines[0] and "T = 20" in lines[1] and "B = 4" in lines[1]

    study = write(tmp / "s.ini", SMALL)
    arms = ok("check-gradients", study, "--rule", "bptt")
    assert "2 ok, 0 failed, 0 not checked" in arms and arms.count("deg (cos") == 1 and "N = 16" in arms, arms
    rivals = ok("check-gradients", study, "--rule", "bptt", *settings("study.arm=derivative_feedback high_pass tm_depressing"))
    assert "3 ok, 0 failed, 0 not checked" in rivals and rivals.count("deg (cos") == 3, rivals
    assert "N = 20" in ok("check-gradients", study, "--full", *settings("study.arm=none"))
    both = ok("check-gradients", study, *settings("study.arm=as_given tcr", "tcr.form=local", "rule.feedback=random"))
    assert "4 ok" in both and both.count("tcr.form = local") == 2, both
    loss = ok("check-gradients", *settings("tcr.form=loss"))
    assert "5 ok, 0 failed, 6 not checked" in loss and "oja has no place for it" in loss, loss
    assert "mean of 300 draws" in ok("check-gradients", "--rule", "uoro", "--draws", 300)


def test_every_study_has_the_gradients_it_should(tmp):
    for study in STUDIES:
        last = ok("check-gradients", study).splitlines()[-1]
        assert says(last, "0 failed") and not says(last, "0 ok"), (study, last)


def test_kinks_and_biased_draws_are_no_agreement(tmp):
    kinks = ok("check-gradients", "--rule", "bptt", "--full", *settings("network.kind=low_rank", "network.nonlinearity=relu", "network.gain=2",
                                                                       "network.size=60", "task.name=delayed_cue_discrimination"))
    assert "of 482 weights are at relu kinks, more than 1 %" in kinks and "0 failed, 1 not checked" in kinks, kinks
    biased = stillpoint("check-gradients", "--rule", "node_perturbation", *settings("network.nonlinearity=relu", "node_perturbation.sigma=1"), "--draws", 2000)
    assert biased.returncode == 1 and "try node_perturbation.sigma = 0.1" in biased.stdout, biased.stdout


def test_gradients_that_cannot_be_checked_are_refused(tmp):
    study = write(tmp / "s.ini", SMALL)
    refused("check-gradients", "--rule", "backprop", names=["rule.name", "backprop", "e_prop"])
    refused("check-gradients", *settings("network.sizes=3"), names=["network.sizes", "unknown option"])
    refused("check-gradients", *settings("tcr.form=loss"), "--rule", "oja", names=["tcr.form = loss", "oja"])
    refused("check-gradients", "--rule", "rtrl", "--full", names=["network.size = 100", "32"])
    refused("check-gradients", study, "--rule", "force", names=["network.feedback", "uniform"])
    refused("check-gradients", "--draws", "1", names=["--draws 1", "100"])
    refused("check-gradients", tmp / "absent.ini", names=["absent.ini: cannot be read"])


if __name__ == "__main__":
    sys.exit(main(globals()))
