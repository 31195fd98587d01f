//! The whole table of rights, as an officer of a council reads it, and what it must never hold.

use super::super::Person;
use super::*;
use strum::{EnumMessage, IntoEnumIterator};

const ME: Uuid = Uuid::from_u128(1);
const OWN: Uuid = Uuid::from_u128(2);
const OTHER: Uuid = Uuid::from_u128(3);

/// Every role there is. A new one does not compile until it has its place here.
fn roles() -> Vec<Role> {
    let council = CouncilRole::ALL.iter().copied().map(Role::Council);
    let supplier = SupplierRole::ALL.iter().copied().map(Role::Supplier);
    let others = [Role::Own, Role::Operator].map(|role| match role {
        Role::Council(_) | Role::Supplier(_) | Role::Own | Role::Operator => role,
    });
    council.chain(supplier).chain(others).collect()
}

/// Somebody with one role, signed in or by a token.
fn viewer(role: Role, through: Through) -> Viewer {
    Viewer::Person(Person {
        id: ME,
        email: "a@b.example".into(),
        name: "A".into(),
        operator: role == Role::Operator || matches!(through, Through::Token { .. }),
        memberships: match role {
            Role::Council(role) => vec![Membership::Council(OWN, role)],
            Role::Supplier(role) => vec![Membership::Supplier(OWN, role)],
            Role::Own | Role::Operator => Vec::new(),
        },
        waiting: Vec::new(),
        second_factor: false,
        through,
    })
}

const SESSION: Through = Through::Session {
    id: Uuid::nil(),
    strong: false,
};

struct Column {
    group: &'static str,
    name: String,
    viewer: Viewer,
    role: Option<Role>,
}

/// Everybody who can ask: nobody in particular, each role by a session, and tokens of administrators.
fn columns() -> Vec<Column> {
    let mut columns = vec![Column {
        group: "",
        name: "anonymous".into(),
        viewer: Viewer::Anonymous,
        role: None,
    }];
    let mut add = |group, name: &str, role, through| {
        columns.push(Column {
            group,
            name: name.to_owned(),
            viewer: viewer(role, through),
            role: Some(role),
        });
    };
    for role in roles() {
        let (group, name, last) = match role {
            Role::Council(of) => ("council", of.as_str(), of == CouncilRole::Administrator),
            Role::Supplier(of) => ("supplier", of.as_str(), of == SupplierRole::Administrator),
            Role::Own => ("", "own account", false),
            Role::Operator => ("", "operator", false),
        };
        add(group, name, role, SESSION);
        if last {
            // A token has its maker's role, and nothing of the maker's own: ours is an operator as well.
            add(group, "token, reads", role, Through::Token { acts: false });
            add(group, "token, acts", role, Through::Token { acts: true });
        }
    }
    columns
}

/// Where something is done, seen from a role: its own place, another of that kind, or anywhere else.
fn places(role: Option<Role>) -> [Vec<Resource>; 3] {
    let all = [
        Resource::Council(OWN),
        Resource::Council(OTHER),
        Resource::Supplier(OWN),
        Resource::Supplier(OTHER),
        Resource::Person(ME),
        Resource::Person(OTHER),
        Resource::System,
    ];
    let own = match role {
        Some(Role::Council(_)) => Some(Resource::Council(OWN)),
        Some(Role::Supplier(_)) => Some(Resource::Supplier(OWN)),
        Some(Role::Own) => Some(Resource::Person(ME)),
        Some(Role::Operator) => Some(Resource::System),
        None => None,
    };
    // Everybody has an account of their own, and its column says what that gives.
    let is_me = |of: Resource| role.is_some() && of == Resource::Person(ME);
    let alike = |of: Resource| {
        own.is_some_and(|own| std::mem::discriminant(&own) == std::mem::discriminant(&of)) && Some(of) != own
    };
    let among = |wanted: &dyn Fn(Resource) -> bool| all.iter().copied().filter(|of| wanted(*of)).collect();
    [
        own.into_iter().collect(),
        among(&|of| alike(of) && !is_me(of)),
        among(&|of| Some(of) != own && !alike(of) && !is_me(of)),
    ]
}

fn table() -> String {
    let titles = [
        "In one's own organisation (one's own account; for an operator, the installation)",
        "In another organisation of the same kind (another's account)",
        "Anywhere else: an organisation of the other kind, another's account, the installation",
    ];
    let columns = columns();
    let label = 15;
    let mut table = String::from("✓ may.  - may not.  Blank: there is no such place.\n");
    for (standing, title) in titles.iter().enumerate() {
        let groups = columns.iter().fold(String::new(), |line, of| {
            line + &format!("  {:^1$}", of.group, of.name.len())
        });
        let names = columns
            .iter()
            .fold(String::new(), |line, of| line + "  " + &of.name);
        table += &format!("\n{title}\n\n{:label$}{}\n", "", groups.trim_end());
        table += &format!("{:label$}{names}\n", "");
        for action in Action::iter() {
            let mut line = format!("{:label$}", format!("{action:?}"));
            for of in &columns {
                let places = &places(of.role)[standing];
                let may = places.iter().any(|place| may(&of.viewer, action, *place));
                let mark = if places.is_empty() {
                    ""
                } else if may {
                    "✓"
                } else {
                    "-"
                };
                line += &format!("  {mark:^0$}", of.name.len());
            }
            table += line.trim_end();
            table += "\n";
        }
    }
    table += "\nWhat each is\n\n";
    for action in Action::iter() {
        let said = action.get_documentation().unwrap_or_default();
        table += &format!("{:label$}  {said}\n", format!("{action:?}"));
    }
    table
}

#[test]
fn the_whole_table_of_rights_is_the_one_agreed() {
    insta::assert_snapshot!(table());
}

#[test]
fn a_role_counts_nowhere_but_in_its_own_place() {
    for column in columns() {
        for place in places(column.role)[1..].iter().flatten() {
            for action in Action::iter() {
                let may = may(&column.viewer, action, *place);
                assert!(!may, "{} {}: {action:?} at {place:?}", column.group, column.name);
            }
        }
    }
}

#[test]
fn a_token_never_does_more_than_its_makers_role_and_one_to_read_changes_nothing() {
    for role in roles() {
        for place in places(Some(role)).iter().flatten() {
            for action in Action::iter() {
                let may = |through| may(&viewer(role, through), action, *place);
                let (reads, acts) = (Through::Token { acts: false }, Through::Token { acts: true });
                let held = may(SESSION) && matches!(role, Role::Council(_) | Role::Supplier(_));
                assert_eq!(may(acts), held, "{role:?} {action:?}");
                assert_eq!(
                    may(reads),
                    held && action.only_reads(),
                    "{role:?} {action:?} to read"
                );
            }
        }
    }
}

#[test]
fn nobody_is_asked_to_sign_in_and_somebody_is_refused() {
    let place = Resource::Supplier(OTHER);
    let of = |viewer: &Viewer| authorize(viewer, Action::Bid, place);
    assert!(matches!(of(&Viewer::Anonymous), Err(Error::NotSignedIn)));
    let member = viewer(Role::Supplier(SupplierRole::Member), SESSION);
    assert!(matches!(of(&member), Err(Error::NotAllowed)));
}
