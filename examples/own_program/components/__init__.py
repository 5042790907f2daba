"""The program's own components: the wheel has its packages in the namespace `multirepo`, so it does not hide these."""

from multirepo.migration.desired_state.protection_rules import ProtectionRules, Reviews, Ruleset


def house_rules(team: str) -> ProtectionRules:
    """One approval on the default branch, and tags that nobody but the team may move."""
    reviews = Reviews(
        approvals=1,
        code_owner_review=False,
        stale_dismissal=True,
        last_push_approval=False,
        conversation_resolution=True,
    )
    main = Ruleset(
        name="Default branch",
        target="branch",
        include=["~DEFAULT_BRANCH"],
        bypass=[team],
        reviews=reviews,
        deletion=True,
        non_fast_forward=True,
    )
    tags = Ruleset(
        name="Release tags", target="tag", include=["refs/tags/v*"], bypass=[team], update=True, deletion=True
    )
    return ProtectionRules(rulesets=[main, tags])
