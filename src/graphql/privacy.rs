//! Closing an account, in the graph. What is held on the viewer is `everythingHeld` of `viewer`.

use super::access::ended_cookie;
use super::errors::payload;
use crate::access::privacy::held::Kept;
use crate::access::privacy::{self, AccountCloseErrorCode};
use crate::access::{Origin, Viewer};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// An account, to close.
#[derive(Debug, Default)]
pub struct PrivacyMutation;

/// An account that is closed: what is gone, and what is not and why.
#[derive(Clone, Debug, SimpleObject)]
pub struct ClosedAccount {
    /// What was erased, by kind.
    erased: Vec<ErasedItem>,
    /// What is kept, by reason.
    kept: Vec<KeptItem>,
}

/// Something that was erased.
#[derive(Clone, Debug, SimpleObject)]
pub struct ErasedItem {
    /// What, as `saved searches`.
    what: String,
    /// How many.
    count: i32,
}

/// Something that is kept.
#[derive(Clone, Debug, SimpleObject)]
pub struct KeptItem {
    /// Which reason.
    reason: Kept,
    /// What stays.
    what: String,
    /// Why, on which legal basis, and for how long.
    why: String,
    /// How many; null where nobody knows which are theirs.
    count: Option<i32>,
}

impl From<privacy::Closed> for ClosedAccount {
    fn from(closed: privacy::Closed) -> Self {
        let number = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
        let erased = closed.erased.into_iter().map(|one| ErasedItem {
            what: one.what.into(),
            count: number(one.count),
        });
        let kept = closed.kept.into_iter().map(|one| KeptItem {
            reason: one.reason,
            what: one.reason.what().into(),
            why: one.reason.why().into(),
            count: one.count.map(number),
        });
        Self {
            erased: erased.collect(),
            kept: kept.collect(),
        }
    }
}

payload! {
    /// What became of closing an account.
    AccountClosePayload { closed: ClosedAccount } AccountCloseError(AccountCloseErrorCode)
}

/// What it takes to close an account.
#[derive(Debug, InputObject)]
pub struct AccountCloseInput {
    /// The password. An account without one is closed from a session of less than ten minutes.
    #[graphql(secret)]
    password: Option<String>,
}

#[Object]
impl PrivacyMutation {
    /// Closes the viewer's account and erases what is held on them, at once and for good. The answer says what is kept
    /// and why; a last mail says so too. Needs a session of one's own; the last administrator of an organisation makes
    /// another first.
    async fn account_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password.")] input: AccountCloseInput,
    ) -> Result<AccountClosePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let origin = ctx.data_unchecked::<Origin>();
        let closed = privacy::close(app, viewer, input.password.as_deref(), origin).await;
        if closed.is_ok() {
            ctx.append_http_header("Set-Cookie", ended_cookie(app));
        }
        AccountClosePayload::of(ctx, closed.map(ClosedAccount::from))
    }
}
