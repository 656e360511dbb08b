"""The lab over HTTP for programs: the same jobs and results as on the command line and the page.

Every call brings a token that who has the lab's folder made (`simlab token`); no cookie counts, so
that no other site can call in a reader's name.
"""

from simlab.api.routes import NAME, blueprint

__all__ = ["NAME", "blueprint"]
