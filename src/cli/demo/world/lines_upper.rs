//! What the upper tier buys: care, schools, roads, libraries and waste disposal; and a combined authority's
//! transport, skills and fire service. The shape of a row is in `lines`.

use super::lines::{Line, lines};

/// Upper-tier, waste disposal and combined-authority lines.
pub(super) const UPPER: &[Line] = lines! {
    ('u' "Adult social care" "85312000" 209 "care" 400000 900 48 [12, 12] '-' "Home care, {lot}"
     "Visits to {120-700} people at home, paid on electronic call monitoring, with four-hour hospital discharge starts.")
    ('u' "Adult social care" "85311100" 209 "homes" 600000 1400 60 [24, 12] '-' "Residential and nursing beds for older people, {lot}"
     "Block and spot beds at agreed rates in {4-38} homes, with a quality premium.")
    ('u' "Adult social care" "85311200" 209 "care" 300000 700 60 [12, 12] '-' "Supported living for people with learning disabilities"
     "Shared and single tenancies for {30-240} adults; support hours follow each person's plan.")
    ('u' "Adult social care" "85312100" 296 "daycare" 60000 60 36 [12, 12] '-' "Day services for older people, {lot}"
     "{20-90} places a day with transport and a hot meal.")
    ('u' "Adult social care" "33196200" 178 "equipment" 250000 120 60 [12, 12] '-' "Integrated community equipment service"
     "Loan, fitting, collection and recycling of {1/40} items a year, next-day where a discharge waits.")
    ('u' "Adult social care" "85312300" 1743 "voice" 45000 18 36 [12, 12] '-' "Independent advocacy hub"
     "Statutory and general advocacy with one front door; {300-1900} referrals a year.")
    ('u' "Adult social care" "85312400" 297 "voice" 50000 20 36 [12] '-' "Support for unpaid carers"
     "Assessments, breaks and a helpline for {1/90} registered carers.")
    ('u' "Adult social care" "55521000" 315 "catering" 30000 12 36 [12] '-' "Mobile meals"
     "Hot meals to people who cannot cook, with a welfare check at the door.")
    ('u' "Adult social care" "48100000" 209 "care-sys" 120000 45 60 [24, 24] 'c' "Social care case management system"
     "Adults' and children's records, finance and provider portal, {1/700} practitioners; interfaces with health records.")
    ('u' "Adult social care" "79711000" 178 "security" 60000 14 36 [12, 12] '-' "Telecare monitoring and response"
     "Pendant and sensor alarms for {1/150} homes; analogue units are being swapped for digital.")
    ('u' "Public health" "85323000" 0 "health" 300000 400 60 [24] '-' "Sexual health and contraception service"
     "Open-access clinics, outreach and home testing, at {5-22} sites.")
    ('u' "Public health" "85312300" 0 "health" 250000 350 60 [12, 12] '-' "Drug and alcohol recovery service"
     "Treatment, prescribing and peer support from {3-12} hubs.")
    ('u' "Children's services" "85311300" 159 "children" 350000 250 48 [12, 12] '-' "Foster placements framework, {lot}"
     "Independent foster placements at tiered weekly fees; {25-190} children placed at any time.")
    ('u' "Children's services" "85311300" 0 "homes-young" 600000 300 36 [12] '-' "Children's homes: block beds"
     "{4-22} beds close to home, with step-down to foster care.")
    ('u' "Children's services" "85312110" 260 "voice" 40000 22 36 [12] '-' "Short breaks for disabled children"
     "Holiday clubs, befriending and overnight stays for {60-420} families.")
    ('u' "Education" "80110000" 1741 "children" 30000 12 24 [12] '-' "Early years training and quality support"
     "Advice and training for {70-520} nurseries and childminders.")
    ('u' "Education" "48190000" 13 "education-sys" 60000 18 48 [12, 12] 'c' "School admissions and education management system"
     "Admissions, attendance, exclusions and special-needs casework for {30-520} schools.")
    ('u' "Education" "60130000" 3 "transport" 500000 600 48 [12, 12] '-' "Home to school transport, {lot}"
     "Daily coach and minibus routes for {140-1600} pupils, retendered route by route.")
    ('u' "Education" "60120000" 40 "transport" 400000 450 36 [12] '-' "Special needs transport with passenger assistants"
     "Taxis and accessible vehicles for {60-900} pupils, many to schools out of area.")
    ('u' "Education" "48332000" 40 "routing-sys" 16000 4 36 [12, 12] 'c' "Passenger transport planning and contracts software"
     "Plans routes, pays operators and tells parents of delays; {200-1900} routes a day.")
    ('u' "Education" "55523100" 4 "catering" 250000 180 48 [12, 12] '-' "School catering"
     "Meals in {14-190} schools, with free-meal uptake reported each week.")
    ('u' "Education" "85121270" 1788 "children" 60000 30 24 [12] '-' "Speech, language and communication support"
     "Assessment and therapy in mainstream schools, commissioned jointly with health.")
    ('u' "Highways" "45233139" 557 "roads" 900000 1900 84 [24, 12] '-' "Highway maintenance term contract"
     "Potholes, drainage, kerbs and emergencies on {900-6800} km of road, with a two-hour response.")
    ('u' "Highways" "45233220" 557 "roads" 300000 300 36 [12] '-' "Surface dressing and micro-asphalt"
     "Annual treatment of about {60-420} km between April and September.")
    ('u' "Highways" "50232100" 564 "lighting" 150000 130 60 [24] '-' "Street lighting maintenance and LED conversion"
     "{1/14} columns: night scouting, repairs and replacement of lanterns with part-night dimming.")
    ('u' "Highways" "50232200" 567 "lighting" 60000 40 60 [12, 12] '-' "Traffic signals maintenance"
     "{90-640} junctions and crossings, with fault attendance inside two hours on strategic routes.")
    ('u' "Highways" "44113910" 561 "winter" 120000 60 36 [12] '-' "Road salt and weather forecasting"
     "{4-30} thousand tonnes of treated salt a season and route-based forecasts.")
    ('u' "Highways" "48100000" 550 "highways-sys" 45000 12 48 [12, 12] 'c' "Highways asset management software"
     "Inspections, works orders, permits and street-works coordination, with a public fault map.")
    ('u' "Highways" "90641000" 555 "roads" 70000 50 48 [12] '-' "Gully emptying and jetting"
     "{1/11} gullies on a risk-based cycle; silt is weighed and recorded by location.")
    ('u' "Highways" "71311220" 493 "roads-advice" 120000 60 48 [24] '-' "Transport and engineering professional services"
     "Design, modelling and supervision for the capital programme.")
    ('u' "Libraries and culture" "48161000" 437 "library-sys" 30000 8 60 [12, 12] 'c' "Library management system"
     "Catalogue, lending, self-service kiosks and e-lending in {9-50} libraries.")
    ('u' "Libraries and culture" "22113000" 437 "books" 60000 45 48 [12] '-' "Library books and shelf-ready supply"
     "Supplier-selected stock, delivered labelled; {1/35} items a year.")
    ('u' "Registration" "48332000" 852 "registrars-sys" 9000 2 36 [12, 12] 'c' "Registrars' diary and certificates software"
     "Appointments, ceremonies, certificates and their payment.")
    ('u' "Transport" "60112000" 273 "transport" 300000 220 60 [12, 12] '-' "Supported bus services, {lot}"
     "{5-40} evening, Sunday and rural journeys that no operator runs commercially.")
    ('w' "Waste" "90513200" 0 "treatment" 900000 1600 120 [60] '-' "Residual waste treatment and disposal"
     "Energy recovery for {40-210} thousand tonnes a year at a banded gate fee.")
    ('w' "Waste" "90533000" 0 "recycling" 300000 400 84 [24, 12] '-' "Operation of recycling centres"
     "{5-22} household sites with reuse shops, vans by permit and booking at the busiest.")
    ('w' "Waste" "90514000" 0 "recycling" 200000 250 60 [24] '-' "Sorting of mixed dry recyclables"
     "Sampling and sorting of {15-95} thousand tonnes; income shared above a basket price.")
    ('w' "Waste" "90514000" 0 "recycling" 100000 120 60 [12, 12] '-' "Composting of garden and food waste"
     "Open-windrow and in-vessel treatment; certified compost returned to parks and farms.")
    ('w' "Waste" "90512000" 0 "treatment" 120000 110 48 [12] '-' "Waste transfer and bulk haulage"
     "Loading and haulage from {2-9} transfer stations.")
    ('w' "Waste" "90531000" 0 "treatment" 40000 15 60 [12] '-' "Closed landfill aftercare"
     "Gas and leachate control at {2-19} closed sites under permit.")
    ('w' "Waste" "48614000" 0 "data-sys" 9000 1 36 [12] 'c' "Weighbridge and waste data software"
     "Tickets from {2-20} weighbridges, invoices and statutory returns.")
    ('k' "Transport" "60112000" 493 "transport" 900000 900 84 [12, 12] '-' "Bus franchise, {lot}"
     "Operation of {20-120} franchised routes from a council-owned depot at a fixed fee with incentives.")
    ('k' "Transport" "48813000" 0 "passenger-sys" 200000 15 60 [24] 'c' "Passenger information and journey planning"
     "Real-time predictions at {900-4200} stops, and open feeds.")
    ('k' "Transport" "48110000" 0 "income" 180000 12 60 [12, 12] 'c' "Contactless ticketing back office"
     "Capped fares across tram and bus, settled daily.")
    ('k' "Transport" "50232200" 567 "lighting" 120000 20 60 [12] '-' "Regional traffic signals operation"
     "Control room support and maintenance of {1800-2600} installations.")
    ('k' "Skills" "80400000" 0 "skills" 700000 200 36 [12, 12] '-' "Adult skills fund: {lot}"
     "Courses for {900-6200} adults a year, paid half on progression into work.")
    ('k' "Skills" "80531200" 0 "skills" 250000 60 24 [12] '-' "Retrofit and green construction bootcamps"
     "Sixteen-week courses with a guaranteed interview.")
    ('k' "Fire and rescue" "35111000" 0 "fleet" 300000 25 60 [24] '-' "Breathing apparatus and rescue equipment"
     "Sets, telemetry and servicing for {38-50} stations.")
    ('k' "Fire and rescue" "48100000" 703 "fire-sys" 150000 10 84 [24] 'p' "Command and control mobilising system"
     "Call handling and mobilising with resilience at a second control room.")
    ('k' "Housing and planning" "71410000" 493 "planning" 120000 12 24 [12] '-' "Strategic planning evidence"
     "Housing, employment and flood studies for the joint plan.")
};
