//! Needs: problems that councils state before any tender. A need becomes a pilot in `pilots`.

mod store;

use crate::access::{Action, Resource, Viewer, authorize, signed_in};
use crate::audit;
use crate::contracts::is_cpv_code;
use crate::councils::directory;
use crate::events::{self, About, Happened, Kind};
use crate::runtime::page::{Cut, Page};
use crate::runtime::{App, Error, Stop, Wrong, based_on, words};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// What a council says of a need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// In a line.
    pub title: String,
    /// What is wrong.
    pub problem: String,
    /// What should be true afterwards.
    pub outcomes: String,
    /// Systems it must work with.
    pub systems: Option<String>,
    /// Local Government Service List code.
    pub lgsl: Option<i32>,
    /// Common Procurement Vocabulary code, eight digits.
    pub cpv: Option<String>,
    /// Least budget in pence.
    pub budget_min_pence: Option<i64>,
    /// Most budget in pence.
    pub budget_max_pence: Option<i64>,
    /// When it is wanted.
    pub needed_by: Option<NaiveDate>,
}

/// A need that was stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is.
    pub council_id: Uuid,
    /// What it says.
    pub statement: Statement,
    /// What became of it.
    pub state: State,
    /// Since when.
    pub stated_at: DateTime<Utc>,
    /// Counts its changes.
    pub version: i32,
}

words! {
    /// The state of a need.
    #[graphql(name = "NeedState")]
    State {
        /// Others can read it and say "us too".
        Stated = "stated",
        /// Something answers it.
        Met = "met",
        /// Taken back.
        Withdrawn = "withdrawn",
    }
}

/// How a need ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "NeedEnding")]
pub enum Ending {
    /// Something answers it.
    Met,
    /// Taken back.
    Withdrawn,
}

/// Why a council could not say "us too".
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum NeedSupportErrorCode {
    /// The need has been met or withdrawn.
    Ended,
    /// It is the council's own.
    Own,
    /// The note is over 2,000 bytes.
    BadText,
}

/// Why a need could not be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum NeedEndErrorCode {
    /// It was changed since the version this was based on.
    Conflict,
    /// It has been met or withdrawn.
    Ended,
}

/// Why a need could not be stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum NeedStateErrorCode {
    /// Title, problem or outcomes are blank or too long.
    BadText,
    /// The service is not in the Local Government Service List.
    UnknownService,
    /// The CPV code does not have eight digits.
    BadCpv,
    /// The budget's least is over its most, or negative.
    BadBudget,
}

/// States a need of a council.
///
/// # Errors
/// Every reason it makes no sense; or the viewer may not.
pub async fn state(
    app: &App,
    viewer: &Viewer,
    council_id: Uuid,
    statement: Statement,
) -> Result<Need, Stop<NeedStateErrorCode>> {
    let permit = authorize(viewer, Action::StateNeed, Resource::Council(council_id))?;
    check(&statement).stop()?;
    let now = app.clock.now();
    let need = Need {
        id: app.entropy.id(now),
        council_id,
        statement,
        state: State::Stated,
        stated_at: now,
        version: 1,
    };
    let txn = app.db.begin().await?;
    store::insert(&txn, &permit, &need).await?;
    let stated = Happened::now(
        Kind::NeedStated,
        format!("{}/stated", need.id),
        council_id,
        About::Need(need.id),
    );
    events::record(app, &txn, vec![stated]).await?;
    audit::record(
        app,
        &txn,
        &permit,
        "need",
        need.id,
        &serde_json::json!({ "title": need.statement.title }),
    )
    .await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(need)
}

fn check(statement: &Statement) -> Wrong<NeedStateErrorCode> {
    let mut wrong = Wrong::default();
    for (path, text, most) in [
        ("title", &statement.title, 200),
        ("problem", &statement.problem, 10_000),
        ("outcomes", &statement.outcomes, 10_000),
    ] {
        wrong.when(
            text.trim().is_empty() || text.chars().count() > most,
            NeedStateErrorCode::BadText,
            path,
            format!("give {path} in at most {most} characters"),
        );
    }
    let long = statement
        .systems
        .as_ref()
        .is_some_and(|text| text.chars().count() > 10_000);
    wrong.when(
        long,
        NeedStateErrorCode::BadText,
        "systems",
        "give systems in at most 10,000 characters",
    );
    if let Some(code) = statement.lgsl {
        let unknown = directory().service(code).is_none();
        let message = format!("there is no service {code}");
        wrong.when(unknown, NeedStateErrorCode::UnknownService, "service", message);
    }
    if let Some(code) = &statement.cpv {
        let message = format!("{code:?} does not have eight digits");
        wrong.when(!is_cpv_code(code), NeedStateErrorCode::BadCpv, "cpv", message);
    }
    let (least, most) = (
        statement.budget_min_pence.unwrap_or(0),
        statement.budget_max_pence.unwrap_or(i64::MAX),
    );
    wrong.when(
        least < 0 || least > most,
        NeedStateErrorCode::BadBudget,
        "budgetMinPence",
        format!("{least} to {most} is not a band"),
    );
    wrong
}

