//! Subscriptions: what may be waited for, and how an operation waits.
//!
//! Each event is answered as a request of its own: the viewer read anew, the same guard, costs, loaders, time limit and
//! care for panics as any query. A resolver first says what its operation waits for; later, asked about an event, it
//! yields once if the viewer may see that something changed. Sockets belong to `http::subscriptions`.

use super::Api;
use super::cost;
use super::errors::{Told, top_level};
use super::feed::{Event, Events};
use super::ids::{Id, Sort};
use super::pilots::Pilot;
use super::register_imports::RegisterImport;
use crate::access::{Origin, Viewer};
use crate::alerts::written;
use crate::exchange::uploads;
use crate::pilots::changes::{self, Seen};
use crate::runtime::{App, Error};
use async_graphql::parser::types::OperationType;
use async_graphql::{Context, Response, Result, SimpleObject, Variables};
use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt, stream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// An event that is not answered within this is told as busy: the socket has others to see to.
const TIME: Duration = Duration::from_secs(2);

/// Everything that can be waited for.
#[derive(Debug)]
pub struct Subscription;

/// A notification that was written for the viewer: a mail tells it too.
#[derive(Debug, SimpleObject)]
pub struct Alert {
    /// The subject of its mail.
    subject: String,
    /// When it was written.
    written_at: DateTime<Utc>,
}

/// Everything that can be waited for.
#[async_graphql::Subscription]
impl Subscription {
    /// A pilot that the viewer may know of, each time something about it changes that they may see: its deadline, its
    /// state, its outcome, or an answer to a question.
    async fn pilot_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
    ) -> Result<impl Stream<Item = Pilot> + use<>> {
        let (app, viewer, waits) = given(ctx);
        let id = pilot.of(Sort::Pilot)?;
        let found = changes::seen(app, viewer, id).await.told(ctx)?;
        let (pilot, seen) = found.ok_or_else(|| top_level(ctx, Error::NotFound))?;
        let changed = waits.on_pilot(id, seen);
        Ok(stream::iter(changed.then(|| Pilot::from(pilot))))
    }

    /// An uploaded register, each time it goes on: rows that are done, its plan, its end. Needs an officer, approver or
    /// administrator of the council.
    async fn register_import_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The uploaded register.")] import: Id,
    ) -> Result<impl Stream<Item = RegisterImport> + use<>> {
        let (app, viewer, waits) = given(ctx);
        let id = import.of(Sort::Import)?;
        let found = uploads::by_id(app, viewer, id).await.told(ctx)?;
        let changed = waits.on_import(id, found.version, found.progress);
        Ok(stream::iter(changed.then(|| RegisterImport::from(found))))
    }

    /// The viewer's notifications, as they are written. Needs a session of one's own: a token is not told.
    async fn alerts(&self, ctx: &Context<'_>) -> Result<impl Stream<Item = Alert> + use<>> {
        let (app, viewer, waits) = given(ctx);
        let person = written::watched(viewer).told(ctx)?;
        let alert = match waits.on_alerts(person) {
            Some(mail) => written::one(app, viewer, mail).await.told(ctx)?,
            None => None,
        };
        Ok(stream::iter(alert.map(|alert| Alert {
            subject: alert.subject,
            written_at: alert.written_at,
        })))
    }
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer, &'a Waits) {
    (ctx.data_unchecked(), ctx.data_unchecked(), ctx.data_unchecked())
}

/// What an operation waits for, and the event it is asked about now, if any.
#[derive(Clone, Debug)]
struct Waits {
    on: Arc<Mutex<Option<On>>>,
    event: Option<Event>,
}

#[derive(Debug, PartialEq)]
enum On {
    Pilot(Uuid, Seen),
    Alerts(Uuid),
    Import(Uuid, i32, Option<(u32, u32)>),
}

impl Waits {
    /// Waits on an uploaded register that is so far now; whether it was less far before.
    fn on_import(&self, import: Uuid, version: i32, progress: Option<(u32, u32)>) -> bool {
        let now = Some(On::Import(import, version, progress));
        self.with(|on| {
            let changed = on.is_some() && *on != now;
            *on = now;
            changed
        })
    }

