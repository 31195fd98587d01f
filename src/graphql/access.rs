//! Signing in and out, and who asks.

use super::api::SessionToken;
use super::errors::Told;
use super::ids::{Id, Sort};
use crate::access::accounts::{self, SignInErrorCode};
use crate::access::{self as front, CouncilRole, SupplierRole};
use crate::runtime::{App, Error, Refusal, Refusals, Stop};
use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

/// The cookie that carries a browser's session.
pub const SESSION_COOKIE: &str = "guildhall_session";

/// Reads of who asks.
#[derive(Default)]
pub struct AccessQuery;

#[Object]
impl AccessQuery {
    /// Who is asking; null for somebody who is not signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Person> {
        let viewer = ctx.data_unchecked::<front::Viewer>();
        viewer.person().cloned().map(Person::from)
    }
}

/// A person, as they see themselves.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Person {
    /// Identifier.
    pub id: Id,
    /// Address, lower case.
    pub email: String,
    /// Name as they gave it.
    pub name: String,
    /// Whether they operate this installation.
    pub operator: bool,
    #[graphql(skip)]
    memberships: Vec<front::Membership>,
}

#[ComplexObject]
impl Person {
    /// The organisations they act for, and as what.
    async fn memberships(&self) -> Vec<Membership> {
        self.memberships.iter().copied().map(Membership::from).collect()
    }
}

impl From<front::Person> for Person {
    fn from(person: front::Person) -> Self {
        Self {
            id: Id::new(Sort::Person, person.id),
            email: person.email,
            name: person.name,
            operator: person.operator,
            memberships: person.memberships,
        }
    }
}

/// A role in one organisation: a council or a supplier.
#[derive(SimpleObject)]
pub struct Membership {
    /// The council or supplier.
    pub organisation_id: Id,
    /// The role, if it is a council.
    pub council_role: Option<CouncilRole>,
    /// The role, if it is a supplier.
    pub supplier_role: Option<SupplierRole>,
}

impl From<front::Membership> for Membership {
    fn from(membership: front::Membership) -> Self {
        match membership {
            front::Membership::Council(id, role) => Self {
                organisation_id: Id::new(Sort::Council, id),
                council_role: Some(role),
                supplier_role: None,
            },
            front::Membership::Supplier(id, role) => Self {
                organisation_id: Id::new(Sort::Supplier, id),
                council_role: None,
                supplier_role: Some(role),
            },
        }
    }
}

/// An address and its password.
#[derive(InputObject)]
pub struct SignInInput {
    /// Address of the account; upper and lower case are alike.
    pub email: String,
    /// Password, exactly as typed.
    #[graphql(secret)]
    pub password: String,
}

/// A fresh session. Browsers get it as a cookie too.
#[derive(SimpleObject)]
pub struct Session {
    /// Send it as `Authorization: Bearer ...`. It is shown this once.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// What came of signing in.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// The session, when there are no errors.
    pub session: Option<Session>,
    /// Who it is for, when there are no errors.
    pub viewer: Option<Person>,
    /// Why it was refused, which the caller can mend; empty when it was done.
    pub errors: Vec<SignInError>,
}

/// One reason why nobody was signed in.
#[derive(SimpleObject)]
pub struct SignInError {
    /// Which reason.
    pub code: SignInErrorCode,
    /// In plain English.
    pub message: String,
    /// The input field it is about; empty when it is about the whole.
    pub path: String,
}

impl SignInPayload {
    fn signed_in(session: accounts::Session) -> Self {
        Self {
            session: Some(Session {
                token: session.token,
                expires_at: session.expires_at,
            }),
            viewer: Some(session.person.into()),
            errors: Vec::new(),
        }
    }

    fn refused(refusals: Refusals<SignInErrorCode>) -> Self {
        let told = |refusal: Refusal<_>| SignInError {
            code: refusal.code,
            message: refusal.message,
            path: refusal.path,
        };
        Self {
            session: None,
            viewer: None,
            errors: refusals.into_iter().map(told).collect(),
        }
    }
}

/// What came of signing out.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// Whether there was a session to end.
    pub ended: bool,
}

/// Signing in and out.
#[derive(Default)]
pub struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Signs somebody in. Unknown addresses and wrong passwords are answered alike.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Address and password.")] input: SignInInput,
    ) -> async_graphql::Result<SignInPayload> {
        let app = ctx.data_unchecked::<App>();
        match accounts::sign_in(app, &input.email, &input.password).await {
            Ok(session) => {
                let seconds = (session.expires_at - app.clock.now()).num_seconds();
                ctx.append_http_header("Set-Cookie", cookie(app, &session.token, seconds));
                Ok(SignInPayload::signed_in(session))
            }
            Err(Stop::Refused(refusals)) => Ok(SignInPayload::refused(refusals)),
            Err(Stop::Failed(error)) => Err(error).told(ctx),
        }
    }

    /// Ends the session this request came with, at once.
    async fn sign_out(&self, ctx: &Context<'_>) -> async_graphql::Result<SignOutPayload> {
        let app = ctx.data_unchecked::<App>();
        let signed_in = ctx.data_unchecked::<front::Viewer>().person().is_some();
        if let Some(token) = &ctx.data_unchecked::<SessionToken>().0 {
            accounts::sign_out(app, token).await.told(ctx)?;
        } else if signed_in {
            return Err(Error::fault("a person was signed in without a token")).told(ctx);
        }
        ctx.append_http_header("Set-Cookie", cookie(app, "", 0));
        Ok(SignOutPayload { ended: signed_in })
    }
}

fn cookie(app: &App, token: &str, seconds: i64) -> String {
    let secure = if app.public_url.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    format!("{SESSION_COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}")
}
