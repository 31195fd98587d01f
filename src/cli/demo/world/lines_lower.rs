//! What the lower tier buys: collection, streets, parks, planning, regulation; benefits, council tax and
//! elections where a council has them; and repairs where it is a landlord. The shape of a row is in `lines`.

use super::lines::{Line, lines};

/// Lower-tier lines.
pub(super) const LOWER: &[Line] = lines! {
    ('l' "Waste and streets" "90511200" 524 "rounds" 500000 2400 96 [24, 24] '-' "Household waste and recycling collection"
     "Alternate-week rounds to {1/3} homes in {place}, with food waste weekly.")
    ('l' "Waste and streets" "90511000" 530 "rounds" 40000 150 48 [12, 12] '-' "Garden waste subscription rounds"
     "Fortnightly collection from {1/9} subscribers, paused in January.")
    ('l' "Waste and streets" "48100000" 524 "rounds-sys" 20000 10 48 [12, 12] 'c' "In-cab waste collection software"
     "Tablets in {14-90} vehicles, round design and live missed-bin reports to the contact centre.")
    ('l' "Waste and streets" "34928480" 533 "hardware" 30000 35 36 [12] '-' "Wheeled bins, caddies and delivery"
     "Containers with chips and printed lids; {1/16} delivered in a year.")
    ('l' "Waste and streets" "90524100" 859 "treatment" 9000 4 36 [12] '-' "Clinical waste collection and disposal"
     "Collections from {110-620} homes, at a time agreed with each.")
    ('l' "Waste and streets" "90612000" 580 "street" 120000 300 84 [24] '-' "Street sweeping and litter"
     "Town centres daily, villages by inspection, with weeds twice a year.")
    ('l' "Waste and streets" "90690000" 584 "street" 12000 7 24 [12] '-' "Graffiti and fly-poster removal"
     "Removal inside {1-3} working days; offensive matter the same day.")
    ('l' "Waste and streets" "34144510" 524 "fleet" 150000 220 84 [12] '-' "Hire and maintenance of refuse vehicles"
     "{8-62} vehicles, of which {2-9} electric, with workshop and tyres.")
    ('l' "Parks and leisure" "77314000" 461 "green" 90000 160 60 [24, 12] '-' "Grounds maintenance"
     "Grass, shrubs, pitches and bedding over {60-480} hectares.")
    ('l' "Parks and leisure" "77211500" 508 "trees" 25000 22 36 [12, 12] '-' "Tree surveys and works"
     "Risk survey of {4-45} thousand trees over three years and the work that follows.")
    ('l' "Parks and leisure" "37535200" 461 "play" 25000 18 36 [12] '-' "Play area inspection and repair"
     "Quarterly inspection of {30-190} sites; parts fitted the same week.")
    ('l' "Parks and leisure" "92610000" 461 "leisure" 250000 350 120 [60] '-' "Operation of leisure centres"
     "{2-9} centres with pools; utilities risk shared, concessions protected.")
    ('l' "Parks and leisure" "48100000" 461 "leisure-sys" 10000 3 36 [12, 12] 'c' "Leisure bookings and membership software"
     "Classes, courts and access gates; {1/20} members.")
    ('l' "Parks and leisure" "92312000" 615 "arts" 60000 40 48 [12] '-' "Theatre and festival programme"
     "A programme of {60-190} performances, and free work in parks in the summer.")
    ('l' "Planning" "48100000" 516 "planning-sys" 45000 12 60 [12, 12] 'c' "Planning and building control software"
     "Applications, enforcement, building control and the public register; {900-5400} applications a year.")
    ('l' "Planning" "71410000" 512 "planning" 40000 25 24 [12] '-' "Local plan evidence and viability"
     "Studies of need, flood risk and biodiversity net gain ahead of examination.")
    ('l' "Planning" "71312000" 600 "planning" 12000 6 36 [12] '-' "Structural checking for building control"
     "Calculation checks at a fixed fee and an out-of-hours line for dangerous structures.")
    ('l' "Regulatory services" "48100000" 860 "regulatory-sys" 22000 6 48 [12, 12] 'p' "Licensing and environmental health software"
     "Premises, taxis, food hygiene, noise and housing standards in one record.")
    ('l' "Regulatory services" "90922000" 431 "pests" 12000 8 36 [12] '-' "Pest control and stray dogs"
     "Treatments, kennelling and rehoming, with a reduced charge for people on benefits.")
    ('l' "Regulatory services" "90711500" 412 "roads-advice" 9000 4 36 [12] '-' "Air quality and noise monitoring"
     "{12-70} diffusion tubes and {1-5} continuous stations, ratified each year.")
    ('l' "Regulatory services" "79714000" 870 "security" 45000 20 48 [12] '-' "Public space cameras and control room"
     "{40-320} cameras watched around the clock, with radio links to shops.")
    ('l' "Parking" "98351110" 471 "parking" 60000 55 48 [12, 12] '-' "Car park operation and cash collection"
     "{12-60} car parks; machines emptied as coin use falls.")
    ('l' "Parking" "48100000" 471 "parking-sys" 25000 7 48 [12, 12] 'c' "Parking enforcement notices processing"
     "Penalty notices, appeals, permits and warrants; {5-60} thousand notices a year.")
    ('l' "Bereavement" "98371100" 328 "burials" 30000 18 48 [12] '-' "Grave digging and memorial safety"
     "Interments at {3-19} cemeteries and a five-year cycle of memorial tests.")
    ('l' "Bereavement" "48100000" 328 "burials-sys" 7000 2 36 [12, 12] 'c' "Cemetery and crematorium records software"
     "Bookings, plots and deeds mapped to the grave, with searches for families.")
    ('l' "Property" "90911200" 0 "cleaning" 25000 14 36 [12] '-' "Cleaning of public toilets"
     "{9-64} toilets opened, cleaned and checked, daily in the season.")
    ('b' "Revenues and benefits" "48100000" 57 "revs-bens" 90000 45 60 [12, 12] 'p' "Revenues and benefits system"
     "Council tax, business rates, benefit and reduction schemes for {1/2} accounts; annual billing in March.")
    ('b' "Revenues and benefits" "79940000" 57 "law" 15000 5 36 [12, 12] '-' "Enforcement agents for council tax"
     "Collection under a debt-respite code; fees are borne by the debtor and complaints reported monthly.")
    ('b' "Revenues and benefits" "79823000" 57 "print" 15000 14 36 [12] '-' "Annual billing print and post"
     "{1/2} bills and leaflets posted across four days in March.")
    ('b' "Elections" "48100000" 364 "elections-sys" 14000 4 48 [12, 12] 'p' "Electoral management software"
     "Register, canvass, postal votes and count; {1/2} electors.")
    ('b' "Elections" "79821000" 364 "print" 18000 8 48 [] '-' "Ballot papers, poll cards and postal packs"
     "Print and insertion with proof sign-off inside {4-12} hours at a snap election.")
    ('b' "Housing options" "98341000" 112 "housing-support" 150000 130 36 [12] '-' "Temporary accommodation placements"
     "Nightly-paid and leased homes for {30-520} households, inspected before anyone moves in.")
    ('b' "Housing options" "85312300" 112 "housing-support" 50000 30 36 [12, 12] '-' "Rough sleeping outreach and prevention"
     "Outreach at dawn, a day centre and tenancy sustainment.")
    ('b' "Housing options" "45453000" 137 "repairs" 150000 90 36 [12, 12] '-' "Disabled facilities adaptations"
     "Level-access showers, stairlifts and ramps in {60-480} homes a year.")
    ('h' "Housing" "50700000" 141 "repairs" 900000 2200 84 [24, 12] '-' "Housing repairs and empty homes"
     "Responsive repairs to {4-54} thousand homes, with right-first-time as the main measure.")
    ('h' "Housing" "50720000" 141 "repairs" 250000 450 60 [12, 12] '-' "Gas servicing and heating replacement"
     "Annual safety checks, boilers and a programme of {60-400} heat pumps.")
    ('h' "Housing" "45261900" 141 "repairs" 200000 350 48 [12] '-' "Roofing and external works"
     "Planned replacement of {90-800} roofs with loft insulation brought to standard.")
    ('h' "Housing" "48100000" 92 "housing-sys" 60000 25 60 [12, 12] 'c' "Housing management system"
     "Rents, tenancies, allocations and repairs for {4-54} thousand homes.")
    ('h' "Housing" "50750000" 0 "buildings" 60000 40 48 [12] '-' "Lift maintenance in flats"
     "{18-420} lifts with entrapment response inside the hour.")
    ('h' "Housing" "77314000" 147 "green" 40000 35 36 [12, 12] '-' "Estate gardening and assisted gardens"
     "Communal grass and hedges, and gardens of tenants who cannot manage.")
};
