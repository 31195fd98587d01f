//! The demonstration's people: a cast that signs in, and one contact for every other council and supplier so that
//! someone can act for them. What they asked to be told of is in `searches`.
//! Names are invented; addresses end in `.example`, which cannot receive mail.

use super::councils::{COUNCILS, begins, council};
use super::shapes_pilots::{DemoPerson, DemoRole, Home};
use super::suppliers::{SUPPLIERS, supplier};
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

const fn of(slug: &str) -> Home {
    Home::Council(council(slug))
}

const fn from(start: &str) -> Home {
    Home::Supplier(supplier(start))
}

/// Those a visitor signs in as: name, job, role, where.
const CAST: &[(&str, &str, DemoRole, Home)] = &[
    (
        "Ruth Adeyemi",
        "Category manager, digital and transport",
        DemoRole::Officer,
        of("norfolk"),
    ),
    (
        "Gareth Okonjo",
        "Procurement manager",
        DemoRole::Officer,
        of("stockport"),
    ),
    (
        "Hannah Lindqvist",
        "Contracts officer",
        DemoRole::Officer,
        of("breckland"),
    ),
    (
        "Eilidh Rahman",
        "Procurement specialist",
        DemoRole::Officer,
        of("fife"),
    ),
    (
        "Tomasz Wren",
        "Highways inspector",
        DemoRole::Evaluator,
        of("norfolk"),
    ),
    (
        "Siobhan Chaudhry",
        "Advocacy commissioner",
        DemoRole::Evaluator,
        of("norfolk"),
    ),
    (
        "Delroy Pickersgill",
        "Parking services manager",
        DemoRole::Evaluator,
        of("stockport"),
    ),
    (
        "Fraser Mbeki",
        "Winter service officer",
        DemoRole::Evaluator,
        of("fife"),
    ),
    (
        "Martin Achterberg",
        "Head of procurement",
        DemoRole::Approver,
        of("norfolk"),
    ),
    (
        "Nasreen Holroyd",
        "Assistant director, commercial",
        DemoRole::Approver,
        of("stockport"),
    ),
    (
        "Joan Castellanos",
        "Section 151 officer",
        DemoRole::Approver,
        of("breckland"),
    ),
    (
        "Calum Wijesinghe",
        "Procurement service manager",
        DemoRole::Approver,
        of("fife"),
    ),
    (
        "Priya Thackeray",
        "Overview and scrutiny adviser",
        DemoRole::Viewer,
        of("norfolk"),
    ),
    (
        "Leila Ormerod",
        "Founder",
        DemoRole::SupplierMember,
        from("Tidebell"),
    ),
    (
        "Ben Agyeman",
        "Commercial lead",
        DemoRole::SupplierMember,
        from("Copperwren"),
    ),
    (
        "Marguerite Fen",
        "Co-operative member",
        DemoRole::SupplierMember,
        from("Starling"),
    ),
    (
        "Idris Cattermole",
        "Chief executive",
        DemoRole::SupplierMember,
        from("Second Shelf"),
    ),
    (
        "Yusuf Brandreth",
        "Product manager",
        DemoRole::SupplierMember,
        from("Wexcombe"),
    ),
    (
        "Alex Nakamura-Hall",
        "Service operator",
        DemoRole::Operator,
        Home::Platform,
    ),
];

const FIRST: &[&str] = &[
    "Aisha",
    "Bethan",
    "Chidi",
    "Dilys",
    "Emeka",
    "Fiona",
    "Gwilym",
    "Harpreet",
    "Ines",
    "Jamal",
    "Kirsty",
    "Lorcan",
    "Mei",
    "Niamh",
    "Oluwaseun",
    "Petra",
    "Rhodri",
    "Sunita",
    "Theo",
    "Una",
    "Viktor",
    "Wendy",
    "Xanthe",
    "Yasmin",
    "Zoltan",
];
const LAST: &[&str] = &[
    "Abernethy",
    "Begum",
    "Cropper",
    "Dasgupta",
    "Eastwood-Ali",
    "Farrow",
    "Gilchrist",
    "Hussein",
    "Iqbal",
    "Jankowski",
    "Kerrigan",
    "Lovelace",
    "Mistry",
    "Nwosu",
    "Oduya",
    "Pritchard",
    "Quayle",
    "Rasmussen",
    "Sandhu",
    "Tregear",
    "Umeh",
    "Villiers",
    "Whitlock",
    "Yeo",
    "Zawadzki",
];

/// The cast, then a contact for every council and supplier that the cast does not cover.
pub(super) fn people(rng: &mut ChaCha8Rng) -> Vec<DemoPerson> {
    let mut people: Vec<DemoPerson> = CAST
        .iter()
        .map(|row| person(row.0.to_owned(), row.1, row.2, row.3, true))
        .collect();
    let councils =
        (0..COUNCILS.len()).map(|at| (Home::Council(at), DemoRole::Officer, "Procurement officer"));
    let suppliers =
        (0..SUPPLIERS.len()).map(|at| (Home::Supplier(at), DemoRole::SupplierMember, "Bids and tenders"));
    for (home, role, job) in councils.chain(suppliers) {
        if CAST.iter().any(|row| row.3 == home) {
            continue;
        }
        let first = FIRST.choose(rng).copied().unwrap_or("Sam");
        let last = LAST.choose(rng).copied().unwrap_or("Smith");
        people.push(person(format!("{first} {last}"), job, role, home, false));
    }
    people
}

fn person(name: String, job: &'static str, role: DemoRole, home: Home, signs_in: bool) -> DemoPerson {
    let domain = match home {
        Home::Council(at) => COUNCILS[at].slug,
        Home::Supplier(at) => SUPPLIERS[at].site,
        Home::Platform => "guildhall",
    };
    let mailbox = name.to_lowercase().replace(' ', ".");
    let email = format!("{mailbox}@{domain}.example");
    DemoPerson {
        name,
        email,
        job_title: job,
        role,
        home,
        signs_in,
    }
}

/// The place among the people of the member of the cast whose name begins so; in a constant, an unknown one does
/// not compile.
pub(super) const fn cast(start: &str) -> usize {
    let mut at = 0;
    while at < CAST.len() {
        if begins(CAST[at].0, start) {
            return at;
        }
        at += 1;
    }
    panic!("nobody in the cast has a name that begins so")
}
