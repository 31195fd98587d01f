//! Addenda to published pilots in the graph.

use super::errors::payload;
use super::ids::{Id, Sort};
use super::pilots::Pilot;
use crate::access::Viewer;
use crate::pilots::PilotErrorCode;
use crate::pilots::addenda::{self, Addendum, Day, Moves};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

/// Addenda, to publish.
#[derive(Debug, Default)]
pub struct AddendaMutation;

payload! {
    /// What became of an addendum.
    PilotAddendumPublishPayload { pilot: Pilot } PilotAddendumPublishError(PilotErrorCode, current_version)
}

/// A date that an addendum moved.
#[derive(Clone, Debug, SimpleObject)]
pub struct PilotDateMoved {
    /// Which date.
    what: Day,
    /// What it was: a day, or an instant; null where it was not said.
    from: Option<String>,
    /// What it is.
    to: String,
}

/// What changed about a published pilot, or was made clear: told to every bidder and whoever watches it.
#[derive(Clone, Debug, SimpleObject)]
pub struct PilotAddendum {
    /// From 1, in the order in which they were published.
    number: i32,
    /// What it says.
    text: String,
    /// The dates that moved with it.
    moved: Vec<PilotDateMoved>,
    /// When it was published.
    published_at: DateTime<Utc>,
}

impl From<Addendum> for PilotAddendum {
    fn from(of: Addendum) -> Self {
        let moved = of.moved.into_iter().map(|moved| PilotDateMoved {
            what: moved.what,
            from: moved.from,
            to: moved.to,
        });
        Self {
            number: of.number,
            text: of.text,
            moved: moved.collect(),
            published_at: of.published_at,
        }
    }
}

/// An addendum to publish. Dates move to later than they were; what is left out stays.
#[derive(Debug, InputObject)]
pub struct PilotAddendumInput {
    /// The pilot.
    pilot: Id,
    /// The version of the pilot that this is based on.
    version: i32,
    /// What changes or is made clear, for everybody to read.
    text: String,
    /// Until when questions are taken, while the pilot is open.
    questions_until: Option<DateTime<Utc>>,
    /// Until when bids are taken, while the pilot is open.
    deadline_at: Option<DateTime<Utc>>,
    /// When the council means to tell the bidders.
    award_on: Option<NaiveDate>,
    /// When work starts.
    starts_on: Option<NaiveDate>,
    /// When the council decides to stop or to scale.
    decides_on: Option<NaiveDate>,
}

#[Object]
impl AddendaMutation {
    /// Publishes an addendum to a pilot that has not ended: numbered and dated, for everybody to read; its bidders and
    /// whoever watches it are told by mail. What was published before stays as it is. Needs an approver or administrator of
    /// the council.
    async fn pilot_addendum_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The addendum.")] input: PilotAddendumInput,
    ) -> Result<PilotAddendumPublishPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let moves = Moves {
            questions_until: input.questions_until,
            deadline_at: input.deadline_at,
            award_on: input.award_on,
            starts_on: input.starts_on,
            decides_on: input.decides_on,
        };
        let pilot = input.pilot.of(Sort::Pilot)?;
        let published = addenda::publish(app, viewer, pilot, input.version, &input.text, moves).await;
        PilotAddendumPublishPayload::of(ctx, published.map(Pilot))
    }
}
