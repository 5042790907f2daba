"""The tenants of a sandbox: each a GitHub of its own with its accounts, tokens and repositories.

On disk below the root: sandbox.sqlite3 for all tenants, worlds/<name>/<repository id>.git for git.
"""

import re
import secrets
import shutil
import string
from collections.abc import Iterable
from pathlib import Path

from sandbox.tenant.entities import Account, FormerName, Membership, RepositoryRecord, Role, Token, now
from sandbox.tenant.people import granted
from sandbox.tenant.permissions import Permission
from sandbox.tenant.store import Store, open_database

TENANT_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
LOGIN = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
OWNER_SCOPES = ("admin:org", "delete_repo", "repo", "workflow")


class Tenant:
    """One isolated GitHub: who is in it, what it holds, who may do what."""

    def __init__(self, name: str, store: Store, directory: Path) -> None:
        self.name = name
        self.store = store
        self.directory = directory

    def account(self, login: str) -> Account | None:
        """The user or organization with this login, in any case."""
        return self.store.by_key(Account, login.lower())

    def owner_of(self, repository: RepositoryRecord) -> Account:
        """The account that the repository belongs to."""
        owner = self.store.by_id(Account, repository.owner_id)
        assert owner is not None, f"repository {repository.id} has lost its owner"
        return owner

    def repository(self, owner: Account, name: str) -> RepositoryRecord | None:
        """The repository that has this name now, in any case."""
        return self.store.by_key(RepositoryRecord, str(owner.id), name.lower())

    def renamed(self, owner: Account, name: str) -> RepositoryRecord | None:
        """The repository that had this name before."""
        former = self.store.by_key(FormerName, str(owner.id), name.lower())
        return self.store.by_id(RepositoryRecord, former.repository_id) if former else None

    def git_directory(self, repository: RepositoryRecord) -> Path:
        """Where the bare repository lies; it moves neither with a rename nor a transfer."""
        return self.directory / f"{repository.id}.git"

    def membership(self, organization_id: int, user: Account) -> Membership | None:
        """The user's place in the organization; None for outsiders."""
        return self.store.by_key(Membership, str(organization_id), str(user.id))

    def permission(self, user: Account | None, token: Token | None, repository: RepositoryRecord) -> Permission:
        """What this user may do, with this token.

        Scopes: https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
        """
        public = repository.visibility == "public"
        anyone = Permission.READ if public else Permission.NONE
        if user is None or token is None:
            return anyone
        if not token.has("repo", *(("public_repo",) if public else ())):
            return anyone
        return max(anyone, self.role(user, repository))

    def role(self, user: Account, repository: RepositoryRecord) -> Permission:
        """The user's role: owners are admins, others have what membership, teams and collaboration give."""
        if repository.owner_id == user.id:
            return Permission.ADMIN
        if user.type == "Bot":  # its app is installed for all repositories
            return Permission.WRITE
        base = Permission.NONE
        membership = self.membership(repository.owner_id, user)
        if membership and membership.state == "active":
            if membership.role == "admin":
                return Permission.ADMIN
            base = Permission[self.owner_of(repository).default_repository_permission.upper()]
            if repository.visibility == "internal":
                base = max(base, Permission.READ)
        return max(base, granted(self.store, user, repository))

    def is_owner(self, organization: Account, user: Account | None) -> bool:
        """Whether the user is one of the organization's owners."""
        membership = self.membership(organization.id, user) if user else None
        return membership is not None and (membership.role, membership.state) == ("admin", "active")

    def add_user(self, login: str, organization: Account, role: Role) -> Account:
        """The user with this login, made when missing, with this role in the organization."""
        time = now()
        user = self.account(login)
        if user is None:
            user = Account(id=self.store.next_id(), login=login, type="User", created_at=time, updated_at=time)
            self.store.put(user)
        membership = self.membership(organization.id, user)
        if role == "outsider":
            if membership:
                self.store.remove(membership)
            return user
        self.store.put(
            Membership(
                id=membership.id if membership else self.store.next_id(),
                organization_id=organization.id,
                user_id=user.id,
                role=role,
            )
        )
        return user

    def add_organization(self, login: str) -> Account:
        """The organization with this login, made when missing, with the first one's owner as its owner."""
        present = self.account(login)
        if present:
            return present
        time = now()
        made = Account(id=self.store.next_id(), login=login, type="Organization", created_at=time, updated_at=time)
        owner, _ = self.first_owner()
        with self.store.transaction():
            self.store.put(made)
            self.add_user(owner.login, made, "admin")
        return made

    def invite_member(self, organization: Account, user: Account) -> Membership:
        """A membership that waits for the user to accept it."""
        membership = Membership(
            id=self.store.next_id(), organization_id=organization.id, user_id=user.id, role="member", state="pending"
        )
        self.store.put(membership)
        return membership

    def add_token(self, user: Account, scopes: Iterable[str] | None) -> Token:
        """A new token of the user, looking like GitHub's. scopes: None for a fine-grained one."""
        letters = string.ascii_letters + string.digits
        prefix = "github_pat_" if scopes is None else "ghp_"
        token = Token(
            id=self.store.next_id(),
            value=prefix + "".join(secrets.choice(letters) for _ in range(36)),
            user_id=user.id,
            scopes=None if scopes is None else tuple(sorted(scopes)),
            created_at=now(),
        )
        self.store.put(token)
        return token

    def add_app_token(self, app_id: int, slug: str) -> Token:
        """A new token of an app's installation: it may write to every repository.

        https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
        """
        login, time = f"{slug}[bot]", now()
        bot = self.account(login)
        if bot is None:
            bot = Account(id=self.store.next_id(), login=login, type="Bot", created_at=time, updated_at=time)
            self.store.put(bot)
        value = "ghs_" + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(36))
        token = Token(id=self.store.next_id(), value=value, user_id=bot.id, scopes=None, app_id=app_id, created_at=time)
        self.store.put(token)
        return token

    def bearer(self, value: str) -> tuple[Account, Token] | None:
        """Whose token this is; None for an unknown one."""
        token = self.store.by_key(Token, value)
        user = self.store.by_id(Account, token.user_id) if token else None
        return (user, token) if user and token else None

    def organization(self) -> Account:
        """The organization that the tenant was made with."""
        return next(account for account in self.store.all(Account) if account.type == "Organization")

    def first_owner(self) -> tuple[Account, Token]:
        """The organization's owner that the tenant was made with, and the token made then."""
        token = self.store.all(Token)[0]
        user = self.store.by_id(Account, token.user_id)
        assert user is not None, "the first token has lost its user"
        return user, token


