"""The options of `pinwright match`, one type each, and its help: a signature of many options stays readable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HELP = """Find the ads that fit a text or a pin, or the pins that an ad or a product fits.

Several pins are asked by at once: --pin A --pin B, or --pin A,B. What they share counts most, each may be served, and a
result says which of them it serves. --among turns any direction: --product ID --among ads finds ads like a product's.

Each score is shown with what it is made of: meaning (the cosine of the two texts), words (BM25), and whatever else
the ranker looks at, each scaled among the candidates. A result can be named by its number in the next command: `why 2`,
`write 2`. A slip of the keys is put right where the ads know the word, and said.

--where takes any column of the records and of their feeds: `price < 40 and color in (green, sage)`. Compare by =,
!=, <, <=, >, >=, in (a, b), contains and is empty; join by and, or, not and parentheses. Case does not count.

Ads that may not be shown are left out and counted: out of stock, against the policy, beside a sensitive topic, or
closed by their campaign (see `campaigns`): paused, out of time or budget, for others. --why-not ID tells of one.

Of offers of one shop that are almost alike one is shown, as long as there are others. --diverse weighs how different
a match is from those above it; --per-advertiser and --per-category are caps. --as-ranked holds nothing back.
"""

Words = Annotated[
    list[str] | None, typer.Argument(help="What to look for, in words.", metavar="TEXT", show_default=False)
]
PinIds = Annotated[
    list[str] | None, typer.Option("--pin", help="Find the ads that fit this pin; can be repeated.", metavar="ID")
]
AdId = Annotated[str, typer.Option(help="Find the pins that this ad fits.", metavar="ID")]
ProductId = Annotated[str, typer.Option(help="Find the pins that this product fits, advertised or not.", metavar="ID")]
ExactWords = Annotated[bool, typer.Option("--exact-words", help="Search for the words as they are typed.")]
Among = Annotated[str, typer.Option(help="Look among `ads` or `pins`.", metavar="KIND")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many to show.", metavar="N")]

Interests = Annotated[list[str] | None, typer.Option(help="Only these interests; can be repeated.", metavar="NAME")]
MinPrice = Annotated[str, typer.Option(help="Lowest price, in the offer's currency.", metavar="N")]
MaxPrice = Annotated[str, typer.Option(help="Highest price, in the offer's currency.", metavar="N")]
Availabilities = Annotated[list[str] | None, typer.Option(help="Only these, such as `in stock`.", metavar="TEXT")]
Country = Annotated[str, typer.Option(help="Only what is offered there, such as `US`.", metavar="CODE")]
Condition = Annotated[
    str, typer.Option(help='Only what satisfies this, such as "price < 40 and color = sage".', metavar="TEXT")
]

InCategory = Annotated[
    list[str] | None,
    typer.Option("--category", help="Only this category, by name or id; can be repeated.", metavar="NAME"),
]
Language = Annotated[str, typer.Option(help="Language of who looks, such as `en`.", metavar="CODE")]
Time = Annotated[str, typer.Option(help="When it would be shown; now by default.", metavar="TIME")]
Age = Annotated[int | None, typer.Option(min=0, max=120, help="Age of who looks.", metavar="N", show_default=False)]
InterestedIn = Annotated[
    list[str] | None, typer.Option(help="An interest of who looks; can be repeated.", metavar="NAME")
]
Seen = Annotated[
    list[str] | None, typer.Option(help="How often they saw an ad today; can be repeated.", metavar="AD=N")
]
NoPersonalisation = Annotated[bool, typer.Option("--no-personalisation", help="Use no interests of who looks.")]
Gates = Annotated[bool, typer.Option(help="Leave out ads that may not be shown.")]

Diverse = Annotated[bool | None, typer.Option("--diverse/--as-ranked", help="Different things, or by the score alone.")]
PerAdvertiser = Annotated[
    int | None, typer.Option(min=1, help="At most so many of one advertiser.", metavar="N", show_default=False)
]
PerCategory = Annotated[
    int | None, typer.Option(min=1, help="At most so many of one category.", metavar="N", show_default=False)
]
WhyNotId = Annotated[str, typer.Option(help="Say why this one is not shown.", metavar="ID")]
RankerFile = Annotated[
    Path | None,
    typer.Option("--ranker", help="Rank by this, a file of `tune ranker`.", metavar="FILE", show_default=False),
]
RerankerFolder = Annotated[
    str | None,
    typer.Option("--reranker", help="Order the first 50 by this cross-encoder.", metavar="DIR", show_default=False),
]
Auction = Annotated[bool, typer.Option("--auction", help="Sell the places: eCPM, and what a click costs.")]
AuctionRule = Annotated[
    Path | None,
    typer.Option("--rule", help="The rule of the auction, a TOML file.", metavar="FILE", show_default=False),
]
Explain = Annotated[bool, typer.Option("--explain", help="Show what carried the first scores.")]
Why = Annotated[bool, typer.Option("--why", help="As --explain, with a sentence on each by the writer.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="CSV with a header.")]
