//! Contracts under the Open Contracting Data Standard, 1.1.5: releases and records, in packages a page at a time, one by
//! one, and all of them in one go.
//!
//! `release` makes the release of a contract from what everybody may know of it, `parties` and `terms` parts of it, and
//! `record` the compiled and the versioned release (all pure). Each contract is a contracting process. There is one
//! release of each: its present state, whole. Earlier states are not published anew, for they cannot be rebuilt: what is
//! recorded of changes leaves out extension options and further buyers, and the audit log is not for everybody. A
//! harvester that follows the pages keeps each state that it saw: ids of releases tell states apart.

mod package;
mod parties;
mod record;
mod release;
mod terms;

#[cfg(test)]
mod tests;

use super::facts::Facts;
use super::store::{changed, facts, next};
use super::{AT_A_TIME, Cursor, Of, Publisher};
use crate::councils::Council;
use crate::runtime::{App, Error};
use chrono::{DateTime, DurationRound, SecondsFormat, TimeDelta, Utc};
use futures_util::Stream;
use futures_util::stream::try_unfold;
use package::Package;
use serde_json::Value;
use uuid::Uuid;

/// Contracts on a page, unless the reader asks for fewer.
pub const PAGE: usize = 100;

/// What is wanted of contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Release packages.
    Releases,
    /// Record packages: each with its releases, and these merged.
    Records,
    /// Releases without a package, one on a line.
    Lines,
}

/// Which page of a council's contracts.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Those that were changed at this instant or later.
    pub since: Option<DateTime<Utc>>,
    /// After this place.
    pub after: Option<Cursor>,
    /// At most so many.
    pub limit: usize,
}

/// A page of a council's contracts as JSON, in the order in which they were last changed. What changes while somebody reads
/// moves to the end, and is read then; nothing is passed over.
///
/// # Errors
/// When the database fails.
pub async fn page(
    app: &App,
    publisher: &Publisher,
    council: &'static Council,
    kind: Kind,
    asked: Asked,
) -> Result<Vec<u8>, Error> {
    let mut places = changed(app, council.id, asked.since, asked.after, asked.limit + 1).await?;
    let more = places.len() > asked.limit;
    places.truncate(asked.limit);
    let ids: Vec<Uuid> = places.iter().map(|place| place.id).collect();
    let found = facts(app, &ids).await?;
    let address = |cursor: Option<Cursor>| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(since) = asked.since {
            query.append_pair("since", &instant(since));
        }
        if let Some(cursor) = cursor {
            query.append_pair("cursor", &cursor.written());
        }
        if asked.limit != PAGE {
            query.append_pair("limit", &asked.limit.to_string());
        }
        let (query, name) = (query.finish(), kind.file());
        let mark = if query.is_empty() { "" } else { "?" };
        publisher.address(&format!("/{}/{name}{mark}{query}", council.facts.slug))
    };
    let package = Package {
        kind,
        uri: address(asked.after),
        of: Some(council),
        // With nothing in it, the day: whoever asks again has it already.
        published_at: places
            .last()
            .map_or_else(
                || app.clock.now().duration_trunc(TimeDelta::days(1)),
                |place| Ok(place.at),
            )
            .map_err(Error::fault)?,
        next: places.last().filter(|_| more).map(|last| address(Some(*last))),
    };
    let items = found.iter().map(|facts| item(kind, facts, publisher));
    package.whole(publisher, items.collect())
}

/// The package of one contract as JSON; nothing, where there is none.
///
/// # Errors
/// When the database fails.
pub async fn of_contract(
    app: &App,
    publisher: &Publisher,
    contract: Uuid,
    kind: Kind,
) -> Result<Option<Vec<u8>>, Error> {
    let Some(facts) = facts(app, &[contract]).await?.pop() else {
        return Ok(None);
    };
    let name = if kind == Kind::Records {
        "record"
    } else {
        "release"
    };
    let package = Package {
        kind,
        uri: publisher.address(&format!("/contracts/{}/{name}.json", contract.simple())),
        of: facts.council(),
        published_at: facts.contract.updated_at,
        next: None,
    };
    package
        .whole(publisher, vec![item(kind, &facts, publisher)])
        .map(Some)
}

enum Step {
    Begin,
    After(Uuid),
    End,
}

/// Every contract of a council, or of all, in pieces that together are one package or one file of lines. They come in the
/// order of ids, which no change moves.
pub fn whole(
    app: &App,
    publisher: &Publisher,
    of: Of,
    kind: Kind,
    since: Option<DateTime<Utc>>,
) -> impl Stream<Item = Result<Vec<u8>, Error>> + Send + use<> {
    let (app, publisher) = (app.clone(), publisher.clone());
    try_unfold(Step::Begin, move |step| {
        let (app, publisher) = (app.clone(), publisher.clone());
        async move {
            let (mut piece, after, first) = match step {
                Step::End => return Ok::<_, Error>(None),
                Step::After(id) => (Vec::new(), id, false),
                Step::Begin => {
                    let council = match of {
                        Of::Council(council) => Some(council),
                        _ => None,
                    };
                    let place =
                        council.map_or_else(String::new, |council| format!("/{}", council.facts.slug));
                    let package = Package {
                        kind,
                        uri: publisher.address(&format!("{place}/{}", kind.file())),
                        of: council,
                        published_at: app.clock.now(),
                        next: None,
                    };
                    (package.head(&publisher)?, Uuid::nil(), true)
                }
            };
            let ids = next(&app, of, since, after, AT_A_TIME).await?;
            let mut begun = !first;
            for facts in facts(&app, &ids).await? {
                if begun && kind != Kind::Lines {
                    piece.push(b',');
                }
                begun = true;
                serde_json::to_writer(&mut piece, &item(kind, &facts, &publisher)).map_err(Error::fault)?;
                piece.push(b'\n');
            }
            let step = match ids.last() {
                Some(last) if ids.len() == AT_A_TIME => Step::After(*last),
                _ => {
                    piece.extend_from_slice(Package::tail(kind));
                    Step::End
                }
            };
            Ok(Some((piece, step)))
        }
    })
}

impl Kind {
    /// The name of the file of a council's.
    pub fn file(self) -> &'static str {
        match self {
            Self::Releases => "releases.json",
            Self::Records => "records.json",
            Self::Lines => "releases.jsonl",
        }
    }
}

fn item(kind: Kind, facts: &Facts, publisher: &Publisher) -> Value {
    let release = release::of(facts, publisher);
    match kind {
        Kind::Records => record::of(release),
        Kind::Releases | Kind::Lines => release,
    }
}

/// An instant as the standard writes it (RFC 3339).
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Where the Office for National Statistics tells of an area.
pub(super) fn statistics_uri(gss: &str) -> String {
    format!("http://statistics.data.gov.uk/id/statistical-geography/{gss}")
}

/// A service of the Local Government Service List.
pub(super) fn service_uri(lgsl: i32) -> String {
    format!("http://id.esd.org.uk/service/{lgsl}")
}
