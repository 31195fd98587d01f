//! Law that is data, not code: dated rules with their amounts and sources, in one table that an operator can correct.
//!
//! What is shown of it is guidance and not legal advice. [`rules`] are pure: what the table says of a contract on a day.
//! It knows nothing of pilots or contracts; whoever asks says what is bought, where, when and for how much.

pub mod rules;
mod store;

pub use rules::{Book, Contract, Guidance};

use crate::access::{Action, Resource, Viewer, authorize};
use crate::audit;
use crate::councils::facts::Nation;
use crate::runtime::page::{Cut, Page};
use crate::runtime::{App, Error, Stop, based_on, words};
use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

words! {
    /// What a dated rule is of.
    #[graphql(name = "LawRule")]
    Rule {
        /// From this estimated value, in pence, a contract for goods or services is above the threshold.
        GoodsAndServicesThreshold = "goods_and_services_threshold",
        /// The same of works, in pence.
        WorksThreshold = "works_threshold",
        /// The same of light touch services, in pence.
        LightTouchThreshold = "light_touch_threshold",
        /// From this estimated value, in pence, a contract below the threshold needs notices.
        NotifiableFrom = "notifiable_from",
        /// The standard rate of VAT, in hundredths of a per cent: 2000 is 20%.
        VatStandardRate = "vat_standard_rate",
        /// The least standstill of a contract above the threshold, in working days.
        StandstillDays = "standstill_days",
        /// Whether councils may reserve contracts below the threshold to small and medium enterprises.
        ReserveSme = "reserve_sme",
        /// The same to voluntary, community and social enterprises.
        ReserveVcse = "reserve_vcse",
        /// The same to suppliers of their own or a bordering area.
        ReserveLocal = "reserve_local",
        /// Councils publish a register of their contracts over this value, in pence.
        RegisterOver = "register_over",
    }
}

words! {
    /// What a contract buys, as the thresholds of procurement law tell contracts apart.
    #[graphql(name = "ProcurementCategory")]
    Category {
        /// Goods and services.
        GoodsAndServices = "goods_and_services",
        /// Construction and the like (CPV codes that begin with 45).
        Works = "works",
        /// Services to people that the law holds less tightly: social care, health, education and others on its list.
        LightTouch = "light_touch",
    }
}

/// What an entry of the table says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it is a rule of.
    pub rule: Rule,
    /// Where it is in force; in every nation, if it is not said.
    pub nation: Option<Nation>,
    /// In the rule's own unit; none where the rule only is in force.
    pub amount: Option<i64>,
    /// Whether the amount counts VAT.
    pub with_vat: bool,
    /// Its first day.
    pub from_on: NaiveDate,
    /// Its last day; in force until further notice, if there is none.
    pub to_on: Option<NaiveDate>,
    /// Where it is written.
    pub source: String,
}

/// An entry of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Identifier.
    pub id: Uuid,
    /// What it says.
    pub said: Said,
    /// Counts its changes.
    pub version: i32,
}

/// Why an entry could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum LawErrorCode {
    /// The amount is lacking, negative, or given to a rule that has none.
    BadAmount,
    /// Its last day is before its first.
    BadDates,
    /// The source is blank or over 1,000 bytes.
    BadSource,
    /// Another entry of the same rule and nation is in force on some of these days.
    Overlaps,
    /// It was changed since the version this was based on.
    Conflict,
}

/// Everything that the table says.
///
/// # Errors
/// When the database fails.
pub async fn book(db: &impl ConnectionTrait) -> Result<Book, Error> {
    Ok(Book::new(store::all(db).await?))
}

/// The same, for whoever reads; the table is public.
///
/// # Errors
/// When the database fails.
pub async fn read(app: &App) -> Result<Book, Error> {
    book(app.db.read()).await
}

/// A page of the entries, of one day or of all; the table is public.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, on: Option<NaiveDate>, cut: &Cut) -> Result<Page<Entry>, Error> {
    store::list(app.db.read(), on, cut).await
}

/// Adds an entry.
///
/// # Errors
/// Every reason it makes no sense, or the viewer is no operator.
pub async fn add(app: &App, viewer: &Viewer, said: Said) -> Result<Entry, Stop<LawErrorCode>> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let txn = app.db.begin().await?;
    let all = store::held(&txn).await?;
    rules::check(&said, all.iter()).stop()?;
    let entry = Entry {
        id: app.new_id(),
        said,
        version: 1,
    };
    store::put(&txn, &permit, &entry).await?;
    let detail = serde_json::json!({ "added": told(&entry.said) });
    audit::record(app, &txn, &permit, "law", entry.id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(entry)
}

/// Corrects an entry: what it says is written anew.
///
/// # Errors
/// When it has another version, every reason it makes no sense, or the viewer is no operator.
pub async fn correct(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    change: impl FnOnce(&mut Said),
) -> Result<Entry, Stop<LawErrorCode>> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let txn = app.db.begin().await?;
    let all = store::held(&txn).await?;
    let mut entry = all
        .iter()
        .find(|entry| entry.id == id)
        .cloned()
        .ok_or(Error::NotFound)?;
    based_on(version, entry.version, LawErrorCode::Conflict)?;
    let was = told(&entry.said);
    change(&mut entry.said);
    rules::check(&entry.said, all.iter().filter(|other| other.id != id)).stop()?;
    entry.version += 1;
    store::put(&txn, &permit, &entry).await?;
    let detail = serde_json::json!({ "corrected": { "from": was, "to": told(&entry.said) } });
    audit::record(app, &txn, &permit, "law", id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(entry)
}

/// An entry as the record has it.
fn told(said: &Said) -> String {
    let nation = said.nation.map_or("every nation", Nation::as_str);
    let until = said
        .to_on
        .map_or_else(|| "further notice".to_owned(), |day| day.to_string());
    format!(
        "{} {nation} {} from {} until {until}: {}",
        said.rule.as_str(),
        said.amount
            .map_or_else(|| "in force".to_owned(), |amount| amount.to_string()),
        said.from_on,
        said.source,
    )
}
