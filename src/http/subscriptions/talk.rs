//! What is said over one socket, from its opening to its end: bounded in messages, operations and time, which
//! async-graphql's own loop is not. The session is looked at again at every beat and before each event.

use super::protocol::{self, Close, Heard, Said};
use crate::access::{Origin, Viewer, sessions};
use crate::graphql::{Call, Event, Events, Operation};
use crate::http::Site;
use crate::http::places::{Holder, Place, SocketLimits};
use crate::runtime::Error;
use crate::runtime::panic_words;
use async_graphql::Response;
use futures_util::{FutureExt, SinkExt, StreamExt};
use poem::web::websocket::{Message, WebSocketStream};
use std::collections::HashMap;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// A session that cannot be looked up within this counts as gone: nothing is told on its account.
const LOOKING: Duration = Duration::from_secs(2);
/// How long the other side's goodbye is waited for.
const PARTING: Duration = Duration::from_secs(1);
/// A ping at every so many beats keeps proxies from closing the socket, and finds who has gone.
const PING: usize = 10;

/// One socket. It does one thing at a time, and each of them has an end.
pub(super) struct Socket {
    site: Site,
    limits: SocketLimits,
    stream: WebSocketStream,
    token: Option<String>,
    origin: Origin,
    places: Vec<Place>,
    /// Who it is of, once `connection_init` was taken.
    viewer: Option<Viewer>,
    events: Option<Events>,
    operations: HashMap<String, Operation>,
    beats: usize,
    silent: usize,
    idle: usize,
    messages: usize,
}

impl Socket {
    pub(super) fn new(
        site: Site,
        stream: WebSocketStream,
        token: Option<String>,
        origin: Origin,
        places: Vec<Place>,
    ) -> Self {
        Self {
            limits: site.sockets.limits(),
            site,
            stream,
            token,
            origin,
            places,
            viewer: None,
            events: None,
            operations: HashMap::new(),
            beats: 0,
            silent: 0,
            idle: 0,
            messages: 0,
        }
    }

    /// Talks until there is a reason to end, and says which.
    pub(super) async fn run(mut self) {
        // Held to the end: a server that stops waits until this socket has said so.
        let mut stopping = self.site.sockets.stopping();
        let talked = AssertUnwindSafe(self.talk(&mut stopping)).catch_unwind().await;
        let close = talked
            .unwrap_or_else(|panic| self.failed(&Error::fault(format!("panic: {}", panic_words(&*panic)))));
        // Nothing is told from here on, whatever the other side does.
        self.operations.clear();
        let _ = timeout(PARTING, self.part(close)).await;
    }

