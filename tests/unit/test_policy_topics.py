"""What the policy check must flag, topic by topic, and the harmless uses of the same words that it must let pass."""

from __future__ import annotations

import pytest

from assistant.policy.check import check
from store.creatives import Severity

FLAGGED = {
    "TARGETING": [
        "Are you diabetic? Try these socks.",
        "Do you suffer from depression?",
        "Anxiety getting you down? Sit here.",
        "Manage your arthritis with this grip.",
        "As a recovering alcoholic you know the feeling.",
        "Since your diagnosis, mornings have been hard.",
        "Broke? This kettle costs little.",
        "Are you drowning in debt?",
        "Bad credit? Come in.",
        "Did you lose your job?",
        "Other single moms like you love this bag.",
        "Meet Christians near you.",
        "Are you Jewish? See our lamps.",
        "Fellow Muslims trust this brand.",
        "Black singles in your area are waiting.",
        "As an African American you need this cream.",
        "Your ethnicity deserves its own shade.",
        "Are you bisexual? This shirt is for you.",
        "Unsure about your gender?",
        "Meet other lesbians tonight.",
        "Are you over 60? Sit down.",
        "Attention seniors: a chair that lifts.",
        "At your age, comfort matters.",
        "Have you been convicted of a crime?",
        "Your criminal record need not hold the door.",
        "Fellow Republicans, here is your mug.",
        "Your shop steward would like this cap.",
        "Is your husband cheating?",
        "We know you looked at our sofas yesterday.",
        "Because you live in Springfield, this is for you.",
        "It's a Henderson thing",
        "Two-bedroom apartment, no kids.",
        "Waiter wanted: young women only.",
        "Mortgages at low rates, men only.",
    ],
    "WEIGHT_LOSS": [
        "Lose 20 pounds by summer.",
        "A tea for weight loss.",
        "Burn belly fat as you sleep.",
        "Shed those extra kilos.",
        "This gum curbs your appetite.",
        "Get your bikini body now.",
        "Hate your thighs? Try this.",
        "Hide your muffin top.",
        "Are you overweight?",
        "Waist trainer in black.",
        "What is your BMI?",
    ],
    "IMAGE_BEFORE_AFTER": ["See her skin before and after.", "Before and after photos of real patients."],
    "EXAGGERATED_CLAIMS": [
        "Works for everyone.",
        "Results guaranteed.",
        "See results in 3 days.",
        "No side effects.",
        "Clinically proven softness.",
        "Look ten years younger.",
    ],
    "SUSPICIOUS_CLAIMS": [
        "A miracle cure in a jar.",
        "This oil cures cancer.",
        "Doctors hate this pillow.",
        "Throw away your insulin.",
        "Congratulations, you've won a prize!",
        "Your account has been suspended.",
        "Your computer is infected.",
    ],
    "AUTHENTICITY": ["Endorsed by Oprah.", "Approved by NASA.", "Scientists discover the softest towel."],
    "SUSPICIOUS_SUPPLEMENTS": ["Liver cleanse in five days.", "Testosterone booster for men.", "HGH drops."],
    "PHARMA": [
        "Buy Viagra here.",
        "No prescription needed.",
        "Ozempic at a discount.",
        "Our online pharmacy ships today.",
    ],
    "RESTRICTED_HEALTHCARE": ["Botox in your lunch break.", "A hair transplant abroad."],
    "URGENCY": [
        "Act now!",
        "Buy it before it's too late.",
        "Only 3 left in stock.",
        "It's now or never.",
        "Hurry! Last chance. Today only, while supplies last.",
    ],
    "CAPS_AND_SYMBOLS": [
        "THE SOFTEST BLANKET IN THE WHOLE WIDE WORLD",
        "A blanket that is SIMPLY BETTER THAN EVERY OTHER for cold rooms at home.",
        "So soft!!!",
        "Really?!?!",
        "Get it fr€e",
        "A $ofa for you",
        "🔥🔥🔥 Candle",
    ],
    "FAKE_BUTTONS": ["Soft rug [Shop now]", "▶ Play video"],
    "PROMOTIONS_AND_PRICES": ["95% off all mugs", "Free mug, just pay shipping", "Going out of business"],
    "WEAPONS": [
        "Handguns and ammo",
        "AR-15 parts kits",
        "Buy fireworks here",
        "A hunting rifle",
        "Pepper spray in pink",
    ],
    "PROHIBITED_PRODUCT": [
        "Menthol cigarettes",
        "Vape pens in mint",
        "Fine cigars",
        "Replica Rolex watches",
        "Fake designer handbags",
        "Carved elephant ivory",
        "Puppies for sale",
    ],
    "ILLEGAL_RECREATIONAL_DRUG": [
        "CBD gummies",
        "Medical marijuana",
        "Glass bongs",
        "Magic mushrooms by post",
        "Kratom",
    ],
    "NUDITY": ["Sex toys for two", "Hot singles tonight", "Escort services", "Nude photos"],
    "UNACCEPTABLE_BUSINESS": [
        "Earn $5,000 a week from home",
        "Get rich quick",
        "Double your money",
        "Payday loans today",
        "No credit check",
        "Buy bitcoin with us",
        "Forex trading signals",
        "Join our multi-level marketing team",
        "We write your essay: essay writing service",
        "Buy Instagram followers",
        "Spy on your wife",
        "A keylogger for any laptop",
    ],
    "OTHER": ["Our online casino", "Place your bets"],
    "ALCOHOL": ["Get drunk for less", "Bottomless mimosas"],
    "CONTESTS": ["Pin it to win a lamp", "Like and share to win"],
    "CLICKBAIT": ["You won't believe what happened next", "This one weird trick", "The shocking truth about soap"],
    "SHOCKING": ["A fucking good lamp", "What the sh*t", "Badass boots", "Graphic images of violence"],
    "HASHTAGS": ["#rug #home #boho", "A rug. #a #b #c #d #e #f"],
    "POLITICAL": ["Vote for Senator Stone", "Sign our petition", "Gun control now"],
    "SENSITIVE": ["Earthquake sale", "Vaccines cause autism", "The pandemic was a hoax"],
    "PINTEREST_BRAND": ["Approved by Pinterest"],
    "LOW_QUALITY": ["Buy the [product name] today", "Lorem ipsum dolor", "Free free free"],
}

