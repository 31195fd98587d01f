//! Who is in an organisation, and invitations into it, in the graph.

use super::access::{Membership, Session};
use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::tokens::organisation;
use crate::access::invitations;
use crate::access::members::{self, MemberErrorCode};
use crate::access::second_factor::{self, SecondFactorErrorCode};
use crate::access::tokens::Organisation;
use crate::access::{self as front, CouncilRole, Origin, SupplierRole, Viewer};
use crate::councils::directory;
use crate::runtime::{App, Error, Stop};
use crate::suppliers;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// Who is in an organisation.
#[derive(Debug, Default)]
pub struct MembersQuery;

/// Who is in an organisation, to change.
#[derive(Debug, Default)]
pub struct MembersMutation;

/// Somebody in an organisation.
#[derive(SimpleObject)]
pub struct Member {
    /// The person.
    person_id: Id,
    /// Name as they gave it.
    name: String,
    /// Address.
    email: String,
    /// As what.
    membership: Membership,
    /// Counts the changes of the membership: what changes it says which version it is based on.
    version: i32,
    /// Whether they sign in with a second factor.
    second_factor: bool,
}

/// An invitation that is open.
#[derive(SimpleObject)]
pub struct Invitation {
    /// Identifier.
    id: Id,
    /// For whom.
    email: String,
    /// Into what, and as what.
    membership: Membership,
    /// Until when.
    expires_at: DateTime<Utc>,
}

impl From<members::Member> for Member {
    fn from(member: members::Member) -> Self {
        Self {
            person_id: Id::new(Sort::Person, member.person),
            name: member.name,
            email: member.email,
            membership: member.membership.into(),
            version: member.version,
            second_factor: member.second_factor,
        }
    }
}

impl From<invitations::Invitation> for Invitation {
    fn from(invitation: invitations::Invitation) -> Self {
        Self {
            id: Id::new(Sort::Invitation, invitation.id),
            email: invitation.email,
            membership: invitation.membership.into(),
            expires_at: invitation.expires_at,
        }
    }
}

/// What was agreed about a council's second factor.
#[derive(Clone, Debug, SimpleObject)]
pub struct SecondFactorRule {
    /// Whether those who act for the council need one.
    required: bool,
    /// Counts its changes, 0 before the first: what changes it says which version it is based on.
    version: i32,
}

impl From<second_factor::Rule> for SecondFactorRule {
    fn from(rule: second_factor::Rule) -> Self {
        Self {
            required: rule.required,
            version: rule.version,
        }
    }
}

payload! {
    /// What became of an invitation.
    InvitationSendPayload { invitation: Invitation } InvitationSendError(MemberErrorCode)
}
payload! {
    /// What became of accepting an invitation.
    InvitationAcceptPayload { membership: Membership } InvitationAcceptError(MemberErrorCode)
}
payload! {
    /// What became of accepting an invitation with a new account.
    InvitationAcceptAsNewPayload { session: Session } InvitationAcceptAsNewError(MemberErrorCode)
}
payload! {
    /// What became of a change of role.
    MemberSetRolePayload { members: Vec<Member> } MemberSetRoleError(MemberErrorCode, current_version)
}
payload! {
    /// What became of removing somebody.
    MemberRemovePayload { person: Id } MemberRemoveError(MemberErrorCode, current_version)
}
payload! {
    /// What became of asking for a second factor.
    CouncilRequireSecondFactorPayload { rule: SecondFactorRule }
    CouncilRequireSecondFactorError(SecondFactorErrorCode, current_version)
}

/// What came of withdrawing an invitation.
#[derive(Clone, Debug, SimpleObject)]
pub struct InvitationWithdrawPayload {
    /// Which it was.
    invitation: Id,
}

/// A role in one organisation: `councilRole` for a council, `supplierRole` for a supplier.
#[derive(Debug, InputObject)]
pub struct RoleInput {
    /// The council or supplier.
    organisation: Id,
    /// The role, if it is a council.
    council_role: Option<CouncilRole>,
    /// The role, if it is a supplier.
    supplier_role: Option<SupplierRole>,
}

/// Whom to invite, into what, and as what.
#[derive(Debug, InputObject)]
pub struct InvitationSendInput {
    /// Their address: the invitation goes to it, and is for nobody else.
    email: String,
    /// Into what, and as what.
    role: RoleInput,
}

/// Somebody who has no account yet.
#[derive(Debug, InputObject)]
pub struct InvitationAcceptAsNewInput {
    /// The last part of the mailed link.
    #[graphql(secret)]
    token: String,
    /// Their name.
    name: String,
    /// A password of 8 to 1,024 bytes that is not easily guessed, taken exactly as typed.
    #[graphql(secret)]
    password: String,
}

