//! Windows whose day to act by is between two days, for calendars and feeds: those there are, and those that went.
//!
//! SQL takes what it can of what is looked for, so that a narrow search does not read the whole of the registers; the
//! caller decides what matches.

use super::openings::{Opening, told};
use super::windows::WindowKind;
use crate::runtime::Error;
use chrono::{DateTime, NaiveDate, Utc};
use entity::{contract, contract_window, window_gone};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// The day to act by: the last of a window, or the first of one without an end. As the index has it.
const DAY: &str = "coalesce(closes_on, opens_on)";
/// The same, and no index has it. Of one council SQLite would otherwise read every council's windows in the index's
/// order, to be spared the sorting: 780 ms instead of 10 among a million windows.
const DAY_OF_A_FEW: &str = "coalesce(closes_on, opens_on, opens_on)";
/// Councils whose windows are fewer than those of so many days.
const A_FEW: usize = 8;

/// Which windows. What is empty or not given asks for nothing.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What has not begun to hold over by this day is left out: it is expected to end, not to be held over.
    pub today: NaiveDate,
    /// The day to act by is not before this.
    pub from: NaiveDate,
    /// And not after this.
    pub until: NaiveDate,
    /// In the registers of these councils; of all if not given.
    pub councils: Option<Vec<Uuid>>,
    /// Of these kinds.
    pub kinds: Vec<String>,
    /// Of these contracts.
    pub contracts: Vec<Uuid>,
    /// Of contracts that these people look after.
    pub owners: Vec<Uuid>,
    /// Of these departments, folded as [`crate::alerts`] compares them.
    pub departments: Vec<String>,
    /// Delivered so.
    pub delivery_models: Vec<String>,
    /// For these services.
    pub lgsl: Vec<i32>,
    /// With a CPV code that begins with one of these.
    pub cpv_prefixes: Vec<String>,
    /// With these words, or words that begin with or contain them: as near as each database can tell.
    pub words: Vec<String>,
    /// Worth at least this many pence.
    pub min_value_pence: Option<i64>,
    /// Worth at most this many pence.
    pub max_value_pence: Option<i64>,
    /// No more than this many.
    pub most: u64,
}

/// Windows that were found, without what is told about them.
#[derive(Clone, Debug, Default)]
pub struct Found {
    windows: Vec<contract_window::Model>,
    gone: bool,
}

/// A window, with what is told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// It, and its contract.
    pub opening: Opening,
    /// Counts the changes of its dates.
    pub sequence: i32,
    /// When it or its contract was last written.
    pub changed_at: DateTime<Utc>,
    /// It is not derived any more; these are the dates it had last.
    pub gone: bool,
}

/// Those that are, the next day to act by first.
///
/// # Errors
/// When the database fails.
pub async fn by_day(db: &impl ConnectionTrait, wanted: &Wanted) -> Result<Found, Error> {
    let select = contract_window::Entity::find().filter(condition(db, wanted));
    let windows = select
        .order_by(Expr::cust(wanted.day()), Order::Asc)
        .order_by_asc(contract_window::Column::ContractId)
        .limit(wanted.most)
        .all(db)
        .await?;
    Ok(Found { windows, gone: false })
}

/// Those that have opened, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn opened(db: &impl ConnectionTrait, wanted: &Wanted) -> Result<Found, Error> {
    let select = contract_window::Entity::find()
        .filter(condition(db, wanted))
        .filter(contract_window::Column::OpensOn.lte(wanted.today));
    let windows = select
        .order_by_desc(contract_window::Column::OpensOn)
        .order_by_asc(contract_window::Column::ContractId)
        .limit(wanted.most)
        .all(db)
        .await?;
    Ok(Found { windows, gone: false })
}

/// Those that open between two days, the latest or the earliest first; their day to act by is any.
///
/// # Errors
/// When the database fails.
pub async fn opening(
    db: &impl ConnectionTrait,
    wanted: &Wanted,
    (from, until): (NaiveDate, NaiveDate),
    latest_first: bool,
) -> Result<Found, Error> {
    use contract_window::Column as C;
    let order = if latest_first { Order::Desc } else { Order::Asc };
    let windows = contract_window::Entity::find()
        .filter(narrowed(db, wanted))
        .filter(C::OpensOn.between(from, until))
        .order_by(C::OpensOn, order)
        .order_by_asc(C::ContractId)
        .limit(wanted.most)
        .all(db)
        .await?;
    Ok(Found { windows, gone: false })
}

/// Those that were and are not any more.
///
/// # Errors
/// When the database fails.
pub async fn gone(db: &impl ConnectionTrait, wanted: &Wanted) -> Result<Found, Error> {
    let rows = window_gone::Entity::find()
        .filter(condition(db, wanted))
        .order_by(Expr::cust(wanted.day()), Order::Asc)
        .order_by_asc(window_gone::Column::ContractId)
        .limit(wanted.most)
        .all(db)
        .await?;
    let as_it_was = |row: window_gone::Model| contract_window::Model {
        contract_id: row.contract_id,
        kind: row.kind,
        ordinal: row.ordinal,
        council_id: row.council_id,
        opens_on: row.opens_on,
        closes_on: row.closes_on,
        armed_at: row.gone_at,
        sequence: row.sequence,
        announced: true,
        closing_announced: true,
    };
    Ok(Found {
        windows: rows.into_iter().map(as_it_was).collect(),
        gone: true,
    })
}

impl Wanted {
    fn day(&self) -> &'static str {
        let councils = self.councils.as_ref();
        let few = councils.is_some_and(|councils| councils.len() <= A_FEW);
        if few || !self.contracts.is_empty() || !self.owners.is_empty() {
            DAY_OF_A_FEW
        } else {
            DAY
        }
    }
}

