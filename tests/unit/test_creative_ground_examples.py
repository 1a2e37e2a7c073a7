"""Copy about some thirty products: what their facts hold up, and what they do not."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from assistant.creative.brief import product_from_facts
from assistant.creative.ground import check


class Example(NamedTuple):
    """The facts of a product, texts that they hold up (or that claim nothing), and texts with the claim they do not."""

    facts: dict[str, str]
    held: tuple[str, ...]
    unheld: tuple[tuple[str, str], ...]


EXAMPLES = (
    Example(
        facts={
            "title": "Marlow Duvet Cover, Double",
            "description": (
                "Woven from 300 thread count cotton percale. Crisp and cool to the touch. Button closure "
                "and inside corner ties. Machine washable at 60 degrees, tumble dry low. Includes one duvet "
                "cover; pillowcases sold separately. Made in Portugal. OEKO-TEX certified."
            ),
            "color": "Sage, White, Navy",
            "material": "cotton percale",
            "size": "200 x 200 cm",
            "price": "79.00 EUR",
            "brand": "Marlow",
            "product_type": "Home > Bedding",
        },
        held=(
            "A cotton duvet cover, woven in Portugal.",
            "Crisp percale in three colours, navy among them.",
            "Two metres square and ready for slow Sundays.",
            "Ties in the corners keep the duvet where it belongs.",
            "Wash it hot at 60 degrees and tumble dry on low.",
            "Buttons close it, ties hold the corners.",
            "A green cover for a calm bedroom.",
            "Under 80 euros, woven in Portugal.",
            "Percale with a 300 thread count.",
            "Pull back the covers. The weekend can begin.",
        ),
        unheld=(
            ("A double duvet cover in silky sateen.", "sateen"),
            ("Cotton percale with a 400 thread count.", "400"),
            ("A duvet cover and two matching pillowcases.", "pillowcases"),
            ("A cotton cover that stays wrinkle-free.", "wrinkle-free"),
            ("Sage cotton, woven in Italy.", "Italy"),
            ("A percale cover in blush.", "blush"),
            ("A percale cover with a hidden zip.", "zip"),
            ("A cotton cover for king-size beds.", "king-size"),
            ("Cotton percale, organic from seed to stitch.", "organic"),
            ("Helps you fall asleep faster, night after night.", "fall asleep faster"),
            ("The crispest percale money can buy.", "crispest"),
        ),
    ),
    Example(
        facts={
            "title": "Trail Bottle 750 ml",
            "description": (
                "Double-wall vacuum insulated bottle in 18/8 stainless steel. Keeps drinks cold for 24 "
                "hours and hot for 12. Leakproof bamboo lid with a carry loop. BPA-free. Hand wash only. "
                "Fits most car cup holders. Powder-coated finish."
            ),
            "color": "Forest, Sand, Black",
            "material": "stainless steel, bamboo",
            "size": "750 ml",
            "price": "29.95 USD",
            "brand": "Pinemark",
            "product_type": "Sports > Water Bottles",
        },
        held=(
            "Cold for a full day, hot for half of it.",
            "Three quarters of a litre for the road.",
            "Iced tea at noon, still iced at midnight: it keeps drinks cold for 24 hours.",
            "A steel bottle with a lid of bamboo.",
            "Made without BPA.",
            "The lid doesn't leak, so toss it in your bag.",
            "Slips into your car's cup holder.",
            "Less than $30, in forest or sand.",
            "A metal bottle for long walks.",
            "Wash it by hand, fill it again.",
            "For the path, the peak and the picnic after.",
        ),
        unheld=(
            ("A steel bottle that goes in the dishwasher.", "dishwasher"),
            ("Keeps drinks cold for 48 hours.", "48 hours"),
            ("A steel bottle with a built-in straw.", "straw"),
            ("A full litre of water, wherever you walk.", "litre"),
            ("A glass bottle with a bamboo lid.", "glass"),
            ("A bottle in bright red for the trail.", "red"),
            ("A steel bottle trusted by mountaineers.", "trusted"),
            ("Comes with a lifetime warranty.", "lifetime"),
            ("A steel bottle that purifies your water.", "purifies"),
            ("A leakproof bottle with two lids.", "two"),
        ),
    ),
    Example(
        facts={
            "title": "Willow Nursing Chair",
            "description": (
                "A gently rocking armchair with a high back and padded armrests. Solid beech frame, seat in "
                "stain-resistant boucle. Swivels 360 degrees. Matching footstool available separately. Easy "
                "to assemble in 20 minutes, tools included. Seat height 45 cm, holds up to 130 kg. Two-year "
                "warranty."
            ),
            "color": "Cream",
            "material": "beech, polyester boucle",
            "price": "449.00 GBP",
            "brand": "Nookling",
            "product_type": "Nursery > Chairs",
        },
        held=(
            "It rocks, it swivels, it waits for you at 3 in the morning.",
            "A beech frame and a cream boucle seat.",
            "Wooden legs? No: a whole frame of solid beech.",
            "Twenty minutes to put together, with the tools in the box.",
            "Turns all the way round, 360 degrees.",
            "Spills? The boucle resists stains.",
            "Padded arms for long feeds.",
            "Guaranteed for two years.",
            "A rocking chair for 449 pounds.",
            "A seat for the small hours.",
        ),
        unheld=(
            ("A rocking chair with a matching footstool.", "footstool"),
            ("A rocking chair with a reclining back.", "reclining"),
            ("A nursing chair in grey boucle.", "grey"),
            ("Solid oak and boucle, made for night feeds.", "oak"),
            ("Relieves back pain while you feed.", "back pain"),
            ("Arrives fully assembled.", "fully assembled"),
            ("A machine washable cover, for little accidents.", "machine washable"),
            ("A nursing chair that holds 150 kg.", "150 kg"),
            ("The quietest rocker you will ever sit in.", "quietest"),
            ("A boucle chair with a side pocket for your book.", "side pocket"),
        ),
    ),
    Example(
        facts={
            "title": "Rosehip Face Oil 50 ml",
            "description": (
                "Cold-pressed organic rosehip oil from Chile in an amber glass bottle with a dropper. "
                "Lightweight, absorbs quickly. Suitable for dry and mature skin. Vegan and cruelty-free. No "
                "added fragrance. COSMOS certified. Use within 6 months of opening."
            ),
            "brand": "Fieldnote",
            "size": "50 ml",
            "price": "22.00 EUR",
            "product_type": "Beauty > Face Oils",
        },
        held=(
            "Organic rosehip from Chile, pressed cold.",
            "Sinks in fast and leaves no perfume behind.",
            "A vegan oil for dry skin.",
            "Never tested on animals.",
            "Five centilitres in amber glass.",
            "An unscented oil in a dropper bottle.",
            "COSMOS certified, from the first drop.",
            "Good for six months once you open it.",
            "South American rosehip in a glass bottle.",
            "Two drops, two minutes, one good evening.",
        ),
        unheld=(
            ("A face oil that erases wrinkles.", "wrinkles"),
            ("A face oil for oily, acne-prone skin.", "acne-prone"),
            ("Rosehip oil with SPF 15.", "SPF 15"),
            ("A rosehip oil recommended by dermatologists.", "recommended by dermatologists"),
            ("Rosehip oil with added vitamin E.", "vitamin E"),
            ("Rosehip from the hills of Bulgaria.", "Bulgaria"),
            ("100 ml of organic rosehip oil.", "100 ml"),
            ("Fairtrade rosehip oil in a glass bottle.", "Fairtrade"),
            ("Glowing skin in seven days.", "seven days"),
            ("An oil that comes in a recycled bottle.", "recycled"),
            ("A rosehip oil safe for newborns.", "newborns"),
        ),
    ),
    Example(
        facts={
            "title": "Pathfinder Kids' Bike 16 inch",
            "description": (
                "A first bike for children aged 4 to 6 with a lightweight aluminium frame, 6.3 kg. Coaster "
                "brake and front hand brake. Training wheels included, bell not included. Adjustable "
                "saddle, 46 to 56 cm. Enclosed chain guard. Tyres puncture-resistant. EN ISO 8098 tested. "
                "85% assembled on delivery."
            ),
            "color": "Orange, Teal",
            "material": "aluminium",
            "price": "189.00 EUR",
            "brand": "Velokin",
            "product_type": "Kids > Bikes",
        },
        held=(
            "For riders from four to six.",
            "An aluminium frame of just over six kilos.",
            "Training wheels are in the box.",
            "The saddle goes up as they do.",
            "Sixteen-inch wheels in teal.",
            "Tested to EN ISO 8098.",
            "A metal frame in blue-green teal.",
            "Tyres that resist punctures.",
            "First wobble, first wave, first whole street.",
        ),
        unheld=(
            ("A bike with training wheels and a bell.", "bell"),
            ("A first bike for toddlers of two.", "toddlers"),
            ("A kids' bike with 7 gears.", "7 gears"),
            ("An orange bike with a carbon frame.", "carbon"),
            ("It arrives ready to ride, no assembly needed.", "no assembly"),
            ("A bike in pink with a white saddle.", "pink"),
            ("A 20-inch bike for growing legs.", "20-inch"),
            ("Lighter than any other bike in its class.", "Lighter than any other"),
            ("Builds confidence and improves motor skills.", "improves motor skills"),
            ("A kids' bike with a basket on the front.", "basket"),
            ("Winner of the Kids' Bike of the Year award.", "Winner"),
        ),
    ),
    Example(
        facts={
            "title": "Hollis Leather Belt",
            "description": (
                "Full-grain Italian leather belt, 3.5 cm wide, with a solid brass buckle. Vegetable-tanned. "
                "Hand-cut and stitched in our Bristol workshop. Five holes, one inch apart. Ages "
                "beautifully. Free engraving. Delivered in a cotton pouch in 3 to 5 days."
            ),
            "color": "Tan, Dark brown",
            "material": "leather, brass",
            "size": "S, M, L, XL",
            "price": "65.00 GBP",
            "brand": "Hollis & Co",
            "product_type": "Accessories > Belts",
        },
        held=(
            "Tan leather, brass buckle, years ahead of it.",
            "Cut by hand in Bristol.",
            "Leather from Italy, buckle of brass.",
            "Have your initials engraved, free.",
            "Four sizes, from S to XL.",
            "A brown belt with a brass buckle.",
            "On your doorstep within five days.",
            "An inch and a bit wide.",
            "Comes in a pouch of cotton.",
            "Vegetable-tanned, and better with age.",
            "One belt, every pair of jeans.",
        ),
        unheld=(
            ("A vegan leather belt with a brass buckle.", "vegan leather"),
            ("A black leather belt.", "black"),
            ("A leather belt with a silver buckle.", "silver"),
            ("A leather belt with a ten-year guarantee.", "ten-year guarantee"),
            ("Next-day delivery on every belt.", "Next-day delivery"),
            ("A reversible belt in full-grain leather.", "reversible"),
            ("A leather belt 5 cm wide.", "5 cm"),
            ("Cut and stitched in our London workshop.", "London"),
            ("A leather belt in XXL.", "XXL"),
            ("The belt worn by princes and pilots.", "worn by"),
            ("Scratch-proof leather with a brass buckle.", "Scratch-proof"),
        ),
    ),
    Example(
        facts={
            "title": "Halo LED Desk Lamp",
            "description": (
                "Dimmable LED desk lamp with five brightness levels and three colour temperatures. 10 W, "
                "800 lumens. Touch control. USB-A charging port in the base. Folds flat. Flicker-free "
                "light. Adapter included. LED lasts 25,000 hours. Energy class E."
            ),
            "color": "White",
            "material": "aluminium, ABS",
            "price": "54.90 USD",
            "brand": "Lumo",
            "product_type": "Lighting > Desk Lamps",
        },
        held=(
            "Five levels of brightness at a touch.",
            "Charge your phone at its base.",
            "It folds flat when the day is done.",
            "Dim it down for late reading.",
            "800 lumens from only ten watts.",
            "Light without flicker.",
            "Good for 25,000 hours of light.",
            "Touch it and it shines. Touch it again and it dims.",
            "The page is bright. The room can sleep.",
        ),
        unheld=(
            ("A desk lamp you control by voice.", "voice"),
            ("A desk lamp with wireless charging.", "wireless charging"),
            ("A desk lamp in black.", "black"),
            ("Runs for ten hours on one charge.", "ten hours"),
            ("Reduces eye strain while you work.", "eye strain"),
            ("A desk lamp with a motion sensor.", "motion sensor"),
            ("LED light that lasts 50,000 hours.", "50,000 hours"),
            ("A lamp with a clamp for your desk.", "clamp"),
            ("A lamp with seven brightness levels.", "seven brightness levels"),
            ("Saves 80% on your electricity bill.", "80%"),
        ),
    ),
    Example(
        facts={
            "title": "Coastline Swimsuit",
            "description": (
                "One-piece swimsuit in recycled nylon with UPF 50+ protection. Chlorine-resistant. "
                "Adjustable straps and removable cups. Fully lined. Quick-drying. Hand wash cold. Model is "
                "178 cm and wears size S."
            ),
            "color": "Coral, Ink",
            "material": "78% recycled nylon, 22% elastane",
            "size": "XS-XXL",
            "price": "72.00 EUR",
            "sale": "was 90.00 EUR",
            "brand": "Tidewise",
            "product_type": "Apparel > Swimwear",
        },
        held=(
            "Dries before your second ice cream.",
            "Straps that adjust, cups that come out.",
            "Recycled nylon in coral.",
            "It stands up to chlorine.",
            "Now 20% off: recycled nylon for the shore.",
            "Was 90 euros, now 72.",
            "UPF 50+ under the noon sun.",
            "With a little stretch: 22% elastane.",
            "Rinse it by hand in cold water.",
            "The sea is calling. Answer slowly.",
        ),
        unheld=(
            ("Dries fast, packs small and swims all day.", "packs small"),
            ("A swimsuit with tummy control.", "tummy control"),
            ("A swimsuit made from ocean plastic.", "ocean plastic"),
            ("Save 50% on this swimsuit.", "50%"),
            ("A recycled swimsuit in olive.", "olive"),
            ("A swimsuit with matching sarong.", "sarong"),
            ("100% recycled nylon.", "100%"),
            ("A swimsuit for girls.", "girls"),
            ("A swimsuit that never loses its shape.", "never loses its shape"),
            ("Designed by surfers in Biarritz.", "Biarritz"),
        ),
    ),
    Example(
        facts={
            "title": "Orchard Beeswax Food Wraps, Set of 3",
            "description": (
                "Three reusable food wraps in organic cotton with beeswax, tree resin and jojoba oil. "
                "Small, medium and large. Wash in cool water with mild soap; not for hot food or raw meat. "
                "Last up to a year. Compostable. Packed in a paper sleeve. Made by a family business in "
                "Devon."
            ),
            "material": "organic cotton, beeswax",
            "price": "14.00 GBP",
            "brand": "Hive & Hedge",
            "product_type": "Kitchen > Food Storage",
        },
        held=(
            "Three wraps: small, medium, large.",
            "Use them again and again, for up to twelve months.",
            "Beeswax and cotton from a family business in Devon.",
            "When they wear out, compost them.",
            "Cool water, mild soap, done.",
            "No plastic sleeve, just paper.",
            "Made in England by a family firm.",
            "A trio of wraps for under £15.",
            "Half a lemon, saved for later.",
        ),
        unheld=(
            ("Wraps that are dishwasher safe.", "dishwasher safe"),
            ("Vegan food wraps in three sizes.", "Vegan"),
            ("Food wraps that last a lifetime.", "a lifetime"),
            ("Five food wraps in a paper sleeve.", "Five"),
            ("Keeps food fresh for two weeks.", "two weeks"),
            ("Antibacterial beeswax wraps.", "Antibacterial"),
            ("Wraps for raw meat and fish.", "raw meat"),
            ("The UK's number one food wrap.", "number one"),
            ("Buy two sets and get a third free.", "free"),
            ("Plants a tree with every set.", "Plants a tree"),
        ),
    ),
    Example(
        facts={
            "title": "Nordhavn Wool Throw",
            "description": (
                "A heavy throw in pure new wool, woven in Norway since 1887. Fringed edges. 130 x 200 cm, "
                "1.1 kg. Dry clean or air. Naturally dirt-repellent. Royal warrant holder. Colours: Fjord "
                "Grey, Lingonberry, Moss. Gift box available for 5 EUR."
            ),
            "color": "Fjord Grey, Lingonberry, Moss",
            "material": "100% wool",
            "price": "169.00 EUR",
            "brand": "Nordhavn",
            "product_type": "Home > Throws",
        },
        held=(
            "Norwegian wool, with a fringe.",
            "Woven in Norway for more than a century.",
            "All wool, no shortcuts.",
            "Over a kilo of warmth for the sofa.",
            "A throw in grey, the colour of a fjord.",
            "Two metres long, so nobody's feet get cold.",
            "Air it out, or take it to the dry cleaner.",
            "Dirt finds it hard to stay: wool repels it naturally.",
            "A film, a blanket, nowhere to be.",
        ),
        unheld=(
            ("A cashmere throw for cold evenings.", "cashmere"),
            ("A wool throw you can machine wash.", "machine wash"),
            ("A wool throw woven in Scotland.", "Scotland"),
            ("A wool throw, gift box included.", "gift box included"),
            ("A merino throw with fringed edges.", "merino"),
            ("A wool throw in mustard.", "mustard"),
            ("Woven in Norway since 1787.", "1787"),
            ("Hypoallergenic wool for the whole family.", "Hypoallergenic"),
            ("Free delivery on every throw.", "Free delivery"),
            ("A wool throw that weighs only 600 g.", "600 g"),
            ("Moth-proof wool from Norway.", "Moth-proof"),
            ("The warmest throw in Scandinavia.", "warmest"),
        ),
    ),
    Example(
        facts={
            "title": "Aero 12 Cordless Vacuum",
            "description": (
                "Cordless stick vacuum with 120 air watts. Runs up to 45 minutes. Charges in 4 hours. HEPA "
                "filter traps 99.9% of fine dust. 0.6 litre bin. Works on carpet and hard floors. Weighs "
                "1.5 kg. Wall mount, crevice tool and mini brush included. Spare battery not included. Two- "
                "year warranty on the motor. Reviewed 3,218 times, average 4.5 stars. Winner of the 2024 "
                "Home Tech Award."
            ),
            "brand": "Aero",
            "color": "Graphite",
            "price": "249.00 EUR",
            "product_type": "Home > Vacuums",
        },
        held=(
            "Three quarters of an hour on one charge.",
            "No cord to trip over.",
            "An award winner in 2024.",
            "4.5 stars from more than 3,000 reviews.",
            "The filter catches 99.9% of fine dust.",
            "It hangs on the wall when you're done: the mount is included.",
            "Light at a kilo and a half.",
            "Ready again after four hours.",
            "A dark grey vacuum under 250 euros.",
            "Crumbs happen. So does Tuesday.",
        ),
        unheld=(
            ("A cordless vacuum that runs for an hour.", "an hour"),
            ("A cordless vacuum with a spare battery.", "spare battery"),
            ("A cordless vacuum that mops too.", "mops"),
            ("Winner of three awards.", "three awards"),
            ("Fully charged in 60 minutes.", "60 minutes"),
            ("A five-year warranty on the motor.", "five-year"),
            ("The most powerful cordless vacuum.", "most powerful"),
            ("A vacuum loved by 10,000 homes.", "10,000 homes"),
            ("Removes pet hair and allergens for easier breathing.", "allergens"),
            ("A cordless vacuum with a self-emptying bin.", "self-emptying"),
            ("A whisper-quiet vacuum.", "whisper-quiet"),
        ),
    ),
    Example(
        facts={
            "title": "Farmhouse Sourdough Baking Kit",
            "description": (
                "Everything for your first loaf: a 23 cm rattan proving basket, linen liner, dough scraper, "
                "bread lame and a 40-page recipe booklet. Flour and starter not included. Ideal for "
                "beginners. Packed in a kraft gift box by a bakery in Bath. Scraper is stainless steel. "
                "Order before noon for same-day dispatch. Free UK delivery over 40 GBP."
            ),
            "price": "34.00 GBP",
            "brand": "Crumb & Co",
            "material": "rattan, linen, stainless steel",
            "product_type": "Kitchen > Baking",
        },
        held=(
            "A first loaf for first-time bakers.",
            "A rattan basket with a linen liner.",
            "Forty pages of recipes.",
            "Order by noon and we send it the same day.",
            "It comes boxed, ready to give.",
            "A nine-inch basket for your dough.",
            "Packed by bakers in Bath.",
            "Steel scraper, linen liner, rattan basket.",
            "Flour on your sleeves, bread on the table.",
        ),
        unheld=(
            ("A baking kit with flour and starter.", "flour"),
            ("A baking kit with free delivery.", "free delivery"),
            ("A kit with a cast-iron pot.", "cast-iron"),
            ("A sourdough kit for professional bakers.", "professional"),
            ("Gluten-free sourdough made easy.", "Gluten-free"),
            ("Bake a loaf in under an hour.", "under an hour"),
            ("The basket goes in the oven.", "oven"),
            ("A kit with a digital thermometer.", "thermometer"),
            ("Britain's best-loved baking kit.", "best-loved"),
            ("A 30 cm basket for big loaves.", "30 cm"),
        ),
    ),
    Example(
        facts={
            "title": "Juniper Ceramic Planter with Saucer, 18 cm",
            "description": (
                "Stoneware planter with drainage hole and matching saucer. Matte glaze. Fits a 17 cm "
                "nursery pot. Suitable for indoor use only. Each piece varies slightly in colour. Handmade "
                "in Vietnam. Ships in recycled cardboard. Currently out of stock, back in April."
            ),
            "color": "Terracotta, Sage, Charcoal",
            "material": "stoneware",
            "size": "18 cm",
            "price": "24.00 USD",
            "product_type": "Garden > Planters",
        },
        held=(
            "A planter with a hole for drainage and a saucer to match.",
            "Grey, green or terracotta.",
            "Made by hand in Vietnam.",
            "Back in April.",
            "About seven inches across.",
            "No two glazes quite the same.",
            "Packed in recycled card.",
            "For the fern on your windowsill.",
            "A matte pot for a happy plant.",
            "Water, wait, wonder.",
        ),
        unheld=(
            ("A planter for patio and balcony.", "patio"),
            ("A frost-proof planter.", "frost-proof"),
            ("A planter in stock now.", "in stock"),
            ("A self-watering planter.", "self-watering"),
            ("A glossy white planter.", "white"),
            ("A set of two planters.", "two"),
            ("A porcelain planter with a saucer.", "porcelain"),
            ("A planter with a bamboo stand.", "stand"),
            ("Made in Mexico by potters.", "Mexico"),
            ("A planter big enough for a 25 cm pot.", "25 cm"),
        ),
    ),
    Example(
        facts={
            "title": "Skylark Down Puffer, Men's",
            "description": (
                "Water-repellent puffer filled with 700 fill-power duck down. Responsible Down Standard "
                "certified. Two zipped hand pockets and one inner pocket. Packs into its own pocket. Weighs "
                "380 g. Detachable hood. Not machine washable. Wind-resistant shell."
            ),
            "color": "Navy, Moss",
            "material": "nylon, duck down",
            "size": "S-XXL",
            "price": "179.00 USD",
            "brand": "Skylark",
            "product_type": "Apparel > Men > Jackets",
        },
        held=(
            "Light rain rolls off the shell.",
            "Blue or green, hooded or not: the hood comes off.",
            "It packs away into a pocket of its own.",
            "Less than 400 grams of warmth.",
            "Filled with certified duck down.",
            "Keeps the wind out.",
            "A puffer for men, from S to XXL.",
            "Duck down, 700 fill power.",
            "The street is cold. You are not in a hurry.",
        ),
        unheld=(
            ("A fully waterproof puffer.", "waterproof"),
            ("Throw it in the washing machine.", "washing machine"),
            ("A puffer filled with goose down.", "goose down"),
            ("A vegan puffer for winter.", "vegan"),
            ("A puffer for women.", "women"),
            ("Warm down to minus 20 degrees.", "20 degrees"),
            ("A puffer in bright orange.", "orange"),
            ("With a heated lining.", "heated"),
            ("800 fill-power down.", "800"),
            ("A puffer with four outer pockets.", "four"),
            ("Down from Canada.", "Canada"),
        ),
    ),
    Example(
        facts={
            "title": "Lullaby Night Light",
            "description": (
                "Soft silicone night light in the shape of a bear. Seven colours, three brightness levels. "
                "Timer 30 or 60 minutes. USB rechargeable, 20 hours on one charge. BPA-free and dimmable. "
                "Tap to switch on. From birth. 12 cm tall."
            ),
            "material": "silicone",
            "color": "White",
            "price": "27.95 EUR",
            "product_type": "Nursery > Lights",
        },
        held=(
            "Tap the bear and it glows in one of seven colours.",
            "It turns itself off after half an hour, if you like.",
            "Twenty hours on a single charge.",
            "A light for newborns and up.",
            "A silicone bear, free of BPA.",
            "Just under five inches tall.",
            "Dim it to its lowest of three levels.",
            "Charges by USB.",
            "Goodnight moon, goodnight bear.",
        ),
        unheld=(
            ("A night light with ten colours.", "ten colours"),
            ("A night light that plays lullabies.", "plays lullabies"),
            ("A night light with a remote control.", "remote control"),
            ("A bear that helps babies sleep.", "sleep"),
            ("A waterproof night light.", "waterproof"),
            ("A wooden bear that glows.", "wooden"),
            ("A night light with batteries included.", "batteries"),
            ("Lasts 100 hours on one charge.", "100 hours"),
            ("A dishwasher-safe bear.", "dishwasher-safe"),
            ("Certified to EN 71.", "EN 71"),
        ),
    ),
    Example(
        facts={
            "title": "Fern Print, A3",
            "description": (
                "Giclee art print of a fern on 250 gsm archival matte paper. Printed to order in Copenhagen "
                "with plant-based inks. Frame not included. Signed by the artist. Limited to 200 prints. "
                "Arrives rolled in a cardboard tube."
            ),
            "size": "A3 (29.7 x 42 cm)",
            "price": "35.00 EUR",
            "color": "Green",
            "product_type": "Art > Prints",
        },
        held=(
            "A fern in green, on matte paper.",
            "Only 200 were made.",
            "Signed by the artist who drew it.",
            "Printed for you in Denmark.",
            "Inks made from plants.",
            "Roll it out of the tube and hang it up.",
            "About 30 by 42 centimetres.",
            "A limited print for under 40 euros.",
            "The forest, in one leaf.",
        ),
        unheld=(
            ("A fern print in an oak frame.", "oak frame"),
            ("A fern print on cotton canvas.", "cotton canvas"),
            ("Printed in Berlin.", "Berlin"),
            ("A fade-resistant fern print.", "fade-resistant"),
            ("One of only 50 prints.", "50"),
            ("A4 fern print on matte paper.", "A4"),
            ("Ships flat within 24 hours.", "24 hours"),
            ("A print with a certificate of authenticity.", "certificate"),
            ("An award-winning artist's fern.", "award-winning"),
            ("Printed on recycled paper.", "recycled"),
        ),
    ),
    Example(
        facts={
            "title": "Harbour Enamel Camping Mug, 350 ml",
            "description": (
                "Enamelled steel mug for campfire and kitchen. Dishwasher safe, not for microwaves. Chips "
                "add character. Rolled rim in black. 110 g. Made in Poland. Set of four saves 15%. Ships in "
                "plastic-free packaging within 48 hours."
            ),
            "color": "Cream/Black",
            "price": "14.00 EUR",
            "material": "enamelled steel",
            "product_type": "Outdoor > Cookware",
        },
        held=(
            "Pop it in the dishwasher when you're home.",
            "A steel mug that's happy over a fire.",
            "Off-white with a black rim.",
            "About a third of a litre.",
            "Posted within two days.",
            "Just over a hundred grams.",
            "Polish-made, and made for the fire.",
            "Not one bit of plastic in the parcel.",
            "A metal mug for coffee outdoors.",
        ),
        unheld=(
            ("Warm it up in the microwave.", "microwave"),
            ("A mug with a lid.", "lid"),
            ("A double-walled mug.", "double-walled"),
            ("An enamel mug that never chips.", "never chips"),
            ("A mug in forest green.", "forest green"),
            ("A mug made in Slovakia.", "Slovakia"),
            ("A 500 ml mug for big mornings.", "500 ml"),
            ("Set of four for half price.", "half price"),
            ("The lightest mug in your pack.", "lightest"),
            ("A titanium mug for the trail.", "titanium"),
            ("Keeps cocoa hot for an hour.", "an hour"),
            ("Scouts swear by it.", "Scouts swear by it"),
        ),
    ),
    Example(
        facts={
            "title": "Calm Weighted Blanket 6 kg",
            "description": (
                "Weighted blanket with glass beads sewn into small pockets. Cotton outer, 150 x 200 cm. For "
                "adults from 55 kg. Removable cover, machine washable at 40 degrees. The inner is spot "
                "clean only. OEKO-TEX Standard 100. 60-night trial."
            ),
            "color": "Slate",
            "material": "cotton, glass beads",
            "price": "99.00 USD",
            "product_type": "Home > Blankets",
        },
        held=(
            "Six kilos of glass beads in cotton.",
            "The cover comes off for the wash.",
            "Try it for sixty nights.",
            "A grey blanket for grown-ups.",
            "Two metres long, one and a half wide.",
            "Less than a hundred dollars.",
            "OEKO-TEX tested cotton.",
            "Thirteen pounds or so of weight.",
            "Slow evenings, heavy sighs, no alarm.",
        ),
        unheld=(
            ("A weighted blanket for children.", "children"),
            ("Reduces anxiety from the first night.", "Reduces anxiety"),
            ("Clinically proven to help you sleep.", "Clinically proven"),
            ("A 9 kg blanket.", "9 kg"),
            ("Bamboo cotton that sleeps cool.", "Bamboo"),
            ("Tumble dry the whole blanket.", "Tumble dry"),
            ("A 100-night trial.", "100-night"),
            ("With a carry bag.", "carry bag"),
            ("A king-size weighted blanket.", "king-size"),
            ("Filled with sand.", "sand"),
            ("Releases serotonin naturally.", "serotonin"),
            ("A blanket with minky fleece.", "fleece"),
            ("Recommended by sleep doctors.", "Recommended"),
        ),
    ),
    Example(
        facts={
            "title": "Piccolo Espresso Machine",
            "description": (
                "Manual lever espresso machine, no electricity needed. 9 bar of pressure, 58 mm "
                "portafilter. Die-cast aluminium body. Makes one or two shots. Spare gasket and tamper "
                "included. Fits mugs up to 9 cm tall. 10-year guarantee. Hand-assembled in Milan."
            ),
            "color": "Chrome, Red",
            "price": "320.00 EUR",
            "material": "aluminium, steel",
            "product_type": "Kitchen > Coffee",
        },
        held=(
            "One shot or two.",
            "Put together by hand in Milan.",
            "Guaranteed for a decade.",
            "A tamper comes with it.",
            "Italian espresso, one lever at a time.",
            "A metal body in red.",
            "Nine bar, by hand.",
            "Pull the lever, hold your breath.",
        ),
        unheld=(
            ("An espresso machine with a built-in grinder.", "grinder"),
            ("Steams milk too.", "Steams milk"),
            ("Ready in 30 seconds.", "30 seconds"),
            ("15 bar of pressure.", "15 bar"),
            ("A machine with a water tank.", "water tank"),
            ("Works with coffee pods.", "pods"),
            ("A 25-year guarantee.", "25-year"),
            ("Dishwasher-safe parts.", "Dishwasher-safe"),
            ("The choice of baristas worldwide.", "choice of baristas"),
            ("Made of solid brass.", "solid brass"),
            ("Comes in matt black.", "matt black"),
            ("Uses 40% less coffee.", "40%"),
            ("Better espresso than any café.", "Better espresso than"),
            ("Designed by an award-winning studio.", "award-winning"),
        ),
    ),
    Example(
        facts={
            "title": "Grain-Free Dog Biscuits, Salmon 400 g",
            "description": (
                "Crunchy oven-baked biscuits with 40% salmon and sweet potato. For adult dogs. No grain, no "
                "added sugar. Resealable bag. Made in Scotland. Best before 12 months."
            ),
            "price": "7.50 GBP",
            "product_type": "Pets > Dog Treats",
        },
        held=(),
        unheld=(
            ("Biscuits for puppies.", "puppies"),
            ("Cleans teeth with every bite.", "Cleans teeth with every bite"),
            ("Vet approved recipe.", "Vet approved"),
            ("A shinier coat in two weeks.", "two weeks"),
            ("60% salmon in every biscuit.", "60%"),
            ("Wild-caught salmon from Norway.", "Norway"),
            ("With chicken and rice.", "chicken"),
            ("Rich in omega-3.", "omega-3"),
            ("Supports healthy joints.", "Supports"),
            ("Raw salmon treats.", "Raw"),
            ("Human-grade ingredients.", "Human-grade"),
            ("Ten bags for the price of nine.", "Ten"),
            ("A 1 kg bag of biscuits.", "1 kg"),
            ("Approved for cats too.", "Approved"),
            ("Low in fat.", "Low in fat"),
            ("The tastiest treats on the shelf.", "The tastiest treats on the shelf"),
            ("Every dog's favourite biscuit.", "dog's favourite"),
            ("No preservatives.", "No preservatives"),
            ("In a recyclable bag.", "recyclable"),
            ("Subscribe and save 15%.", "Subscribe and save"),
        ),
    ),
    Example(
        facts={
            "title": "Luna Birthstone Necklace",
            "description": (
                "Fine 45 cm chain in 14k gold-filled brass with a 4 mm synthetic birthstone. Choose your "
                "month. Lobster clasp. Water-resistant. Comes on a gift card. Designed in Antwerp."
            ),
            "price": "42.00 EUR",
            "product_type": "Jewellery > Necklaces",
        },
        held=(),
        unheld=(
            ("A real ruby on a gold chain.", "ruby"),
            ("A solid gold necklace.", "solid gold"),
            ("A necklace with a 50 cm chain.", "50 cm"),
            ("An adjustable chain.", "adjustable"),
            ("Ethically mined gemstones.", "Ethically"),
            ("Set with a genuine diamond.", "genuine"),
            ("Wear it in the shower forever.", "forever"),
            ("Nickel-free and gentle.", "Nickel-free"),
            ("Made by goldsmiths in Antwerp.", "Made by goldsmiths in"),
            ("With a matching bracelet.", "a matching bracelet"),
            ("In a velvet box.", "velvet"),
            ("Engraved with your name.", "Engraved with"),
            ("Lifetime plating warranty.", "Lifetime"),
            ("Silver or gold, you choose.", "Silver"),
            ("Worn by stars on the red carpet.", "Worn by"),
            ("A stone that brings energy and healing.", "stone"),
            ("Platinum chain, tiny stone.", "Platinum"),
            ("Conflict-free stones.", "Conflict-free"),
            ("Free resizing.", "Free resizing"),
            ("Limited to 100 pieces.", "100"),
            ("With a freshwater pearl.", "freshwater pearl"),
        ),
    ),
    Example(
        facts={
            "title": "FlexBand Resistance Bands, Set of 5",
            "description": (
                "Five natural latex loops from 5 to 40 lb. 30 cm long, 5 cm wide. With a mesh bag and an "
                "exercise card. For home workouts and warm-ups."
            ),
            "price": "14.99 USD",
            "product_type": "Sports > Fitness",
        },
        held=(),
        unheld=(
            ("Latex-free bands for your workout.", "Latex-free"),
            ("Build muscle in 10 minutes a day.", "Build muscle"),
            ("Burn 300 calories at home.", "300"),
            ("Bands that never snap.", "never snap"),
            ("Fabric bands that won't roll up.", "Fabric"),
            ("Seven bands, seven levels.", "Seven"),
            ("With a door anchor and handles.", "a door anchor"),
            ("Up to 60 lb of resistance.", "60 lb"),
            ("Used by physiotherapists.", "Used by"),
            ("Recommended by personal trainers.", "Recommended by"),
            ("Access to a free training app.", "free training"),
            ("Heals knee injuries.", "Heals"),
            ("Non-slip bands for squats.", "Non-slip"),
            ("Tones your legs in 30 days.", "Tones"),
            ("A money-back promise.", "money-back"),
            ("For gym owners and pros.", "pros"),
            ("Sweat-resistant and odour-free.", "Sweat-resistant"),
            ("Replaces a whole gym.", "Replaces a whole gym"),
            ("Fits every body.", "body"),
            ("Extra-long bands.", "Extra-long"),
        ),
    ),
    Example(
        facts={
            "title": "Cedar & Steel Fire Pit",
            "description": (
                "Corten steel fire pit, 60 cm across, on a cedar stand. 22 kg. Burns logs up to 40 cm. Rust "
                "patina forms over time. Ships in one box. Some assembly."
            ),
            "price": "210.00 EUR",
            "product_type": "Garden > Fire Pits",
        },
        held=(),
        unheld=(
            ("A smokeless fire pit.", "smokeless"),
            ("A fire pit with a grill grate.", "a grill grate"),
            ("With a spark screen and a poker.", "a spark screen"),
            ("A gas fire pit.", "gas"),
            ("Heats the terrace to 25 degrees.", "Heats the terrace to"),
            ("Never rusts.", "Never rusts"),
            ("Light enough to carry with one hand.", "Light enough to carry with one hand"),
            ("A weatherproof cover included.", "weatherproof"),
            ("A fire pit on wheels.", "wheels"),
            ("Seats eight around the flames.", "Seats eight around the flames"),
            ("A cast-iron bowl.", "cast-iron"),
            ("80 cm across.", "80 cm"),
            ("Child-safe all around.", "Child-safe"),
            ("Made by smiths in Wales.", "Made by smiths in"),
            ("Ten-year rust guarantee.", "Ten-year"),
            ("Lasts a lifetime outdoors.", "Lasts a lifetime"),
            ("Folds flat for camping.", "Folds flat"),
            ("An eco-friendly fire.", "eco-friendly"),
            ("Delivered and installed for free.", "free"),
            ("No assembly needed.", "No assembly"),
            ("The hottest fire pit around.", "The hottest fire pit around"),
            ("Approved for balconies.", "Approved"),
        ),
    ),
    Example(
        facts={
            "title": "Paper & Pine Weekly Planner",
            "description": (
                "Undated weekly planner, 60 tear-off sheets of 100 gsm paper, A4, glued at the top. Printed "
                "with soy ink in Ghent."
            ),
            "color": "Blush",
            "price": "12.00 EUR",
            "product_type": "Stationery > Planners",
        },
        held=(),
        unheld=(
            ("A dated planner for 2026.", "2026"),
            ("Made with 100% recycled paper.", "100%"),
            ("52 weeks and 12 months.", "52 weeks"),
            ("A spiral-bound planner.", "bound"),
            ("With a pen and stickers.", "stickers"),
            ("Bleed-proof paper.", "Bleed-proof"),
            ("A hardcover planner.", "hardcover"),
            ("Designed by therapists to beat stress.", "Designed by therapists to"),
            ("Doubles your productivity.", "Doubles your"),
            ("A5 sheets for small desks.", "A5"),
            ("A planner for teachers.", "teachers"),
            ("Ink from vegetables, paper from hemp.", "hemp"),
            ("With a magnetic back.", "magnetic"),
            ("A leather cover.", "leather"),
            ("Refills available.", "Refills"),
            ("A planner in navy.", "navy"),
            ("100 sheets of paper.", "100"),
            ("Sold in museum shops.", "Sold in museum shops"),
            ("Plastic-free packaging.", "Plastic-free packaging"),
            ("Voted planner of the year.", "Voted"),
            ("Three for two this week.", "Three for two"),
        ),
    ),
    Example(
        facts={
            "title": "Breeze Ceiling Fan 132 cm",
            "description": (
                "DC ceiling fan with five reversible blades in walnut finish and a remote. Six speeds. 28 "
                "W. For rooms up to 25 square metres. LED light kit available separately. Installs on flat "
                "ceilings."
            ),
            "price": "189.00 EUR",
            "product_type": "Home > Fans",
        },
        held=(),
        unheld=(
            ("A ceiling fan with a built-in light.", "light"),
            ("Silent on every speed.", "Silent"),
            ("Works with Alexa.", "Alexa"),
            ("Cuts your energy bill in half.", "Cuts your"),
            ("Three blades in solid walnut.", "Three"),
            ("Cools rooms of 40 square metres.", "Cools rooms of"),
            ("Fits sloped ceilings too.", "Fits sloped ceilings too"),
            ("Purifies the air as it turns.", "Purifies the air"),
            ("A fan for the patio.", "for the patio"),
            ("Ten speeds.", "Ten"),
            ("With a wall switch and a timer.", "a wall switch"),
            ("Installs in 15 minutes.", "Installs in"),
            ("Better sleep on hot nights.", "Better sleep"),
            ("Energy Star rated.", "Energy Star"),
            ("White blades, brass body.", "White"),
            ("A 5-year motor guarantee.", "5-year"),
            ("Moves more air than any fan.", "more air than any fan"),
            ("Just 12 watts.", "12 watts"),
            ("Hand-carved blades.", "Hand-carved"),
            ("Ships from Germany.", "Ships from"),
            ("Now with 25 euros cashback.", "25 euros"),
        ),
    ),
    Example(
        facts={
            "title": "Atlas Hiking Backpack 40 L",
            "description": (
                "Ripstop polyester backpack with hip belt and rain cover. 1.3 kg. Two side pockets, "
                "hydration sleeve (bladder not included). Back length adjustable. Three-year guarantee."
            ),
            "color": "Slate, Rust",
            "price": "129.00 EUR",
            "product_type": "Outdoor > Backpacks",
        },
        held=(),
        unheld=(
            ("Carry 60 litres with ease.", "60 litres"),
            ("A fully waterproof backpack.", "fully waterproof"),
            ("Comes with a 2-litre bladder.", "2-litre"),
            ("Made for women.", "women"),
            ("Ventilated back panel for hot days.", "Ventilated"),
            ("A trolley sleeve for airports.", "trolley sleeve"),
            ("Carry-on approved by every airline.", "Carry-on approved"),
            ("Half the weight of other packs.", "Half the weight of other packs"),
            ("A backpack with a laptop compartment.", "a laptop"),
            ("With a safety whistle on the chest strap.", "a safety whistle"),
            ("Cordura nylon that outlives trends.", "Cordura"),
            ("Made in Vietnam under fair conditions.", "Vietnam"),
            ("A climate-neutral backpack.", "climate-neutral"),
            ("Sherpas carried it up Everest.", "Sherpas"),
            ("Eases the load on your spine.", "Eases the load on your spine"),
            ("In forest green.", "forest green"),
            ("Five outer pockets.", "Five"),
            ("Free repairs, always.", "Free repairs"),
            ("Straps that never squeak.", "Straps"),
            ("Under 100 euros.", "100 euros"),
            ("Launched this spring.", "Launched"),
            ("As tested by Trail Magazine.", "tested by"),
            ("A day pack for school kids.", "kids"),
        ),
    ),
    Example(
        facts={
            "title": "Velour Bath Towel Set",
            "description": (
                "Two bath towels and two hand towels in combed cotton velour, 550 gsm. Wash at 60. Oeko- "
                "Tex. Made in Turkey."
            ),
            "color": "White, Stone",
            "price": "59.00 GBP",
            "product_type": "Home > Towels",
        },
        held=(),
        unheld=(
            ("Six towels in one set.", "Six"),
            ("Towels in organic cotton.", "organic cotton"),
            ("Thicker than hotel towels.", "Thicker than hotel towels"),
            ("Quick-drying velour.", "Quick-drying"),
            ("Soft after a hundred washes.", "a hundred"),
            ("700 gsm of cotton.", "700 gsm"),
            ("With matching bath mat.", "matching bath mat"),
            ("Bamboo towels that breathe.", "Bamboo"),
            ("In dusty blue.", "dusty blue"),
            ("Woven in Portugal.", "Portugal"),
            ("Kind to eczema-prone skin.", "eczema"),
            ("Lint-free from the first wash.", "Lint-free"),
            ("The fluffiest towels in Britain.", "The fluffiest towels in"),
            ("GOTS certified.", "GOTS"),
            ("Free next-day delivery.", "Free next-day delivery"),
            ("Monogram them for free.", "free"),
            ("Towels with a hanging loop.", "a hanging loop"),
            ("Hotels across Europe use them.", "Europe"),
            ("Bleach-safe and fade-proof.", "Bleach-safe"),
            ("A waffle weave.", "waffle weave"),
            ("Rated 4.7 by spa owners.", "Rated"),
            ("Beach towels two metres long.", "two metres"),
        ),
    ),
    Example(
        facts={
            "title": "Mini Waffle Maker",
            "description": (
                "Makes one 10 cm waffle in about three minutes. 350 W. Non-stick plates. Indicator light. "
                "Measures 13 x 16 x 9 cm. One-year warranty."
            ),
            "color": "Mint",
            "price": "19.99 USD",
            "product_type": "Kitchen > Appliances",
        },
        held=(),
        unheld=(
            ("Four waffles at a time.", "Four"),
            ("Waffles in sixty seconds.", "sixty seconds"),
            ("With removable plates.", "removable"),
            ("Dishwasher-safe plates.", "Dishwasher-safe"),
            ("A recipe book comes with it.", "recipe book"),
            ("Heart-shaped waffles.", "shaped"),
            ("PFOA-free plates.", "PFOA-free"),
            ("Turns off by itself.", "Turns off by itself"),
            ("1000 watts of power.", "1000 watts"),
            ("A waffle maker in black.", "black"),
            ("Fewer calories in every waffle.", "calories"),
            ("Crisp outside, healthy inside.", "healthy"),
            ("A timer that beeps.", "timer"),
            ("A two-year warranty.", "two-year"),
            ("The number one waffle maker in America.", "number one"),
            ("Belgian engineering.", "Belgian"),
            ("A cord that tucks away.", "cord"),
            ("Works on 12 volts.", "12 volts"),
            ("Safe for kids to use alone.", "Safe for kids"),
            ("Cool-touch handles.", "Cool-touch"),
            ("Saves 50% energy.", "50%"),
        ),
    ),
    Example(
        facts={
            "title": "Signature Fountain Pen",
            "description": (
                "Brass fountain pen with a lacquered barrel and a steel nib, medium. Uses standard "
                "international cartridges; one blue cartridge included. 32 g. Assembled in Nuremberg."
            ),
            "color": "Deep red",
            "price": "48.00 EUR",
            "product_type": "Stationery > Pens",
        },
        held=(),
        unheld=(
            ("A gold nib that glides.", "gold"),
            ("With a converter in the box.", "converter"),
            ("Engraved on request.", "Engraved"),
            ("Ink that dries instantly.", "dries instantly"),
            ("Never leaks, even on planes.", "Never leaks"),
            ("Lifetime nib replacement.", "Lifetime"),
            ("In a wooden case.", "wooden"),
            ("Carved from ebony.", "ebony"),
            ("Black, blue or green barrels.", "Black"),
            ("Presidents have signed with it.", "signed"),
            ("Handmade in Japan.", "Handmade"),
            ("Two cartridges to start with.", "Two"),
            ("A retractable tip.", "retractable"),
            ("Refills for a year.", "Refills"),
            ("Writes for 2 kilometres.", "2 kilometres"),
            ("Smoother than any pen at its price.", "Smoother than any pen at its price"),
            ("Since 1884.", "1884"),
        ),
    ),
    Example(
        facts={
            "title": "Corner Shelf Unit",
            "description": "A corner shelf with four boards for books and plants.",
            "material": "pine",
            "price": "59.00 EUR",
            "color": "White",
            "product_type": "Furniture > Shelves",
        },
        held=(
            "A quiet corner for good books.",
            "Stack the novels, water the fern.",
            "Four boards, one corner, all your books.",
            "White pine for a bright room.",
            "Somewhere for the books you keep meaning to read.",
            "Give the corner a purpose.",
            "Sunday light on a row of spines.",
            "Your plants will love the view.",
            "A corner that finally works.",
            "Books below, ivy above.",
            "The kind of corner you come home to.",
            "Small corner, big library.",
            "Wood, white and a little green.",
            "For novels, notebooks and the odd cactus.",
            "Let the corner speak.",
            "A home for stories.",
            "Make room for one more book.",
            "Everything has its corner.",
            "Read more. Dust less. Repeat.",
            "Turn an empty corner into your favourite spot.",
            "Under 60 euros, over four boards.",
            "A simple shelf for slow evenings.",
            "Pour the tea, pick a shelf, stay a while.",
            "Bring the corner to life with books and plants.",
            "Four wooden boards for books.",
            "Softly white, quietly useful.",
            "Style it your way: books, plants, a candle.",
            "The shelf your reading pile has been waiting for.",
            "Pine has never looked so at home.",
            "Tuck it into the corner and fill it with green.",
            "One shelf. A hundred stories.",
            "Where mornings begin and chapters end.",
            "Perfect for a slow Sunday.",
            "A little order for a lot of books.",
            "Golden hour looks good on pine.",
            "Put up your feet and pick a book.",
            "Plants up top, paperbacks below.",
            "Fresh flowers, old books, new corner.",
            "Warm wood, white finish, happy corner.",
        ),
        unheld=(
            ("A shelf that holds 80 kilos.", "80 kilos"),
            ("Hold up to 30 books on each board.", "30"),
            ("A corner shelf with adjustable boards.", "adjustable"),
            ("A shelf with LED lights.", "LED"),
            ("A shelf in walnut veneer.", "walnut"),
            ("A white shelf with brass brackets.", "brass"),
            ("A shelf in soft lilac.", "lilac"),
            ("Made in Sweden.", "Sweden"),
            ("A shelf by Danish designers.", "Danish"),
            ("A shelf that fits behind the door.", "fits behind the door"),
            ("Screws and wall plugs included.", "wall plugs"),
            ("It comes with a spirit level.", "comes with a spirit level"),
            ("Five-star shelf for your corner.", "Five"),
            ("Rated 4.8 by 900 buyers.", "Rated"),
            ("Our bestselling shelf.", "bestselling"),
            ("A shelf that thousands of families own.", "thousands"),
            ("As seen in Elle Decoration.", "As seen in"),
            ("A Red Dot winner for your corner.", "Red Dot"),
            ("FSC-certified pine.", "FSC"),
            ("Pine from sustainable forests.", "sustainable"),
            ("A shelf made from recycled wood.", "recycled wood"),
            ("Ships tomorrow.", "Ships tomorrow"),
            ("Delivered in two days.", "Delivered in"),
            ("Free returns for 60 days.", "Free returns"),
            ("A shelf with a five-year warranty.", "five-year"),
            ("Now 30% off.", "30%"),
            ("Was 89 euros, now 59.", "89 euros"),
            ("Only 49 euros.", "49 euros"),
            ("Buy two and save 10 euros.", "10 euros"),
            ("Ends on Sunday.", "on Sunday"),
            ("Only three left.", "Only three left"),
            ("Back in stock.", "Back in stock"),
            ("The sturdiest shelf in town.", "The sturdiest shelf in town"),
            ("The best shelf you will ever own.", "The best"),
            ("Stronger than steel shelves.", "Stronger than"),
            ("Takes half the space of other shelves.", "half the space of other shelves"),
            ("Twice as strong as before.", "Twice"),
            ("Assembles in minutes.", "Assembles in"),
            ("No drilling needed.", "No drilling needed"),
            ("Wipes clean in a second.", "Wipes clean"),
            ("Never wobbles.", "Never wobbles"),
            ("Scratch-resistant pine.", "Scratch-resistant"),
            ("Waterproof enough for the bathroom.", "Waterproof"),
            ("Safe for children.", "Safe for children"),
            ("A shelf with rounded corners.", "rounded corners"),
            ("Non-toxic paint.", "Non-toxic"),
            ("Free of formaldehyde.", "formaldehyde"),
            ("A shelf that purifies the air.", "purifies the air"),
            ("Helps you concentrate.", "Helps you concentrate"),
            ("A calmer mind in ten minutes.", "ten minutes"),
            ("A shelf for students.", "students"),
            ("For professional libraries.", "professional"),
            ("Made for collectors.", "collectors"),
            ("Designed in 1962.", "1962"),
            ("New for 2025.", "2025"),
            ("Handmade by carpenters in Poland.", "Handmade"),
            ("A shelf with a hidden drawer.", "drawer"),
            ("120 cm tall.", "120 cm"),
            ("Six boards for your books.", "Six"),
            ("A shelf with doors.", "doors"),
            ("A shelf with a glass front.", "glass"),
            ("Holds its shape for decades.", "Holds its shape"),
            ("Dust-repellent boards.", "Dust-repellent"),
            ("A shelf that grows with your child.", "grows with your child"),
            ("Stackable and easy to move.", "Stackable"),
            ("A modular shelf.", "modular"),
            ("It folds flat.", "folds flat"),
            ("On wheels, so you can move it.", "wheels"),
            ("Carbon neutral pine.", "Carbon neutral"),
            ("We plant a tree for every shelf.", "plant a tree"),
            ("Vegan glue only.", "Vegan"),
            ("Approved by architects.", "Approved by"),
            ("Doctors recommend it.", "Doctors recommend"),
            ("Winner of Best Shelf 2023.", "Winner of"),
            ("The only shelf you will ever need.", "The only"),
            ("Locally made pine.", "Locally"),
            ("Flame-retardant boards.", "Flame-retardant"),
            ("Mounts on the wall.", "Mounts on the wall"),
            ("A shelf for heavy pots up to 20 kg.", "20 kg"),
            ("Ready to use out of the box.", "Ready to use out of the box"),
            ("A lifetime of use.", "A lifetime"),
            ("Guaranteed for life.", "Guaranteed for life"),
            ("A shelf that keeps your books dust-free.", "dust-free"),
            ("Keeps your plants alive.", "Keeps your plants alive"),
            ("Saves space.", "Saves space"),
            ("Available in black too.", "black"),
            ("Available in three sizes.", "Available in three sizes"),
            ("A shelf with a magnetic strip.", "magnetic"),
            ("With free shipping.", "free shipping"),
            ("Delivered to your door.", "Delivered"),
            ("In stock and ready to ship.", "In stock"),
            ("Made to order.", "Made to order"),
            ("A limited edition.", "limited edition"),
            ("Anti-slip feet.", "Anti-slip"),
            ("With felt pads underneath.", "felt pads"),
            ("A shelf with hooks for mugs.", "hooks"),
            ("Solid oak, corner to corner.", "Solid oak"),
        ),
    ),
    Example(
        facts={
            "title": "Casentino Tote",
            "description": (
                "Everyday tote in pebbled leather with a cotton lining and a zip pocket. Cut and sewn in "
                "Florence. Designed in Copenhagen. Fits a 13 inch laptop. Leaves our studio within two working days."
            ),
            "color": "Navy, Tan",
            "material": "leather, cotton",
            "size": "38 x 30 x 14 cm",
            "price": "189.00 EUR",
            "product_type": "Accessories > Bags",
        },
        held=(
            "Sewn in Tuscany, carried everywhere.",
            "Designed in Denmark, made in Italy.",
            "A leather tote that never misses a beat.",
            "Step out in style and let your bag do the talking.",
            "Weekend Bag Ideas for Beginners",
            "10 Ways to Wear a Tote",
            "We won't judge if you take it everywhere.",
            "When the guests arrive, grab it and go.",
            "French-girl style, no passport needed.",
            "Mediterranean summers start with the right bag.",
            "For days in a world that never stops.",
            "A moment of calm on your busiest day.",
        ),
        unheld=(
            ("A leather tote for a 15 inch laptop.", "15 inch"),
            ("A leather tote made in Denmark.", "Denmark"),
            ("A leather tote straight from Provence.", "Provence"),
            ("Back on the shelves: our leather tote.", "Back on the shelves"),
            ("Final few pieces of our leather tote.", "Final few"),
            ("A leather tote, back for summer.", "back for summer"),
            ("A leather tote in green.", "green"),
            ("A leather tote in bright orange.", "orange"),
            ("A leather tote in pure cotton.", "cotton"),
            ("A leather tote, available in three sizes.", "three sizes"),
            ("A leather tote with a matching blanket.", "matching blanket"),
            ("A leather tote, ready to be shipped.", "ready to be shipped"),
        ),
    ),
    Example(
        facts={
            "title": "Otley Linen Wrap Dress",
            "description": (
                "Midi wrap dress in washed linen with short sleeves. Hand wash. Made in Portugal. Free UK delivery."
            ),
            "color": "Sage",
            "size": "36 to 44",
            "price": "98.00 GBP",
            "product_type": "Apparel > Dresses",
        },
        held=("Short-sleeved linen for long lunches.", "A midi in linen that ships free."),
        unheld=(
            ("A linen maxi for long lunches.", "maxi"),
            ("A linen dress with long sleeves.", "long sleeves"),
            ("A handmade linen dress.", "handmade"),
            ("A linen dress in sizes 34 to 48.", "34 to 48"),
            ("A linen dress with free worldwide shipping.", "worldwide"),
            ("A linen dress, fully lined.", "lined"),
        ),
    ),
    Example(
        facts={
            "title": "Birk Stacking Toy",
            "description": "Stacking toy in beech wood. Ages 18 months and up. Rated 4.8 of 5 by 312 parents.",
            "price": "22.00 EUR",
            "product_type": "Toys > Stacking",
        },
        held=("A wooden toy for toddlers.", "Rated 4.8 by more than 300 parents."),
        unheld=(
            ("A wooden toy for newborns.", "newborns"),
            ("Rated 5 stars by 312 parents.", "5 stars"),
            ("A parent-tested toy in beech.", "parent-tested"),
        ),
    ),
)


def held() -> list[tuple[dict[str, str], str]]:
    return [(example.facts, text) for example in EXAMPLES for text in example.held]


def unheld() -> list[tuple[dict[str, str], str, str]]:
    return [(example.facts, text, claim) for example in EXAMPLES for text, claim in example.unheld]


@pytest.mark.parametrize(("facts", "text"), held(), ids=lambda value: value if isinstance(value, str) else "")
def test_what_the_facts_hold_up_and_what_is_style_raises_no_alarm(facts: dict[str, str], text: str) -> None:
    assert [claim for claim in check(text, product_from_facts(facts)) if not claim.supported] == []


@pytest.mark.parametrize(
    ("facts", "text", "claim"), unheld(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_no_fact_holds_up_is_found_where_it_stands(facts: dict[str, str], text: str, claim: str) -> None:
    start = text.index(claim)
    end = start + len(claim)
    reported = [claim for claim in check(text, product_from_facts(facts)) if not claim.supported]
    assert any(found.start < end and start < found.end and found.reason for found in reported), reported
