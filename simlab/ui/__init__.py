"""The lab in a browser: Dash pages, mantine components, Chinese and English."""

from simlab.ui.serving import application, run
from simlab.ui.shell import create

__all__ = ["application", "create", "run"]
