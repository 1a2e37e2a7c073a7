"""Campaigns: for whom, when, and for how much an advertiser has ads shown, and what of the budget is spent.

An ad belongs to the campaign that its `campaign` names, by id or by name. No lock is needed: each change is one short
transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple

from store.connection import RESTORE_HINT, Connection, Row, listed
from store.errors import StoreDamagedError
from store.records import Interest

NONE_SPENT = Decimal(0)


class CampaignStatus(StrEnum):
    """Whether an advertiser wants a campaign to run. One that has ended is not resumed."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Objective(StrEnum):
    """What a campaign is to bring."""

    CLICKS = "clicks"
    SAVES = "saves"
    PURCHASES = "purchases"
    IMPRESSIONS = "impressions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign. All amounts are in `currency`; times have a zone; an empty or absent limit means there is none.

    `bid` is the most that a click is worth. `spent_today` is of the day of `spent_at` in UTC, or of any day where that
    is not known. `interests`, `countries` (ISO 3166 alpha-2) and `languages` (ISO 639-1) are whom it is for; it is not
    shown beside `excluded_words`, nor more than `frequency_cap` times a day to a person, nor below `min_age` years.
    """

    id: str
    advertiser: str = ""
    name: str = ""
    status: CampaignStatus = CampaignStatus.ACTIVE
    starts: datetime | None = None
    ends: datetime | None = None
    currency: str = "USD"
    daily_budget: Decimal | None = None
    lifetime_budget: Decimal | None = None
    spent_today: Decimal = NONE_SPENT
    spent: Decimal = NONE_SPENT
    spent_at: datetime | None = None
    bid: Decimal | None = None
    objective: Objective = Objective.CLICKS
    interests: frozenset[Interest] = frozenset()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()
    frequency_cap: int | None = None
    min_age: int | None = None

    def spent_on(self, now: datetime) -> Decimal:
        """What is spent on the day of `now`: nothing yet where `spent_today` is of another day."""
        known = self.spent_at is None or self.spent_at.astimezone(UTC).date() == now.astimezone(UTC).date()
        return self.spent_today if known else NONE_SPENT


class PutCampaigns(NamedTuple):
    """What became of the campaigns that were put."""

    added: int
    changed: int
    unchanged: int


_COLUMNS = (
    "id, advertiser, name, status, starts, ends, currency, daily_budget, lifetime_budget, spent_today, spent, spent_at,"
    " bid, objective, interests, countries, languages, excluded_words, frequency_cap, min_age"
)
_PUT = f"INSERT OR REPLACE INTO campaigns ({_COLUMNS}) VALUES ({', '.join('?' * len(_COLUMNS.split(',')))})"


class Campaigns:
    """The campaigns of a store, in the order of their ids."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, campaigns: Iterable[Campaign]) -> PutCampaigns:
        """Keep these as they are now, all of them or, where one fails, none; of two with one id the later stays."""
        latest = {campaign.id: campaign for campaign in campaigns}
        with self._connection.transaction():
            known = self.get_many(latest)
            new = [campaign for campaign in latest.values() if campaign != known.get(campaign.id)]
            self._connection.change_many(_PUT, map(_row, new))
        added = len(latest) - len(known)
        return PutCampaigns(added, len(new) - added, len(latest) - len(new))

    def get(self, identifier: str) -> Campaign | None:
        return self.get_many([identifier]).get(identifier)

    def get_many(self, identifiers: Iterable[str]) -> dict[str, Campaign]:
        """The campaigns of these ids; ids that are not there are left out."""
        rows = self._connection.rows(
            f"SELECT {_COLUMNS} FROM campaigns WHERE id IN (SELECT value FROM json_each(?))", (listed(identifiers),)
        )
        return {row[0]: self._read(row) for row in rows}

    def iterate(self) -> Iterator[Campaign]:
        """All of them; what is written meanwhile is not seen."""
        for row in self._connection.rows(f"SELECT {_COLUMNS} FROM campaigns ORDER BY id"):
            yield self._read(row)

    def named(self) -> Mapping[str, Campaign]:
        """Every campaign by what an ad may call it: its id, else its name where no other campaign has that."""
        campaigns = list(self.iterate())
        names: dict[str, list[Campaign]] = {}
        for campaign in campaigns:
            names.setdefault(campaign.name, []).append(campaign)
        alone = {name: found[0] for name, found in names.items() if name and len(found) == 1}
        return alone | {campaign.id: campaign for campaign in campaigns}

    def called(self, names: Iterable[str]) -> dict[str, Campaign]:
        """The campaigns that ads may call by these names: as `named`, without a look at the others."""
        wanted = list(names)
        found = self.get_many(wanted)
        rows = self._connection.rows(
            f"SELECT {_COLUMNS} FROM campaigns WHERE name IN (SELECT value FROM json_each(?)) AND name <> ''"
            " GROUP BY name HAVING count(*) = 1",
            (listed(name for name in wanted if name not in found),),
        )
        return found | {campaign.name: campaign for campaign in map(self._read, rows)}

    def set_status(self, identifier: str, status: CampaignStatus) -> bool:
        """Pause, resume or end one; False where there is none of this id."""
        return self._connection.change("UPDATE campaigns SET status = ? WHERE id = ?", (status, identifier)) > 0

    def similar_ids(self, identifier: str, limit: int = 3) -> list[str]:
        """The ids that look most like this one, best first."""
        ids = [row[0] for row in self._connection.rows("SELECT id FROM campaigns ORDER BY id LIMIT 5000")]
        return get_close_matches(identifier[:200], ids, limit)

    def count(self) -> int:
        return int(self._connection.value("SELECT count(*) FROM campaigns"))

    def _read(self, row: Row) -> Campaign:
        try:
            return _campaign(row)
        except (TypeError, ValueError, InvalidOperation) as error:
            raise StoreDamagedError(
                f"The campaign {row[0]} in {self._connection.path} cannot be read ({error}).", hint=RESTORE_HINT
            ) from error


def _row(campaign: Campaign) -> tuple[object, ...]:
    return (
        *(campaign.id, campaign.advertiser, campaign.name, campaign.status),
        *(_time_text(campaign.starts), _time_text(campaign.ends), campaign.currency),
        *(_amount_text(campaign.daily_budget), _amount_text(campaign.lifetime_budget)),
        *(str(campaign.spent_today), str(campaign.spent), _time_text(campaign.spent_at), _amount_text(campaign.bid)),
        *(campaign.objective, listed(sorted(campaign.interests))),
        *map(listed, (campaign.countries, campaign.languages, campaign.excluded_words)),
        *(campaign.frequency_cap, campaign.min_age),
    )


def _campaign(row: Row) -> Campaign:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    read_texts = {name: tuple(json.loads(values[name])) for name in ("countries", "languages", "excluded_words")}
    read_times = {name: _time(values[name]) for name in ("starts", "ends", "spent_at")}
    read_limits = {name: _amount(values[name]) for name in ("daily_budget", "lifetime_budget", "bid")}
    read = {
        "status": CampaignStatus(values["status"]),
        "objective": Objective(values["objective"]),
        "spent_today": Decimal(values["spent_today"]),
        "spent": Decimal(values["spent"]),
        "interests": frozenset(map(Interest, json.loads(values["interests"]))),
    }
    return Campaign(**(values | read | read_texts | read_times | read_limits))


def _time_text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _amount_text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
