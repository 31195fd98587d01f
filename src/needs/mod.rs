//! Needs: problems that councils state before any tender. A need becomes a pilot in `pilots`.

mod store;

use crate::access::{Action, Resource, Viewer, authorize};
use crate::audit;
use crate::councils::directory;
use crate::runtime::page::{Cut, Page};
use crate::runtime::{App, Error, Refusal, Stop};
use chrono::{DateTime, Utc};
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
    /// Since when.
    pub stated_at: DateTime<Utc>,
}

/// Why a need could not be stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum NeedStateErrorCode {
    /// Title, problem or outcomes are blank or too long.
    BadText,
    /// The service is not in the Local Government Service List.
    UnknownService,
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
    let wrong = check(&statement);
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    let now = app.clock.now();
    let need = Need {
        id: app.entropy.id(now),
        council_id,
        statement,
        stated_at: now,
    };
    let txn = app.db.begin().await?;
    store::insert(&txn, &permit, &need).await?;
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

fn check(statement: &Statement) -> Vec<Refusal<NeedStateErrorCode>> {
    let mut wrong = Vec::new();
    let mut refuse = |code, path: &str, message: String| {
        wrong.push(Refusal {
            code,
            path: path.into(),
            message,
        })
    };
    for (path, text, most) in [
        ("title", &statement.title, 200),
        ("problem", &statement.problem, 10_000),
        ("outcomes", &statement.outcomes, 10_000),
    ] {
        if text.trim().is_empty() || text.chars().count() > most {
            refuse(
                NeedStateErrorCode::BadText,
                path,
                format!("give {path} in at most {most} characters"),
            );
        }
    }
    if let Some(code) = statement.lgsl.filter(|code| directory().service(*code).is_none()) {
        refuse(
            NeedStateErrorCode::UnknownService,
            "service",
            format!("there is no service {code}"),
        );
    }
    let (least, most) = (
        statement.budget_min_pence.unwrap_or(0),
        statement.budget_max_pence.unwrap_or(i64::MAX),
    );
    if least < 0 || least > most {
        refuse(
            NeedStateErrorCode::BadBudget,
            "budgetMinPence",
            format!("{least} to {most} is not a band"),
        );
    }
    wrong
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
