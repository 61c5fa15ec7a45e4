"""`ihala-gateway accounts …` and `… emergency …`: the first account, and the one for the day when nobody can sign in."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from ihala_kit.vault import Vault
from pydantic import ConfigDict, TypeAdapter, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.console import Refused, end, in_transaction
from ihala_gateway.settings import Settings
from ihala_gateway.staff import accounts, emergency, names, store
from ihala_gateway.staff.accounts import AccountRefused, NewAccount
from ihala_gateway.staff.tables import Account

app = typer.Typer(no_args_is_help=True, help="People who sign in.")
emergency_app = typer.Typer(no_args_is_help=True, help="The sealed account for the day when no administrator can sign in.")

T = TypeVar("T")
AccountId = Annotated[UUID, typer.Argument(help="the account's id, as `accounts list` shows it")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@app.command("add")
def add(
    name: Annotated[str, typer.Option(help="the sign-in name")],
    organization_id: Annotated[UUID, typer.Option()],
    organization: Annotated[str, typer.Option(help="its name")],
    organization_kind: Annotated[str, typer.Option()],
    operator_id: Annotated[UUID | None, typer.Option(help="for an operator and its offices")] = None,
    role: Annotated[list[str] | None, typer.Option(help="may be given several times")] = None,
    governorate: Annotated[list[str] | None, typer.Option(help="P-code; may be given several times")] = None,
    cleared: Annotated[bool, typer.Option(help="may see restricted cases")] = False,
    sandbox: Annotated[bool, typer.Option(help="for trials: a password is enough")] = False,
    language: Annotated[str, typer.Option(help="ar, ckb or en")] = "ar",
    trained_on: Day = None,
    code_signed_on: Day = None,
) -> None:
    """Add an account; prints the link at which its owner chooses a password, for her alone and three days."""
    told: dict[str, Any] = {
        "name": name, "organization_id": organization_id, "organization": organization, "organization_kind": organization_kind,
        "operator_id": operator_id, "roles": role or [], "governorates": governorate or [], "cleared": cleared,
        "kind": "sandbox" if sandbox else "live", "language": language, "trained_on": trained_on and trained_on.date(),
        "code_signed_on": code_signed_on and code_signed_on.date(),
    }  # fmt: skip
    new = _read(lambda: NewAccount.model_validate(told))
    typer.echo(_in_transaction(lambda tx, settings: _add(tx, settings, new)))


@app.command("load")
def load(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a JSON list of accounts")]) -> None:
    """Add the accounts of a file whose names are not there yet: sandbox accounts with their passwords, for trials."""
    kind = TypeAdapter(list[NewAccount], config=ConfigDict(hide_input_in_errors=True))
    entries = _read(lambda: kind.validate_json(file.read_bytes()))
    added = _in_transaction(lambda tx, settings: _load(tx, settings, entries))
    typer.echo(f"{added} added, {len(entries) - added} there already")


@app.command("list")
def list_accounts() -> None:
    """Show every account: id, status, kind, name, organisation, roles."""
    for line in _in_transaction(_lines):
        typer.echo(line)


@app.command("suspend")
def suspend(account_id: AccountId) -> None:
    """Let a person in no more; her sessions and tokens end."""
    done = _with_account(account_id, lambda tx, account, _: accounts.suspend(tx, account))
    typer.echo("suspended" if done else "was suspended already")


@app.command("restore")
def restore(account_id: AccountId) -> None:
    """Let a suspended person in again."""
    done = _with_account(account_id, lambda _, account, __: _now(accounts.restore(account)))
    typer.echo("restored" if done else "was not suspended")


@app.command("invite")
def invite(account_id: AccountId) -> None:
    """Take password and second factors away and print a new link, for whoever lost them."""

    async def reset(tx: AsyncSession, account: Account, settings: Settings) -> str:
        return accounts.link(settings.issuer, await accounts.reset(tx, account))

    typer.echo(_with_account(account_id, reset))


@emergency_app.command("add")
def emergency_add(
    organization_id: Annotated[UUID, typer.Option(help="the operator")], organization: Annotated[str, typer.Option()]
) -> None:
    """Make the sealed account; prints its name and password, once: put them into an envelope in a safe."""
    name, password = _in_transaction(lambda tx, settings: emergency.add(tx, Vault.of(settings), organization_id, organization))
    typer.echo(f"name:     {name}\npassword: {password}\nIt is sealed until `ihala-gateway emergency open`.")


@emergency_app.command("open")
def emergency_open(account_id: AccountId, reason: Annotated[str, typer.Option(help="why; it is recorded")]) -> None:
    """Unseal it for four hours. Everybody who listens is told."""
    until = _with_account(account_id, lambda tx, account, _: emergency.open_(tx, account, reason))
    typer.echo(f"open until {until:%Y-%m-%d %H:%M} UTC")


@emergency_app.command("close")
def emergency_close(account_id: AccountId) -> None:
    """Seal it again; its sessions and tokens end."""
    _with_account(account_id, lambda tx, account, _: emergency.close(tx, account))
    typer.echo("sealed")


async def _add(tx: AsyncSession, settings: Settings, new: NewAccount) -> str:
    added = await accounts.add(tx, Vault.of(settings), new)
    return f"{added.account.account_id}\n{accounts.link(settings.issuer, added.invitation or '')}"


async def _load(tx: AsyncSession, settings: Settings, entries: list[NewAccount]) -> int:
    vault = Vault.of(settings)
    new = [each for each in entries if await store.account_named(tx, names.hashed(vault, each.name.get_secret_value())) is None]
    for each in new:
        await accounts.add(tx, vault, each)
    return len(new)


async def _lines(tx: AsyncSession, settings: Settings) -> list[str]:
    vault = Vault.of(settings)
    return [
        f"{row.account_id}  {row.status}  {row.kind}  {names.shown(vault, row)}  {row.organization_name}  {' '.join(row.roles)}"
        for row in await store.all_accounts(tx)
    ]


def _with_account(account_id: UUID, work: Callable[[AsyncSession, Account, Settings], Awaitable[T]]) -> T:
    async def run(tx: AsyncSession, settings: Settings) -> T:
        account = await store.locked_account(tx, account_id)
        if account is None:
            raise Refused(f"there is no account {account_id}")
        return await work(tx, account, settings)

    return _in_transaction(run)


def _in_transaction(work: Callable[[AsyncSession, Settings], Awaitable[T]]) -> T:
    async def run(tx: AsyncSession, settings: Settings) -> T:
        try:
            return await work(tx, settings)
        except AccountRefused as error:
            raise Refused(str(error)) from None

    return in_transaction(run)


def _read(make: Callable[[], T]) -> T:
    try:
        return make()
    except ValidationError as error:
        raise end("; ".join(f"{'/'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())) from None


async def _now(value: T) -> T:
    return value
