//! Taking mails that are due, by lease, and freeing the leases of workers that have gone quiet.

use super::super::app::App;
use super::super::error::Error;
use super::super::suppression;
use super::Stream;
use super::pace;
use super::record::write_attempts;
use super::sealed;
use chrono::{DateTime, Duration, Utc};
use entity::mail_attempt;
use entity::outbox::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement,
};
use uuid::Uuid;

/// A crashed worker's mail is taken up again after this long; longer than an offer may take.
pub(super) const LEASE: Duration = Duration::seconds(60);
/// A mail over which so many workers in a row died is not given to another.
const POISON: i32 = 20;

/// Takes up to so many of the mails that have been due longest, in one statement; what protects an account goes first,
/// and goes alone while dispatch is held. Those ahead of their domain's allowance are given their turn and are not among
/// what is returned; the number is of all.
pub(super) async fn claim(
    app: &App,
    txn: &DatabaseTransaction,
    places: usize,
) -> Result<(Vec<Model>, usize), Error> {
    let now = app.clock.now();
    let token = app.entropy.id(now);
    let values = [token.into(), (now + LEASE).into(), now.into()];
    let sql = claiming(app.db.backend(), places);
    let statement = Statement::from_sql_and_values(app.db.backend(), sql, values);
    let mails = Entity::find().from_raw_sql(statement).all(txn).await?;
    let mails = mails.into_iter().map(|mail| sealed::open(app, mail));
    let mut mails: Vec<Model> = mails.collect();
    let taken = mails.len();
    mails.sort_by_key(|mail| (mail.stream != "security", mail.due_at, mail.id));
    withhold(txn, &mut mails).await?;
    pace::hold_back(app, txn, &mut mails, now).await?;
    Ok((mails, taken))
}

/// Takes out the alerts to addresses that were suppressed since they were written.
async fn withhold(txn: &DatabaseTransaction, mails: &mut Vec<Model>) -> Result<(), Error> {
    let alerts = mails.iter().filter(|mail| mail.stream == Stream::Alert.as_str());
    let addresses: Vec<&str> = alerts.map(|mail| mail.recipient.as_str()).collect();
    if addresses.is_empty() {
        return Ok(());
    }
    let suppressed = suppression::among(txn, &addresses).await?;
    for mail in mails.iter() {
        let Some(reason) = suppressed
            .get(&mail.recipient)
            .filter(|_| mail.stream == Stream::Alert.as_str())
        else {
            continue;
        };
        Entity::update_many()
            .filter(Column::Id.eq(mail.id))
            .col_expr(Column::State, Expr::value("suppressed"))
            .col_expr(Column::LeaseToken, Expr::value(None::<Uuid>))
            .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
            .col_expr(Column::LastAnswer, Expr::value(reason.in_words()))
            .exec(txn)
            .await?;
    }
    mails.retain(|mail| mail.stream != Stream::Alert.as_str() || !suppressed.contains_key(&mail.recipient));
    Ok(())
}

fn claiming(backend: DbBackend, places: usize) -> String {
    let lock = match backend {
        DbBackend::Postgres => "FOR UPDATE SKIP LOCKED",
        _ => "",
    };
    let due = |place: u8, only: &str| {
        format!(
            "SELECT id, due_at, {place} AS place FROM outbox WHERE state = 'queued' AND due_at <= $3 AND {only} \
             ORDER BY due_at, id LIMIT {places} {lock}"
        )
    };
    let urgent = due(0, "stream = 'security'");
    let rest = due(
        1,
        "stream <> 'security' AND NOT EXISTS (SELECT 1 FROM dispatch WHERE held_at IS NOT NULL)",
    );
    // Materialised: read again for each row, a query with a limit would take more than it says.
    format!(
        "WITH due AS MATERIALIZED (SELECT id FROM (SELECT * FROM ({urgent}) AS urgent \
         UNION ALL SELECT * FROM ({rest}) AS rest) AS all_due ORDER BY place, due_at, id LIMIT {places}) \
         UPDATE outbox SET state = 'leased', attempts = attempts + 1, unanswered = unanswered + 1, \
         lease_token = $1, leased_until = $2 WHERE id IN (SELECT id FROM due) RETURNING *"
    )
}

/// Frees the leases that have ended, except of those mails that this process has under way itself. A lease that ends
/// much further ahead than leases last is one from before the clock was set back: it has ended too.
pub(super) async fn free_ended(app: &App, under_way: &[Uuid]) -> Result<(), Error> {
    let now = app.clock.now();
    let ended = Condition::any()
        .add(Column::LeasedUntil.lt(now))
        .add(Column::LeasedUntil.gt(now + LEASE * 2));
    let mine = Column::Id.is_not_in(under_way.iter().copied());
    free(app, Condition::all().add(ended).add(mine), now).await
}

/// Frees every lease: of a database that nobody else sends from.
///
/// # Errors
/// When the database fails.
pub async fn free_leases(app: &App) -> Result<(), Error> {
    free(app, Condition::all(), app.clock.now()).await
}

async fn free(app: &App, which: Condition, now: DateTime<Utc>) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    let mut leased = Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Attempts,
            Column::Unanswered,
            Column::LeasedUntil,
        ])
        .filter(Column::State.eq("leased"))
        .filter(which);
    if app.db.backend() == DbBackend::Postgres {
        leased = leased.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let leased: Vec<(Uuid, i32, i32, Option<DateTime<Utc>>)> = leased.into_tuple().all(&txn).await?;
    let mut attempts = Vec::new();
    for (id, ordinal, unanswered, until) in leased {
        let answer = "its worker was not heard of again";
        attempts.push(mail_attempt::Model {
            mail_id: id,
            ordinal,
            started_at: until.map_or(now, |until| until - LEASE),
            ended_at: now,
            outcome: "unanswered".into(),
            answer: answer.into(),
        });
        let poison = format!("{unanswered} workers in a row were not heard of again");
        let (state, told) = if unanswered >= POISON {
            ("parked", poison.as_str())
        } else {
            ("queued", answer)
        };
        Entity::update_many()
            .filter(Column::Id.eq(id))
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::LeaseToken, Expr::value(None::<Uuid>))
            .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
            .col_expr(Column::LastAnswer, Expr::value(told))
            .exec(&txn)
            .await?;
    }
    write_attempts(&txn, attempts).await?;
    pace::forget(&txn, now).await?;
    Ok(txn.commit().await?)
}
