//! The demonstration's software: the pages suppliers list (`PRODUCTS`), and systems that registers name and
//! nobody lists (`UNLISTED`). `trade` ties both to the lines of the registers.

use super::lines::hosting;
use super::shapes::{DemoProduct, ProductState};
use super::suppliers::supplier;

/// A listed product and its trade.
pub(super) struct Listed {
    pub(super) trade: &'static str,
    pub(super) product: DemoProduct,
}

macro_rules! products {
    ($(($supplier:literal $trade:literal $name:literal $state:ident $hosting:literal $lgsl:tt $cpv:tt
        $summary:literal $description:literal $integrations:tt $price:literal $standards:tt))+) => {
        &[$(Listed { trade: $trade, product: DemoProduct { supplier: supplier($supplier), name: $name,
            summary: $summary, description: $description, lgsl: &$lgsl, cpv: &$cpv, hosting: hosting($hosting),
            integrations: &$integrations, price_model: $price, standards: &$standards,
            state: ProductState::$state } }),+]
    };
}

/// What suppliers list.
pub(super) const PRODUCTS: &[Listed] = products! {
    ("Tidebell" "rounds-sys" "Tidebell Rounds" Published 'c' [524, 528, 530, 533] ["48100000", "48332000"]
     "In-cab tablets and round design for collection crews."
     "Crews see the round, report blocked roads and missed bins, and the contact centre sees it at once. Rounds are redrawn overnight."
     ["Address gazetteer (LLPG)", "Customer accounts by REST", "Vehicle telematics"] "Per vehicle a month; no charge for users" ["WCAG 2.2 AA", "Cyber Essentials Plus", "UPRN"])
    ("Tidebell" "rounds-sys" "Tidebell Bulky" Draft 'c' [528] ["48100000"]
     "Bookings and payment for large items."
     "A resident chooses a day with room on the truck, pays, and can give the item to a reuse charity instead."
     ["Tidebell Rounds", "GOV.UK Pay"] "Per booking" ["WCAG 2.2 AA"])
    ("Harrowgill" "planning-sys" "Harrowgill Casebook" Published 'c' [499, 512, 516, 600] ["48100000", "48326000"]
     "Planning, building control and land charges in one case file."
     "From validation to decision notice, with the public register, neighbour letters and site notes that work without signal."
     ["Planning data standards", "Local land charges", "GIS by WMS and WFS"] "By applications a year, in four bands" ["Planning data specifications", "WCAG 2.2 AA", "ISO 27001"])
    ("Saltmarsh" "income" "Saltmarsh Takings" Published 'c' [57] ["48812000", "48442000"]
     "Payments in, posted to the right ledger by morning."
     "Card, direct debit and counter payments with suspense under one per cent, and refunds that need two people."
     ["General ledgers by file and REST", "GOV.UK Pay", "Housing rents"] "Per thousand transactions" ["PCI DSS", "Open Banking", "ISO 27001"])
    ("Saltmarsh" "finance" "Saltmarsh Ledger" Published 'c' [] ["48443000", "48451000"]
     "A ledger for councils too small for an enterprise system."
     "General ledger, payables and purchase orders with commitment accounting, and a close in four working days."
     ["Bank files", "e-invoices (Peppol)", "Contracts register"] "Yearly by gross budget, in five bands" ["Peppol BIS 3", "ISO 27001"])
    ("Quillfen" "website" "Quillfen Pages" Published 'c' [353, 867] ["48224000", "72415000"]
     "Council websites in plain words."
     "Templates, forms and a content calendar, tested with people who use screen readers."
     ["GOV.UK Notify", "GOV.UK Pay", "Customer accounts"] "Flat yearly fee by population band" ["WCAG 2.2 AA", "LGSL", "schema.org"])
    ("Quillfen" "crm" "Quillfen Desk" Archived 'c' [353] ["48445000"]
     "A small case tracker."
     "Cases, notes and reminders for teams of up to forty. No longer sold; supported until its last contract ends."
     ["E-mail"] "Per user" ["WCAG 2.1 AA"])
    ("Penmorfa" "crm" "Penmorfa Cyswllt" Published 'c' [353, 524, 587] ["48445000"]
     "Customer contact that is Welsh and English from the first screen."
     "One record for a caller in either language, with language choice kept across services and reported for the standards."
     ["Telephony by CTI", "Waste rounds", "Electronic forms"] "Per contact-centre seat, unlimited back office" ["Welsh Language Standards", "WCAG 2.2 AA", "Cyber Essentials"])
    ("Brightsedge" "care-sys" "Brightsedge Casefile" Published 'c' [209, 159, 1743] ["48100000", "48814000"]
     "Adults' and children's records that a social worker can read on a doorstep."
     "Assessments, plans, safeguarding and provider payments; drafts are kept when the signal goes."
     ["Shared care records (FHIR)", "Provider portal", "General ledger"] "By practitioners, with free provider access" ["FHIR R4", "DSPT", "ISO 27001", "WCAG 2.2 AA"])
    ("Copperwren" "gis" "Copperwren Gazetteer" Published 'c' [541, 516] ["48326000", "38221000"]
     "Addresses matched properly, and maps on top."
     "Keeps the gazetteer, matches dirty lists to property numbers with reasons, and serves maps to other systems."
     ["OGC API Features", "Street naming", "Any CSV"] "Yearly by properties" ["BS 7666", "UPRN", "OGC API"])
    ("Copperwren" "data-sys" "Copperwren Confluence" Published 'c' [703] ["72310000", "48612000"]
     "A data platform that says where each figure came from."
     "Pipelines, matching and dashboards, with lineage that an auditor can follow back to the row."
     ["SQL databases", "Spreadsheets", "REST"] "By sources connected" ["ISO 27001", "Algorithmic Transparency Recording Standard"])
    ("Lochanwell" "highways-sys" "Lochanwell Winter Desk" Published 'c' [561, 1307] ["48100000", "48614000"]
     "Decides, records and proves every gritting run."
     "Forecasts by route, spreader telemetry and a public map; the log stands up in court."
     ["Weather forecasts", "Spreader telemetry", "Highways asset records"] "Per gritting route a season" ["Well-managed Highway Infrastructure", "ISO 27001"])
    ("Wexcombe" "highways-sys" "Wexcombe Carriageway" Published 'c' [557, 564, 537, 555] ["48100000"]
     "Inspection, defects and works orders for every metre of road."
     "Risk-based inspections, photographs, permits and a report map that closes the loop with whoever reported it."
     ["Street Manager", "Open311 and FixMyStreet", "General ledger"] "By kilometre of network" ["Open311", "UKPMS", "WCAG 2.2 AA"])
    ("Starling" "routing-sys" "Starling Runs" Published 'c' [3, 40, 1135] ["48332000"]
     "Routes for school and special-needs transport."
     "Plans around each child's needs, shows the cost of a rule, and tells families when a run is late."
     ["School census", "Education management systems", "SMS"] "Per pupil carried" ["NaPTAN", "WCAG 2.2 AA"])
    ("Drumlinside" "burials-sys" "Drumlinside Plot" Published 'c' [328] ["48100000"]
     "Cemetery and memorial records, mapped to the grave."
     "Bookings, deeds, memorial tests and a search for families, with old registers scanned and linked."
     ["Funeral directors' portal", "Income systems", "GIS"] "Per cemetery a year" ["WCAG 2.2 AA"])
    ("Ballotmere" "elections-sys" "Ballotmere Register" Published 'p' [364] ["48100000"]
     "Electoral registers, canvass and count."
     "Runs the canvass, absent votes, poll cards and the count, and rehearses a snap election every year."
     ["Individual registration service", "Print suppliers", "Address gazetteer"] "By electors" ["EML", "Cyber Essentials Plus"])
    ("Parishbell" "committee-sys" "Parishbell Chamber" Published 'c' [358] ["48100000"]
     "Agendas, minutes, interests and webcasts."
     "Reports go through approval to a public agenda; votes and attendance are published as open data."
     ["Webcasting", "Single sign-on", "Open data feeds"] "Flat yearly fee by number of members" ["Popolo", "WCAG 2.2 AA"])
    ("Orchardline" "parking-sys" "Orchardline Notice" Published 'c' [471, 474, 279] ["48100000"]
     "Penalty charge notices from handheld to tribunal."
     "Notices, permits, appeals and warrants, with evidence packs made in one step."
     ["Vehicle keeper enquiries", "Traffic penalty tribunals", "Cashless parking"] "Per notice issued" ["PCI DSS", "ISO 27001"])
    ("Roothold" "housing-sys" "Roothold Tenancy" Published 'c' [92, 107, 141, 151] ["48100000"]
     "Rents, repairs and allocations for smaller landlords."
     "Tenancies, arrears, repairs and compliance certificates, with a damp and mould case type."
     ["UK HDS data model", "Contractors' job feeds", "Universal Credit landlord portal"] "Per home a month" ["HACT UK Housing Data Standards", "WCAG 2.2 AA"])
    ("Tannerbrook" "library-sys" "Tannerbrook Shelf" Published 'c' [437] ["48161000"]
     "Library management with open hours built in."
     "Catalogue, loans, kiosks and door access for members when staff have gone home."
     ["SIP2 and NCIP", "E-lending", "Income systems"] "Per library, consortium discount" ["MARC 21", "SIP2", "WCAG 2.2 AA"])
    ("Minsterlea" "hr" "Minsterlea People" Published 'c' [] ["48450000"]
     "Payroll and people records for public employers."
     "Pays teachers, firefighters and members right; pensions returns are made monthly as a by-product."
     ["General ledgers", "Pension funds", "Identity providers"] "Per payslip" ["HMRC RTI", "ISO 27001"])
    ("Oakapple" "revs-bens" "Oakapple Revenues" Published 'c' [55, 57, 59, 63, 69] ["48100000", "48442000"]
     "Council tax, business rates and benefits."
     "Annual billing, reduction schemes modelled before they are adopted, and evidence asked for once."
     ["Valuation lists", "DWP ATLAS and VEP", "Income and print"] "Per property, core and modules" ["ISO 27001", "WCAG 2.2 AA"])
    ("Pinfold" "regulatory-sys" "Pinfold Premises" Published 'c' [412, 431, 860] ["48100000"]
     "Licensing, food safety and environmental health casework."
     "One record for a premises: licences, inspections, complaints and the public register."
     ["Food hygiene ratings upload", "GOV.UK Pay", "Address gazetteer"] "By named officers" ["UPRN", "WCAG 2.2 AA"])
    ("Thornquill" "legal-sys" "Thornquill Matters" Published 'c' [] ["48100000"]
     "Case, time and bundles for in-house legal teams."
     "Matters opened by clients, bundles paginated, and time billed between shared services."
     ["Court e-filing", "Document management", "E-mail"] "Per fee earner" ["Lexcel", "ISO 27001"])
    ("Beaconfell" "backup" "Beaconfell Vault" Published 'c' [] ["48710000", "72910000"]
     "Backups that restore."
     "Immutable copies in two UK sites; every restore is rehearsed and the time is published to you."
     ["Virtual machines", "Productivity suites", "Databases"] "Per terabyte protected" ["Cyber Essentials Plus", "ISO 27001"])
    ("Beaconfell" "cyber" "Beaconfell Watch" Draft 'c' [] ["48730000"]
     "A watch on the logs at night."
     "Alerts read by a person in Lancaster, who rings yours."
     ["Endpoint agents", "Syslog", "Identity providers"] "Per endpoint" ["CREST", "NCSC CAF"])
    ("Larkmill" "consult-sys" "Larkmill Hustings" Published 'c' [867] ["48100000"]
     "Consultations people finish."
     "Short questions, maps and paper forms typed in by others; comments are grouped for members with the originals beside them."
     ["Websites", "GIS", "Spreadsheets"] "Per consultation, or a yearly pass" ["WCAG 2.2 AA", "Gunning principles"])
};

