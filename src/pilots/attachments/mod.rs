//! Files that belong to bids: what may be attached, where it is kept, and who is given it.
//!
//! A file is judged by its content, sealed, and kept under a name that tells nothing ([`objects`]); the row that names it
//! is whoever calls this one's, who has asked for the right. Keep first, then write the row in the transaction; what no
//! row names any more is swept five weeks later.

mod directory;
mod kinds;
pub mod links;
mod loose;

use crate::access::Viewer;
use crate::runtime::mail::clean;
use crate::runtime::outbox::hold;
use crate::runtime::{App, Error, Stop, Wrong, objects};
use chrono::Duration;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use uuid::Uuid;

/// The largest file.
pub const MOST_BYTES: usize = 10 << 20;
/// Files of one bid.
pub const MOST_FILES: usize = 20;
/// Bytes of all files of one bid.
pub const MOST_BYTES_OF_BID: u64 = 50 << 20;
/// Characters of a name.
const LONGEST_NAME: usize = 120;
/// An object is named by a row so long after it is kept, or never.
const NAMED_WITHIN: Duration = Duration::hours(24);
/// An object that nothing names is kept so long: a backup may name it.
const KEPT: Duration = Duration::days(35);

/// A file of a bid, as the bid names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What its bidder calls it, cleaned; its ending is that of its type.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// How large it is.
    pub bytes: u64,
    /// SHA-256 of its content, in hex.
    pub sha256: String,
    /// The object that holds it.
    pub object: String,
}

/// Why a file could not be attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum AttachmentErrorCode {
    /// It has over 10 MiB, or the bid's files would have over 50 MiB together.
    TooLarge,
    /// The bid has 20 files already.
    TooMany,
    /// It is none of PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, PNG, JPEG, CSV and plain text in UTF-8.
    UnknownType,
    /// Its name ends as that of another type.
    NotAsNamed,
    /// It holds macros or other programs.
    HasMacros,
    /// It is protected by a password.
    Encrypted,
    /// Its name is blank, has over 120 characters, or is that of another file of the bid.
    BadName,
    /// There is nothing in it.
    Empty,
}

/// Keeps a file for a bid that has these already. Whoever calls has asked for the right, and writes the row after.
///
/// # Errors
/// Each reason why it may not be attached; a fault when it cannot be kept.
pub async fn take(
    app: &App,
    bid: Uuid,
    already: &[Attachment],
    name: &str,
    content: &[u8],
) -> Result<Attachment, Stop<AttachmentErrorCode>> {
    let (name, media_type) = judged(already, name, content)?;
    let sha256 = Sha256::digest(content);
    let object = objects::fresh_name(app, &[&bid.as_bytes()[..], &sha256].concat());
    objects::put(app, &object, content).await?;
    Ok(Attachment {
        name,
        media_type: media_type.to_owned(),
        bytes: content.len() as u64,
        sha256: hex::encode(sha256),
        object,
    })
}

/// The name and the type under which a file is attached.
fn judged(
    already: &[Attachment],
    told: &str,
    content: &[u8],
) -> Result<(String, &'static str), Stop<AttachmentErrorCode>> {
    use AttachmentErrorCode::{BadName, Empty, NotAsNamed, TooLarge, TooMany};
    let name = cleaned(told);
    let shown = clean(told, LONGEST_NAME);
    let mut wrong = Wrong::default();
    let taken = already.iter().any(|one| one.name.eq_ignore_ascii_case(&name));
    let (characters, bytes) = (name.chars().count(), content.len() as u64);
    wrong.when(
        characters == 0,
        BadName,
        "name",
        format!("{shown:?} is no name of a file"),
    );
    let message = format!("the name has {characters} characters, and at most {LONGEST_NAME} are kept");
    wrong.when(characters > LONGEST_NAME, BadName, "name", message);
    let message = format!(
        "{name:?}: there is a file of that name already: remove it first, or call this one otherwise"
    );
    wrong.when(taken, BadName, "name", message);
    wrong.when(bytes == 0, Empty, "file", format!("{name:?} is empty"));
    let message = format!("{name:?} has {bytes} bytes, and a file has at most {MOST_BYTES}");
    wrong.when(content.len() > MOST_BYTES, TooLarge, "file", message);
    let message = format!(
        "{name:?}: there are {} files already, and a bid has at most {MOST_FILES}",
        already.len()
    );
    wrong.when(already.len() >= MOST_FILES, TooMany, "file", message);
    let together = already
        .iter()
        .map(|one| one.bytes)
        .sum::<u64>()
        .saturating_add(bytes);
    let message = format!(
        "with {name:?} the files would have {together} bytes, and at most {MOST_BYTES_OF_BID} are kept"
    );
    wrong.when(together > MOST_BYTES_OF_BID, TooLarge, "file", message);
    wrong.stop()?;
    let ending = name
        .rsplit_once('.')
        .map_or("", |(_, ending)| ending)
        .to_ascii_lowercase();
    let kind = kinds::of(content, &ending)
        .map_err(|(code, why)| Stop::refuse(code, "file", format!("{name:?} {why}")))?;
    if !kind.endings.contains(&&*ending) {
        let ends = kind.endings.join(" or .");
        let message = format!(
            "what is in {name:?} is {}, whose name ends in .{ends}",
            kind.media_type
        );
        return Err(Stop::refuse(NotAsNamed, "name", message));
    }
    Ok((name, kind.media_type))
}

