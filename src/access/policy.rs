//! Who may do what. The only file that says so, and the only one that can make a [`Permit`].
//!
//! To add an action: 1. a variant of [`Action`], 2. its line in [`allowed`], and in [`Action::only_reads`] if it changes
//! nothing, 3. `cargo insta review`: the table of rights shows it.

use super::{Membership, Through, Viewer};
use crate::runtime::{Error, words};
use uuid::Uuid;

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(strum::EnumIter, strum::EnumMessage))]
pub enum Action {
    /// Bring a register file in.
    ImportRegister,
    /// Write a contract, or exercise an option of one.
    RecordContract,
    /// Set a council's own lead times.
    SetLeadTimes,
    /// Set what a council says in its own words in mails that tell of it.
    SetMailWords,
    /// State a need, and support another council's.
    StateNeed,
    /// Answer a need with a supplier's products or a note.
    AnswerNeed,
    /// Read what suppliers answered to a need: a council that stated it or said "us too", and a supplier its own.
    SeeAnswers,
    /// Write pilots that are not public yet, and answer questions about pilots.
    DraftPilot,
    /// See what its organisation has not made public: pilots and products being written, questions to be answered.
    SeeDrafts,
    /// Publish, move the deadline of, or end a pilot.
    PublishPilot,
    /// Read the bids for a pilot once they are open.
    ReadBids,
    /// Name who evaluates the bids for a pilot, and decide whether an interest excludes the chair.
    NamePanel,
    /// Score a bid, once named for it.
    ScoreBid,
    /// Award a pilot, or decide that nothing suits.
    AwardPilot,
    /// Read the whole record of a pilot, once nothing of it is kept back any more.
    ReadRecord,
    /// Write a supplier's profile and products.
    EditSupplier,
    /// Offer, replace and withdraw a supplier's bid, and ask its questions.
    Bid,
    /// See a supplier's own bids, and its own questions before they are answered for everybody.
    SeeOwnBids,
    /// See who is in an organisation, and as what.
    SeeMembers,
    /// Invite people into an organisation, change their roles, remove them, and ask for a second factor.
    ManageMembers,
    /// Keep one's own saved searches.
    KeepSearches,
    /// Change one's own account, sessions and tokens, and close it.
    ManageAccount,
    /// Read the audit log of an organisation, of one's own account, or of the installation.
    ReadAudit,
    /// See the mail queue and other people's alerts; make accounts; correct the table of law.
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

impl Action {
    /// Whether it changes nothing: a token that may only read may do it.
    fn only_reads(self) -> bool {
        matches!(
            self,
            Self::SeeDrafts
                | Self::SeeAnswers
                | Self::ReadBids
                | Self::ReadRecord
                | Self::SeeOwnBids
                | Self::SeeMembers
                | Self::ReadAudit
        )
    }

    /// What suppliers do about pilots and needs: nobody else learns of it from the audit log, not even an operator.
    pub(crate) const BIDDERS: [Self; 2] = [Self::Bid, Self::AnswerNeed];
    /// What councils do with bids: an operator learns from the audit log that it was done, not what was.
    pub(crate) const WITH_BIDS: [Self; 3] = [Self::ReadBids, Self::ScoreBid, Self::AwardPilot];
}

words! {
    /// A role within a council.
    CouncilRole {
        /// Sees who else is there; changes nothing.
        Viewer = "viewer",
        /// Keeps the register, states needs, drafts pilots.
        Officer = "officer",
        /// An officer who may also publish and award.
        Approver = "approver",
        /// Scores bids.
        Evaluator = "evaluator",
        /// Everything the council may do, and says who is in it.
        Administrator = "administrator",
    }
}

words! {
    /// A role within a supplier.
    SupplierRole {
        /// Writes the profile, products and bids.
        Member = "member",
        /// A member who also says who is in it.
        Administrator = "administrator",
    }
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
        AnswerNeed, AwardPilot, Bid, DraftPilot, EditSupplier, ImportRegister, KeepSearches, ManageAccount,
        ManageMembers, NamePanel, Operate, PublishPilot, ReadAudit, ReadBids, ReadRecord, RecordContract,
        ScoreBid, SeeAnswers, SeeDrafts, SeeMembers, SeeOwnBids, SetLeadTimes, SetMailWords, StateNeed,
    };
    match role {
        Role::Council(CouncilRole::Viewer) => matches!(action, SeeMembers),
        Role::Council(CouncilRole::Officer) => {
            matches!(
                action,
                ImportRegister
                    | RecordContract
                    | StateNeed
                    | SeeAnswers
                    | DraftPilot
                    | SeeDrafts
                    | ReadBids
                    | SeeMembers
            )
        }
        Role::Council(CouncilRole::Approver) => matches!(
            action,
            ImportRegister
                | RecordContract
                | StateNeed
                | SeeAnswers
                | DraftPilot
                | SeeDrafts
                | PublishPilot
                | ReadBids
                | NamePanel
                | AwardPilot
                | ReadRecord
                | SeeMembers
                | ReadAudit
        ),
        Role::Council(CouncilRole::Evaluator) => matches!(action, ReadBids | ScoreBid | SeeMembers),
        Role::Council(CouncilRole::Administrator) => matches!(
            action,
            ImportRegister
                | RecordContract
                | SetLeadTimes
                | SetMailWords
                | StateNeed
                | SeeAnswers
                | DraftPilot
                | SeeDrafts
                | PublishPilot
                | ReadBids
                | NamePanel
                | ScoreBid
                | AwardPilot
                | ReadRecord
                | SeeMembers
                | ManageMembers
                | ReadAudit
        ),
        Role::Supplier(SupplierRole::Member) => {
            matches!(
                action,
                Bid | SeeOwnBids | AnswerNeed | SeeAnswers | EditSupplier | SeeDrafts | SeeMembers
            )
        }
        Role::Supplier(SupplierRole::Administrator) => {
            matches!(
                action,
                Bid | SeeOwnBids
                    | AnswerNeed
                    | SeeAnswers
                    | EditSupplier
                    | SeeDrafts
                    | SeeMembers
                    | ManageMembers
                    | ReadAudit
            )
        }
        Role::Own => matches!(action, KeepSearches | ManageAccount | ReadAudit),
        Role::Operator => matches!(action, Operate | ReadAudit),
    }
}

