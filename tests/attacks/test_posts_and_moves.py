"""People come, go and change their places while appeals move: at every moment each sees and does what is theirs.

A state machine of Hypothesis: it reports appeals, tries moves by everybody, ends posts, gives them back and takes
people to another community, in any order, and asks after each step.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import hypothesis
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lianglin.access import actor as actors
from lianglin.access import audit, queries
from lianglin.access.actor import Actor
from lianglin.access.models import Post
from lianglin.access.transaction import acting
from lianglin.appeals import rules
from lianglin.appeals.tests.moves import MOVES, VERBS, perform, stored
from lianglin.cases.models import Case, Step
from lianglin.kit import clock
from lianglin.kit.errors import HouseError
from tests.watch import forget_tries
from tests.world import HERE, NEXT_DOOR, RESIDENT, STREET, UNIT, WORKER, World, build, catalogue

FAR_STREET = "street-230104002"
STAFF = (WORKER, f"community-{NEXT_DOOR}", STREET, FAR_STREET)
EVERYBODY = (*STAFF, UNIT, "bureau-2", RESIDENT)
PLACES = (HERE, NEXT_DOOR)
happened: Counter[str] = Counter()


class PostsAndMoves(RuleBasedStateMachine):
    """``city`` is on the ground of a test's transaction; each run gives it back as it was."""

    city: World

    def __init__(self) -> None:
        super().__init__()
        self.ground = transaction.savepoint()
        self.cases: list[Case] = []
        self.given_to_unit: set[int] = set()
        self.scopes = {code: self.city.posts[code].scope_code for code in STAFF}
        self.ended: set[str] = set()

    def teardown(self) -> None:
        transaction.set_rollback(False)  # a failed step may have marked the test's own block as broken
        transaction.savepoint_rollback(self.ground)

    # --- who somebody is at this moment -----------------------------------------------------------------

    def actor(self, code: str, case: Case | None = None) -> Actor:
        """What the next request would make of them: from the posts in force, as the middleware does."""
        if code == RESIDENT:
            return actors.resident(case.pk if case else 0)
        account = self.city.posts[code].account
        post = queries.posts_in_force(account.pk).first()
        return queries.actor_in(post) if post else queries.without_post(account)

    def reaches(self, code: str, case: Case) -> bool:
        """What the rules say of a case: the own place, or an order to the own unit; nothing without a post."""
        if code == RESIDENT:
            return True
        if code in self.ended:
            return False
        if code in self.scopes:
            return case.scope_code.startswith(self.scopes[code])
        return code == UNIT and case.pk in self.given_to_unit

    # --- what happens -----------------------------------------------------------------------------------

    @initialize(place=st.sampled_from(PLACES))
    def begin(self, place: str) -> None:
        self.report(place)

    @precondition(lambda self: len(self.cases) < 3)
    @rule(place=st.sampled_from(PLACES))
    def report(self, place: str) -> None:
        forget_tries()
        self.cases.append(self.city.report(place).case)

    @rule(data=st.data())
    def somebody_fitting_tries(self, data: st.DataObject) -> None:
        case = data.draw(st.sampled_from(self.cases))
        state = stored(case).state
        fitting = sorted(code for code, move in MOVES.items() if state in move.sources)
        if fitting:
            code = data.draw(st.sampled_from(fitting))
            self.attempt(VERBS[code][0], code, case)

    @rule(who=st.sampled_from(EVERYBODY), code=st.sampled_from(sorted(MOVES)), data=st.data())
    def anybody_tries(self, who: str, code: str, data: st.DataObject) -> None:
        self.attempt(who, code, data.draw(st.sampled_from(self.cases)))

    def attempt(self, who: str, code: str, case: Case) -> None:
        """A move either follows every rule, or leaves nothing."""
        if code in ("merge", "join") and len(self.cases) < 2:
            return
        before, steps, by = stored(case), Step._base_manager.count(), self.actor(who, case)
        try:
            with transaction.atomic(), acting(by):
                perform(self.city, code, case, by)
        except HouseError:
            happened["refused"] += 1
            assert stored(case).state == before.state
            assert Step._base_manager.count() == steps
            return
        happened["made"] += 1
        move = next(move for move in rules.LIFECYCLE.moves if move.code == code)
        assert self.reaches(who, case), f"{who} moved what is not theirs"
        assert before.state in move.sources
        assert stored(case).state == move.target
        assert who == RESIDENT or move.duty in by.duties
        if code == "dispatch":
            self.given_to_unit.add(case.pk)

    @rule(who=st.sampled_from((*STAFF, UNIT)))
    def a_post_ends(self, who: str) -> None:
        self._posts(who).update(ends_on=clock.today() - timedelta(days=1))
        self.ended.add(who)

    @rule(who=st.sampled_from((*STAFF, UNIT)))
    def a_post_is_given_again(self, who: str) -> None:
        Post.objects.filter(pk=self.city.posts[who].pk).update(ends_on=None)
        self.ended.discard(who)

    @rule(place=st.sampled_from(PLACES))
    def a_worker_goes_to_another_community(self, place: str) -> None:
        Post.objects.filter(pk=self.city.posts[WORKER].pk).update(scope_code=place, ends_on=None)
        self.scopes[WORKER] = place
        self.ended.discard(WORKER)

    def _posts(self, who: str) -> Any:
        return Post.objects.filter(account_id=self.city.posts[who].account_id)

    # --- what holds at every moment ---------------------------------------------------------------------

    @invariant()
    def everybody_sees_what_is_theirs(self) -> None:
        for who in (*STAFF, UNIT, "bureau-2"):
            theirs = {case.pk for case in self.cases if self.reaches(who, case)}
            by = self.actor(who)
            if by.role == "public":
                continue  # has no post: no purpose to ask with
            with acting(by):
                seen = set(Case.objects.visible_to(by, purpose=by.work_purpose).values_list("pk", flat=True))
                with connection.cursor() as cursor:
                    cursor.execute("select id from cases_case")
                    in_sql = {pk for (pk,) in cursor.fetchall()}
            assert seen == in_sql
            assert seen <= theirs, f"{who} sees {seen - theirs}"
            assert who not in STAFF or seen == theirs

    @invariant()
    def the_audit_is_whole(self) -> None:
        assert list(audit.verify()) == []

    @invariant()
    def no_state_is_outside_of_the_lifecycle(self) -> None:
        states = {state.code for state in rules.LIFECYCLE.states}
        assert {stored(case).state for case in self.cases} <= states


def test_posts_and_moves(db: None) -> None:
    catalogue()
    PostsAndMoves.city = build()
    happened.clear()
    quick = hypothesis.settings(
        max_examples=12,
        stateful_step_count=30,
        suppress_health_check=list(hypothesis.HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(PostsAndMoves, settings=quick)
    assert happened["made"] >= 10, happened
    assert happened["refused"] >= 30, happened
