//! The links that end alerts without signing in (RFC 8058). A link is of a person and ends all their alerts,
//! as the mails it stands in cover several of their searches.

use super::links::{self, Purpose, person_of};
use super::searches::State;
use super::store;
use crate::runtime::{App, Error, outbox};
use entity::saved_search;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// What a link is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribed {
    /// Completes "Stop emails about ...".
    pub what: String,
    /// Who gets them.
    pub address: String,
    /// Whether they had been stopped before.
    pub already: bool,
}

/// What the link's token is about; changes nothing. Nothing, when the token is not ours.
///
/// # Errors
/// When the database fails.
pub async fn subscription(app: &App, token: &str) -> Result<Option<Unsubscribed>, Error> {
    let Some(person) = links::owner(app, Purpose::Unsubscribe, token).await? else {
        return Ok(None);
    };
    let searches = store::mine(app.db.read(), person.id).await?;
    let active: Vec<String> = searches
        .iter()
        .filter(|s| s.state == State::Active)
        .map(|s| format!("\u{2018}{}\u{2019}", s.name))
        .collect();
    let what = match active.len() {
        0 => "contract windows".to_owned(),
        1..=5 => active.join(", "),
        more => format!("{} and {} more", active[..5].join(", "), more - 5),
    };
    Ok(Some(Unsubscribed {
        what,
        address: person.email,
        already: active.is_empty(),
    }))
}

/// Ends the alerts the link's token is about, those waiting to be sent included.
///
/// # Errors
/// When the database fails.
pub async fn unsubscribe(app: &App, token: &str) -> Result<Option<Unsubscribed>, Error> {
    let Some(told) = subscription(app, token).await? else {
        return Ok(None);
    };
    let Some(id) = person_of(app, Purpose::Unsubscribe, token) else {
        return Ok(None);
    };
    let txn = app.db.begin().await?;
    saved_search::Entity::update_many()
        .filter(saved_search::Column::PersonId.eq(id))
        .filter(saved_search::Column::State.eq("active"))
        .col_expr(saved_search::Column::State, Expr::value("unsubscribed"))
        .col_expr(saved_search::Column::UpdatedAt, Expr::value(app.clock.now()))
        .col_expr(saved_search::Column::Version, Expr::cust("version + 1"))
        .exec(&txn)
        .await?;
    outbox::suppress(&txn, id, "unsubscribed").await?;
    txn.commit().await?;
    Ok(Some(told))
}