/// Says "us too" for another council, with a note; saying it again changes nothing.
///
/// # Errors
/// When the need has ended or is the council's own, or the viewer may not.
pub async fn support(
    app: &App,
    viewer: &Viewer,
    need: Uuid,
    council_id: Uuid,
    note: Option<String>,
) -> Result<Need, Stop<NeedSupportErrorCode>> {
    let permit = authorize(viewer, Action::StateNeed, Resource::Council(council_id))?;
    let txn = app.db.begin().await?;
    let found = store::one(&txn, need).await?.ok_or(Error::NotFound)?;
    let mut wrong = Wrong::default();
    wrong.when(
        found.state != State::Stated,
        NeedSupportErrorCode::Ended,
        "need",
        "this need has been met or withdrawn",
    );
    wrong.when(
        found.council_id == council_id,
        NeedSupportErrorCode::Own,
        "council",
        "this need is the council's own",
    );
    wrong.when(
        note.as_ref().is_some_and(|note| note.len() > 2_000),
        NeedSupportErrorCode::BadText,
        "note",
        "give the note in at most 2,000 bytes",
    );
    wrong.stop()?;
    if !store::put_supporter(&txn, &permit, need, council_id, note, app.clock.now()).await? {
        return Ok(found);
    }
    let key = format!("{need}/joined/{council_id}");
    let joined = Happened {
        detail: serde_json::json!({ "council": council_id }),
        ..Happened::now(Kind::NeedJoined, key, found.council_id, About::Need(need))
    };
    events::record(app, &txn, vec![joined]).await?;
    audit::record(
        app,
        &txn,
        &permit,
        "need",
        need,
        &serde_json::json!({ "us too": council_id }),
    )
    .await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(found)
}

/// Ends a need of one's council: met, or withdrawn.
///
/// # Errors
/// When it has another version or has ended, or the viewer may not.
pub async fn end(
    app: &App,
    viewer: &Viewer,
    need: Uuid,
    version: i32,
    ending: Ending,
) -> Result<Need, Stop<NeedEndErrorCode>> {
    signed_in(viewer)?;
    let txn = app.db.begin().await?;
    let mut found = store::one(&txn, need).await?.ok_or(Error::NotFound)?;
    let permit = authorize(viewer, Action::StateNeed, Resource::Council(found.council_id))?;
    based_on(version, found.version, NeedEndErrorCode::Conflict)?;
    if found.state != State::Stated {
        return Err(Stop::refuse(
            NeedEndErrorCode::Ended,
            "need",
            "this need has been met or withdrawn",
        ));
    }
    found.state = match ending {
        Ending::Met => State::Met,
        Ending::Withdrawn => State::Withdrawn,
    };
    found.version += 1;
    store::put_state(&txn, &permit, &found, app.clock.now()).await?;
    events::void_about(&txn, About::Need(need), "the need has been met or withdrawn").await?;
    let detail = serde_json::json!({ "ended": found.state.as_str() });
    audit::record(app, &txn, &permit, "need", need, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(found)
}

/// The councils that said "us too" to these needs, by need, in the order they did.
///
/// # Errors
/// When the database fails.
pub async fn supporters_of(app: &App, needs: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    store::supporters_of(app.db.read(), needs).await
}

/// A page of the needs that councils have stated, newest first. They are public.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, _viewer: &Viewer, cut: &Cut) -> Result<Page<Need>, Error> {
    store::list(app.db.read(), cut).await
}

/// Needs by id; those that do not exist are not in the answer.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(app: &App, _viewer: &Viewer, ids: &[Uuid]) -> Result<HashMap<Uuid, Need>, Error> {
    store::by_ids(app.db.read(), ids).await
}
