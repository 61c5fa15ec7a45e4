"""One database a service, an owner role that migrates it and an application role that owns nothing."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from ihala_local.trouble import Trouble

OLDEST = 150000


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server, as its superuser reaches it."""

    url: str

    def url_for(self, database: str, user: str, password: str) -> str:
        """Return the address of a database for one role."""
        own = urlsplit(self.url)
        netloc = f"{quote(user)}:{quote(password)}@{own.netloc.rpartition('@')[2]}"
        return urlunsplit(("postgresql", netloc, f"/{database}", own.query, ""))

    async def connect(self) -> asyncpg.Connection:
        """Return a superuser's connection. Raises Trouble when there is none to be had."""
        try:
            return await asyncpg.connect(self.url, timeout=10)
        except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            place = urlsplit(self.url).netloc.rpartition("@")[2]
            raise Trouble(f"PostgreSQL at {place} cannot be used as a superuser ({type(error).__name__}: {error}).") from error


@dataclass(frozen=True)
class Wanted:
    """The database of one service with the passwords of its two roles."""

    name: str
    owner_password: str
    app_password: str

    @property
    def database(self) -> str:
        return f"ihala_{self.name}"

    @property
    def owner(self) -> str:
        return f"ihala_{self.name}_owner"

    @property
    def app(self) -> str:
        return f"ihala_{self.name}"


async def provision(server: Server, wanted: Iterable[Wanted]) -> None:
    """Make roles and databases, or bring them to what is wanted. Raises Trouble when the server is too old."""
    connection = await server.connect()
    try:
        if connection.get_server_version().major * 10000 < OLDEST:
            raise Trouble(f"PostgreSQL {connection.get_server_version().major} is too old: Ihala needs 15 or newer.")
        for one in wanted:
            await make_roles(connection, one)
            await make_database(connection, one, one.database)
    finally:
        await connection.close()


async def make_roles(connection: asyncpg.Connection, wanted: Wanted) -> None:
    """Make the two roles with their passwords; neither may pass row policies, make databases or roles."""
    for role, password in ((wanted.owner, wanted.owner_password), (wanted.app, wanted.app_password)):
        known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
        change = "ALTER" if known else "CREATE"
        may = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
        statement = f"SELECT format('{change} ROLE %I {may} PASSWORD %L', $1::text, $2::text)"
        await connection.execute(await connection.fetchval(statement, role, password))


async def make_database(connection: asyncpg.Connection, wanted: Wanted, name: str, template: str = "template0") -> None:
    """Make a database owned by the owner role, where only the two roles may enter; kept if it is there."""
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await connection.execute(f'CREATE DATABASE "{name}" OWNER "{wanted.owner}" TEMPLATE "{template}"')
    await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
    await connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{wanted.app}"')


async def marks(server: Server, database: str) -> dict[str, str]:
    """Return what was noted about a database: which work was done on it, so that the next start need not repeat it."""
    connection = await server.connect()
    try:
        return await _marks(connection, database)
    finally:
        await connection.close()


async def mark(server: Server, database: str, name: str, value: str) -> None:
    """Note something on the database itself, so that the note goes when the database goes."""
    connection = await server.connect()
    try:
        noted = json.dumps({**await _marks(connection, database), name: value})
        statement = "SELECT format('COMMENT ON DATABASE %I IS %L', $1::text, $2::text)"
        await connection.execute(await connection.fetchval(statement, database, noted))
    finally:
        await connection.close()


async def _marks(connection: asyncpg.Connection, database: str) -> dict[str, str]:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1"
    noted = await connection.fetchval(query, database)
    return dict(json.loads(noted)) if noted else {}