/// Leave to do one thing in one place, as the audit will tell it. Only [`authorize`] makes one.
#[derive(Clone, Debug)]
pub struct Permit(Deed);

/// Something that was tried and refused, as the audit will tell it. It is leave to do nothing. Only [`attempted`]
/// makes one.
#[derive(Clone, Debug)]
pub struct Attempt(Deed);

/// Who does what, where.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) actor: Option<Uuid>,
    pub(crate) actor_name: String,
    pub(crate) action: Action,
    pub(crate) resource: Resource,
}

impl Attempt {
    /// What was tried.
    pub(crate) fn deed(&self) -> &Deed {
        &self.0
    }
}

impl Permit {
    /// What it is leave for.
    pub(crate) fn deed(&self) -> &Deed {
        &self.0
    }

    /// The person, or nobody for the program itself.
    pub fn actor(&self) -> Option<Uuid> {
        self.0.actor
    }

    /// The person's address, or the program's name.
    pub fn actor_name(&self) -> &str {
        &self.0.actor_name
    }

    /// What it is leave to do.
    pub fn action(&self) -> Action {
        self.0.action
    }

    /// Where it is leave to do it.
    pub fn resource(&self) -> Resource {
        self.0.resource
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
            // A token carries a role in one organisation, and nothing of the person's own.
            match person.through {
                Through::Token { acts } => return of_membership && (acts || action.only_reads()),
                Through::Session { .. } => {}
            }
            of_membership
                || (resource == Resource::Person(person.id) && allowed(Role::Own, action))
                || (resource == Resource::System && person.operator && allowed(Role::Operator, action))
        }
    }
}

/// Nothing, if somebody is signed in: asked before anything is looked up that may not be known of.
///
/// # Errors
/// [`Error::NotSignedIn`].
pub fn signed_in(viewer: &Viewer) -> Result<(), Error> {
    match viewer {
        Viewer::Anonymous => Err(Error::NotSignedIn),
        Viewer::Person(_) | Viewer::System => Ok(()),
    }
}

/// Leave to do this here, or why not.
///
/// # Errors
/// [`Error::NotSignedIn`] and [`Error::NotAllowed`]; where even the existence of the thing is not public, the
/// caller turns the latter into [`Error::NotFound`].
pub fn authorize(viewer: &Viewer, action: Action, resource: Resource) -> Result<Permit, Error> {
    signed_in(viewer)?;
    if !may(viewer, action, resource) {
        return Err(Error::NotAllowed);
    }
    Ok(Permit(deed(viewer, action, resource)))
}

/// What somebody who is signed in tried and was refused; of others there is nobody to name.
pub fn attempted(viewer: &Viewer, action: Action, resource: Resource) -> Option<Attempt> {
    viewer.person().map(|_| Attempt(deed(viewer, action, resource)))
}

fn deed(viewer: &Viewer, action: Action, resource: Resource) -> Deed {
    Deed {
        actor: viewer.person().map(|person| person.id),
        actor_name: viewer.name().to_owned(),
        action,
        resource,
    }
}

#[cfg(test)]
mod tests;
