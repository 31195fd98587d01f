//! `Idempotency-Key`: a mutation that is sent again with its key is not done again, and answered as it was.
//!
//! Of requests that come at once with one key, the first is done, apart from its connection, and the others wait for
//! its answer without holding anything. Who asks and what is asked belong to the key; see [`idempotency`] for what is
//! kept.

use super::api::{Api, TIME, coded};
use super::cost;
use super::uploads::Uploaded;
use crate::access::{Origin, Through, Viewer, asker};
use crate::runtime::database::watched;
use crate::runtime::idempotency::{self, Asked, Claim};
use crate::runtime::{App, Error};
use async_graphql::parser::types::{OperationType, Selection};
use async_graphql::{Request, Response, Value, Variables};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The longest key.
const LONGEST: usize = 255;
/// The first look at what became of the first request; each further one is twice as far.
const FIRST_LOOK: Duration = Duration::from_millis(10);
const LOOK: Duration = Duration::from_millis(320);
/// A request that takes longer than this was never answered: the time limit, and two seconds to write it down.
const GONE: Duration = TIME.saturating_add(Duration::from_secs(2));

/// What a client calls one request: 1 to 255 visible ASCII characters, taken as they are.
#[derive(Clone, Debug)]
pub struct Key(String);

impl Key {
    /// Reads a header's value.
    pub fn read(value: &[u8]) -> Option<Self> {
        let visible = value.iter().all(u8::is_ascii_graphic);
        let text = str::from_utf8(value).ok()?;
        (visible && (1..=LONGEST).contains(&text.len())).then(|| Self(text.to_owned()))
    }
}

/// A request as it was sent.
#[derive(Debug)]
pub struct Sent {
    /// The document.
    pub query: String,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// Its variables.
    pub variables: Variables,
    /// The file that came with it; its digest stands for it in the variables.
    pub file: Option<Arc<Uploaded>>,
    /// What the client calls it, if it may be sent again.
    pub key: Option<Key>,
}

/// An answer as it leaves: the same each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// In GraphQL's shape, as JSON.
    pub body: String,
    /// Headers that go with it, cookies above all.
    pub headers: Vec<(String, String)>,
    /// The code of a request that was not executed, not even in part.
    pub refused: Option<String>,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        let headers = response.http_headers.iter();
        let headers = headers.map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), value.into_owned())
        });
        Self {
            headers: headers.collect(),
            refused: refused(&response),
            body: serde_json::to_string(&response).unwrap_or_default(),
        }
    }
}

/// What never was executed has errors without a path, and no data.
fn refused(response: &Response) -> Option<String> {
    let executed = response.data != Value::Null
        || response.errors.is_empty()
        || response.errors.iter().any(|error| !error.path.is_empty());
    (!executed).then(|| code(response).unwrap_or_default())
}

fn code(response: &Response) -> Option<String> {
    let extensions = response.errors.first()?.extensions.as_ref()?;
    match extensions.get("code") {
        Some(Value::String(code)) => Some(code.clone()),
        _ => None,
    }
}

impl Api {
    /// Answers a request, once for its key if it is a mutation that has one.
    pub async fn answer_sent(&self, viewer: Viewer, origin: Origin, sent: Sent) -> Answer {
        let (who, whose) = (who(&viewer, &origin), whose(&viewer, &origin));
        let admitted = self.admitted(viewer, &sent.query, sent.operation_name, sent.variables, origin);
        let mut request = match admitted {
            Ok(request) => request,
            Err(refused) => return self.refused(refused).into(),
        };
        if let Some(file) = sent.file {
            request = request.data(file);
        }
        match (sent.key, mutation_fields(&mut request)) {
            (Some(key), Some(1)) => self.apart((&who, &whose), &key, request).await,
            (Some(_), Some(_)) => told(
                "MALFORMED",
                "with an Idempotency-Key, send exactly one mutation field",
            ),
            _ => self.run(request).await.into(),
        }
    }

    /// Apart from its connection: whoever hangs up and asks again is told what was done.
    async fn apart(&self, who: (&str, &str), key: &Key, request: Request) -> Answer {
        let asked = Asked::new(self.app(), who, &key.0, &said(&request));
        let api = self.clone();
        let done = tokio::spawn(async move { api.once(&asked, request).await });
        let done = done.await.map_err(Error::fault);
        done.unwrap_or_else(|error| self.failed(&error).into())
    }

