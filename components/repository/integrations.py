"""What connects a repository with other systems: webhooks, deploy keys, autolinks, and custom properties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_github as github

from components.stack.declaration import child_name, inside, part_name


@dataclass(frozen=True, kw_only=True)
class WebhookArgs:
    """content_type: "json" or "form". secret: by which the receiver checks the caller."""

    url: str
    events: Sequence[str] = ("push",)
    content_type: str = "json"
    active: bool = True
    secret: pulumi.Input[str] | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class DeployKeyArgs:
    """key: the public half. write: whether the machine may push."""

    title: str
    key: str
    write: bool = False


@dataclass(frozen=True, kw_only=True)
class AutolinkArgs:
    """url: in which <num> stands for the reference behind the prefix."""

    prefix: str
    url: str
    alphanumeric: bool = True


@dataclass(frozen=True, kw_only=True)
class CustomPropertyArgs:
    """is_list: whether the organization defines it as a list."""

    name: str
    values: Sequence[str]
    is_list: bool = False


@dataclass(frozen=True, kw_only=True)
class IntegrationsArgs:
    """repository: its name on GitHub.

    imports: id to import by, of each that GitHub has already, by its name in this component.
    """

    repository: str
    webhooks: Sequence[WebhookArgs] = ()
    deploy_keys: Sequence[DeployKeyArgs] = ()
    autolinks: Sequence[AutolinkArgs] = ()
    properties: Sequence[CustomPropertyArgs] = ()
    imports: Mapping[str, str] = field(default_factory=dict)
    is_archived: bool = False


class Integrations(pulumi.ComponentResource):
    """The webhooks, deploy keys, autolinks, and custom properties that the plan names. Leaves others alone.

    GitHub cannot change an autolink or a key, so that another target or access replaces it.
    """

    def __init__(self, name: str, args: IntegrationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register each under what identifies it: an address, a title, a prefix, a name."""
        super().__init__("multirepo:github:Integrations", name, None, opts)
        self._name, self._args = name, args
        for webhook in args.webhooks:
            self._webhook(webhook)
        for key in args.deploy_keys:
            github.RepositoryDeployKey(
                child_name(name, "key", key.title),
                repository=args.repository,
                title=key.title,
                key=" ".join(key.key.split()[:2]),  # GitHub drops the comment
                read_only=not key.write,
                opts=self._options("key", key.title),
            )
        for link in args.autolinks:
            github.RepositoryAutolinkReference(
                child_name(name, "autolink", link.prefix),
                repository=args.repository,
                key_prefix=link.prefix,
                target_url_template=link.url,
                is_alphanumeric=link.alphanumeric,
                opts=self._options("autolink", link.prefix),
            )
        for custom in args.properties:
            self._property(custom)
        self.register_outputs({"webhooks": len(args.webhooks)})

    def _options(self, *parts: str) -> pulumi.ResourceOptions:
        imported = self._args.imports.get(part_name(*parts))
        return inside(self, is_archived=self._args.is_archived, import_=imported)

    def _webhook(self, webhook: WebhookArgs) -> None:
        github.RepositoryWebhook(
            child_name(self._name, "webhook", webhook.url),
            repository=self._args.repository,
            active=webhook.active,
            events=sorted(webhook.events),
            configuration=github.RepositoryWebhookConfigurationArgs(
                url=webhook.url,
                content_type=webhook.content_type,
                insecure_ssl=False,
                secret=webhook.secret,
            ),
            opts=self._options("webhook", webhook.url),
        )

    def _property(self, custom: CustomPropertyArgs) -> None:
        """The provider makes no other difference between the types than that of a text and a list."""
        github.RepositoryCustomProperty(
            child_name(self._name, "property", custom.name),
            repository=self._args.repository,
            property_name=custom.name,
            property_type="multi_select" if custom.is_list else "string",
            property_values=list(custom.values),
            opts=inside(self, is_archived=self._args.is_archived),
        )
