"""What repositories may be: as private as the plan says, and never deleted."""

from pulumi_policy import ReportViolation, ResourceValidationArgs, ResourceValidationPolicy

from policies.approved import Approved

REPOSITORY = "github:index/repository:Repository"


def check_visibility(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    """GitHub makes a repository public that nobody calls private: https://docs.github.com/en/rest/repos/repos."""
    if args.resource_type != REPOSITORY:
        return
    name = args.props.get("name")
    visibility = args.props.get("visibility") or ("private" if args.props.get("private") else "public")
    if visibility == "public" and name not in Approved.of(args.urn).public:
        report_violation(
            f"{name} would be public. Make it private, or say `visibility: public` for it in the plan, under "
            "repositories.",
            None,
        )


def check_destruction(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    """A deleted repository takes its issues, pull requests and everybody's unmerged work with it."""
    if args.resource_type == REPOSITORY and args.props.get("archiveOnDestroy") is not True:
        report_violation(
            f"{args.props.get('name')} could be deleted. Give {args.name} archive_on_destroy=True.",
            None,
        )


no_public_repository = ResourceValidationPolicy(
    name="no-public-repository",
    description="A repository is public only where the plan says so.",
    validate=check_visibility,
)

archived_on_destroy = ResourceValidationPolicy(
    name="archived-on-destroy",
    description="A repository is never deleted: should Pulumi delete it, GitHub archives it.",
    validate=check_destruction,
)
