"""Models by version: fitted at night, refused when worse, put in force by hand, read from a file that all share."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals import tasks
from lianglin.appeals.actions import fitting, similarity_models
from lianglin.appeals.actions.similarity_models import Fitted
from lianglin.appeals.models import Item, ItemAdvice, SimilarityModel, SimilarityRow
from lianglin.appeals.queries import comparing, taught
from lianglin.appeals.queries.model_files import folder
from lianglin.appeals.tests.scene import Town, build
from lianglin.appeals.tests.similar_city import model_in_force, models_here
from lianglin.cases.models import Case
from lianglin.engines import similarity
from lianglin.kit import clock, held
from lianglin.kit.errors import Conflict, Forbidden, Refused

CODES = ("020601", "020603", "010301")


__all__ = ("models_here",)


@pytest.fixture
def town(db: None, models_here: None) -> Town:
    return build()


def fitted(version: str, *, source: str = "city", **figures: float) -> Fitted:
    return Fitted(version, source, 100, 100, 10, 0, figures)


def take(one: Fitted, **before: float) -> SimilarityModel:
    with acting(job()) as by:
        return similarity_models.take_over(one, before=before, by=by)


def in_force() -> str:
    return SimilarityModel.objects.get(in_force=True).version


def test_a_model_that_is_worse_is_refused_and_says_in_what(town: Town) -> None:
    assert take(fitted("a", top1=0.9)).reason == "first"
    assert take(fitted("b", top1=0.91, recall=0.8), top1=0.91, recall=0.803).reason == "not_worse"
    worse = take(fitted("c", top1=0.95, recall=0.7), top1=0.91, recall=0.8)
    assert (worse.state, worse.reason, in_force()) == ("refused", "worse", "b")
    assert similarity_models.fallen(worse.figures, worse.before) == ["recall"]
    assert take(fitted("b")).pk == SimilarityModel.objects.get(version="b").pk, (
        "an equal fit is the same model"
    )


def test_the_citys_own_texts_follow_the_sample_whatever_their_figures(town: Town) -> None:
    take(fitted("a", source="sample", top1=0.99))
    assert take(fitted("b", source="mixed", top1=0.7), top1=0.99).reason == "own"
    assert in_force() == "b"


def test_only_the_administrator_goes_back_and_only_from_what_was_seen(town: Town) -> None:
    model = model_in_force(*CODES)
    take(fitted("b"))
    with acting(town.world.actors["administrator"]) as by:
        with pytest.raises(Conflict):
            similarity_models.put_in_force(by=by, version=model.version, seen=model.version)
        with pytest.raises(Refused):
            similarity_models.put_in_force(by=by, version="nothing", seen="b")
        similarity_models.put_in_force(by=by, version=model.version, seen="b")
    assert in_force() == model.version
    for post in ("street", "worker", "unit"):
        with acting(town.actor(post)) as by, pytest.raises(Forbidden):
            similarity_models.put_in_force(by=by, version="b", seen=model.version)


def test_a_version_whose_file_is_gone_is_not_put_in_force(town: Town) -> None:
    model_in_force(*CODES)
    now = take(fitted("b", top1=1.0)).version
    take(fitted("c", top1=0.1), top1=1.0)
    with acting(town.world.actors["administrator"]) as by, pytest.raises(Refused):
        similarity_models.put_in_force(by=by, version="c", seen=now)


def test_the_page_lists_versions_and_goes_back(town: Town) -> None:
    model = model_in_force(*CODES)
    take(fitted("b", top1=0.5), top1=0.1)
    browser = town.world.browser("administrator")
    page = browser.get(reverse("appeals:similarity"))
    assert [row["model"].version for row in page.context["rows"]] == ["b", model.version]
    assert "示例" in page.content.decode()
    answer = browser.post(reverse("appeals:similarity"), {"version": model.version, "seen": "b"})
    assert answer.status_code == 303
    assert in_force() == model.version
    for post in ("street", "worker"):
        assert town.client(post).get(reverse("appeals:similarity")).status_code == 403


def test_a_model_whose_file_is_missing_is_no_model(town: Town) -> None:
    take(fitted("0123456789abcdef"))
    assert comparing.current() is None


def test_new_rows_are_found_under_what_they_read_as(town: Town) -> None:
    model = model_in_force(*CODES)
    case = town.appeal("电梯卡住不动，门打不开", item=None)
    with acting(job()) as by:
        assert fitting.read_rows(by=by) == 1
        assert fitting.read_rows(by=by) == 0
    row = SimilarityRow._base_manager.get(pk=case.pk)
    assert (row.class_code, row.read_by) == ("0206", model.version)


def test_what_people_joined_and_corrected_is_what_is_learnt(town: Town) -> None:
    Item.objects.filter(pk=town.lamp.pk).update(duplicate_radius_m=60)
    held.forget()
    first, second, wrong = (town.appeal("楼道灯坏了，晚上黑") for _n in range(3))
    for case in (first, second):
        town.do("worker", "accept", case)
    town.do("worker", "accept", wrong, item=town.lift)
    Case._base_manager.filter(pk=second.pk).update(parent_id=first.pk)
    ItemAdvice.objects.create(
        case=wrong, scope_code=wrong.scope_code, version="x", chosen=town.lift, followed=False, at=clock.now()
    )
    town.appeal("还没有受理的不算数")
    with acting(job()) as by:
        known = taught.own_history(by)
    assert (known.own, known.joined, known.corrections, known.thin) == (3, 2, 1, True)
    assert [known.codes[k] for k in known.history.item.tolist()] == ["020601", "020601", "020603"]
    assert [known.codes[k] for k in known.history.chosen.tolist()] == ["020601"] * 3
    assert known.history.matter.tolist() == [0, 0, -1]
    assert len(set(known.history.person.tolist())) == 1


class Sample:
    """Made-up reports of two items of the small catalogue and one that it lacks."""

    def __init__(self, _seed: int = 0) -> None:
        made = __import__("lianglin.appeals.tests.similar_city", fromlist=["history"]).history(CODES)
        rng_free = [f"第{k}件" for k in range(len(made))]
        self.texts, self.codes = rng_free, list(CODES)
        self.item, self.chosen, self.lon, self.lat = made.item, made.chosen, made.lon, made.lat
        self.community, self.building, self.person = made.community, made.building, made.person
        self.at, self.matter = made.at, made.matter


def test_sample_reports_lie_apart_from_the_citys_own(town: Town) -> None:
    town.do("worker", "accept", town.appeal("楼道灯坏了，晚上黑"))
    with acting(job()) as by:
        own = taught.own_history(by)
    sample = Sample()
    both = taught.together(own, taught.sample_alone(own, sample))
    kept = int((sample.item < 2).sum())
    assert len(both) == 1 + kept
    for column in ("community", "building", "person"):
        assert both.__dict__[column][0] not in both.__dict__[column][1:]
    assert both.at.max() == pytest.approx(own.history.at[0])
    assert both.bags.start[-1] == len(both.bags.gram)


@pytest.mark.rows("R061")
def test_the_night_makes_a_model_and_reads_with_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from lianglin.appeals.seed import sample_reports

    class Told(Sample):
        def __init__(self, seed: int) -> None:
            super().__init__(seed)
            words = {0: "楼道灯坏了", 1: "电梯停了", 2: "货款没有付"}
            self.texts = [f"{words[k]}请处理" for k in self.item.tolist()]

    monkeypatch.setattr(sample_reports, "sample_reports", Told)
    case = town.appeal("电梯停了，请处理", item=None)
    SimilarityRow._base_manager.all().delete()
    tasks.fit_similarity()
    model = SimilarityModel.objects.get(in_force=True)
    assert (model.source, model.reason, model.own_texts) == ("sample", "first", 0)
    assert SimilarityRow._base_manager.get(pk=case.pk).read_by == model.version
    assert set(model.figures) == {"top1", "top3", "recall", "sample_recall", "sample_precision"}, (
        "no figure counts as wrong what nobody has joined"
    )
    read = comparing.suggest(similarity.load(folder(), model.version), "电梯停了，请处理")
    assert read[0].item == town.lift


def test_files_of_old_versions_go(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_in_force(*CODES)
    stray = folder() / "00000000stray000"
    stray.mkdir()
    fitting.forget_old_files()
    assert not stray.exists()
    assert (folder() / model.version).exists()


def test_a_web_process_that_takes_reports_in_loads_no_scipy(town: Town) -> None:
    import subprocess
    import sys

    told = (
        "import sys, django; django.setup(); import lianglin.project.urls, lianglin.appeals.tasks; "
        "print([name for name in ('scipy', 'lianglin.engines.similarity') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
