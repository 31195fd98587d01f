//! What may reach the GraphQL parser, and how much of its complaints may leave: a lexer-level scan that
//! refuses documents on which the parser or a validation rule would overflow its stack or burn seconds.
//!
//! It must not recurse, allocate or judge syntax: what it lets through may still be nonsense, which the
//! parser says better. Next: `documents.rs` parses what passed, `cost.rs` says what running it costs.

use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use std::fmt;

mod scan;
#[cfg(test)]
mod tests;

/// Bytes of a document. GraphiQL's introspection query has 1.8 kB; a hand-written page of ours under 4 kB.
pub const MAX_BYTES: usize = 16 * 1024;
/// Lexical tokens, about a microsecond each to parse and validate: 2,000 keep a document under 10 ms.
pub const MAX_TOKENS: usize = 2_000;
/// Open brackets of all kinds. The parser recurses for each and aborts the process at about 1,500.
pub const MAX_NESTING: usize = 32;
/// Directives anywhere. Each is looked up and its arguments checked; clients use one or two.
pub const MAX_DIRECTIVES: usize = 20;
/// Bytes of a name. Errors repeat it, and suggestions, where they are on, compare it with every known name.
pub const MAX_NAME_BYTES: usize = 128;

/// Errors in one answer. Validation reports each unknown name: 650 of them would be 100 kB.
pub const MAX_ERRORS: usize = 20;
/// Bytes of one error's message: with [`MAX_ERRORS`] an answer of errors alone stays under 16 kB.
pub const MAX_MESSAGE_BYTES: usize = 256;
/// Places told of one error.
const MAX_LOCATIONS: usize = 2;
/// The code of what is not GraphQL, as of what does not fit the schema.
pub(super) const MALFORMED: &str = "MALFORMED";
/// Steps told of one error's path; fields are at most 16 deep, lists between them add as many.
const MAX_PATH: usize = 32;

/// Why a document does not reach the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Over [`MAX_BYTES`].
    TooLarge,
    /// Over [`MAX_TOKENS`].
    TooManyTokens,
    /// Over [`MAX_NESTING`].
    TooDeep,
    /// Over [`MAX_DIRECTIVES`].
    TooManyDirectives,
    /// A name over [`MAX_NAME_BYTES`].
    NameTooLong,
    /// A bracket that closes nothing, closes another kind, or is never closed.
    Unbalanced,
    /// A string that its line or the document ends before its closing quote.
    Unterminated,
}

impl Refusal {
    /// The name in `extensions.code`; clients match on it, so it never changes.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "QUERY_TOO_LARGE",
            Self::TooManyTokens => "QUERY_TOO_LONG",
            Self::TooDeep => "QUERY_TOO_DEEP",
            Self::TooManyDirectives => "QUERY_TOO_MANY_DIRECTIVES",
            Self::NameTooLong => "QUERY_NAME_TOO_LONG",
            Self::Unbalanced | Self::Unterminated => MALFORMED,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "the query is over {MAX_BYTES} bytes"),
            Self::TooManyTokens => write!(f, "the query has over {MAX_TOKENS} tokens"),
            Self::TooDeep => write!(f, "the query's brackets nest deeper than {MAX_NESTING}"),
            Self::TooManyDirectives => write!(f, "the query has over {MAX_DIRECTIVES} directives"),
            Self::NameTooLong => write!(f, "a name in the query is over {MAX_NAME_BYTES} bytes"),
            Self::Unbalanced => f.write_str("the query's brackets do not match"),
            Self::Unterminated => f.write_str("a string in the query has no end"),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for ServerError {
    fn from(refusal: Refusal) -> Self {
        coded(refusal.code(), refusal.to_string(), None)
    }
}

/// Whether a document may reach the parser, and how many tokens it has: what the parser makes of it grows with
/// them. One pass over its bytes; at most [`MAX_BYTES`] of them.
pub(super) fn tokens(document: &str) -> Result<usize, Refusal> {
    if document.len() > MAX_BYTES {
        return Err(Refusal::TooLarge);
    }
    scan::Scan::over(document).run()
}

/// Cuts errors to what an answer may hold: [`MAX_ERRORS`], the last saying how many are not shown, each
/// message [`MAX_MESSAGE_BYTES`] long without control characters. To be called on every response.
pub fn trim_errors(errors: &mut Vec<ServerError>) {
    if errors.len() > MAX_ERRORS {
        let hidden = errors.len() - (MAX_ERRORS - 1);
        errors.truncate(MAX_ERRORS - 1);
        let told = format!("and {hidden} more errors");
        errors.push(coded("MORE_ERRORS", told, None));
    }
    for error in errors {
        trim(&mut error.message);
        error.locations.truncate(MAX_LOCATIONS);
        error.path.truncate(MAX_PATH);
    }
}

/// Cuts one message, and takes its control characters: JSON would write each as six bytes.
pub(super) fn trim(message: &mut String) {
    if message.len() > MAX_MESSAGE_BYTES {
        let end = message.floor_char_boundary(MAX_MESSAGE_BYTES - '…'.len_utf8());
        message.truncate(end);
        message.push('…');
    }
    if message.contains(char::is_control) {
        *message = message.replace(char::is_control, " ");
    }
}

/// A top-level error with its code.
pub(super) fn coded(code: &'static str, message: String, at: Option<Pos>) -> ServerError {
    let mut error = ServerError::new(message, at);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    error.extensions = Some(extensions);
    error
}
