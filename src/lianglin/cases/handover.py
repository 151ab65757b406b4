"""Open cases of a post that ends: how many there are, and passing them to the post that follows."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from lianglin.access.actor import Actor
from lianglin.access.models import Post
from lianglin.cases.actions.standing_in import hand_over
from lianglin.cases.models import Case
from lianglin.cases.queries.standing_in import holds_something


def held(post_ids: Iterable[int]) -> dict[int, int]:
    """How many open cases each of these posts has taken on; posts without any are left out."""
    found = Case._base_manager.filter(assignee_id__in=list(post_ids), closed_at__isnull=True)
    return dict(found.values_list("assignee_id").annotate(Count("id")).order_by())


def pass_on(post_id: int, to_post_id: int, by: Actor) -> int:
    """Gives every open case of a post to the one that follows, with a list that both keep; how many there were."""
    posts = Post.objects.select_related("organisation").in_bulk([post_id, to_post_id])
    if not holds_something(posts[post_id]):
        return 0
    return len(hand_over(from_post=posts[post_id], to_post=posts[to_post_id], by=by).lines)
