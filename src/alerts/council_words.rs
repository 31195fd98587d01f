//! What a council adds in its own words to the mails that tell of it: a text under its heading, marked as its own.

use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::councils;
use crate::runtime::mail::clean;
use crate::runtime::{App, Error, Stop, Wrong, based_on};
use chrono::{DateTime, Utc};
use entity::council_words::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Characters of a council's words.
const LONGEST: usize = 500;
/// Lines of mail end here: what is longer without a blank would be cut.
const LONGEST_WORD: usize = 70;
/// What mail programs make links of, beside `https:`.
const OTHER_LINKS: [&str; 6] = ["mailto:", "javascript:", "data:", "file:", "tel:", "ftp:"];

/// A council's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CouncilWords {
    /// Blank, where it adds none.
    pub words: String,
    /// Counts their changes; 0 before the first.
    pub version: i32,
}

/// Why a council's words could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum CouncilMailWordsErrorCode {
    /// They are over 500 characters, or one word of them is over 70.
    TooLong,
    /// They have a link that does not begin with `https://`.
    BadLink,
    /// They were changed since the version this was based on.
    Conflict,
}

/// A council's own words, as every mail that tells of it has them.
///
/// # Errors
/// When the database fails.
pub async fn one(app: &App, council: Uuid) -> Result<CouncilWords, Error> {
    found(app.db.read(), council).await
}

/// Sets a council's own words; none takes them back. What was written before keeps what it says.
///
/// # Errors
/// When they have another version, are too long or have a link that is not safe; or the viewer may not.
pub async fn set(
    app: &App,
    viewer: &Viewer,
    council: Uuid,
    version: i32,
    words: Option<&str>,
) -> Result<CouncilWords, Stop<CouncilMailWordsErrorCode>> {
    let permit = authorize(viewer, Action::SetMailWords, Resource::Council(council))?;
    let txn = app.db.begin().await?;
    councils::hold(&txn, council).await?;
    let before = found(&txn, council).await?;
    based_on(version, before.version, CouncilMailWordsErrorCode::Conflict)?;
    let words = words.unwrap_or_default().trim();
    check(words).stop()?;
    let words = CouncilWords {
        words: clean(words, LONGEST),
        version: before.version + 1,
    };
    put(&txn, &permit, council, &words, app.clock.now()).await?;
    let done = if words.words.is_empty() {
        "taken back"
    } else {
        "set"
    };
    let detail = serde_json::json!({ "mail words": done, "version": words.version });
    audit::record(app, &txn, &permit, "council", council, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(words)
}

fn check(words: &str) -> Wrong<CouncilMailWordsErrorCode> {
    use CouncilMailWordsErrorCode::{BadLink, TooLong};
    let mut wrong = Wrong::default();
    let long = words.chars().count() > LONGEST;
    wrong.when(
        long,
        TooLong,
        "words",
        format!("give at most {LONGEST} characters"),
    );
    let cut = words
        .split_whitespace()
        .any(|word| word.chars().count() > LONGEST_WORD);
    let message = format!("a link or word over {LONGEST_WORD} characters would be cut in mails");
    wrong.when(cut, TooLong, "words", message);
    let linked = words.to_lowercase();
    let other = linked.split_whitespace().any(|word| {
        let safe = word.matches("https://").count();
        let unsafe_name = safe == 0 && word.contains("www.");
        unsafe_name
            || word.matches("://").count() > safe
            || OTHER_LINKS.iter().any(|scheme| word.contains(scheme))
    });
    wrong.when(other, BadLink, "words", "links begin with https://");
    wrong
}

async fn found(db: &impl ConnectionTrait, council: Uuid) -> Result<CouncilWords, Error> {
    let row = Entity::find_by_id(council).one(db).await?;
    let words = row.map(|row| CouncilWords {
        words: row.words,
        version: row.version,
    });
    Ok(words.unwrap_or_default())
}

/// The words of those of these councils that have some.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    councils: HashSet<Uuid>,
) -> Result<HashMap<Uuid, String>, Error> {
    let rows = Entity::find()
        .filter(Column::CouncilId.is_in(councils))
        .filter(Column::Words.ne(""))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.council_id, row.words)).collect())
}

async fn put(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    council: Uuid,
    words: &CouncilWords,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let row = ActiveModel {
        council_id: Set(council),
        words: Set(words.words.clone()),
        version: Set(words.version),
        updated_at: Set(now),
    };
    let replace = OnConflict::column(Column::CouncilId)
        .update_columns([Column::Words, Column::Version, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_and_link_only_safely() {
        let refused = |words: &str| check(words).stop().is_err();
        for good in [
            "",
            "Ask procurement before you call a supplier: see https://intranet.example/buying (2 pages).",
            "Ratio 3:1, note: nothing else",
            &"\u{e9}\u{e9}\u{e9}\u{e9} ".repeat(100),
        ] {
            assert!(!refused(good), "{good}");
        }
        for bad in [
            "see http://intranet.example",
            "SEE HTTP://intranet.example",
            "https://good.example/http://bad.example",
            "www.intranet.example",
            "mailto:a@b.example",
            "javascript:alert(1)",
            &"xx x ".repeat(101),
            &"x".repeat(71),
        ] {
            assert!(refused(bad), "{bad}");
        }
    }
}
