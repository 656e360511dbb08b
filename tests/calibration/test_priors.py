"""Does a calibration begin from the prior it is told, and does that show where it should?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.calibrate import calibrate
from calibration.reference import Box
from calibration.stored import Origin
from simlab.errors import LabError
from simlab.parameters import INDEX, REGISTRY, prior_draws
from simlab.parameters.priors import PRIORS, registry_under


@pytest.mark.parametrize("prior", PRIORS)
def test_a_box_cuts_the_prior_it_names_and_its_maps_are_inverse(prior):
    whole = Box.whole(prior)
    drawn = whole.prior_draws(3000, 1)
    expected = prior_draws(3000, 2, registry_under(prior))
    spread = np.maximum(expected.std(axis=0), 1e-5)
    np.testing.assert_allclose(drawn.mean(axis=0) / spread, expected.mean(axis=0) / spread,
                               atol=0.15)
    np.testing.assert_allclose(drawn.std(axis=0) / spread, expected.std(axis=0) / spread,
                               atol=0.1)
    z = whole.unconstrain(drawn)
    wide = np.array([p.sd > 1e-3 for p in registry_under(prior)])
    # where the prior is a standard normal in z
    assert np.abs(z[:, wide].mean(axis=0)).max() < 0.1
    np.testing.assert_allclose(whole.constrain(z)[:, wide], drawn[:, wide], rtol=1e-4, atol=1e-4)
    assert whole.around(drawn).prior == prior


def test_an_unknown_prior_is_refused():
    with pytest.raises(LabError, match="no prior called hopeful"):
        Box.whole("hopeful")


def test_tables_of_rival_priors_are_not_mixed_up():
    origin = Origin("d", "2020-01", 1, "round 1", ((0.0, 1.0),))
    assert origin.address != replace(origin, prior="flat").address


@pytest.mark.slow
def test_what_the_record_cannot_move_keeps_the_prior_it_was_given(invented):
    panel = invented(3, people=120)
    found = {prior: calibrate(panel, simulations=400, seed=2, prior=prior).posterior
             for prior in ("registry", "skeptical", "flat")}
    assert found["flat"].provenance["prior"] == "flat"
    k = INDEX["stress_exit"]
    assert not REGISTRY[k].calibrated
    means = {prior: posterior.draws[:, k].mean() for prior, posterior in found.items()}
    assert means["skeptical"] < 0.75 * means["registry"] < 0.75 * means["flat"]
    # what it settles comes out alike
    level = INDEX["activity_level"]
    sd = found["registry"].draws[:, level].std()
    for posterior in found.values():
        gap = posterior.draws[:, level].mean() - found["registry"].draws[:, level].mean()
        assert abs(gap) < 3 * sd
