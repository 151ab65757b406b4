"""Migrations run without drawing the same models anew for each of their operations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

DRAWN = "indexes", "constraints"
"""Options of a model that no other model looks at."""


@contextmanager
def sparing() -> Iterator[None]:
    """For the block, Django's migrations draw anew only the models that an operation changes.

    Django keeps a class of every model as it is at each point of the history. After each operation it makes anew the
    classes of all models around the changed one: 24 000 of them on the way to an empty database's last migration, nine
    tenths of the time of the whole run. Two kinds of operations need none of it, and are four fifths of all:

    * a new model: nothing leads to it yet, and what it leads to stays as it was;
    * an index or a constraint more or less: the other models neither know nor ask.

    The state is marked as *delayed*, as Django itself marks it where it leaves far neighbours alone: what looks at
    whole models (``RunPython``, what runs after the migrations) is given all classes made anew.

    It leans on parts of Django that are its own. So an empty database alone is migrated this way, where nothing can be
    lost (decision 83); a city's is migrated as Django does by itself.
    """
    found, appended, removed = (
        ProjectState._find_reload_model,
        ProjectState._append_option,
        ProjectState._remove_option,
    )

    def find(state: Any, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
        if model_name.lower() in state.apps.all_models[app_label]:
            return found(state, app_label, model_name, delay)
        state.is_delayed = True
        return {(app_label, model_name)}

    def append(state: Any, app_label: str, model_name: str, option: str, more: Any) -> None:
        options = state.models[app_label, model_name].options
        if option not in DRAWN or "apps" not in vars(state):
            return appended(state, app_label, model_name, option, more)
        options[option] = [*options[option], more]
        return retell(state, app_label, model_name, option)

    def remove(state: Any, app_label: str, model_name: str, option: str, name: str) -> None:
        options = state.models[app_label, model_name].options
        if option not in DRAWN or "apps" not in vars(state):
            return removed(state, app_label, model_name, option, name)
        options[option] = [one for one in options[option] if one.name != name]
        return retell(state, app_label, model_name, option)

    def retell(state: Any, app_label: str, model_name: str, option: str) -> None:
        state.is_delayed = True
        meta = state.apps.get_model(app_label, model_name)._meta
        setattr(meta, option, meta._format_names(state.models[app_label, model_name].options[option]))
        vars(meta).pop("total_unique_constraints", None)

    ProjectState._find_reload_model, ProjectState._append_option, ProjectState._remove_option = (
        find,
        append,
        remove,
    )
    try:
        yield
    finally:
        ProjectState._find_reload_model, ProjectState._append_option, ProjectState._remove_option = (
            found,
            appended,
            removed,
        )