impl Found {
    /// How many.
    pub fn count(&self) -> usize {
        self.windows.len()
    }

    /// In pieces of so many, so that what is told about them is not all in memory at once.
    pub fn pieces(&self, size: usize) -> impl Iterator<Item = Piece<'_>> {
        self.windows.chunks(size).map(|windows| Piece {
            windows,
            gone: self.gone,
        })
    }
}

/// Some of what was found.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    windows: &'a [contract_window::Model],
    gone: bool,
}

impl Piece<'_> {
    /// With what is told about them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(&self, db: &impl ConnectionTrait) -> Result<Vec<Listed>, Error> {
        let told = told(db, self.windows).await?;
        let listed = told.into_iter().map(|(row, opening)| Listed {
            sequence: row.sequence,
            changed_at: std::cmp::max(row.armed_at, opening.contract.updated_at),
            gone: self.gone,
            opening,
        });
        Ok(listed.collect())
    }
}

fn condition(db: &impl ConnectionTrait, wanted: &Wanted) -> Condition {
    let column = |name: &'static str| Expr::col(Alias::new(name));
    let expected = column("kind")
        .eq(WindowKind::HoldingOver.as_str())
        .and(column("opens_on").gt(wanted.today));
    narrowed(db, wanted)
        .add(Expr::cust(wanted.day()).gte(wanted.from))
        .add(Expr::cust(wanted.day()).lte(wanted.until))
        .add(expected.not())
}

/// The same, whatever the day to act by.
fn narrowed(db: &impl ConnectionTrait, wanted: &Wanted) -> Condition {
    let column = |name: &'static str| Expr::col(Alias::new(name));
    let mut all = Condition::all();
    if let Some(councils) = &wanted.councils {
        all = all.add(column("council_id").is_in(councils.iter().copied()));
    }
    if !wanted.kinds.is_empty() {
        all = all.add(column("kind").is_in(wanted.kinds.iter().cloned()));
    }
    if !wanted.contracts.is_empty() {
        all = all.add(column("contract_id").is_in(wanted.contracts.iter().copied()));
    }
    all.add_option(
        contracts(db.get_database_backend(), wanted).map(|of| column("contract_id").in_subquery(of)),
    )
}

/// The contracts that may be what is wanted; nothing, when it says nothing of contracts.
fn contracts(backend: DbBackend, wanted: &Wanted) -> Option<SelectStatement> {
    use contract::Column as C;
    let mut of = looked_after(wanted);
    if !wanted.lgsl.is_empty() {
        of = of.add(C::Lgsl.is_in(wanted.lgsl.iter().copied()));
    }
    if !wanted.cpv_prefixes.is_empty() {
        let prefixes = wanted.cpv_prefixes.iter();
        let any = prefixes.fold(Condition::any(), |any, prefix| any.add(begins(backend, prefix)));
        of = of.add(any);
    }
    of = of
        .add_option(wanted.min_value_pence.map(|least| C::ValuePence.gte(least)))
        .add_option(wanted.max_value_pence.map(|most| C::ValuePence.lte(most)));
    for word in wanted.words.iter().filter(|word| word.is_ascii()) {
        of = of.add(says(backend, word));
    }
    if of.is_empty() {
        return None;
    }
    let mut select = Query::select();
    select.column(C::Id).from(contract::Entity).cond_where(of);
    Some(select)
}

/// By whom, where and how a contract is looked after and delivered.
fn looked_after(wanted: &Wanted) -> Condition {
    use contract::Column as C;
    let mut of = Condition::all();
    if !wanted.owners.is_empty() {
        of = of.add(C::OwnerId.is_in(wanted.owners.iter().copied()));
    }
    let (departments, models) = (&wanted.departments, &wanted.delivery_models);
    // SQLite folds the case of ASCII only.
    if !departments.is_empty() && departments.iter().all(|name| name.is_ascii()) {
        let folded = Expr::cust("lower(trim(contract.department))");
        of = of.add(folded.is_in(departments.iter().cloned()));
    }
    if !models.is_empty() {
        of = of.add(C::DeliveryModel.is_in(models.iter().cloned()));
    }
    // No index has these two: they are looked for among the contracts of the councils.
    let councils = wanted.councils.as_ref();
    if let Some(councils) = councils.filter(|_| !departments.is_empty() || !models.is_empty()) {
        of = of.add(C::CouncilId.is_in(councils.iter().copied()));
    }
    of
}

/// As the index of each database answers it.
fn begins(backend: DbBackend, prefix: &str) -> SimpleExpr {
    let digits: String = prefix.chars().filter(char::is_ascii_digit).take(8).collect();
    match backend {
        DbBackend::Postgres => contract::Column::Cpv.like(format!("{digits}%")),
        _ => {
            let end = format!("{digits}:");
            contract::Column::Cpv
                .gte(digits)
                .and(contract::Column::Cpv.lt(end))
        }
    }
}

/// Never less than what has the word: SQLite's text search finds more (it takes words by their stems); PostgreSQL's
/// finds less (it takes `IT/software` for a file), so its text is looked through.
fn says(backend: DbBackend, word: &str) -> SimpleExpr {
    match backend {
        DbBackend::Postgres => Expr::cust_with_values(
            "lower(contract.title || ' ' || contract.description || ' ' || coalesce(contract.product_name, '')) \
             LIKE $1",
            [format!("%{word}%")],
        ),
        _ => Expr::cust_with_values(
            "contract.docid IN (SELECT rowid FROM contract_text WHERE contract_text MATCH ?)",
            [format!("\"{word}\"")],
        ),
    }
}