HARMLESS = """
A shot glass set for the bar cart
Nail gun with a soft grip
Glue gun sticks, pack of 20
Massage gun with four heads
Water guns for summer parties
Bomb cyclone jacket for wet winters
Killer heels in patent red
Hand-blown wine glass, set of two
Beer garden lamp for warm evenings
Gun-metal grey drawer pulls
Weed killer for garden paths
Hemp rope, ten metres
Tobacco brown leather satchel
Tobacco and vanilla candle
High-waisted cigarette pants in navy
Cigar box guitar kit
Care before and after school
Wet gear that dries fast, so no water weight
For people with sensitive skin
Gift for mom
For single parents and anyone else with one free hand
Diabetic-friendly recipe book
A Christian dating service
New treatment for depression available
Black dress with pockets
White shoes for the summer
You're going to love this blue vase
Are you looking for a new rug?
Meet the makers near you
Replica dinosaur skeleton for a shelf
Ivory lace curtain
Tiger print cushion
Adult coloring book
Police escort toy car set
Muffin top tin, twelve cups
Belly dance skirt
Fat quarters for quilting
Slim fit jeans
The perfect body pillow
Dream body wash with lavender
Cure for boredom on rainy days
UV lamp that cures gel in 60 seconds
Casino party decorations
Bitcoin mug for the office
Add a little colour to your hall
Blind date with a book
Must be 21 or older
Over 50 colours to choose from
See the kitchen before and after the paint
Fireworks print wrapping paper
Blue tits nest box
Shih Tzu portrait
Root beer float glasses
Champagne gold frames
Vote for your favourite flavour
Class president T-shirt
Poor posture meets its match in this chair
Cancer zodiac necklace
Autism-friendly sensory toys
Senior photos album
Teen room desk
Union Jack cushion
Patriots day parade flag
Nude heels in soft leather
Essay collection by new voices
Passport cover in vegan leather
Natural alternative to plastic wrap
No side seams, so no rubbing
Overnight oats jar
BEST IN SHOW ribbon for dogs
Model XT-30 with 4K and USB-C
Sizes S M L XL
Wow! What a colour.
Contact hello@studio.example for samples
Cosy reading nook lamp 🕯️
Made in small batches ❤️🌿
A rug for slow mornings #boho #rug
20% off all rugs until Sunday
Free shipping over $50
Rated for loads under 50 kg
Satisfaction guaranteed or your money back
A bench you can't afford to walk past
Never too old for a garden swing
Grow your savings jar collection
""".strip().splitlines()


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in FLAGGED.items() for text in texts])
def test_text_that_the_policy_refuses_is_flagged_with_its_code(code: str, text: str) -> None:
    found = {finding.code for finding in check({"text": text}) if finding.severity is not Severity.INFORM}
    assert code in found


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_use_of_a_dangerous_word_passes(text: str) -> None:
    assert [finding for finding in check({"text": text}) if finding.severity is not Severity.INFORM] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A bottle of red wine", "ALCOHOL"),
        ("Enter for a chance to win", "CONTESTS"),
        ("Was $40, now $25", "PROMOTIONS_AND_PRICES"),
        ("Limited time only", "URGENCY"),
        ("Home insurance", "OTHER"),
        ("Rated 5 stars", "RATINGS"),
    ],
)
def test_what_is_allowed_on_conditions_informs_and_does_not_stop(text: str, code: str) -> None:
    findings = check({"text": text})
    assert code in {finding.code for finding in findings}
    assert {finding.severity for finding in findings} == {Severity.INFORM}


def test_there_are_enough_examples() -> None:
    assert sum(map(len, FLAGGED.values())) + len(HARMLESS) >= 150
