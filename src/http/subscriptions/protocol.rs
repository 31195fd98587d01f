//! The words of graphql-transport-ws, as both sides say them, and how a socket ends.
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>

use crate::graphql::Call;
use crate::http::graphql::Call as Asked;
use async_graphql::Response;
use serde::Deserialize;
use serde_json::json;
use std::borrow::Cow;
use std::io;

/// The protocol's name.
pub(super) const NAME: &str = "graphql-transport-ws";
/// An operation's name for itself has at most so many bytes.
pub(super) const ID: usize = 64;
/// What a close frame holds beside its code.
const REASON: usize = 123;

/// What clients say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Heard {
    ConnectionInit { payload: Option<Init> },
    Subscribe { id: String, payload: Asked },
    Complete { id: String },
    Ping {},
    Pong {},
}

#[derive(Deserialize)]
pub(super) struct Init {
    #[serde(alias = "Authorization")]
    pub(super) authorization: Option<String>,
}

impl Heard {
    /// PostgreSQL stores no U+0000, and no honest text has it.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text)
            .ok()
            .filter(|_| !text.contains("\\u0000"))
    }
}

/// A token as the `Authorization` header has it, or bare.
pub(super) fn token(told: &str) -> &str {
    match told.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => told,
    }
}

impl From<Asked> for Call {
    fn from(mut asked: Asked) -> Self {
        let variables = asked.variables();
        Self {
            query: asked.query,
            operation_name: asked.operation_name,
            variables,
        }
    }
}

/// What the server says.
pub(super) enum Said<'a> {
    ConnectionAck,
    Pong,
    Next(&'a str, &'a Response),
    Error(&'a str, &'a Response),
}

impl Said<'_> {
    pub(super) fn written(&self) -> String {
        match self {
            Self::ConnectionAck => json!({ "type": "connection_ack" }),
            Self::Pong => json!({ "type": "pong" }),
            Self::Next(id, answer) => json!({ "type": "next", "id": id, "payload": answer }),
            Self::Error(id, answer) => json!({ "type": "error", "id": id, "payload": answer.errors }),
        }
        .to_string()
    }
}

/// The answer to one operation more than a socket may have.
pub(super) fn too_many(most: usize) -> Response {
    let mut error = async_graphql::ServerError::new(format!("a socket has at most {most} operations"), None);
    error
        .extensions
        .get_or_insert_default()
        .set("code", "TOO_MANY_OPERATIONS");
    Response::from_errors(vec![error])
}

/// Why a socket ends; codes over 4000 are the protocol's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close(u16, Cow<'static, str>);

impl Close {
    pub(super) const IDLE: Self = Self::of(1000, "no operation was under way");
    pub(super) const STOPPING: Self = Self::of(1001, "the server stops: connect again");
    pub(super) const NOT_TEXT: Self = Self::of(1003, "send text");
    /// The other side has gone, or does not read: there is nobody to tell.
    pub(super) const GONE: Self = Self::of(1006, "");
    pub(super) const BEHIND: Self = Self::of(1013, "fell behind: connect again");
    pub(super) const MALFORMED: Self = Self::of(4400, "this message is none of graphql-transport-ws");
    pub(super) const TOO_EARLY: Self = Self::of(4401, "send connection_init first");
    pub(super) const NOT_SIGNED_IN: Self = Self::of(4403, "this token is not known, or has ended");
    pub(super) const REVOKED: Self = Self::of(
        4403,
        "the session has ended or lost a right: sign in and connect again",
    );
    pub(super) const NO_INIT: Self = Self::of(4408, "connection_init did not come");
    pub(super) const SILENT: Self = Self::of(4408, "nothing was heard");
    pub(super) const SAME_ID: Self = Self::of(4409, "give each operation an id of its own, of 1 to 64 bytes");
    pub(super) const INIT_TWICE: Self = Self::of(4429, "connection_init comes once");
    pub(super) const TOO_MANY: Self = Self::of(4429, "you have too many sockets open");
    pub(super) const FLOOD: Self = Self::of(4429, "too many messages");

    const fn of(code: u16, reason: &'static str) -> Self {
        Self(code, Cow::Borrowed(reason))
    }

    /// Ours to mend, or to wait for; the reason holds the reference.
    pub(super) fn failed(mut reason: String) -> Self {
        reason.truncate(reason.floor_char_boundary(REASON));
        Self(1013, reason.into())
    }

    /// What could not be read. poem keeps of the error only its words.
    pub(super) fn broken(error: &io::Error) -> Self {
        match error.to_string().starts_with("Space limit exceeded") {
            true => Self::of(1009, "a message has at most 64 kB"),
            false => Self::GONE,
        }
    }

    /// The code and reason to send, if anybody is there.
    pub(super) fn told(self) -> Option<(u16, String)> {
        (self != Self::GONE).then(|| (self.0, self.1.into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_fits_into_a_close_frame() {
        let fault = Close::failed("\u{e9}".repeat(200));
        for close in [
            Close::REVOKED,
            Close::SAME_ID,
            Close::NOT_SIGNED_IN,
            Close::MALFORMED,
            fault,
        ] {
            assert!(close.1.len() <= REASON, "{close:?}");
        }
    }

    #[test]
    fn a_token_may_come_with_its_scheme_or_without() {
        assert_eq!(["Bearer a", "bearer  a ", "a"].map(token), ["a", "a", "a"]);
    }
}
