"""Does a table say whose rows they are, however narrow the terminal?"""

import io

from rich.console import Console

from simlab.cli.shown import table


def test_a_wide_table_folds_and_keeps_its_first_column() -> None:
    console = Console(width=140, file=(printed := io.StringIO()))
    interval = "0.771 (0.749 to 0.791)"
    table(console, ["method", *"abcdefg"], [["base rate", *[interval] * 7]])
    shown = printed.getvalue()
    assert "base rate" in shown
    assert shown.count("0.771") == 7
