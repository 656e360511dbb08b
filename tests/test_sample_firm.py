"""Is the committed sample firm what the model makes of its documented parameters?"""

from scenarios.sample import main, sample_files, sample_panel
from simlab.lab import Lab
from simlab.panel import STILL_HERE
from simlab.records import import_files, load_panel


def test_the_committed_tables_are_what_the_scenario_makes(tmp_path):
    """Golden: a change of the model shows here. Refresh with
    ``python -m scenarios.sample scenarios/sample_firm`` and look at the difference."""
    main(tmp_path)
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    committed = {file.name: file.read_bytes() for file in sample_files()}
    assert made.keys() == committed.keys()
    assert [name for name in made if made[name] != committed[name]] == []


def test_a_simulated_history_imports_back_as_it_was(tmp_path):
    panel = sample_panel()
    lab = Lab.create(tmp_path / "lab")
    import_files(lab, sample_files(), "canonical")
    back = load_panel(lab)
    assert len(back.person) == len(panel.person)
    assert back.start == panel.start
    for name in ("hired", "first", "exited", "observed", "rating"):
        assert (getattr(back, name) == getattr(panel, name)).all(), name
    assert (back.business[back.observed] == panel.business[panel.observed]).all()
    assert (panel.exited < STILL_HERE).sum() > 60