/// What registers name and nobody lists: trade, system, supplier.
pub(super) const UNLISTED: &[(&str, &str, usize)] = &[
    ("finance", "Meridian Enterprise", supplier("Meridian")),
    ("finance", "Corvane Financials", supplier("Corvane")),
    ("hr", "Meridian People", supplier("Meridian")),
    ("income", "Corvane Receipts", supplier("Corvane")),
    ("crm", "Ostrander Citizen", supplier("Ostrander")),
    ("website", "Ostrander Web", supplier("Ostrander")),
    ("productivity", "Vantrell Workspace", supplier("Vantrell")),
    ("service-desk", "Vantrell Desk", supplier("Vantrell")),
    ("service-desk", "Greyhithe Assist", supplier("Greyhithe")),
    ("cyber", "Meridian Sentinel", supplier("Meridian")),
    ("cyber", "Greyhithe Perimeter", supplier("Greyhithe")),
    ("backup", "Vantrell Archive", supplier("Vantrell")),
    ("gis", "Corvane Maps", supplier("Corvane")),
    ("gis", "Lochanwell Atlas", supplier("Lochanwell")),
    ("data-sys", "Meridian Insight", supplier("Meridian")),
    ("records", "Corvane Filestore", supplier("Corvane")),
    ("records", "Meridian Records", supplier("Meridian")),
    ("committee-sys", "Corvane Democracy", supplier("Corvane")),
    ("legal-sys", "Corvane Advocate", supplier("Corvane")),
    ("procure-sys", "Corvane Tenders", supplier("Corvane")),
    ("procure-sys", "Copperwren Quotes", supplier("Copperwren")),
    ("consult-sys", "Ostrander Engage", supplier("Ostrander")),
    ("care-sys", "Ostrander Care", supplier("Ostrander")),
    ("care-sys", "Corvane Social Care", supplier("Corvane")),
    ("education-sys", "Corvane Schools", supplier("Corvane")),
    ("education-sys", "Meridian Pupil", supplier("Meridian")),
    ("routing-sys", "Meridian Journeys", supplier("Meridian")),
    ("highways-sys", "Corvane Streets", supplier("Corvane")),
    ("library-sys", "Meridian Lending", supplier("Meridian")),
    ("registrars-sys", "Parishbell Ceremonies", supplier("Parishbell")),
    ("registrars-sys", "Corvane Registrar", supplier("Corvane")),
    ("passenger-sys", "Greyhithe Departures", supplier("Greyhithe")),
    ("fire-sys", "Meridian Mobilise", supplier("Meridian")),
    ("rounds-sys", "Corvane Collect", supplier("Corvane")),
    ("leisure-sys", "Quillfen Bookings", supplier("Quillfen")),
    ("leisure-sys", "Ostrander Leisure", supplier("Ostrander")),
    ("planning-sys", "Corvane Planning", supplier("Corvane")),
    ("regulatory-sys", "Corvane Public Protection", supplier("Corvane")),
    ("parking-sys", "Meridian Parking", supplier("Meridian")),
    (
        "revs-bens",
        "Corvane Council Tax and Benefits",
        supplier("Corvane"),
    ),
    ("revs-bens", "Meridian Revenues", supplier("Meridian")),
    ("elections-sys", "Corvane Elections", supplier("Corvane")),
    ("housing-sys", "Corvane Housing", supplier("Corvane")),
];

/// The listed products, for the world.
pub(super) fn products() -> Vec<DemoProduct> {
    PRODUCTS.iter().map(|listed| listed.product.clone()).collect()
}

/// Every system of a trade: name, supplier, and its position in `PRODUCTS` where it is listed.
/// What is only a draft page has no customers yet.
pub(super) fn systems(trade: &str) -> Vec<(&'static str, usize, Option<usize>)> {
    let sold = |listed: &Listed| listed.trade == trade && listed.product.state != ProductState::Draft;
    let listed = PRODUCTS.iter().enumerate().filter(|(_, listed)| sold(listed));
    let unlisted = UNLISTED.iter().filter(|row| row.0 == trade);
    listed
        .map(|(at, listed)| (listed.product.name, listed.product.supplier, Some(at)))
        .chain(unlisted.map(|row| (row.1, row.2, None)))
        .collect()
}
