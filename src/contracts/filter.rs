//! Which contracts, and in which order: the words officers filter by, as conditions of SQL.

use super::windows::WindowKind;
use crate::councils;
use crate::runtime::Error;
use chrono::NaiveDate;
use entity::{contract, contract_supplier, contract_window};
use sea_orm::sea_query::{
    Condition, Expr, ExprTrait, Func, Order as Direction, Query, SelectStatement, SimpleExpr,
};
use sea_orm::{ColumnTrait, DbBackend};
use uuid::Uuid;

/// Every part that is given must hold; an empty one holds for all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In the registers of these councils.
    pub councils: Vec<Uuid>,
    /// Of councils of these kinds, as `councils::Kind` names them.
    pub council_kinds: Vec<String>,
    /// Of councils in these regions.
    pub regions: Vec<String>,
    /// Of these Local Government Service List codes.
    pub lgsl: Vec<i32>,
    /// With a CPV code that begins so.
    pub cpv_prefix: Option<String>,
    /// With this supplier.
    pub supplier: Option<Uuid>,
    /// Worth at least this many pence.
    pub min_value_pence: Option<i64>,
    /// Worth at most this many pence.
    pub max_value_pence: Option<i64>,
    /// Ending on this day or later.
    pub ends_from: Option<NaiveDate>,
    /// Ending on this day or earlier; an unknown end never does.
    pub ends_to: Option<NaiveDate>,
    /// With a window of one of these kinds (any, if none is named) open on a day.
    pub window_open: Option<(Vec<WindowKind>, NaiveDate)>,
    /// With all of these words in title, description, reference or product.
    pub text: Option<String>,
    /// Running on this day, as far as its register says: see [`super::Holding::runs_on`].
    pub running_on: Option<NaiveDate>,
    /// Not in the registers of these councils.
    pub not_councils: Vec<Uuid>,
}

impl Filter {
    pub(super) fn condition(&self, backend: DbBackend) -> Condition {
        use contract::Column as C;
        let ids = |select: SelectStatement| C::Id.into_expr().in_subquery(select);
        Condition::all()
            .add_option(some(&self.councils).map(|ids| C::CouncilId.is_in(ids.iter().copied())))
            .add_option(
                councils::among(&self.council_kinds, &self.regions)
                    .map(|select| C::CouncilId.into_expr().in_subquery(select)),
            )
            .add_option(some(&self.lgsl).map(|codes| C::Lgsl.is_in(codes.iter().copied())))
            .add_option(
                self.cpv_prefix
                    .as_deref()
                    .map(|prefix| between_prefix(C::Cpv, prefix)),
            )
            .add_option(self.supplier.map(|id| ids(of_supplier(id))))
            .add_option(self.min_value_pence.map(|least| C::ValuePence.gte(least)))
            .add_option(self.max_value_pence.map(|most| C::ValuePence.lte(most)))
            .add_option(self.ends_from.map(|day| C::EndsKey.gte(day)))
            .add_option(self.ends_to.map(|day| C::EndsKey.lte(day)))
            .add_option(
                self.window_open
                    .as_ref()
                    .map(|(kinds, day)| ids(with_open_window(kinds, *day))),
            )
            .add_option(self.text.as_deref().and_then(|text| matching(text, backend)))
            .add_option(self.running_on.map(running))
            .add_option(some(&self.not_councils).map(|ids| C::CouncilId.is_not_in(ids.iter().copied())))
    }
}

fn some<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}

/// `33` becomes `33 <= cpv < 34`, which an index on the column answers on both databases.
fn between_prefix(column: contract::Column, prefix: &str) -> SimpleExpr {
    let digits: String = prefix.chars().filter(char::is_ascii_digit).take(8).collect();
    let low = column.gte(digits.clone());
    let end = format!("{digits}:");
    low.and(column.lt(end))
}

