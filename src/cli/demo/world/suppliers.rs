//! The demonstration's suppliers: all invented. Their company numbers are eight digits from 99 000 001 and their
//! charity numbers seven from 9 900 001 (Scotland SC099..., Northern Ireland NIC199...): of valid form, far above
//! anything issued. `trades` ties them to the lines of the registers.

use super::councils::begins;
use super::shapes::{DemoSupplier, SupplierSize};

/// A supplier as the table has it.
pub(super) struct SupplierRow {
    pub(super) name: &'static str,
    pub(super) staff: u32,
    /// 'c' a company, 'v' a VCSE company, 'b' a VCSE company and charity, 't' a charity without a company.
    pub(super) form: char,
    pub(super) region: &'static str,
    pub(super) town: &'static str,
    pub(super) trades: &'static str,
    pub(super) site: &'static str,
    pub(super) summary: &'static str,
}

macro_rules! suppliers {
    ($(($name:literal, $staff:literal, $form:literal, $region:literal, $town:literal, $trades:literal,
        $site:literal, $summary:literal)),+ $(,)?) => {
        &[$(SupplierRow { name: $name, staff: $staff, form: $form, region: $region, town: $town,
            trades: $trades, site: $site, summary: $summary }),+]
    };
}

/// The suppliers.
pub(super) const SUPPLIERS: &[SupplierRow] = suppliers! {
    ("Saltmarsh Ledger", 38, 'c', "East of England", "Norwich", "advice", "saltmarsh-ledger",
        "Income, payments and ledger software for councils that close their books on time."),
    ("Tidebell Software", 24, 'c', "North West", "Preston", "advice", "tidebell",
        "Rounds, in-cab tablets and missed-bin reporting for collection crews."),
    ("Harrowgill Systems", 140, 'c', "North West", "Kendal", "advice", "harrowgill",
        "Planning, building control and land charges in one case file."),
    ("Quillfen Digital", 8, 'c', "East of England", "Ely", "advice web", "quillfen",
        "Accessible council websites and forms that ask only what is needed."),
    ("Brightsedge Care Technology", 96, 'c', "Yorkshire and The Humber", "Leeds", "advice", "brightsedge",
        "Case records for adults and children that a social worker can read on a doorstep."),
    ("Copperwren Data", 31, 'c', "North West", "Manchester", "advice roads-advice", "copperwren",
        "Maps, addresses and data platforms, with the matching done properly."),
    ("Penmorfa Software", 19, 'c', "Wales", "Porthmadog", "advice language", "penmorfa",
        "Customer contact software that is Welsh and English from the first screen."),
    ("Lochanwell Informatics", 42, 'c', "Scotland", "Inverness", "advice", "lochanwell",
        "Winter service, road condition and fleet telematics for large rural areas."),
    ("Drumlinside Software", 9, 'c', "Northern Ireland", "Cookstown", "advice", "drumlinside",
        "Cemetery, crematorium and memorial records, mapped to the grave."),
    ("Ballotmere", 22, 'c', "West Midlands", "Shrewsbury", "print", "ballotmere",
        "Electoral registers, canvass and count management."),
    ("Parishbell Committee Systems", 17, 'c', "South West", "Bath", "advice", "parishbell",
        "Agendas, minutes, petitions and members' interests, published as open data."),
    ("Orchardline Parking Systems", 45, 'c', "North West", "Stockport", "parking", "orchardline",
        "Penalty charge notices, permits and appeals, from handheld to bailiff."),
    ("Roothold Housing Software", 120, 'c', "Scotland", "Glasgow", "advice", "roothold",
        "Rents, repairs and allocations for landlords of ten thousand homes or fewer."),
    ("Tannerbrook Library Systems", 28, 'c', "East of England", "Bury St Edmunds", "books", "tannerbrook",
        "Library management, self-service and open-hours access."),
    ("Wexcombe Highways Data", 33, 'c', "South West", "Trowbridge", "roads-advice", "wexcombe",
        "Asset, inspection and works-order records for every metre of road."),
    ("Minsterlea Payroll", 210, 'c', "Yorkshire and The Humber", "York", "staffing", "minsterlea",
        "Payroll, pensions returns and people records for public employers."),
    ("Oakapple Revenues", 180, 'c', "West Midlands", "Telford", "print", "oakapple",
        "Council tax, business rates and benefits, with annual billing on the day."),
    ("Starling Moss Transport Planning", 7, 'v', "East of England", "Cambridge", "roads-advice", "starlingmoss",
        "Route planning for school and special-needs transport; a workers' co-operative."),
    ("Thornquill Legal Systems", 26, 'c', "London", "London", "law", "thornquill",
        "Case, time and bundle management for in-house legal teams."),
    ("Beaconfell Security", 40, 'c', "North West", "Lancaster", "advice", "beaconfell",
        "Backups that restore, and a watch on the logs at night."),
    ("Greyhithe Networks", 160, 'c', "North East", "Gateshead", "network telephony", "greyhithe",
        "Wide-area networks, public wi-fi and cloud telephony."),
    ("Larkmill Consultation", 6, 'v', "Yorkshire and The Humber", "Hebden Bridge", "advice voice", "larkmill",
        "Consultations people finish, and reports members read."),
    ("Pinfold Licensing Systems", 21, 'c', "East Midlands", "Newark-on-Trent", "advice", "pinfold",
        "Licensing, food safety and environmental health casework."),
    ("Meridian Holt Group", 4_200, 'c', "London", "London", "advice hardware network", "meridian-holt",
        "Enterprise systems and managed services for the public sector."),
    ("Corvane Public Systems", 1_800, 'c', "South East", "Reading", "advice", "corvane",
        "A suite of line-of-business systems used by many councils."),
    ("Vantrell Software", 5_200, 'c', "South East", "Slough", "hardware", "vantrell",
        "Productivity licences, reseller of software and devices."),
    ("Ostrander Civic", 700, 'c', "West Midlands", "Birmingham", "advice telephony", "ostrander-civic",
        "Contact centres, customer platforms and care records."),
    ("Northmoor Voice and Data", 900, 'c', "Yorkshire and The Humber", "Bradford", "telephony network", "northmoor",
        "Lines, mobiles and data connections under one bill."),
    ("Ironbark Hardware", 150, 'c', "East Midlands", "Corby", "hardware", "ironbark-hardware",
        "Laptops built, delivered and collected at the end of their lives."),
    ("Cartwright Sedge Environmental", 2_600, 'c', "South East", "Maidstone", "rounds street fleet", "cartwright-sedge",
        "Collection rounds and street cleansing for two dozen councils."),
    ("Marlpit Recycling", 180, 'c', "East of England", "Thetford", "treatment recycling", "marlpit",
        "Sorting, bulking and honest tonnage reports."),
    ("Thornholm Resource Recovery", 3_100, 'c', "North West", "Warrington", "treatment rounds", "thornholm",
        "Energy recovery, transfer stations and haulage."),
    ("Whinfell Composting", 34, 'c', "North West", "Penrith", "recycling", "whinfell",
        "Open-windrow and in-vessel composting of garden and food waste."),
    ("Second Shelf Reuse", 27, 'b', "East of England", "Wymondham", "recycling", "second-shelf",
        "Reuse shops at recycling centres, and furniture for people leaving temporary homes."),
    ("Hazelmarch Grounds", 130, 'c', "East of England", "Diss", "green street trees play burials", "hazelmarch",
        "Parks, verges, pitches and cemeteries, cut when promised."),
    ("Tallboy Trees", 9, 'c', "North West", "Clitheroe", "trees", "tallboy-trees",
        "Surveys and felling with the least felling."),
    ("Merrymound Play", 16, 'c', "Scotland", "Cupar", "play", "merrymound",
        "Inspection, repair and design of play areas every child can use."),
    ("Bordermoss Highways", 1_900, 'c', "North West", "Carlisle", "roads winter", "bordermoss",
        "Term maintenance of county roads and bridges."),
    ("Gritwell Surfacing", 170, 'c', "East of England", "Ipswich", "roads winter", "gritwell",
        "Surface dressing, micro-asphalt and patching."),
    ("Lumenfold Lighting", 88, 'c', "West Midlands", "Walsall", "lighting", "lumenfold",
        "Street lighting, signals and the energy they save."),
    ("Amberstile Care", 240, 'c', "North West", "Blackburn", "care homes equipment", "amberstile",
        "Visits at home, day and night, in towns and up dales."),
    ("Hearthwick Homes", 1_100, 'c', "West Midlands", "Solihull", "care homes homes-young", "hearthwick",
        "Residential and nursing homes for older people."),
    ("Brackenthwaite Support", 44, 'v', "North West", "Keswick", "care voice", "brackenthwaite",
        "Supported living for people with learning disabilities; a community interest company."),
    ("Elderflower Days", 30, 'b', "East of England", "Aylsham", "daycare catering", "elderflower-days",
        "Day services, lunch clubs and a minibus."),
    ("Plainsong Advocacy", 9, 't', "East of England", "Norwich", "voice", "plainsong",
        "Independent advocates for people whom decisions are made about."),
    ("Cairnlea Care", 150, 'c', "Scotland", "Kirkcaldy", "care daycare", "cairnlea",
        "Home care and re-ablement across central Scotland."),
    ("Cwmtirion Gofal", 46, 'b', "Wales", "Blaenau Ffestiniog", "care daycare", "cwmtirion",
        "Home care and respite through the medium of Welsh."),
    ("Kitestring Fostering", 75, 'c', "East Midlands", "Lincoln", "children", "kitestring",
        "Foster families and the help that keeps them fostering."),
    ("Lanternhouse Children's Homes", 190, 'c', "North West", "Bolton", "children homes-young", "lanternhouse",
        "Small children's homes with schools beside them."),
    ("Greenwell Bay Coaches", 48, 'c', "North West", "Morecambe", "transport", "greenwellbay",
        "School runs, accessible minibuses and rail replacement."),
    ("Fourlane Community Transport", 25, 'b', "East of England", "Swaffham", "transport", "fourlane",
        "Volunteer drivers and door-to-door buses where no bus runs."),
    ("Doorstep Harbour", 35, 'b', "London", "London", "housing-support", "doorstep-harbour",
        "Outreach, hostels and a way on for people without homes."),
    ("Plumbline Home Repairs", 230, 'c', "Yorkshire and The Humber", "Wakefield", "repairs buildings", "plumbline",
        "Repairs, voids and heating for social landlords."),
    ("Splashwell Leisure Trust", 620, 't', "South West", "Swindon", "leisure arts", "splashwell",
        "A charity that runs pools, gyms and halls for councils."),
    ("Thistleton Marr", 220, 'c', "London", "London", "audit advice planning", "thistleton-marr",
        "Auditors and advisers to local government."),
    ("Weatherlock Insurance", 1_500, 'c', "South East", "Brighton", "insurance", "weatherlock",
        "Property, motor and liability cover for public bodies."),
    ("Emberline Energy", 2_400, 'c', "East Midlands", "Derby", "energy", "emberline",
        "Half-hourly and unmetered supplies with certificates to match."),
    ("Foliant Print and Post", 64, 'c', "Yorkshire and The Humber", "Hull", "print books", "foliant",
        "Bills, polling cards and letters, printed, posted and tracked."),
    ("Bucketmere Cleaning", 245, 'c', "North East", "Darlington", "cleaning buildings pests", "bucketmere",
        "Offices, schools and windows."),
    ("Shiftwell Staffing", 800, 'c', "North West", "Manchester", "staffing training", "shiftwell",
        "Temporary staff and the neutral vendor platform behind them."),
    ("Gatehouse Lyle Security", 200, 'c', "Scotland", "Stirling", "security parking cleaning", "gatehouse-lyle",
        "Guarding, alarms and public-space cameras."),
    ("Manytongues Interpreting", 8, 'v', "North West", "Rochdale", "language", "manytongues",
        "Interpreters in sixty languages, and British Sign Language; a community interest company."),
    ("Quernstone Planning", 18, 'c', "East of England", "Saxmundham", "advice planning", "quernstone",
        "Local plans, viability and biodiversity assessments."),
    ("Chalkline Law", 32, 'c', "South West", "Salisbury", "law", "chalkline-law",
        "Property, employment and procurement law at fixed fees."),
    ("Rookhope Vehicles", 110, 'c', "North East", "Bishop Auckland", "fleet", "rookhope",
        "Refuse trucks, sweepers and vans: hired, mended, electrified."),
    ("Spadework Training", 12, 'v', "North West", "Salford", "training skills", "spadework",
        "Retrofit, care and digital courses for adults; a social enterprise."),
    ("Copsewood Pest and Kennels", 7, 'c', "South West", "Warminster", "pests", "copsewood",
        "Pest control, stray dogs and humane answers to gulls."),
    ("Yewgate Memorials", 20, 'c', "Northern Ireland", "Dungannon", "burials", "yewgate",
        "Grave digging, memorial safety and cremator maintenance."),
    ("Broadplate Catering", 1_300, 'c', "East Midlands", "Northampton", "catering", "broadplate",
        "School meals and civic catering."),
    ("Windover Theatre Trust", 40, 't', "East of England", "Great Yarmouth", "arts leisure", "windover",
        "Theatres, museums' cafes and a summer circus."),
    ("Fellrunner Equipment", 58, 'c', "North West", "Ulverston", "equipment", "fellrunner-equipment",
        "Hoists, beds and rails: lent, cleaned and lent again."),
    ("Marramfield Wellbeing", 85, 'c', "East of England", "Cromer", "health", "marramfield",
        "Occupational health, and clinics that open when people are not at work."),
    ("Ravelstone Recovery", 60, 'b', "Scotland", "Dundee", "health voice housing-support", "ravelstone",
        "Treatment, peer support and a room to come home to."),
    ("Keelhaven Mutual", 130, 'c', "North West", "Barrow-in-Furness", "insurance audit", "keelhaven",
        "A mutual that insures councils and pays them back for quiet years."),
    ("Bluefallow Power", 72, 'c', "Scotland", "Perth", "energy", "bluefallow",
        "Wind and hydro power sold straight to public buildings."),
};

