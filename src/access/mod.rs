//! Who someone is and what they may do.
//!
//! `policy` is the only file that says who may do what; it alone makes a [`Permit`], and nothing is written
//! without one. What a capability then does with a permit is its own affair.
//!
//! Who someone is: [`accounts`] (made and closed), [`sessions`] (signing in and out), [`single_sign_on`], [`credentials`]
//! (password and address), [`second_factor`], [`tokens`] for programs, [`members`] and [`invitations`] of organisations.
//! What is held on them, to have and to erase: [`privacy`]. Whether alerts reach them: [`suppressed`].

pub mod accounts;
mod attempts;
pub mod credentials;
pub mod invitations;
mod letters;
mod links;
pub mod members;
mod password;
mod policy;
pub mod privacy;
pub mod second_factor;
pub mod sessions;
mod sign_in;
pub mod single_sign_on;
mod store;
pub mod suppressed;
pub mod tokens;

pub(crate) use policy::Deed;
pub use policy::{
    Action, Attempt, CouncilRole, Permit, Resource, Role, SupplierRole, attempted, authorize, may, signed_in,
};

use crate::runtime::{App, Error};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
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
    /// The councils that ask for a second factor before this session counts there.
    pub waiting: Vec<Uuid>,
    /// Whether they sign in with a second factor.
    pub second_factor: bool,
    /// How this request proves who they are.
    pub through: Through,
}

/// How a request proves whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    /// By a session that somebody signed in to.
    Session {
        /// Which.
        id: Uuid,
        /// With a second factor, or by single sign-on.
        strong: bool,
    },
    /// By a token that somebody made for a program.
    Token {
        /// Whether it may change things.
        acts: bool,
    },
}

/// Where a request comes from, as far as it matters to guessing.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The address that asked; none for the program itself.
    pub source: Option<IpAddr>,
    /// The token of a device that was signed in on before.
    pub device: Option<String>,
    /// What the program calls itself.
    pub agent: String,
}

impl Origin {
    /// The source as it is counted: one customer's, whatever of their addresses they use.
    pub fn counted(&self) -> Option<String> {
        self.source.map(attempts::source)
    }
}

impl Origin {
    /// The source as it is counted: an address, or the network that one customer has whole.
    pub(crate) fn network(&self) -> String {
        self.source.map(attempts::source).unwrap_or_default()
    }
}

/// Forgets what no longer counts: counted attempts, and what has expired.
///
/// # Errors
/// When the database fails.
pub async fn sweep(app: &App) -> Result<(), Error> {
    attempts::sweep(app).await?;
    single_sign_on::sweep(app).await?;
    sessions::sweep(app).await
}

/// Holds somebody's account in being until the transaction ends.
///
/// # Errors
/// [`Error::NotSignedIn`], when it has been closed.
pub(crate) async fn hold_present(txn: &impl ConnectionTrait, person: Uuid) -> Result<(), Error> {
    store::hold_present(txn, person)
        .await?
        .then_some(())
        .ok_or(Error::NotSignedIn)
}

/// The person who asks, with leave to change their own account.
fn own(viewer: &Viewer) -> Result<(Permit, &Person), Error> {
    let person = viewer.person().ok_or(Error::NotSignedIn)?;
    let permit = authorize(viewer, Action::ManageAccount, Resource::Person(person.id))?;
    Ok((permit, person))
}

/// Somebody as they are told apart where answers are kept for whoever asks again.
pub(crate) fn asker(person: Uuid) -> String {
    format!("person {person}")
}

fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// An address as it is kept: without blanks around it, in lower case, its domain as the DNS has it. However it is
/// written, it is one account and one count of attempts.
fn fold(email: &str) -> String {
    let email = email.trim().to_lowercase();
    let Some((local, domain)) = email.rsplit_once('@') else {
        return email;
    };
    match idna::domain_to_ascii(domain) {
        Ok(domain) => format!("{local}@{domain}"),
        Err(_) => email,
    }
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

    /// Whether the viewer still is who they were, with every right they had: what is open in their name may stay open.
    pub fn still_is(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Person(now), Self::Person(then)) => {
                let kept = |of: &Membership| now.memberships.contains(of);
                now.id == then.id && (now.operator || !then.operator) && then.memberships.iter().all(kept)
            }
            (now, then) => now == then,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_is_one() {
        for (typed, kept) in [
            (" Ann@B.Example\n", "ann@b.example"),
            ("ann@bücher.example", "ann@xn--bcher-kva.example"),
            ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
            ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
            ("ann@\u{FF42}.example", "ann@b.example"),
            // The sign for kelvin: mail goes to the address as it is kept, so that nobody gets another's link.
            ("mar\u{212A}@b.example", "mark@b.example"),
            ("nobody", "nobody"),
        ] {
            assert_eq!(fold(typed), kept);
            assert_eq!(fold(kept), kept, "twice is once");
        }
    }

    fn somebody(id: u128, operator: bool, memberships: Vec<Membership>) -> Viewer {
        Viewer::Person(Person {
            id: Uuid::from_u128(id),
            email: "a@b.example".into(),
            name: "A".into(),
            operator,
            memberships,
            waiting: Vec::new(),
            second_factor: false,
            through: Through::Token { acts: true },
        })
    }

    #[test]
    fn whoever_gains_is_who_they_were_and_whoever_loses_is_not() {
        let of = |role| Membership::Council(Uuid::from_u128(1), role);
        let officer = somebody(9, false, vec![of(CouncilRole::Officer)]);
        let gained = somebody(9, true, vec![of(CouncilRole::Viewer), of(CouncilRole::Officer)]);
        assert!(officer.still_is(&officer) && gained.still_is(&officer));
        assert!(Viewer::Anonymous.still_is(&Viewer::Anonymous));
        for lost in [
            somebody(9, false, Vec::new()),
            somebody(9, false, vec![of(CouncilRole::Approver)]),
            somebody(8, false, vec![of(CouncilRole::Officer)]),
            Viewer::Anonymous,
        ] {
            assert!(!lost.still_is(&officer), "{lost:?}");
        }
        let operator = somebody(9, true, Vec::new());
        assert!(!somebody(9, false, Vec::new()).still_is(&operator));
    }
}
