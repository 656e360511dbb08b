"""Do ids come out as they went in, and is a queue that cannot be used refused in words?"""

from __future__ import annotations

import pytest

from simlab.background import JobTable
from simlab.background.queue import QUEUE, Queue
from simlab.errors import LabError
from simlab.lab import Lab


@pytest.fixture(autouse=True)
def _folder(lab: Lab) -> None:
    JobTable(lab)


def test_first_in_first_out_between_two_who_know_only_the_folder(lab: Lab) -> None:
    asking, working = Queue(lab), Queue(Lab.open(lab.path))
    for name in ("a-1", "b_2"):
        asking.put(name)
    assert [working.take(), working.take(), working.take()] == ["a-1", "b_2", None]
    asking.close()
    working.close()


def test_only_ids_lie_in_it(lab: Lab) -> None:
    queue = Queue(lab)
    queue.put("Zm9v")
    assert queue._storage.enqueued_items() == [b"Zm9v"]
    queue.close()


@pytest.mark.parametrize(("url", "code"), [
    ("amqp://somewhere", "queue_unusable"), ("redis://localhost:1/0", "queue_without_redis")])
def test_what_cannot_be_used_is_refused(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, url: str, code: str
) -> None:
    monkeypatch.setenv(QUEUE, url)
    if code == "queue_without_redis":
        monkeypatch.setattr("simlab.background.queue.find_spec", lambda _: None)
    with pytest.raises(LabError) as caught:
        Queue(lab)
    assert caught.value.code == code
    assert url in str(caught.value)
