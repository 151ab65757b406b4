"""The manifest's part about problem classes, projects and campaigns: who may touch which rows."""

from __future__ import annotations

from lianglin.kit.domain import Access, Everything, Granted, Guard, InScope

PROBLEM, PROJECT, CAMPAIGN = "appeals.ProblemClass", "appeals.Project", "appeals.Campaign"
"""How grants name what a unit was given a part in."""
_PUBLIC = ("handler", "helper", "resident", "public")


def _guard(
    model: str, subject: str, column: str, neutral: str, *, unit: str = "S", staff: str = "SIU"
) -> Guard:
    """Staff by area, units by grant, the background everywhere. No column is about a person."""
    return Guard(
        f"appeals.{model}",
        {
            "staff": Access(staff, InScope()),
            "handler": Access(unit, Granted(subject, column)),
            "job": Access("SIU", InScope()),
        },
        personal=True,
        neutral=tuple(neutral.split()),
    )


GUARDS = (
    _guard(
        "ProblemClass", PROBLEM, "id",
        "title breadth codes first_day last_day origin state owner post promised_on made_at made_by confirmed_at confirmed_by "
        "measure_at closed_at closed_with rises_since quiet_until sample",
    ),
    _guard(
        "ProblemCase", PROBLEM, "problem_id",
        "problem breadth case live reason added_at added_post removed_at removed_reason removed_post",
    ),
    _guard("ProblemStep", PROBLEM, "problem_id", "problem move from_state to_state at account post note", staff="SI"),
    _guard("ProblemCause", PROBLEM, "problem_id", "problem kind text at post", staff="SI"),
    _guard(
        "ProblemMeasure", PROBLEM, "problem_id",
        "problem kind title unit document_no effective_on project campaign at post", staff="SI",
    ),
    _guard(
        "ProblemEffect", PROBLEM, "problem_id",
        "problem after_first after_last before_first before_last before after people_before people_after rest_before "
        "rest_after burst ratio low high beside beside_low beside_high verdict at account post",
        staff="SI",
    ),
    Guard(
        "appeals.PublicProblem",
        {
            "staff": Access("SIU", Everything(), writes=InScope()),
            "job": Access("SU"),
            **{role: Access("S") for role in _PUBLIC},
        },
    ),
    Guard(
        "appeals.PublicProblemEvent",
        {"staff": Access("S"), "job": Access("SI"), **{role: Access("S") for role in _PUBLIC}},
    ),
    _guard(
        "Project", PROJECT, "id",
        "title aim unit state document_no budget_fen spent_fen money starts_on due_on first_due_on proposed_at proposed_by "
        "approved_at approved_by delivered_on delivered_by accepted_on accepted_by sample",
        unit="SU",
    ),
    _guard("ProjectStep", PROJECT, "project_id", "project move at account post note", unit="SI", staff="SI"),
    _guard(
        "Milestone", PROJECT, "project_id", "project position title unit due_on first_due_on done_on", unit="SU"
    ),
    _guard(
        "MilestoneDelay", PROJECT, "project_id", "milestone project from_on to_on reason at post", unit="SI", staff="SI"
    ),
    _guard("Campaign", CAMPAIGN, "id", "title kind codes unit document_no made_at made_by made_post sample"),
    _guard(
        "CampaignSeason", CAMPAIGN, "campaign_id",
        "campaign label first_day last_day fall_percent goal added_at added_post",
    ),
)  # fmt: skip
