"""Claims in other words than the facts have, each beside a like one that does not follow from them."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from assistant.creative.brief import product_from_facts
from assistant.creative.ground import check


class Rule(NamedTuple):
    """A rule: the facts, a text that they hold up (or that claims nothing), and one with the claim they do not."""

    name: str
    facts: dict[str, str]
    held: str
    unheld: str
    claim: str


def rule(name: str, description: str, held: str, unheld: str, claim: str, **facts: str) -> Rule:
    named = {key.replace("_", " "): value for key, value in facts.items()}
    return Rule(name, {"title": "Larch garden bench", "description": description, **named}, held, unheld, claim)


PRICES = {"price": "75.00 EUR", "list_price": "100.00 EUR"}
RULES = (
    rule("a discount between two prices", "", "A quarter off this bench.", "A third off this bench.",
         "third", **PRICES),
    rule("a sum saved", "", "Now 25 euros below list price.", "Now 35 euros below list price.", "35 euros", **PRICES),
    rule("half price", "", "Half price this week.", "Half price this week.",
         "Half price", price="50 EUR", was_price="90 EUR")
    ._replace(held="Forty euros off."),
    rule("a discount after a minus", "From 10 pcs -12%.", "12% off from ten.", "15% off from ten.", "15%"),
    rule("what is left of a price", "", "Under a third of the price.", "Under a tenth of the price.", "tenth",
         price="95 EUR", original_price="320 EUR"),
    rule("the price of one", "Set of 3.", "Eight dollars a bench.", "Six dollars a bench.",
         "Six dollars", price="24 USD"),
    rule("many hundred thousands", "Bought by 120,000 families.", "Over a hundred thousand families.",
         "Over two hundred thousand families.", "two hundred thousand families"),
    rule("nearly a week", "Keeps 6 days.", "Keeps for almost a week.", "Keeps for almost a month.", "month"),
    rule("a rating by the name of its fact", "", "4.6 stars from more than 800 ratings.", "4.9 stars.", "4.9",
         rating="4.6 (812)"),
    rule("a month in short", "Live 14 nov.", "It starts on 14 November.", "It starts on 15 November.", "15"),
    rule("the end of a month", "Offer until 31 January.", "Until the end of January.", "Until the end of May.",
         "of May"),
    rule("this day of the week", "Live Fri at 18:00.", "Live this Friday.", "Live this Saturday.", "this Saturday"),
    rule("a numbered thing", "Batch 3 ships in May.", "This is batch 3.", "This is batch 4.", "4"),
    rule("a number before an abbreviation", "No. 1 seller in benches.", "The number one seller.",
         "The number two seller, sold in Berlin.", "Berlin"),
    rule("for how many", "Seats two.", "A bench for two.", "A bench for three.", "three"),
    rule("hot is not cold", "Ice-cold 24 hours, hot 7 hours.", "Hot for 7 hours.", "Hot for 24 hours.", "24 hours"),
    rule("a hyphen denies one word", "No-drill blackout screen.", "The blackout screen needs no drill.",
         "A screen without blackout.", "blackout"),
    rule("an s after a number", "", "The HT-25's seat.", "It takes 25 s to fold.", "25 s", model="HT-25"),
    rule("a material in a list", "Steel frame, larch seat.", "Steel, larch and patience.", "Copper and larch.",
         "Copper"),
    rule("a part and its material", "Insert chrome steel.", "Insert in chrome steel.", "Frame in chrome steel.",
         "chrome steel"),
    rule("a thing that a material names", "", "Open the tin. Sit down.", "A tin bench.", "tin"),
    rule("a colour in a list", "", "A bench in beige, sunny days.", "A bench in beige and coral.",
         "coral", color="Beige"),
    rule("a seller's colours", "", "In black.", "In rust.", "rust", color="Tar"),
    rule("a verb with a particle", "", "Plug in and read on.", "With a plug for the lamp.", "plug"),
    rule("or newer", "With Android 9+.", "With Android 9 or newer.", "With Android 8 or older and a dock.", "dock"),
    rule("the perfect tense", "", "The bees have not commented.", "It has a canopy.", "canopy"),
    rule("a case supposed", "Replaced if it breaks.", "If it breaks, sit elsewhere.", "It never breaks.",
         "never breaks"),
    rule("no bigger than a number", "Fits phones up to 6 inch.", "For phones no bigger than 6 inches.",
         "For phones no bigger than 8 inches.", "8 inches"),
    rule("the seller's own range", "The quietest we have built.", "The quietest we've ever built.",
         "The quietest in the world.", "quietest"),
    rule("told in one sentence", "Voted Best Garden Seat 2025 by 3,000 readers.",
         "Readers voted it the best garden seat of 2025.", "Readers voted it the best sofa of 2025.", "best sofa"),
    rule("only nominated", "Shortlisted for Seat of the Year.", "Shortlisted for Seat of the Year.",
         "Seat of the Year.", "of the Year"),
    rule("a lesser prize", "Second place, Garden Prize 2024.", "Second place in the Garden Prize.",
         "First place in the Garden Prize.", "First place"),
    rule("where it is designed", "Designed in Bergen, made in Vietnam.", "Designed in Bergen.", "Made in Bergen.",
         "Bergen"),
    rule("a place and a part of it", "Tested in Danish nurseries.", "Tested in Denmark.", "Tested across Scandinavia.",
         "Scandinavia"),
    rule("cities of a country", "Servers in Frankfurt.", "Servers in Germany.", "Servers in France.", "France"),
    rule("kept indoors", "Indoor use only.", "Summer outside, the bench within.", "At home on the terrace.", "terrace"),
    rule("all of a kind", "Fits frames with a wide thread.", "Fits frames with a wide thread.", "Fits every frame.",
         "every"),
    rule("a type", "EN 12477 Type B.", "EN 12477 Type B.", "EN 12477 Type A.", "Type A"),
    rule("a harvest", "First cut, June 2025.", "From the first cut.", "From the second cut.", "second cut"),
    rule("a row of animals", "For rabbits and guinea pigs.", "For rabbits and guinea pigs.", "For rabbits and ponies.",
         "ponies"),
    rule("children by their age", "Ages 3+.", "For children.", "For dogs.", "dogs"),
    rule("free delivery by the name of a fact", "", "Free delivery.", "Free returns.", "Free returns", shipping="free"),
    rule("returns that are free", "Returns: free, 30 days.", "Free returns.", "Free delivery.", "Free delivery"),
    rule("what one has to order", "Washers: order DIN 125.", "Bolts, but no washers.", "Complete with washers.",
         "washers"),
    rule("cannot is won't", "Won't tip over.", "It cannot tip over.", "It cannot rust.", "cannot rust"),
    rule("what somebody avoids", "Gluten free.", "For a guest who avoids gluten.", "For a guest who avoids lactose.",
         "lactose"),
    rule("low in something", "Low in salt.", "Low in salt.", "Low in sugar.", "Low in sugar"),
    rule("what is felt", "Soft cushions.", "It feels soft.", "It feels so silky.", "silky"),
    rule("what is told not to do", "", "Don't think about lilac too long.", "No lilac here, only pink.", "pink",
         color="Lilac"),
    rule("a headline before a sentence", "", "Slow Mornings, Long Shadows, Quiet Talk. The bench waits.",
         "The bench that Anna Kessler sits on.", "Anna Kessler"),
    rule("how it is worked", "Planed larch.", "A planed larch seat.", "A laminated larch seat.", "laminated"),
)  # fmt: skip


def unsupported(facts: dict[str, str], text: str) -> list[tuple[int, int]]:
    claims = check(text, product_from_facts(facts))
    return [(claim.start, claim.end) for claim in claims if not claim.supported]


@pytest.mark.parametrize("example", RULES, ids=lambda example: example.name)
def test_what_follows_from_the_facts_raises_no_alarm(example: Rule) -> None:
    assert unsupported(example.facts, example.held) == []


@pytest.mark.parametrize("example", RULES, ids=lambda example: example.name)
def test_what_does_not_follow_from_the_facts_is_found(example: Rule) -> None:
    start = example.unheld.index(example.claim)
    found = unsupported(example.facts, example.unheld)
    assert any(first < start + len(example.claim) and start < last for first, last in found), found
