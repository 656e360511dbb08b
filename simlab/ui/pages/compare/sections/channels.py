"""Through which channels each policy works, with what no channel holds."""

from __future__ import annotations

from typing import Any

from simlab.report import comparing, figures
from simlab.ui.components import chart_card, no_data
from simlab.ui.pages.compare.asked import Look
from simlab.ui.pages.compare.reading import Reading, Tree


def section(reading: Reading, _look: Look) -> list[Any]:
    """The difference of every policy by channel."""
    found = reading.comparison.get("channels")
    if not found:
        return [no_data(reading.say("no_channels_title"), reading.say("no_channels"))]
    return [by_channel(reading, each, f"compare-channels-{each['policy']}") for each in found]


def by_channel(reading: Reading, found: Tree, name: str) -> Any:
    """One decomposition as the card `name`."""
    one = {"channels": [found]}
    (_, header, rows), = comparing.channels(one, reading.titles, reading.lang)
    return chart_card(
        reading.visit, name, reading.pair(found["policy"]),
        comparing.channels_note(one, reading.lang), figures.channel_bars(found, reading.lang),
        header=header, rows=rows,
        data=[{"channel": part["channel"], "keeps": part["keeps"], **part["difference"]}
              for part in found["parts"]]
        + [{"channel": name, **found[name]} for name in ("remainder", "whole")],
        source=reading.source(reading.say("channel_formula"), reading.unit("regretted"),
                              n=reading.say("draws_n", n=found["draws"])))
