"""Whether a call that is allowed may go on now: the service is not switched off, the limits have something left, a place is free."""

from ihala_kit.db import Database
from ihala_kit.problems import Unauthenticated
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.edge.authorize import Decision
from ihala_gateway.edge.routes import Route
from ihala_gateway.edge.shares import Share, Shares
from ihala_gateway.edge.visit import Visit
from ihala_gateway.limits import store as limits
from ihala_gateway.limits.addresses import network_of
from ihala_gateway.limits.errors import TooManyRequests
from ihala_gateway.limits.leases import Leases
from ihala_gateway.limits.lender import Lender
from ihala_gateway.limits.meter import Meter
from ihala_gateway.limits.policy import OWN, Policy
from ihala_gateway.maintenance import store as maintenance
from ihala_gateway.maintenance.switch import Switch
from ihala_gateway.oauth.grant import Grant
from ihala_gateway.settings import Settings


class Admission:
    """What it looks into is in memory; `read` and `run` keep it so."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._leases = Leases(Policy(settings.limits, settings.limit_factor))
        self._lender = Lender(database, self._leases)
        self._meter = Meter(self._leases)
        self._shares = Shares(settings.places, settings.places_of_one)
        self._switch = Switch()

    async def read(self, tx: AsyncSession) -> None:
        """Learn what is under maintenance and who has a limit of its own."""
        self._switch.learn(await maintenance.switched_off(tx))
        self._leases.learn(await limits.overrides(tx))

    async def run(self) -> None:
        """Fetch blocks of limits as they are wanted; run as a task."""
        await self._lender.run()

    def admit_own(self, visit: Visit) -> None:
        """Count a call of the gateway's own addresses against who sends it. Raises TooManyRequests (429)."""
        visit.notices = self._meter.count_address(visit.address, OWN)

    async def admit_refused(self, visit: Visit, decision: Decision) -> None:
        """Count a call that was refused, since it costs too and is written down: against its client's limit, or who sends it.

        A token that holds no more counts as nobody's: whoever has it now must neither use its client's limit up nor fill the log.
        Raises TooManyRequests (429), ServiceUnavailable (503).
        """
        grant, route = decision.grant, decision.route
        if grant is not None and route is not None and not isinstance(decision.refusal, Unauthenticated):
            visit.notices = await self._meter.count(grant.client_id, grant.organization_id, route.terms.limit)
            return
        try:
            self.admit_own(visit)
        except TooManyRequests:
            visit.forget_who()
            raise

    def is_open(self, service: str) -> bool:
        """Tell whether the service is not switched off: for a seat that passes calls on itself."""
        return self._switch.is_on(service)

    def has_own_limit(self, grant: Grant) -> bool:
        """Tell whether its client or organisation has another limit than the usual one, which such a seat knows nothing of."""
        return self._leases.has_own(grant.client_id, grant.organization_id)

    async def admit(self, visit: Visit, decision: Decision, route: Route) -> tuple[Share, str]:
        """Count the call and take a place for it: `share.leave(who)` must follow.

        Raises UnderMaintenance (503), TooManyRequests, TooManyAtOnce (429), ServiceUnavailable (503).
        """
        visit.notices = route.terms.notices
        self._switch.ask(route.service)
        grant, kind = decision.grant, route.terms.limit
        if grant is None:
            address = visit.address
            visit.notices += self._meter.count_address(address, kind)
            who = network_of(address)
        else:
            visit.notices += await self._meter.count(grant.client_id, grant.organization_id, kind)
            who = grant.client_id
        share = self._shares.at(route.service if grant is not None else f"{route.service}, public")  # strangers have places of their own
        await share.enter(who)
        return share, who
