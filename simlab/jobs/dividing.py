"""Which groups of people a comparison counts apart, and whose exits a filter asks about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from simlab.engine.groups import LEAST, Divided, division, teams
from simlab.errors import LabError
from simlab.jobs.setting import Setting
from simlab.lab import Lab
from simlab.records.labels import labels, matching

CHOSEN = "chosen"
"""The division into those a filter asks about and everybody else."""


def divided(
    setting: Setting, lab: Lab, wanted: Mapping[str, Sequence[str]] | None = None
) -> Divided:
    """Teams, and what the records hold of the people of a setting: unit, site, grade, and the
    protected groups. `wanted` labels (``unit``, ``site``, ``grade``) come first, as `CHOSEN`.

    The whole firm is simulated all the same, since people influence one another: a filter says
    whose exits are counted. LabError where there are no records to filter by, an unknown label, or
    fewer than `LEAST` people chosen or left over.
    """
    firm = setting.firm
    asked = {name: values for name, values in (wanted or {}).items() if values}
    recorded = setting.people_from == "records"
    if asked and not recorded:
        raise LabError("filter_without_records", options=", ".join(f"--{name}" for name in asked))
    found = []
    if asked:
        chosen = np.array(matching(lab, firm.names, asked))
        if chosen.sum() < LEAST:
            raise LabError("too_few_chosen", people=int(chosen.sum()), least=LEAST)
        if (~chosen).sum() < LEAST:
            raise LabError("too_few_others", people=int((~chosen).sum()), least=LEAST)
        found.append(division(CHOSEN, ["chosen" if one else "others" for one in chosen]))
    found.append(teams(firm))
    if recorded:
        found += [division(name, row)
                  for name, row in labels(lab, firm.names, firm.start // 12).items()]
    return Divided(tuple(each for each in found if each is not None))
