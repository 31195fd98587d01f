//! Parsed documents by their text: a client sends the same few again and again, and parsing is a third of
//! a small request.
//!
//! It must hand out only what the guard let through, and stay within its bounds whoever asks. It does not
//! cost or validate: variables differ each time. Next: `guard.rs` before it, `cost.rs` after it.

use super::guard::{self, Refusal, coded};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::parser::{self, parse_query};
use async_graphql::{Pos, ServerError};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Documents kept when nothing else is said: our own pages and tools use under 200.
const DEFAULT_DOCUMENTS: usize = 1_000;
/// Bytes kept when nothing else is said: some 500 pages of contracts, and all that junk can take.
const DEFAULT_BYTES: usize = 8 * 1024 * 1024;
/// Bytes that a parsed document holds for each token, at worst: a field of one letter.
const BYTES_PER_TOKEN: usize = 215;

/// Why a text gives no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentError {
    /// The guard refused it.
    Refused(Refusal),
    /// It is not GraphQL.
    Syntax {
        /// Why, in at most [`guard::MAX_MESSAGE_BYTES`].
        message: String,
        /// Where, if the parser knows.
        at: Option<Pos>,
    },
}

impl DocumentError {
    /// The name in `extensions.code`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Syntax { .. } => guard::MALFORMED,
        }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Syntax { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for DocumentError {}

impl From<Refusal> for DocumentError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<parser::Error> for DocumentError {
    fn from(error: parser::Error) -> Self {
        let mut message = reason(&error.to_string()).to_owned();
        guard::trim(&mut message);
        let at = error.positions().next();
        Self::Syntax { message, at }
    }
}

/// What the parser expected. Around it, it draws the offending line, which may be 16 kB and came from outside.
fn reason(told: &str) -> &str {
    let last = told.lines().next_back().unwrap_or(told).trim_start();
    last.strip_prefix("= ").unwrap_or(last)
}

impl From<DocumentError> for ServerError {
    fn from(error: DocumentError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match error {
            DocumentError::Refused(_) => coded(code, message, None),
            DocumentError::Syntax { at, .. } => coded(code, message, at),
        }
    }
}

/// The parsed documents of late, in two generations: a document asked for again moves to the young one, and
/// when that is full the old one is dropped. One lock, held for a lookup; never while parsing.
#[derive(Debug)]
pub struct Documents {
    most_documents: usize,
    most_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    young: Generation,
    old: Generation,
    young_bytes: usize,
}

type Generation = HashMap<Box<str>, Entry>;

#[derive(Clone, Debug)]
struct Entry {
    document: Arc<ExecutableDocument>,
    bytes: usize,
}

impl Default for Documents {
    fn default() -> Self {
        Self::bounded(DEFAULT_DOCUMENTS, DEFAULT_BYTES)
    }
}

impl Documents {
    /// Keeps at most so many documents, and so many bytes of them with their texts.
    pub fn bounded(documents: usize, bytes: usize) -> Self {
        Self {
            most_documents: documents,
            most_bytes: bytes,
            kept: Mutex::default(),
        }
    }

    /// The document of a text: the kept one, or guarded, parsed and kept. Errors are not kept.
    ///
    /// `Request::set_parsed_query` takes a document by value, so a request clones it: 1 us for a page of
    /// contracts that takes 43 us to parse.
    pub fn get_or_parse(&self, text: &str) -> Result<Arc<ExecutableDocument>, DocumentError> {
        if let Some(document) = self.with(|kept| self.find(kept, text)) {
            return Ok(document);
        }
        let tokens = guard::tokens(text)?;
        let document = Arc::new(parse_query(text)?);
        let entry = Entry {
            document: Arc::clone(&document),
            bytes: text.len() + tokens * BYTES_PER_TOKEN,
        };
        self.with(|kept| self.keep(kept, text.into(), entry));
        Ok(document)
    }

    fn find(&self, kept: &mut Kept, text: &str) -> Option<Arc<ExecutableDocument>> {
        if let Some(entry) = kept.young.get(text) {
            return Some(Arc::clone(&entry.document));
        }
        let (text, entry) = kept.old.remove_entry(text)?;
        let document = Arc::clone(&entry.document);
        self.keep(kept, text, entry);
        Some(document)
    }

    /// Puts a document among the young, each generation having half of the bounds.
    fn keep(&self, kept: &mut Kept, text: Box<str>, entry: Entry) {
        let bytes = entry.bytes;
        if bytes > self.most_bytes / 2 {
            return;
        }
        if kept.young.len() >= self.most_documents / 2 || kept.young_bytes + bytes > self.most_bytes / 2 {
            kept.old = std::mem::take(&mut kept.young);
            kept.young_bytes = 0;
        }
        // Two requests may have parsed the same text at once.
        if kept.young.insert(text, entry).is_none() {
            kept.young_bytes += bytes;
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Kept) -> T) -> T {
        // A panic under the lock leaves a cache, at worst with a wrong sum, until the next generation.
        act(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(documents: &Documents) -> (usize, usize) {
        documents.with(|kept| {
            let entries = kept.young.values().chain(kept.old.values());
            (
                kept.young.len() + kept.old.len(),
                entries.map(|entry| entry.bytes).sum(),
            )
        })
    }

    #[test]
    fn a_text_asked_for_again_is_not_parsed_again() {
        let documents = Documents::default();
        let first = documents.get_or_parse("{ a }").unwrap();
        assert!(Arc::ptr_eq(&first, &documents.get_or_parse("{ a }").unwrap()));
        assert!(!Arc::ptr_eq(&first, &documents.get_or_parse("{ b }").unwrap()));
    }

    #[test]
    fn nothing_refused_or_malformed_is_kept() {
        let documents = Documents::default();
        let deep = "[".repeat(100);
        assert_eq!(
            documents.get_or_parse(&deep).unwrap_err(),
            DocumentError::Refused(Refusal::TooDeep)
        );
        assert_eq!(
            documents.get_or_parse("{ }").unwrap_err().code(),
            guard::MALFORMED
        );
        assert_eq!(kept(&documents), (0, 0));
    }

    #[test]
    fn strangers_cannot_make_it_grow_nor_push_out_what_is_in_use() {
        for documents in [Documents::bounded(20, 1 << 20), Documents::bounded(1_000, 20_000)] {
            let used = documents.get_or_parse("{ used }").unwrap();
            for n in 0..1_000 {
                documents.get_or_parse(&format!("{{ a{n} }}")).unwrap();
                let (count, bytes) = kept(&documents);
                assert!(
                    count <= documents.most_documents && bytes <= documents.most_bytes,
                    "{count} documents, {bytes} bytes"
                );
                assert!(Arc::ptr_eq(&used, &documents.get_or_parse("{ used }").unwrap()));
            }
        }
    }

    #[test]
    fn a_text_too_large_to_keep_is_parsed_all_the_same() {
        let documents = Documents::bounded(10, 1_000);
        assert!(documents.get_or_parse("{ a_long_name }").is_ok());
        assert_eq!(kept(&documents), (0, 0));
    }

    #[test]
    fn what_is_no_graphql_is_told_shortly_and_where() {
        let long = format!("{{ a(b: \"{}\") ! }}", "x".repeat(10_000));
        let error = ServerError::from(Documents::default().get_or_parse(&long).unwrap_err());
        assert!(error.message.len() <= guard::MAX_MESSAGE_BYTES);
        assert!(error.message.starts_with("expected "), "{}", error.message);
        assert_eq!(error.locations.len(), 1);
    }
}
