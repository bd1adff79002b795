"""What a person may ask about usage: their own, and an admin anybody's."""

from datetime import date
from decimal import Decimal

from lib.store import TEAM, Caps, Use, caps, ledger, spending, usage
from lib.store.usage import By, Period, Record, Slice
from lib.ui.desk import ProfileDesk


class Usage(ProfileDesk):
    """Over one profile's books. Whose is asked about is a name, or None for everybody; who is no
    admin gets their own, whatever they ask."""

    def _seen(self, whose: str | None) -> str | None:
        return whose if self._who.is_admin else self._who.name

    def today(self) -> date:
        """The day that a run counts in now."""
        return self._store.today()

    def spending(self, whose: str | None, period: Period, by: By) -> list[Slice]:
        """What was spent, day by day."""
        return usage.spending(self._store, self._profile, self._seen(whose), period, by)

    def records(self, whose: str | None, period: Period) -> list[Record]:
        """How the models did."""
        return usage.records(self._store, self._profile, self._seen(whose), period)

    def projected(self, whose: str | None) -> Decimal:
        """USD at the end of this month, if it goes on like this."""
        return spending.projected(self._this_month(whose), self.today())

    def to_come(self, whose: str | None) -> Decimal:
        """How much of that has not been spent yet."""
        return self.projected(whose) - self._this_month(whose)

    def _this_month(self, whose: str | None) -> Decimal:
        return ledger.spent(self._store, self._profile, self._seen(whose)).month_posted

    def caps(self, whose: str | None) -> Caps:
        """Theirs alone; of everybody, those of the team."""
        return caps.of(self._store, self._profile, self._seen(whose) or TEAM)

    def left(self, whose: str | None) -> list[Use]:
        """How much of each cap that applies is used."""
        seen = self._seen(whose)
        uses = caps.uses(self._store, self._profile, seen or self._who.name)
        return [each for each in uses if seen or each.whose == TEAM]
