//! Alerts that are not sent because mail came back, in the graph.

use super::errors::payload;
use crate::access::accounts::AccountErrorCode;
use crate::access::{Origin, Viewer, suppressed};
use crate::runtime::App;
use crate::runtime::suppression::{self, SuppressionReason};
use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// Suppressed addresses, to lift.
#[derive(Debug, Default)]
pub struct SuppressionMutation;

/// Alerts are not sent to an address. What protects an account is.
#[derive(Clone, Debug, SimpleObject)]
pub struct MailSuppression {
    /// Since when.
    since: DateTime<Utc>,
    /// Why.
    reason: SuppressionReason,
    /// What the mail system said.
    status: String,
}

impl From<suppression::Suppression> for MailSuppression {
    fn from(found: suppression::Suppression) -> Self {
        Self {
            since: found.since,
            reason: found.reason,
            status: found.status,
        }
    }
}

payload! {
    /// What became of asking for a link by which alerts are sent again.
    MailSuppressionLiftRequestPayload { to: String } MailSuppressionLiftRequestError(AccountErrorCode)
}
payload! {
    /// What became of having alerts sent again.
    MailSuppressionLiftPayload { lifted: bool } MailSuppressionLiftError(AccountErrorCode)
}
payload! {
    /// What became of having alerts sent to an address again.
    MailSuppressionLiftForPayload { lifted: bool } MailSuppressionLiftForError(AccountErrorCode)
}

#[Object]
impl SuppressionMutation {
    /// Asks for a link by which the viewer shows that mail arrives, to have alerts sent again. Needs a session of one's
    /// own.
    async fn mail_suppression_lift_request(
        &self,
        ctx: &Context<'_>,
    ) -> Result<MailSuppressionLiftRequestPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let asked = suppressed::request_lift(app, viewer, ctx.data_unchecked::<Origin>()).await;
        MailSuppressionLiftRequestPayload::of(ctx, asked)
    }

    /// Has alerts sent again to the address that a mailed link has proven. Anybody with the link may.
    async fn mail_suppression_lift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last part of the mailed link.", secret)] token: String,
    ) -> Result<MailSuppressionLiftPayload> {
        let lifted = suppressed::lift(ctx.data_unchecked::<App>(), &token).await;
        MailSuppressionLiftPayload::of(ctx, lifted.map(|_| true))
    }

    /// Has alerts sent again to any address. `lifted` is false when they were not suppressed. Needs an operator.
    async fn mail_suppression_lift_for(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] address: String,
    ) -> Result<MailSuppressionLiftForPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let lifted = suppressed::lift_for(app, viewer, &address).await;
        MailSuppressionLiftForPayload::of(ctx, lifted.map_err(Into::into))
    }
}