/// A name without the folders it came from, without what is not seen or turns the text around it, and without blanks
/// and dots around it: what is left, if more than an ending is.
fn cleaned(told: &str) -> String {
    let last = told.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen = clean(last, usize::MAX);
    let name = seen
        .trim_end_matches(|c: char| c.is_whitespace() || c == '.')
        .trim_start();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let blank = stem
        .trim_matches(|c: char| c.is_whitespace() || c == '.')
        .is_empty();
    if blank { String::new() } else { name.to_owned() }
}

/// The content of a file, as it was attached. Who may have it, the caller has asked.
///
/// # Errors
/// A fault when it is missing or is not what was attached.
pub async fn give(app: &App, attachment: &Attachment) -> Result<Vec<u8>, Error> {
    let content = objects::get(app, &attachment.object).await?;
    let same = content.len() as u64 == attachment.bytes
        && hex::encode(Sha256::digest(&content)) == attachment.sha256;
    let other = || Error::fault(format!("object {} is not what its bid says", attachment.object));
    same.then_some(content).ok_or_else(other)
}

/// Forgets the content of a file that no row names any more.
///
/// # Errors
/// When the store cannot be reached; a sweep will forget it then.
pub async fn forget(app: &App, attachment: &Attachment) -> Result<(), Error> {
    objects::delete(app, &attachment.object).await
}

/// Forgets the objects that were named nowhere for five weeks, and tells how many: backups may name them until then.
/// `named` is to be read before this is called, and from everywhere where an object may be named. While dispatch is held
/// nothing is forgotten: the database may be an older one than the store.
///
/// # Errors
/// When the database or the store cannot be reached.
pub async fn sweep(app: &App, named: &HashSet<String>) -> Result<u64, Error> {
    if hold::held(app).await?.is_some() {
        return Ok(0);
    }
    let now = app.clock.now();
    let young = |name: &str| objects::named_at(name).is_none_or(|at| at >= now - NAMED_WITHIN);
    let mut loose: HashSet<String> = objects::list(app).await?.into_iter().collect();
    loose.retain(|name| !named.contains(name) && !young(name));
    let mut gone = 0;
    for name in loose::note(app, &loose, now - KEPT).await? {
        objects::delete(app, &name).await?;
        gone += 1;
    }
    Ok(gone)
}

/// Finds the files for a pilot that a viewer may have now; none that they may not read.
pub type Find = fn(App, Viewer, Uuid) -> BoxFuture<'static, Result<Vec<Attachment>, Error>>;

/// A file of a bid and its content, for whoever may have it at this moment.
///
/// # Errors
/// [`Error::NotFound`] when there is no such file, or not for this viewer.
pub async fn opened(
    app: &App,
    viewer: &Viewer,
    find: Find,
    pilot: Uuid,
    sha256: &str,
) -> Result<(Attachment, Vec<u8>), Error> {
    let all = find(app.clone(), viewer.clone(), pilot).await?;
    let found = all.into_iter().find(|one| one.sha256 == sha256);
    let found = found.ok_or(Error::NotFound)?;
    let content = give(app, &found).await?;
    Ok((found, content))
}

#[cfg(test)]
mod tests;