fn running(day: NaiveDate) -> Condition {
    use contract::Column as C;
    Condition::all()
        .add(C::Standing.ne("cancelled"))
        .add(C::EndsKey.gte(day))
        .add(C::StartsOn.is_null().or(C::StartsOn.lte(day)))
        .add(C::TerminatedOn.is_null().or(C::TerminatedOn.gte(day)))
        .add(C::ReplacedOn.is_null().or(C::ReplacedOn.gt(day)))
}

/// The same of the day `$1`, for those who write their statement themselves.
pub(crate) const RUNNING: &str = "contract.standing <> 'cancelled' AND contract.ends_key >= $1 \
    AND (contract.starts_on IS NULL OR contract.starts_on <= $1) \
    AND (contract.terminated_on IS NULL OR contract.terminated_on >= $1) \
    AND (contract.replaced_on IS NULL OR contract.replaced_on > $1)";

fn of_supplier(id: Uuid) -> SelectStatement {
    let mut select = Query::select();
    select
        .column(contract_supplier::Column::ContractId)
        .from(contract_supplier::Entity);
    select.and_where(contract_supplier::Column::SupplierId.eq(id));
    select
}

fn with_open_window(kinds: &[WindowKind], day: NaiveDate) -> SelectStatement {
    use contract_window::Column as W;
    let mut select = Query::select();
    select.column(W::ContractId).from(contract_window::Entity);
    select
        .and_where(W::OpensOn.lte(day))
        .and_where(W::ClosesOn.is_null().or(W::ClosesOn.gte(day)));
    if let Some(kinds) = some(kinds) {
        select.and_where(W::Kind.is_in(kinds.iter().map(|kind| kind.as_str())));
    }
    select
}

/// The database's own text search. Words are quoted for FTS5, whose operators are not the caller's to use.
fn matching(text: &str, backend: DbBackend) -> Option<SimpleExpr> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(16)
        .collect();
    if words.is_empty() {
        return None;
    }
    Some(match backend {
        DbBackend::Postgres => Expr::cust_with_values(
            "contract.search @@ plainto_tsquery('english', $1)",
            [words.join(" ")],
        ),
        _ => {
            let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            Expr::cust_with_values(
                "contract.docid IN (SELECT rowid FROM contract_text WHERE contract_text MATCH ?)",
                [quoted.join(" ")],
            )
        }
    })
}

/// What a list of contracts is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "ContractOrderField")]
pub enum Order {
    /// Current end; unknown ends come last when ascending.
    EndsOn,
    /// Value; contracts without one count as less than nothing.
    Value,
    /// Title, in the database's alphabet.
    Title,
}

/// An order and its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderBy {
    /// By what.
    pub field: Order,
    /// Largest first.
    pub descending: bool,
}

impl Default for OrderBy {
    fn default() -> Self {
        Self {
            field: Order::EndsOn,
            descending: false,
        }
    }
}

impl OrderBy {
    pub(super) fn key(self) -> SimpleExpr {
        match self.field {
            Order::EndsOn => contract::Column::EndsKey.into_expr(),
            Order::Title => contract::Column::Title.into_expr(),
            Order::Value => {
                Func::coalesce([contract::Column::ValuePence.into_expr(), Expr::cust("-1")]).into()
            }
        }
    }

    pub(super) fn direction(self) -> Direction {
        if self.descending {
            Direction::Desc
        } else {
            Direction::Asc
        }
    }

    pub(super) fn after(self, (key, id): &(String, Uuid)) -> Result<SimpleExpr, Error> {
        let bad = |_| Error::NotFound;
        let key = match self.field {
            Order::EndsOn => Expr::value(key.parse::<NaiveDate>().map_err(|_| Error::NotFound)?),
            Order::Value => Expr::value(key.parse::<i64>().map_err(bad)?),
            Order::Title => Expr::value(key.clone()),
        };
        let place = Expr::tuple([self.key(), contract::Column::Id.into_expr()]);
        let last = Expr::tuple([key, Expr::value(*id)]);
        Ok(if self.descending {
            place.lt(last)
        } else {
            place.gt(last)
        })
    }
}