    async fn once(&self, asked: &Asked, request: Request) -> Answer {
        let app = self.app();
        let (arrived, mut pause) = (Instant::now(), FIRST_LOOK);
        loop {
            match idempotency::claim(app, asked).await {
                Ok(Claim::First) => return self.first(asked, request).await,
                Ok(Claim::Answered(answer)) => {
                    let read = serde_json::from_slice(&answer).map_err(Error::fault);
                    return read.unwrap_or_else(|error| self.failed(&error).into());
                }
                Ok(Claim::Another) => {
                    let message = "this Idempotency-Key was used for another request";
                    return told("IDEMPOTENCY_KEY_REUSED", message);
                }
                Ok(Claim::TooMany) => {
                    return told(
                        "TOO_MANY_KEYS",
                        "too many idempotency keys in an hour: ask again later",
                    );
                }
                Ok(Claim::Begun(at)) if arrived.elapsed() > GONE || is_gone(app, at) => return unknown(),
                Ok(Claim::Begun(_)) => tokio::time::sleep(pause).await,
                Err(error) => return self.failed(&error).into(),
            }
            pause = (pause * 2).min(LOOK);
        }
    }

    /// Does what is asked, and keeps the answer.
    async fn first(&self, asked: &Asked, request: Request) -> Answer {
        let (response, may_have_changed) = watched(self.run(request)).await;
        let busy = code(&response).as_deref() == Some("OVERLOADED");
        let answer = match Answer::from(response) {
            answer if answer.refused.is_none() && !busy => answer,
            answer if !may_have_changed => {
                if let Err(error) = idempotency::give_back(self.app(), asked).await {
                    tracing::error!(%error, "an idempotency key could not be given back");
                }
                return answer;
            }
            _ => unknown(),
        };
        let bytes = serde_json::to_vec(&answer).unwrap_or_default();
        if let Err(error) = idempotency::keep(self.app(), asked, &bytes).await {
            tracing::error!(%error, "an answer could not be kept: who asks again is told that it is unknown");
        }
        answer
    }
}

/// How many fields the operation has, if it is a mutation; a spread counts as many.
fn mutation_fields(request: &mut Request) -> Option<usize> {
    let name = request.operation_name.clone();
    let document = request.parsed_query().ok()?;
    let operation = cost::chosen(document, name.as_deref())?;
    if operation.ty != OperationType::Mutation {
        return None;
    }
    let items = &operation.selection_set.node.items;
    let only_fields = items.iter().all(|item| matches!(item.node, Selection::Field(_)));
    Some(if only_fields { items.len() } else { usize::MAX })
}

/// Who asks, as far as a key is theirs. A session's key is its person's: they may have signed in anew meanwhile.
fn who(viewer: &Viewer, origin: &Origin) -> String {
    match viewer {
        Viewer::Person(person) => match person.through {
            Through::Session { .. } => asker(person.id),
            Through::Token { acts } => {
                let (councils, suppliers) = (viewer.councils(), viewer.suppliers());
                format!("token {} {acts} {councils:?} {suppliers:?}", person.id)
            }
        },
        Viewer::Anonymous | Viewer::System => format!("source {:?}", origin.source),
    }
}

/// Whose keys they are, by a session or a token; or from where.
fn whose(viewer: &Viewer, origin: &Origin) -> String {
    match viewer {
        Viewer::Person(person) => asker(person.id),
        Viewer::Anonymous | Viewer::System => format!("network {}", origin.network()),
    }
}

/// What is asked.
fn said(request: &Request) -> Vec<u8> {
    serde_json::to_vec(&(&request.query, &request.operation_name, &request.variables)).unwrap_or_default()
}

fn is_gone(app: &App, begun_at: chrono::DateTime<chrono::Utc>) -> bool {
    let gone = chrono::Duration::from_std(GONE).unwrap_or_default();
    app.clock.now() > begun_at + gone
}

fn unknown() -> Answer {
    let message =
        "what became of this request is not known: look whether it took effect, then use another key";
    told("OUTCOME_UNKNOWN", message)
}

fn told(code: &str, message: &str) -> Answer {
    Response::from_errors(vec![coded(message.to_owned(), code, None)]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_1_to_255_visible_ascii_characters() {
        for sound in ["a", "\"8e03978e-40d5\"", &"x".repeat(255)] {
            assert!(Key::read(sound.as_bytes()).is_some(), "{sound}");
        }
        for wrong in ["", " ", "a b", "\u{e9}", "a\n", &"x".repeat(256)] {
            assert!(Key::read(wrong.as_bytes()).is_none(), "{wrong:?}");
        }
    }
}
