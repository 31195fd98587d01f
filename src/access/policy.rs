//! Who may do what. The only file that says so, and the only one that can make a [`Permit`].
//!
//! To add an action: 1. a variant of [`Action`], 2. its line in [`allowed`], 3. its row in the tests below.

use super::{Membership, Viewer};
use crate::runtime::Error;
use uuid::Uuid;

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Bring a register file in.
    ImportRegister,
    /// Write a contract, or exercise an option of one.
    RecordContract,
    /// Set a council's own lead times.
    SetLeadTimes,
    /// State a need, and support another council's.
    StateNeed,
    /// See needs and pilots that are not public yet, and write pilots.
    DraftPilot,
    /// Publish, move the deadline of, or end a pilot.
    PublishPilot,
    /// Read the bids for a pilot once they are open.
    ReadBids,
    /// Score a bid.
    ScoreBid,
    /// Award a pilot, or decide that nothing suits.
    AwardPilot,
    /// Write a supplier's profile and products.
    EditSupplier,
    /// Offer, replace and withdraw a supplier's bid, and ask its questions.
    Bid,
    /// Keep one's own saved searches.
    KeepSearches,
    /// See the mail queue and other people's alerts; make accounts.
    Operate,
}

/// Where it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Something that belongs to a council.
    Council(Uuid),
    /// Something that belongs to a supplier.
    Supplier(Uuid),
    /// Something of the person's own.
    Person(Uuid),
    /// The installation.
    System,
}

/// A role within a council.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum CouncilRole {
    /// Sees drafts; changes nothing.
    Viewer,
    /// Keeps the register, states needs, drafts pilots.
    Officer,
    /// An officer who may also publish and award.
    Approver,
    /// Scores bids.
    Evaluator,
    /// Everything the council may do.
    Administrator,
}

/// A role within a supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum SupplierRole {
    /// Writes products and bids.
    Member,
    /// A member who may also change the profile.
    Administrator,
}

/// A role, of either kind of organisation or of the installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// In the council it concerns.
    Council(CouncilRole),
    /// In the supplier it concerns.
    Supplier(SupplierRole),
    /// Oneself.
    Own,
    /// The operator of the installation.
    Operator,
}

/// The policy itself: whether a role, standing in the organisation concerned, carries an action.
pub fn allowed(role: Role, action: Action) -> bool {
    use Action::{
        AwardPilot, Bid, DraftPilot, EditSupplier, ImportRegister, KeepSearches, Operate, PublishPilot,
        ReadBids, RecordContract, ScoreBid, SetLeadTimes, StateNeed,
    };
    match role {
        Role::Council(CouncilRole::Viewer) => false,
        Role::Council(CouncilRole::Officer) => {
            matches!(
                action,
                ImportRegister | RecordContract | StateNeed | DraftPilot | ReadBids
            )
        }
        Role::Council(CouncilRole::Approver) => matches!(
            action,
            ImportRegister | RecordContract | StateNeed | DraftPilot | PublishPilot | ReadBids | AwardPilot
        ),
        Role::Council(CouncilRole::Evaluator) => matches!(action, ReadBids | ScoreBid),
        Role::Council(CouncilRole::Administrator) => matches!(
            action,
            ImportRegister
                | RecordContract
                | SetLeadTimes
                | StateNeed
                | DraftPilot
                | PublishPilot
                | ReadBids
                | ScoreBid
                | AwardPilot
        ),
        Role::Supplier(SupplierRole::Member) => matches!(action, Bid | EditSupplier),
        Role::Supplier(SupplierRole::Administrator) => matches!(action, Bid | EditSupplier),
        Role::Own => matches!(action, KeepSearches),
        Role::Operator => matches!(action, Operate),
    }
}

/// Leave to do one thing in one place, as the audit will tell it. Only [`authorize`] makes one.
#[derive(Clone, Debug)]
pub struct Permit {
    actor: Option<Uuid>,
    actor_name: String,
    action: Action,
    resource: Resource,
}

impl Permit {
    /// The person, or nobody for the program itself.
    pub fn actor(&self) -> Option<Uuid> {
        self.actor
    }

    /// The person's address, or the program's name.
    pub fn actor_name(&self) -> &str {
        &self.actor_name
    }

    /// What it is leave to do.
    pub fn action(&self) -> Action {
        self.action
    }

