//! What can go wrong, told apart by who can mend it.
//!
//! A [`Refusal`] is for the caller: wrong input, or a state that does not allow the action. An [`Error`] is
//! everything else. Neither knows of GraphQL or HTTP; `graphql::errors` translates.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why a request could not be answered at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The action needs somebody who is signed in.
    #[error("sign in first")]
    NotSignedIn,
    /// There is no such thing, or the viewer may not know of it.
    #[error("not found")]
    NotFound,
    /// The viewer may see the thing but not do this to it.
    #[error("you may not do this")]
    NotAllowed,
    /// Too much is going on, or the database is away; trying again later may work. The text is for the log.
    #[error("busy: try again shortly")]
    Overloaded(String),
    /// The fault is ours. The text is for the log, never for the caller.
    #[error("fault: {0}")]
    Fault(String),
}

impl Error {
    /// A fault, from anything that can say what happened.
    pub fn fault(cause: impl std::fmt::Display) -> Self {
        Self::Fault(cause.to_string())
    }
}

impl From<DbErr> for Error {
    fn from(cause: DbErr) -> Self {
        let told = format!("database: {cause}");
        match cause {
            DbErr::ConnectionAcquire(_) => Self::Overloaded(told),
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause))
                if passes(&cause) =>
            {
                Self::Overloaded(told)
            }
            _ => Self::Fault(told),
        }
    }
}

/// Whether waiting may mend it: the database is away or starting, or somebody else holds what was wanted.
fn passes(cause: &sqlx::Error) -> bool {
    let code = match cause {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => return true,
        sqlx::Error::Database(cause) => cause.code().unwrap_or_default(),
        _ => return false,
    };
    // PostgreSQL's have five characters; of SQLite's, the low byte says BUSY, LOCKED or CANTOPEN.
    match (code.len(), code.parse::<u32>()) {
        (5, _) => matches!(
            &*code,
            "40001" | "40P01" | "53300" | "55000" | "55P03" | "57P01" | "57P02" | "57P03"
        ),
        (_, Ok(code)) => matches!(code & 0xff, 5 | 6 | 14),
        _ => false,
    }
}

/// One reason why an action was refused, which the caller can mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal<C> {
    /// Which of the action's own reasons.
    pub code: C,
    /// In plain English, naming the value where there is one.
    pub message: String,
    /// The input field it is about, as `criteria.0.weight`; empty when it is about the whole.
    pub path: String,
    /// Of a conflict: the version that the thing has now.
    pub current_version: Option<i32>,
}

/// Every reason found, not only the first.
pub type Refusals<C> = Vec<Refusal<C>>;

/// Gathers every reason before refusing, so that the caller mends all of them at once.
#[derive(Debug)]
pub struct Wrong<C>(Refusals<C>);

impl<C> Default for Wrong<C> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<C> Wrong<C> {
    /// Notes a reason about an input field, if it holds.
    pub fn when(&mut self, wrong: bool, code: C, path: &str, message: impl Into<String>) {
        if wrong {
            self.0.push(Refusal {
                code,
                path: path.into(),
                message: message.into(),
                current_version: None,
            });
        }
    }

    /// The reasons gathered.
    pub fn into_refusals(self) -> Refusals<C> {
        self.0
    }

    /// Nothing, if there is no reason.
    ///
    /// # Errors
    /// [`Stop::Refused`] with all of them.
    pub fn stop(self) -> Result<(), Stop<C>> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Stop::Refused(self.0))
    }
}

/// How an action that has typed reasons ends when it does not succeed.
#[derive(Debug)]
pub enum Stop<C> {
    /// The caller can mend it.
    Refused(Refusals<C>),
    /// The caller cannot.
    Failed(Error),
}

impl<C> Stop<C> {
    /// A single reason about one input field.
    pub fn refuse(code: C, path: &str, message: impl Into<String>) -> Self {
        Self::Refused(vec![Refusal {
            code,
            path: path.into(),
            message: message.into(),
            current_version: None,
        }])
    }

    /// A change was based on another version than the thing has now.
    pub fn conflict(code: C, current: i32) -> Self {
        Self::Refused(vec![Refusal {
            code,
            path: "version".into(),
            message: format!("it was changed since: read it again, it has version {current} now"),
            current_version: Some(current),
        }])
    }

    /// The same, in other words.
    #[must_use]
    pub fn saying(mut self, message: &str) -> Self {
        if let Self::Refused(refusals) = &mut self {
            refusals
                .iter_mut()
                .for_each(|refusal| refusal.message = message.into());
        }
        self
    }

    /// The same, about another input field.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        if let Self::Refused(refusals) = &mut self {
            refusals.iter_mut().for_each(|refusal| refusal.path = path.into());
        }
        self
    }
}

/// Nothing, when a change is based on the version that the thing has now. Whoever asks holds the thing's row, so
/// that of many changes based on one version one is made, and decides first whether the viewer may change it.
///
/// # Errors
/// [`Stop::conflict`] with the code.
pub fn based_on<C>(version: i32, current: i32, code: C) -> Result<(), Stop<C>> {
    if version == current {
        return Ok(());
    }
    Err(Stop::conflict(code, current))
}

impl<C> From<Error> for Stop<C> {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl<C> From<DbErr> for Stop<C> {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

impl<C> From<Refusals<C>> for Stop<C> {
    fn from(refusals: Refusals<C>) -> Self {
        Self::Refused(refusals)
    }
}

/// What a panic said, for the log.
pub(crate) fn panic_words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without words".to_owned())
}
