"""The lab in a browser: one Dash page, mantine components, Chinese and English."""

from simlab.ui.shell import create, run

__all__ = ["create", "run"]