class Tenants:
    """All tenants below one root."""

    def __init__(self, root: Path) -> None:
        self._directory = root / "worlds"
        self._directory.mkdir(parents=True, exist_ok=True)
        self._connection = open_database(root / "sandbox.sqlite3")
        self._open: dict[str, Tenant] = {}
        for name in self.names():
            self._open[name] = Tenant(name, Store(self._connection, name), self._directory / name)

    def names(self) -> list[str]:
        """The tenants' names, sorted."""
        return [row[0] for row in self._connection.execute("SELECT name FROM worlds ORDER BY name")]

    def get(self, name: str) -> Tenant | None:
        """The tenant, if it exists."""
        return self._open.get(name)

    def all(self) -> list[Tenant]:
        """Every tenant, oldest first."""
        return list(self._open.values())

    def create(self, name: str, organization: str) -> Tenant:
        """A tenant with its organization and the organization's owner, in one step: all of it or nothing."""
        store = Store(self._connection, name)
        tenant = Tenant(name, store, self._directory / name)
        with store.transaction():
            self._connection.execute("INSERT INTO worlds VALUES (?, ?)", [name, 1000])
            time = now()
            account = Account(
                id=store.next_id(), login=organization, type="Organization", created_at=time, updated_at=time
            )
            store.put(account)
            owner = tenant.add_user(f"{organization}-owner", account, "admin")
            tenant.add_token(owner, OWNER_SCOPES)
        shutil.rmtree(tenant.directory, ignore_errors=True)  # left over if a deletion was killed half-way
        tenant.directory.mkdir()
        self._open[name] = tenant
        return tenant

    def delete(self, name: str) -> bool:
        """Forget the tenant and all it holds. False: there was none."""
        tenant = self._open.pop(name, None)
        if tenant is None:
            return False
        with tenant.store.transaction():
            self._connection.execute("DELETE FROM records WHERE world = ?", [name])
            self._connection.execute("DELETE FROM worlds WHERE name = ?", [name])
        shutil.rmtree(tenant.directory)
        return True

    def close(self) -> None:
        """Close the database; everything acknowledged is in it."""
        self._connection.close()