    /// Where it is leave to do it.
    pub fn resource(&self) -> Resource {
        self.resource
    }
}

/// Whether the viewer may do this here.
pub fn may(viewer: &Viewer, action: Action, resource: Resource) -> bool {
    match viewer {
        Viewer::System => true,
        Viewer::Anonymous => false,
        Viewer::Person(person) => {
            let of_membership = person
                .memberships
                .iter()
                .any(|membership| match (membership, resource) {
                    (Membership::Council(id, role), Resource::Council(of)) if *id == of => {
                        allowed(Role::Council(*role), action)
                    }
                    (Membership::Supplier(id, role), Resource::Supplier(of)) if *id == of => {
                        allowed(Role::Supplier(*role), action)
                    }
                    _ => false,
                });
            of_membership
                || (resource == Resource::Person(person.id) && allowed(Role::Own, action))
                || (resource == Resource::System && person.operator && allowed(Role::Operator, action))
        }
    }
}

/// Leave to do this here, or why not.
///
/// # Errors
/// [`Error::NotSignedIn`] and [`Error::NotAllowed`]; where even the existence of the thing is not public, the
/// caller turns the latter into [`Error::NotFound`].
pub fn authorize(viewer: &Viewer, action: Action, resource: Resource) -> Result<Permit, Error> {
    if *viewer == Viewer::Anonymous {
        return Err(Error::NotSignedIn);
    }
    if !may(viewer, action, resource) {
        return Err(Error::NotAllowed);
    }
    let actor = viewer.person().map(|person| person.id);
    Ok(Permit {
        actor,
        actor_name: viewer.name().to_owned(),
        action,
        resource,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Person;
    use super::*;

    const ACTIONS: [Action; 13] = [
        Action::ImportRegister,
        Action::RecordContract,
        Action::SetLeadTimes,
        Action::StateNeed,
        Action::DraftPilot,
        Action::PublishPilot,
        Action::ReadBids,
        Action::ScoreBid,
        Action::AwardPilot,
        Action::EditSupplier,
        Action::Bid,
        Action::KeepSearches,
        Action::Operate,
    ];

    fn table() -> String {
        let roles = [
            ("viewer", Role::Council(CouncilRole::Viewer)),
            ("officer", Role::Council(CouncilRole::Officer)),
            ("approver", Role::Council(CouncilRole::Approver)),
            ("evaluator", Role::Council(CouncilRole::Evaluator)),
            ("council admin", Role::Council(CouncilRole::Administrator)),
            ("member", Role::Supplier(SupplierRole::Member)),
            ("supplier admin", Role::Supplier(SupplierRole::Administrator)),
            ("own", Role::Own),
            ("operator", Role::Operator),
        ];
        let mut table = format!("{:16}", "");
        for (name, _) in roles {
            table += &format!(" | {name}");
        }
        for action in ACTIONS {
            table += &format!("\n{:16}", format!("{action:?}"));
            for (name, role) in roles {
                table += &format!(
                    " | {:^1$}",
                    if allowed(role, action) { "yes" } else { "-" },
                    name.len()
                );
            }
        }
        table
    }

    #[test]
    fn the_table_of_rights_is_the_one_agreed() {
        insta::assert_snapshot!(table());
    }

    #[test]
    fn a_role_counts_only_in_its_own_organisation() {
        let (own, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let viewer = Viewer::Person(Person {
            id: Uuid::from_u128(9),
            email: "a@b.example".into(),
            name: "A".into(),
            operator: false,
            memberships: vec![Membership::Council(own, CouncilRole::Administrator)],
        });
        for action in ACTIONS {
            assert!(
                !may(&viewer, action, Resource::Council(other)),
                "{action:?} elsewhere"
            );
            assert!(
                !may(&viewer, action, Resource::Supplier(own)),
                "{action:?} as a supplier of the same id"
            );
            assert!(
                !may(&viewer, action, Resource::System),
                "{action:?} on the installation"
            );
            assert!(
                !may(&Viewer::Anonymous, action, Resource::Council(own)),
                "{action:?} by nobody"
            );
        }
        assert!(may(&viewer, Action::PublishPilot, Resource::Council(own)));
        assert!(matches!(
            authorize(&Viewer::Anonymous, Action::Bid, Resource::Supplier(own)),
            Err(Error::NotSignedIn)
        ));
    }
}
