"""Does `simlab compare` say the answer first, in both languages, and refuse what makes no sense?"""

import pytest
from typer.testing import CliRunner

from simlab.cli import app
from simlab.lab import Lab

QUICK = ["--policy", "move_only", "--policy", "pay_bridge", "--draws", "4", "--months", "3",
         "--replicates", "2"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return Lab.create(tmp_path_factory.mktemp("cli") / "lab").path


def run(lab, *options):
    return CliRunner().invoke(app, ["compare", str(lab), "sales_transition", *QUICK, *options])


@pytest.mark.parametrize(("lang", "said"), [
    ("en", ["P(best)", "Target: regretted exits down by 20%", "Budget: 50K CNY",
            "business at a margin of 30%", "Pilot it, do not roll it out|Not supported",
            "Through which channels", "well above standard", "2 replicates a draw"]),
    ("zh", ["P(最佳)", "目标：惋惜的离职比基线下降 20%", "毛利率 30%", "可以试点|不予支持",
            "通过哪些渠道", "远高于标准", "每次抽样重复 2 次"]),
])
def test_the_answer_comes_first_and_the_rest_after_it(lab, lang, said):
    done = run(lab, "--lang", lang, "--down-by", "0.2", "--budget", "50000", "--margin", "0.3",
               "--currency", "CNY")
    assert done.exit_code == 0, done.output
    places = [max(done.output.find(one) for one in each.split("|")) for each in said]
    assert min(places) >= 0, said[places.index(-1)]
    advice = next(place for place, each in zip(places, said, strict=True) if "|" in each)
    assert advice < places[0] < places[-1]


@pytest.mark.parametrize(("options", "said"), [
    (["--down-by", "0.2", "--at-most", "3"], "Two targets"),
    (["--margin", "7"], "margin is 7"), (["--site", "Beijing"], "--site asks for people"),
    (["--precision", "0"], "--precision 0"),
])
def test_what_makes_no_sense_is_refused(lab, options, said):
    done = run(lab, "--lang", "en", *options)
    assert done.exit_code == 2
    assert said in done.output
