//! Who someone is and what they may do.
//!
//! `policy` is the only file that says who may do what; it alone makes a [`Permit`], and nothing is written
//! without one. What a capability then does with a permit is its own affair.
//!
//! Who someone is: [`accounts`] (made and closed), [`sessions`] (signing in and out), [`credentials`] (password and
//! address), [`second_factor`], [`tokens`] for programs, [`members`] and [`invitations`] of organisations.

pub mod accounts;
mod attempts;
pub mod credentials;
pub mod invitations;
mod letters;
mod links;
pub mod members;
mod password;
mod policy;
pub mod second_factor;
pub mod sessions;
mod store;
pub mod tokens;

pub use policy::{Action, CouncilRole, Permit, Resource, Role, SupplierRole, authorize, may, signed_in};

use crate::runtime::{App, Error};
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

/// Forgets what no longer counts: counted attempts, and what has expired.
///
/// # Errors
/// When the database fails.
pub async fn sweep(app: &App) -> Result<(), Error> {
    attempts::sweep(app).await?;
    sessions::sweep(app).await
}

/// The person who asks, with leave to change their own account.
fn own(viewer: &Viewer) -> Result<(Permit, &Person), Error> {
    let person = viewer.person().ok_or(Error::NotSignedIn)?;
    let permit = authorize(viewer, Action::ManageAccount, Resource::Person(person.id))?;
    Ok((permit, person))
}

fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// An address as it is kept: without blanks around it, in lower case.
fn fold(email: &str) -> String {
    email.trim().to_lowercase()
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
