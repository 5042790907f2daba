"""What connects a repository with other systems: webhooks, deploy keys, autolinks, and custom properties."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_github as github

from components.repository.secret_values import NamedValues
from components.stack.declaration import child_name, inside, part_name
from migration.desired_state import DesiredSettings
from migration.plan import WebhookEntry


@dataclass(frozen=True, kw_only=True)
class IntegrationsArgs:
    """repository: its name on GitHub. values: the secrets of its webhooks.

    imports: id to import by, of each that GitHub has already, by its name in this component.
    """

    repository: str
    desired: DesiredSettings
    values: NamedValues
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
        for webhook in args.desired.webhooks:
            self._webhook(webhook)
        for key in args.desired.deploy_keys:
            github.RepositoryDeployKey(
                child_name(name, "key", key.title),
                repository=args.repository,
                title=key.title,
                key=" ".join(key.key.split()[:2]),  # GitHub drops the comment
                read_only=not key.write,
                opts=self._options("key", key.title),
            )
        for link in args.desired.autolinks:
            github.RepositoryAutolinkReference(
                child_name(name, "autolink", link.prefix),
                repository=args.repository,
                key_prefix=link.prefix,
                target_url_template=link.url,
                is_alphanumeric=link.alphanumeric,
                opts=self._options("autolink", link.prefix),
            )
        for property_name, value in args.desired.properties.items():
            self._property(property_name, value)
        self.register_outputs({"webhooks": len(args.desired.webhooks)})

    def _options(self, *parts: str) -> pulumi.ResourceOptions:
        imported = self._args.imports.get(part_name(*parts))
        return inside(self, is_archived=self._args.is_archived, import_=imported)

    def _webhook(self, webhook: WebhookEntry) -> None:
        github.RepositoryWebhook(
            child_name(self._name, "webhook", webhook.url),
            repository=self._args.repository,
            active=webhook.active,
            events=sorted(webhook.events),
            configuration=github.RepositoryWebhookConfigurationArgs(
                url=webhook.url,
                content_type=webhook.content_type,
                insecure_ssl=False,
                secret=self._args.values.secrets[webhook.secret] if webhook.secret else None,
            ),
            opts=self._options("webhook", webhook.url),
        )

    def _property(self, name: str, value: str | tuple[str, ...]) -> None:
        """The provider makes no other difference between the types than that of a text and a list."""
        github.RepositoryCustomProperty(
            child_name(self._name, "property", name),
            repository=self._args.repository,
            property_name=name,
            property_type="multi_select" if isinstance(value, tuple) else "string",
            property_values=list(value) if isinstance(value, tuple) else [value],
            opts=inside(self, is_archived=self._args.is_archived),
        )