impl RoleInput {
    fn membership(&self) -> Result<std::result::Result<front::Membership, Stop<MemberErrorCode>>> {
        let of = organisation(self.organisation)?;
        Ok(match (of, self.council_role, self.supplier_role) {
            (Organisation::Council(id), Some(role), None) => Ok(front::Membership::Council(id, role)),
            (Organisation::Supplier(id), None, Some(role)) => Ok(front::Membership::Supplier(id, role)),
            _ => {
                let message =
                    "give councilRole for a council, supplierRole for a supplier, and one of them only";
                Err(Stop::refuse(MemberErrorCode::WrongRole, "role", message))
            }
        })
    }
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

/// An organisation's name, as its mails say it.
pub(crate) async fn called(app: &App, of: Organisation) -> std::result::Result<String, Error> {
    match of {
        Organisation::Council(id) => {
            let council = directory().by_id(id).ok_or(Error::NotFound)?;
            Ok(council.facts.name.to_owned())
        }
        Organisation::Supplier(id) => {
            let found = suppliers::by_ids(app, &[id]).await?.remove(&id);
            Ok(found.ok_or(Error::NotFound)?.name)
        }
    }
}

#[Object]
impl MembersQuery {
    /// Who is in a council or supplier, by name. Needs to be of it; to others it is not found.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The council or supplier.")] organisation: Id,
    ) -> Result<Vec<Member>> {
        let (app, viewer) = given(ctx);
        let of = super::tokens::organisation(organisation)?;
        let found = members::list(app, viewer, of).await.told(ctx)?;
        Ok(found.into_iter().map(Member::from).collect())
    }

    /// The open invitations into a council or supplier. Needs an administrator of it; to others it is not found.
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The council or supplier.")] organisation: Id,
    ) -> Result<Vec<Invitation>> {
        let (app, viewer) = given(ctx);
        let of = super::tokens::organisation(organisation)?;
        let found = invitations::list(app, viewer, of).await.told(ctx)?;
        Ok(found.into_iter().map(Invitation::from).collect())
    }
}

#[Object]
impl MembersMutation {
    /// Invites somebody into an organisation. Needs an administrator of it.
    async fn invitation_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, into what, as what.")] input: InvitationSendInput,
    ) -> Result<InvitationSendPayload> {
        let (app, viewer) = given(ctx);
        let sent = match input.role.membership()? {
            Ok(into) => match called(app, Organisation::of(&into)).await {
                Ok(called) => invitations::send(app, viewer, &input.email, into, &called).await,
                Err(error) => Err(error.into()),
            },
            Err(stop) => Err(stop),
        };
        InvitationSendPayload::of(ctx, sent.map(Invitation::from))
    }

    /// Withdraws an open invitation. Needs an administrator of the organisation.
    async fn invitation_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] invitation: Id,
    ) -> Result<InvitationWithdrawPayload> {
        let (app, viewer) = given(ctx);
        invitations::withdraw(app, viewer, invitation.of(Sort::Invitation)?)
            .await
            .told(ctx)?;
        Ok(InvitationWithdrawPayload { invitation })
    }

    /// Accepts an invitation as the account of its address, which must be the viewer's. Needs a session of one's own.
    async fn invitation_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last part of the mailed link.", secret)] token: String,
    ) -> Result<InvitationAcceptPayload> {
        let (app, viewer) = given(ctx);
        let accepted = invitations::accept(app, viewer, &token).await;
        InvitationAcceptPayload::of(ctx, accepted.map(Membership::from))
    }

    /// Accepts an invitation to an address without an account, makes the account, and signs in. Anybody with the
    /// link may.
    async fn invitation_accept_as_new(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link, a name and a password.")] input: InvitationAcceptAsNewInput,
    ) -> Result<InvitationAcceptAsNewPayload> {
        let (app, origin) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Origin>());
        let made = invitations::accept_as_new(app, &input.token, &input.name, &input.password, origin).await;
        InvitationAcceptAsNewPayload::of(ctx, made.map(|session| Session::opened(ctx, session)))
    }

    /// Gives somebody in an organisation another role. Needs an administrator of it; the last one stays one.
    async fn member_set_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] person: Id,
        #[graphql(desc = "The version of the membership that this is based on.")] version: i32,
        #[graphql(desc = "Where, and as what.")] role: RoleInput,
    ) -> Result<MemberSetRolePayload> {
        let (app, viewer) = given(ctx);
        let person = person.of(Sort::Person)?;
        let set = match role.membership()? {
            Ok(to) => members::set_role(app, viewer, person, version, to)
                .await
                .map(|()| to),
            Err(stop) => Err(stop),
        };
        let set = match set {
            Ok(to) => {
                let now = members::list(app, viewer, Organisation::of(&to))
                    .await
                    .told(ctx)?;
                Ok(now.into_iter().map(Member::from).collect())
            }
            Err(stop) => Err(stop),
        };
        MemberSetRolePayload::of(ctx, set)
    }

    /// Removes somebody from an organisation; it holds from their next request on. Needs an administrator of it; the
    /// last one stays.
    async fn member_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] person: Id,
        #[graphql(desc = "From where.")] organisation: Id,
        #[graphql(desc = "The version of the membership that this is based on.")] version: i32,
    ) -> Result<MemberRemovePayload> {
        let (app, viewer) = given(ctx);
        let from = super::tokens::organisation(organisation)?;
        let removed = members::remove(app, viewer, person.of(Sort::Person)?, version, from).await;
        MemberRemovePayload::of(ctx, removed.map(|()| person))
    }

    /// Says whether a council asks those who act for it for a second factor: without one they do not count there,
    /// from their next request on. Needs an administrator of the council who has one.
    async fn council_require_second_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The council.")] council: Id,
        #[graphql(desc = "The version of `Council.secondFactorRule` that this is based on.")] version: i32,
        #[graphql(desc = "Whether it does.")] required: bool,
    ) -> Result<CouncilRequireSecondFactorPayload> {
        let (app, viewer) = given(ctx);
        let council = council.of(Sort::Council)?;
        let agreed = second_factor::require(app, viewer, council, version, required).await;
        CouncilRequireSecondFactorPayload::of(ctx, agreed.map(SecondFactorRule::from))
    }
}
