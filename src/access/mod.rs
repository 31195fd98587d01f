//! Who someone is and what they may do.
//!
//! `policy` is the only file that says who may do what; it alone makes a [`Permit`], and nothing is written
//! without one. Signing in lives in [`accounts`]. What a capability then does with a permit is its own affair.

pub mod accounts;
mod password;
mod policy;
mod store;

pub use policy::{Action, CouncilRole, Permit, Resource, Role, SupplierRole, authorize, may};

use uuid::Uuid;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody in particular: reads what is public.
    Anonymous,
    /// Somebody signed in.
    Person(Person),
    /// The program itself: its commands and its scheduled jobs.
    System,
}

/// Somebody signed in, with what they belong to as of this request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Identifier.
    pub id: Uuid,
    /// Address, lower case.
    pub email: String,
    /// Name as they gave it.
    pub name: String,
    /// Whether they operate this installation.
    pub operator: bool,
    /// The organisations they act for.
    pub memberships: Vec<Membership>,
}

/// A role in one organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// In a council.
    Council(Uuid, CouncilRole),
    /// In a supplier.
    Supplier(Uuid, SupplierRole),
}

impl Viewer {
    /// The person, if one is signed in.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            _ => None,
        }
    }

    /// The suppliers the viewer acts for.
    pub fn suppliers(&self) -> Vec<Uuid> {
        let of = |m: &Membership| match m {
            Membership::Supplier(id, _) => Some(*id),
            Membership::Council(..) => None,
        };
        self.person()
            .map(|p| p.memberships.iter().filter_map(of).collect())
            .unwrap_or_default()
    }

    /// The councils the viewer acts for.
    pub fn councils(&self) -> Vec<Uuid> {
        let of = |m: &Membership| match m {
            Membership::Council(id, _) => Some(*id),
            Membership::Supplier(..) => None,
        };
        self.person()
            .map(|p| p.memberships.iter().filter_map(of).collect())
            .unwrap_or_default()
    }

    /// As the audit names them.
    pub fn name(&self) -> &str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Person(person) => &person.email,
            Self::System => "guildhall",
        }
    }
}