/// The position of the supplier whose name begins so; in a constant, an unknown one does not compile.
pub(super) const fn supplier(start: &str) -> usize {
    let mut at = 0;
    while at < SUPPLIERS.len() {
        if begins(SUPPLIERS[at].name, start) {
            return at;
        }
        at += 1;
    }
    panic!("no supplier's name begins so")
}

/// Whether the supplier works in this trade.
pub(super) fn works_in(row: &SupplierRow, trade: &str) -> bool {
    row.trades.split(' ').any(|each| each == trade)
}

/// Its size by its staff.
pub(super) fn size_of(staff: u32) -> SupplierSize {
    match staff {
        0..10 => SupplierSize::Micro,
        10..50 => SupplierSize::Small,
        50..250 => SupplierSize::Medium,
        _ => SupplierSize::Large,
    }
}

/// Every supplier, in full.
pub(super) fn suppliers() -> Vec<DemoSupplier> {
    SUPPLIERS
        .iter()
        .zip(1_u32..)
        .map(|(row, number)| full(row, number))
        .collect()
}

fn full(row: &SupplierRow, number: u32) -> DemoSupplier {
    let nation = match row.region {
        "Scotland" | "Wales" | "Northern Ireland" => row.region,
        _ => "England",
    };
    DemoSupplier {
        name: row.name,
        companies_house: (row.form != 't').then(|| format!("{}", 99_000_000 + number * 137)),
        charity: matches!(row.form, 'b' | 't').then(|| match nation {
            "Scotland" => format!("SC099{number:03}"),
            "Northern Ireland" => format!("NIC199{number:03}"),
            _ => format!("{}", 9_900_000 + number),
        }),
        size: size_of(row.staff),
        staff: row.staff,
        vcse: row.form != 'c',
        nation,
        region: row.region,
        town: row.town,
        website: format!("https://www.{}.example", row.site),
        summary: row.summary,
    }
}
