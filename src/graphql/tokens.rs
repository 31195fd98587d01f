//! Tokens for front ends and programs, in the graph.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use crate::access::Viewer;
use crate::access::tokens::{self, ApiTokenErrorCode, Organisation};
use crate::runtime::App;
use async_graphql::{Context, ErrorExtensions, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// Tokens, to make and end.
#[derive(Debug, Default)]
pub struct TokensMutation;

/// A token for a front end or a program: its maker's rights in one organisation, until a day.
#[derive(Clone, Debug, SimpleObject)]
pub struct ApiToken {
    /// Identifier.
    id: Id,
    /// What its maker calls it.
    name: String,
    /// The council or supplier it is for.
    organisation_id: Id,
    /// Whether it may change things, or only read.
    acts: bool,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it ends.
    expires_at: DateTime<Utc>,
    /// When it was last used, to the minute; null when it never was.
    last_used_at: Option<DateTime<Utc>>,
}

impl From<tokens::ApiToken> for ApiToken {
    fn from(token: tokens::ApiToken) -> Self {
        Self {
            id: Id::new(Sort::ApiToken, token.id),
            name: token.name,
            organisation_id: id(token.organisation),
            acts: token.acts,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}

/// A token with what it is carried by.
#[derive(Clone, Debug, SimpleObject)]
pub struct FreshApiToken {
    /// The token.
    token: ApiToken,
    /// Send it as `Authorization: Bearer ...`. It is shown this once.
    secret: String,
}

payload! {
    /// What became of making a token.
    ApiTokenMakePayload { made: FreshApiToken } ApiTokenMakeError(ApiTokenErrorCode)
}

/// What came of ending a token.
#[derive(Clone, Debug, SimpleObject)]
pub struct ApiTokenRevokePayload {
    /// Whether there was one.
    ended: bool,
}

/// A token to make.
#[derive(Debug, InputObject)]
pub struct ApiTokenMakeInput {
    /// The council or supplier it is for, which the viewer acts for.
    organisation: Id,
    /// What to call it.
    name: String,
    /// Whether it may change things, or only read.
    #[graphql(default)]
    acts: bool,
    /// How many days it lasts: 1 to 366.
    #[graphql(default = 90)]
    days: i32,
}

/// The organisation that an id is of.
///
/// # Errors
/// `WRONG_ID`, when it is of neither a council nor a supplier.
pub(super) fn organisation(id: Id) -> Result<Organisation> {
    match id.sort {
        Sort::Council => Ok(Organisation::Council(id.uuid)),
        Sort::Supplier => Ok(Organisation::Supplier(id.uuid)),
        _ => {
            let message = "this is neither a council's id nor a supplier's";
            Err(async_graphql::Error::new(message).extend_with(|_, e| e.set("code", "WRONG_ID")))
        }
    }
}

fn id(organisation: Organisation) -> Id {
    match organisation {
        Organisation::Council(id) => Id::new(Sort::Council, id),
        Organisation::Supplier(id) => Id::new(Sort::Supplier, id),
    }
}

#[Object]
impl TokensMutation {
    /// Makes a token for a program, with the viewer's rights in one organisation. Needs a session of one's own.
    async fn api_token_make(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ApiTokenMakeInput,
    ) -> Result<ApiTokenMakePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let of = organisation(input.organisation)?;
        let made = tokens::make(app, viewer, of, &input.name, input.acts, input.days).await;
        let told = |(token, secret): (tokens::ApiToken, String)| FreshApiToken {
            token: token.into(),
            secret,
        };
        ApiTokenMakePayload::of(ctx, made.map(told))
    }

    /// Ends one of the viewer's tokens at once. Needs a session of one's own.
    async fn api_token_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] token: Id,
    ) -> Result<ApiTokenRevokePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let ended = tokens::revoke(app, viewer, token.of(Sort::ApiToken)?)
            .await
            .told(ctx)?;
        Ok(ApiTokenRevokePayload { ended })
    }
}
