//! Checks a log entry by entry, in any length of it: order, commitments, the tree, and every head it must agree with.
//! Pure: it is given entries from the database or from an export alike.

use super::entry::{Entry, Part};
use super::head::{Head, Root};
use super::tree::{Frontier, Hash};
use std::collections::BTreeSet;

/// The kind of subject of an entry that says what was erased.
pub const ERASURE: &str = "erasure";

/// The first thing that is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {entry}: {field}: {why}")]
pub struct Wrong {
    /// Which entry.
    pub entry: u64,
    /// What of it.
    pub field: &'static str,
    /// In plain English.
    pub why: String,
}

/// What was erased, by entry: the detail of an entry whose subject is an erasure.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Erased {
    /// Entries whose actor was erased.
    pub(super) actor: Vec<u64>,
    /// Entries where what was said of a person was erased.
    pub(super) about: Vec<u64>,
}

/// A check under way.
#[derive(Debug, Default)]
pub struct Check {
    tree: Frontier,
    /// What must agree, the shortest first.
    heads: Vec<Root>,
    /// The size up to which a head has agreed.
    agreed: u64,
    /// Parts that are not there, and whose erasure no entry has told of yet.
    missing: BTreeSet<(u64, &'static str)>,
}

impl Check {
    /// A check from the first entry on, against these heads, whose signatures are the caller's to check.
    pub fn against(mut heads: Vec<Root>) -> Self {
        heads.sort_by_key(|head| head.size);
        Self {
            heads,
            ..Self::default()
        }
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn take(&mut self, entry: &Entry) -> Result<(), Wrong> {
        let expected = self.tree.size() + 1;
        let wrong = |field, why: String| Wrong {
            entry: expected,
            field,
            why,
        };
        let leaf = &entry.entry;
        if leaf.sequence != expected {
            let why = format!("it is missing: entry {} stands in its place", leaf.sequence);
            return Err(wrong("sequence", why));
        }
        self.take_parts(entry)?;
        self.tree.push(leaf.hash());
        if self.tree.root() != entry.root {
            let why = "it is not what was appended here: instant, action, subject, organisation, a commitment or the \
                       root itself has changed";
            return Err(wrong("root", why.into()));
        }
        self.agree()?;
        if leaf.subject.0 == ERASURE {
            self.forgive(entry);
        }
        Ok(())
    }

    fn take_parts(&mut self, entry: &Entry) -> Result<(), Wrong> {
        let leaf = &entry.entry;
        let parts: [(&str, &Option<Part>, Option<Hash>); 3] = [
            ("actor", &entry.actor, Some(leaf.actor)),
            ("detail", &entry.detail, Some(leaf.detail)),
            ("about", &entry.about, leaf.about),
        ];
        for (field, part, committed) in parts {
            let why = match (part, committed) {
                (None, None) => continue,
                (Some(part), Some(committed)) if part.commitment() == committed => continue,
                (None, Some(_)) if field != "detail" => {
                    self.missing.insert((leaf.sequence, field));
                    continue;
                }
                (None, Some(_)) => "it is gone, and a detail is never erased",
                (Some(_), Some(_)) => "it is not what was committed to",
                (Some(_), None) => "there was none when the entry was made",
            };
            return Err(Wrong {
                entry: leaf.sequence,
                field,
                why: why.into(),
            });
        }
        Ok(())
    }

    /// Compares with the heads of the present size.
    fn agree(&mut self) -> Result<(), Wrong> {
        let size = self.tree.size();
        while let Some(head) = self.heads.first().copied().filter(|head| head.size <= size) {
            if head.root != self.tree.root() {
                let why = format!(
                    "the head of size {size} has another root: something from entry {} to {size} is not what it was",
                    self.agreed + 1
                );
                return Err(Wrong {
                    entry: self.agreed + 1,
                    field: "root",
                    why,
                });
            }
            self.agreed = size;
            self.heads.remove(0);
        }
        Ok(())
    }

    fn forgive(&mut self, entry: &Entry) {
        let detail = entry.detail.as_ref().map_or("", |part| &part.content);
        let erased: Erased = serde_json::from_str(detail).unwrap_or_default();
        for sequence in erased.actor {
            self.missing.remove(&(sequence, "actor"));
        }
        for sequence in erased.about {
            self.missing.remove(&(sequence, "about"));
        }
    }

    /// Ends the check: gives what the log came to.
    ///
    /// # Errors
    /// When a head is longer than the log, or something is gone whose erasure is not on the record.
    pub fn finish(mut self) -> Result<Root, Wrong> {
        let size = self.tree.size();
        if size == 0 {
            self.agree()?;
        }
        if let Some(head) = self.heads.first() {
            return Err(Wrong {
                entry: size + 1,
                field: "sequence",
                why: format!(
                    "it is missing: the log ends before it, and a head says {}",
                    head.size
                ),
            });
        }
        if let Some((entry, field)) = self.missing.first() {
            return Err(Wrong {
                entry: *entry,
                field,
                why: "it is gone, and no entry tells of its erasure".into(),
            });
        }
        Ok(Root {
            size,
            root: self.tree.root(),
        })
    }
}

impl Root {
    /// Whether this is what the tree's row says.
    pub(super) fn is(self, kept: Self) -> Result<Self, Wrong> {
        if self == kept {
            return Ok(self);
        }
        Err(Wrong {
            entry: self.size.min(kept.size) + 1,
            field: "tree",
            why: format!(
                "the tree's row says that there are {} entries with the root {}; there are {} with {}",
                kept.size, kept.root, self.size, self.root
            ),
        })
    }
}

/// Checks an export: a line for each entry, then the head, which this key must have signed; and each of the heads given
/// besides, with their signatures. Gives what the log came to.
///
/// # Errors
/// The first thing that is wrong.
pub fn check_export(
    lines: impl Iterator<Item = std::io::Result<String>>,
    heads: Vec<Head>,
    key: &[u8; 32],
) -> Result<Root, Wrong> {
    let mut check = Check::against(signed(heads, key)?);
    let mut last = None;
    for (index, line) in lines.enumerate() {
        let wrong = |why: String| Wrong {
            entry: index as u64 + 1,
            field: "line",
            why,
        };
        let line = line.map_err(|error| wrong(error.to_string()))?;
        if last.is_some() {
            return Err(wrong("it stands after the head, which ends an export".into()));
        }
        if line.starts_with('{') {
            check.take(&Entry::read(&line).map_err(wrong)?)?;
            continue;
        }
        let head = Head::all_in(&line).pop().filter(|head| head.line() == line);
        last = Some(head.ok_or_else(|| wrong("it is neither an entry nor a head".into()))?);
    }
    let found = check.finish()?;
    let wrong = |why: &str| Wrong {
        entry: found.size + 1,
        field: "head",
        why: why.into(),
    };
    let last = last.ok_or_else(|| wrong("the export does not end with a head"))?;
    signed(vec![last.clone()], key)?;
    if last.root != found {
        return Err(wrong("the head at the end is of another log"));
    }
    Ok(found)
}

/// What heads say, if this key signed every one.
///
/// # Errors
/// Which was not.
pub fn signed(heads: Vec<Head>, key: &[u8; 32]) -> Result<Vec<Root>, Wrong> {
    match heads.iter().find(|head| !head.is_signed_by(key)) {
        None => Ok(heads.iter().map(|head| head.root).collect()),
        Some(head) => Err(Wrong {
            entry: head.root.size,
            field: "head",
            why: format!("this key has not signed the head of size {}", head.root.size),
        }),
    }
}
