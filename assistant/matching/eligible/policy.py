"""What the policy has against the text of an ad. A check takes 10 ms, so the store keeps what came of it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from assistant.patterns import compiler
from assistant.policy import check as checking
from store.connection import Connection
from store.creatives import Severity
from store.records import Ad, Product
from store.serial import text_hash
from store.verdicts import Verdicts

POLICY = Path(checking.__file__).parent
PATTERNS = Path(compiler.__file__).parent


class PolicyStatus:
    """Finds the platform's codes against ads, from what is known or by a check; `save` keeps what was found anew."""

    def __init__(self, connection: Connection) -> None:
        self._verdicts = Verdicts(connection, rules_hash())
        self._new: dict[str, tuple[str, ...]] = {}

    def against(self, ad: Ad) -> tuple[str, ...]:
        """The codes of what blocks the ad's text, each once; none where nothing does."""
        key = text_hash("\0".join((ad.title, ad.description, ad.advertiser)))
        known = self._new.get(key, self._verdicts.known([key]).get(key))
        if known is None:
            known = self._new[key] = check_ad(ad)
        return known

    def save(self) -> None:
        if self._new:
            self._verdicts.keep(self._new)


def check_ad(ad: Ad) -> tuple[str, ...]:
    """The codes of what blocks an ad's text. The advertiser's own name may be written as it is."""
    named = Product(id=ad.id, title="", brand=ad.advertiser)
    findings = checking.check({"title": ad.title, "description": ad.description}, product=named)
    return tuple(dict.fromkeys(found.code for found in findings if found.severity is Severity.BLOCK))


@cache
def rules_hash() -> str:
    """A hash of all that decides a verdict: the rules, the code that applies them and that which reads their words."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted((*POLICY.rglob("*.toml"), *POLICY.rglob("*.py"), *PATTERNS.rglob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()
