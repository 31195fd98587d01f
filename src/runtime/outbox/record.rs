//! Writing down what came of offering mails: with the token that they were taken by, or not at all.

use super::super::app::App;
use super::super::entropy::Entropy;
use super::super::error::Error;
use super::super::mail::Answer;
use super::{GIVE_UP, Stream};
use chrono::{DateTime, Duration, Utc};
use entity::mail_attempt;
use entity::outbox::{Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, UpdateMany};
use uuid::Uuid;

/// First wait between attempts; it doubles (30 s, 1 min, 2 min ... 1 h).
const FIRST_RETRY: Duration = Duration::seconds(30);
/// Longest wait between attempts.
const LAST_RETRY: Duration = Duration::hours(1);

/// A mail that was offered, and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    pub(super) id: Uuid,
    pub(super) token: Option<Uuid>,
    pub(super) ordinal: i32,
    pub(super) give_up_at: DateTime<Utc>,
    pub(super) started_at: DateTime<Utc>,
    pub(super) ended_at: DateTime<Utc>,
    pub(super) answer: Answer,
}

/// Records what came of these.
pub(super) async fn record(app: &App, txn: &DatabaseTransaction, all: &[Offered]) -> Result<(), Error> {
    let mut attempts = Vec::new();
    for offered in all {
        let done = write(app, offered).exec(txn).await?;
        if done.rows_affected == 0 {
            tracing::warn!(mail = %offered.id, "an answer came too late to be written down: {:?}", offered.answer);
        } else {
            attempts.extend(attempt(offered));
        }
    }
    write_attempts(txn, attempts).await
}

/// Removes those of them that were to go once done; whether any went.
pub(super) async fn erase(app: &App, txn: &DatabaseTransaction, all: &[Offered]) -> Result<bool, Error> {
    let erased = Condition::all()
        .add(Column::Erase.eq(true))
        .add(Column::State.is_in(["sent", "parked"]));
    // Where mail is read in development, they stay to be read.
    let sealed = (!app.development).then(|| {
        Condition::all()
            .add(Column::Stream.eq(Stream::Sealed.as_str()))
            .add(Column::State.eq("sent"))
    });
    let gone = Entity::delete_many()
        .filter(Column::Id.is_in(all.iter().map(|offered| offered.id)))
        .filter(Condition::any().add(erased).add_option(sealed))
        .exec(txn)
        .await?;
    Ok(gone.rows_affected > 0)
}

fn write(app: &App, offered: &Offered) -> UpdateMany<Entity> {
    let Offered { ordinal, .. } = *offered;
    let update = Entity::update_many()
        .filter(Column::Id.eq(offered.id))
        .filter(Column::LeaseToken.eq(offered.token))
        .col_expr(Column::LeaseToken, Expr::value(None::<Uuid>))
        .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::Unanswered, Expr::value(0));
    let (state, said) = match &offered.answer {
        Answer::Accepted(said) => ("sent", said.clone()),
        Answer::Later(said) if ordinal > 1 && offered.ended_at >= offered.give_up_at => {
            let hours = GIVE_UP.num_hours();
            (
                "parked",
                format!("given up after {hours} hours; the last time: {said}"),
            )
        }
        Answer::Refused(said) | Answer::Broken(said) => ("parked", said.clone()),
        Answer::Later(said) => ("queued", said.clone()),
        Answer::Unreached(how) => (
            "queued",
            format!("not offered, the mail relay cannot be reached: {how}"),
        ),
    };
    let update = update
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::LastAnswer, Expr::value(said));
    match &offered.answer {
        Answer::Accepted(_) => update.col_expr(Column::SentAt, Expr::value(offered.ended_at)),
        Answer::Later(_) => {
            let due_at = offered.ended_at + retry_after(&app.entropy, ordinal);
            // Counted from the first answer: it may have been held for days before.
            let give_up_at = match ordinal {
                1 => offered.ended_at + GIVE_UP,
                _ => offered.give_up_at,
            };
            update
                .col_expr(Column::Paced, Expr::value(false))
                .col_expr(Column::DueAt, Expr::value(due_at))
                .col_expr(Column::GiveUpAt, Expr::value(give_up_at))
        }
        // It was not offered: it keeps its place.
        Answer::Unreached(_) => update.col_expr(Column::Attempts, Expr::value(ordinal - 1)),
        Answer::Refused(_) | Answer::Broken(_) => update,
    }
}

fn attempt(offered: &Offered) -> Option<mail_attempt::Model> {
    let (outcome, answer) = match &offered.answer {
        Answer::Accepted(said) => ("sent", said),
        Answer::Later(said) => ("later", said),
        Answer::Refused(said) => ("refused", said),
        Answer::Broken(said) => ("broken", said),
        Answer::Unreached(_) => return None,
    };
    Some(mail_attempt::Model {
        mail_id: offered.id,
        ordinal: offered.ordinal,
        started_at: offered.started_at,
        ended_at: offered.ended_at,
        outcome: outcome.into(),
        answer: answer.clone(),
    })
}

pub(super) async fn write_attempts(
    txn: &DatabaseTransaction,
    attempts: Vec<mail_attempt::Model>,
) -> Result<(), Error> {
    if attempts.is_empty() {
        return Ok(());
    }
    // Every column: a model read from the database counts as unchanged, and would be written as nothing.
    let rows = attempts.into_iter().map(|row| mail_attempt::ActiveModel {
        mail_id: Set(row.mail_id),
        ordinal: Set(row.ordinal),
        started_at: Set(row.started_at),
        ended_at: Set(row.ended_at),
        outcome: Set(row.outcome),
        answer: Set(row.answer),
    });
    mail_attempt::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// 30 s, 1 min, 2 min ... 1 h, each up to a quarter longer so that a thousand do not return at once.
fn retry_after(entropy: &Entropy, attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 8) - 1).unwrap_or(0);
    let wait = (FIRST_RETRY * 2_i32.pow(doublings)).min(LAST_RETRY);
    let jitter = i32::from(entropy.bytes::<1>()[0]);
    wait + wait * jitter / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour_and_differ() {
        let entropy = Entropy::seeded(1);
        let mut waits = Vec::new();
        for (attempt, seconds) in [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (300, 3600)] {
            let wait = retry_after(&entropy, attempt);
            let least = Duration::seconds(seconds);
            assert!(wait >= least && wait <= least * 5 / 4, "{attempt}: {wait}");
            waits.push(wait - least);
        }
        waits.dedup();
        assert!(waits.len() > 3);
    }
}