    /// Waits on a pilot that looks like this now; whether it looked otherwise before.
    fn on_pilot(&self, pilot: Uuid, seen: Seen) -> bool {
        let now = Some(On::Pilot(pilot, seen));
        self.with(|on| {
            let changed = on.is_some() && *on != now;
            *on = now;
            changed
        })
    }

    /// Waits on a person's alerts; the mail of one, if that is what is asked about.
    fn on_alerts(&self, person: Uuid) -> Option<Uuid> {
        self.with(|on| *on = Some(On::Alerts(person)));
        match self.event {
            Some(Event::Alert { person: of, mail }) if of == person => Some(mail),
            _ => None,
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Option<On>) -> T) -> T {
        act(&mut self.on.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An operation as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The document.
    pub(crate) query: String,
    /// Which of its operations.
    pub(crate) operation_name: Option<String>,
    /// Its variables.
    pub(crate) variables: Variables,
}

/// A subscription under way.
#[derive(Debug)]
pub(crate) struct Operation {
    call: Call,
    origin: Origin,
    waits: Waits,
}

impl Operation {
    /// Whether an event may be one it waits for.
    pub(crate) fn waits_for(&self, event: &Event) -> bool {
        self.waits.with(|on| match (on, event) {
            (Some(On::Pilot(waited, _)), Event::Pilot(written)) => waited == written,
            (Some(On::Import(waited, ..)), Event::Import(written)) => waited == written,
            (Some(On::Alerts(waiting)), Event::Alert { person, .. }) => waiting == person,
            _ => false,
        })
    }
}

impl Api {
    /// Events from now on, to be offered to operations.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn events(&self) -> Result<Events, Error> {
        let (feed, app) = self.feed();
        feed.listen(app).await
    }

    /// Begins a subscription, or answers why not.
    pub(crate) async fn subscribe(
        &self,
        viewer: Viewer,
        call: Call,
        origin: Origin,
    ) -> Result<Operation, Response> {
        let waits = Waits {
            on: Arc::default(),
            event: None,
        };
        let operation = Operation { call, origin, waits };
        match self.ask(&operation, viewer, None).await {
            Some(refused) => Err(refused),
            // A document may skip its field, or hide it in a fragment, which the library does not look into.
            None if operation.waits.with(|on| on.is_none()) => {
                Err(self.misplaced("a subscription asks for one field, directly"))
            }
            None => Ok(operation),
        }
    }

    /// What an operation tells the viewer of an event, if anything.
    pub(crate) async fn tell(&self, operation: &Operation, viewer: Viewer, event: Event) -> Option<Response> {
        self.ask(operation, viewer, Some(event)).await
    }

    async fn ask(&self, operation: &Operation, viewer: Viewer, event: Option<Event>) -> Option<Response> {
        let Operation { call, origin, waits } = operation;
        let (name, variables) = (call.operation_name.clone(), call.variables.clone());
        let prepared = self.admitted(viewer, &call.query, name, variables, origin.clone());
        let mut request = match prepared {
            Ok(request) => request,
            Err(error) => return Some(self.refused(error)),
        };
        let name = request.operation_name.clone();
        let kind = request
            .parsed_query()
            .map(|document| cost::kind(document, name.as_deref()));
        if !matches!(kind, Ok(Some(OperationType::Subscription))) {
            return Some(
                self.misplaced("send queries and mutations by POST: a socket takes subscriptions only"),
            );
        }
        let waits = Waits {
            event,
            ..waits.clone()
        };
        let mut answers = self.schema().execute_stream(request.data(waits));
        let mut silent = false;
        let answer = async {
            let answer = answers.next().await;
            silent = answer.is_none();
            answer.unwrap_or_default()
        };
        let answer = self.contained(TIME, answer).await;
        (!silent).then_some(answer)
    }
}