    /// Until there is a reason to end.
    async fn talk(&mut self, stopping: &mut watch::Receiver<bool>) -> Close {
        let mut beat = interval(self.limits.beat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let init = sleep(self.limits.init);
        tokio::pin!(init);
        loop {
            let turn = tokio::select! {
                () = told(stopping) => Err(Close::STOPPING),
                () = &mut init, if self.viewer.is_none() => Err(Close::NO_INIT),
                _ = beat.tick() => self.beat().await,
                events = next(&mut self.events) => self.tell(events).await,
                heard = self.stream.next() => self.hear(heard).await,
            };
            if let Err(close) = turn {
                return close;
            }
        }
    }

    /// Says why, and waits for the other side to go: a socket that is dropped with something unread is reset, and the
    /// reason may be lost.
    async fn part(&mut self, close: Close) {
        let Some((code, reason)) = close.told() else {
            let _ = self.stream.close().await;
            return;
        };
        if self.stream.send(Message::close_with(code, reason)).await.is_ok() {
            while let Some(Ok(_)) = self.stream.next().await {}
        }
    }

    async fn beat(&mut self) -> Result<(), Close> {
        self.messages = 0;
        self.beats += 1;
        self.silent += 1;
        self.idle = if self.operations.is_empty() {
            self.idle + 1
        } else {
            0
        };
        if self.silent > self.limits.silence {
            return Err(Close::SILENT);
        }
        if self.idle > self.limits.idle {
            return Err(Close::IDLE);
        }
        if self.beats.is_multiple_of(PING) {
            self.send(Message::ping(Vec::new())).await?;
        }
        if self.viewer.is_some() {
            self.look_again().await?;
        }
        Ok(())
    }

    /// Reads anew whose socket it is, and ends it when that has changed for the worse.
    async fn look_again(&mut self) -> Result<Viewer, Close> {
        let now = self.look().await?;
        match &self.viewer {
            Some(before) if !now.still_is(before) => Err(Close::REVOKED),
            _ => {
                self.viewer = Some(now.clone());
                Ok(now)
            }
        }
    }

    async fn look(&mut self) -> Result<Viewer, Close> {
        let late = |_| {
            Err(Error::Overloaded(format!(
                "no session was read within {LOOKING:?}"
            )))
        };
        let token = self.token.as_deref();
        let looked = timeout(LOOKING, sessions::viewer_of(&self.site.app, token)).await;
        looked.unwrap_or_else(late).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &Error) -> Close {
        let told = self.site.api.failed(error).errors.into_iter().next();
        Close::failed(told.map(|error| error.message).unwrap_or_default())
    }

    async fn hear(&mut self, heard: Option<io::Result<Message>>) -> Result<(), Close> {
        self.silent = 0;
        self.messages += 1;
        if self.messages > self.limits.messages {
            return Err(Close::FLOOD);
        }
        match heard {
            Some(Ok(Message::Text(text))) => self.understand(&text).await,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => Err(Close::NOT_TEXT),
            Some(Ok(Message::Close(_))) | None => Err(Close::GONE),
            Some(Err(error)) => Err(Close::broken(&error)),
        }
    }

    async fn understand(&mut self, text: &str) -> Result<(), Close> {
        match Heard::read(text).ok_or(Close::MALFORMED)? {
            Heard::ConnectionInit { payload } => {
                let told = payload.and_then(|payload| payload.authorization);
                self.init(told).await
            }
            Heard::Ping {} => self.say(Said::Pong).await,
            Heard::Pong {} => Ok(()),
            Heard::Complete { id } => {
                self.operations.remove(&id);
                Ok(())
            }
            Heard::Subscribe { id, payload } => self.subscribe(id, payload.into()).await,
        }
    }

    async fn subscribe(&mut self, id: String, call: Call) -> Result<(), Close> {
        if self.viewer.is_none() {
            return Err(Close::TOO_EARLY);
        }
        if id.is_empty() || id.len() > protocol::ID || self.operations.contains_key(&id) {
            return Err(Close::SAME_ID);
        }
        if self.operations.len() >= self.limits.operations {
            let answer = protocol::too_many(self.limits.operations);
            return self.say(Said::Error(&id, &answer)).await;
        }
        let viewer = self.look_again().await?;
        let begun = self.site.api.subscribe(viewer, call, self.origin.clone()).await;
        match begun {
            Ok(operation) => {
                self.operations.insert(id, operation);
                Ok(())
            }
            Err(refused) => self.say(Said::Error(&id, &refused)).await,
        }
    }

    /// Takes `connection_init`: with a token there, in a header or in a cookie, or as nobody.
    async fn init(&mut self, told: Option<String>) -> Result<(), Close> {
        if self.viewer.is_some() {
            return Err(Close::INIT_TWICE);
        }
        if let Some(told) = told {
            self.token = Some(protocol::token(&told).to_owned());
        }
        let viewer = self.look().await?;
        if self.token.is_some() && viewer == Viewer::Anonymous {
            return Err(Close::NOT_SIGNED_IN);
        }
        if let Some(person) = viewer.person() {
            let place = self.site.sockets.place(Holder::Person(person.id));
            self.places.push(place.ok_or(Close::TOO_MANY)?);
        }
        let events = self.site.api.events().await;
        self.events = Some(events.map_err(|error| self.failed(&error))?);
        self.viewer = Some(viewer);
        self.say(Said::ConnectionAck).await
    }

    async fn tell(&mut self, events: Result<Arc<[Event]>, RecvError>) -> Result<(), Close> {
        let events = events.map_err(|_| Close::BEHIND)?;
        for event in events.iter() {
            let waits =
                |(id, operation): (&String, &Operation)| operation.waits_for(event).then(|| id.clone());
            let waiting: Vec<String> = self.operations.iter().filter_map(waits).collect();
            for id in waiting {
                let viewer = self.look_again().await?;
                let Some(operation) = self.operations.get(&id) else {
                    continue;
                };
                match self.site.api.tell(operation, viewer, *event).await {
                    None => {}
                    Some(answer) if never_ran(&answer) => {
                        self.operations.remove(&id);
                        self.say(Said::Error(&id, &answer)).await?;
                    }
                    Some(answer) => self.say(Said::Next(&id, &answer)).await?,
                }
            }
        }
        Ok(())
    }

    async fn say(&mut self, said: Said<'_>) -> Result<(), Close> {
        self.send(Message::text(said.written())).await
    }

    /// Sends, and waits until it is on its way: nothing queues up here for a reader who is slow.
    async fn send(&mut self, message: Message) -> Result<(), Close> {
        match timeout(self.limits.sending, self.stream.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Close::GONE),
        }
    }
}

/// Completes when the server stops.
async fn told(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// The next events; never, before there may be any.
async fn next(events: &mut Option<Events>) -> Result<Arc<[Event]>, RecvError> {
    match events {
        Some(events) => events.recv().await,
        None => std::future::pending().await,
    }
}

fn never_ran(answer: &Response) -> bool {
    answer.data == async_graphql::Value::Null && !answer.errors.is_empty()
}
