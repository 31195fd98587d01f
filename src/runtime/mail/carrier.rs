//! How mail leaves: by SMTP, or not at all in a demonstration. It changes no byte of what it carries.
//!
//! Whatever carries it, an offer neither panics nor goes on for longer than it may: [`Route::send`] sees to that.

mod smtp;

use super::{Mailer, clean};
use crate::runtime::panic_words;
use futures_util::FutureExt;
use lettre::transport::smtp::client::Certificate;
use smtp::Smtp;
use std::fmt::Debug;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

/// An offer that is not answered by then is given up; shorter than a lease. lettre's own timeout covers only connecting.
const WITHIN: Duration = Duration::from_secs(45);
/// As much of what a server says is kept.
const SAID: usize = 500;

/// Takes mails to where they go on from.
#[async_trait::async_trait]
pub trait Carrier: Debug + Send + Sync {
    /// Offers a mail, to be answered within this time.
    async fn carry(&self, mail: &Parcel<'_>, within: Duration) -> Answer;
}

/// A mail with its envelope.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    /// Where undeliverable mail goes back to.
    pub return_path: &'a str,
    /// To whom.
    pub recipient: &'a str,
    /// The message.
    pub message: &'a [u8],
}

/// What came of offering a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is theirs now.
    Accepted(String),
    /// Not now (4xx, or the conversation broke off): try again.
    Later(String),
    /// Never (5xx).
    Refused(String),
    /// There was no conversation: the mail was not offered at all.
    Unreached(String),
    /// We broke down over it.
    Broken(String),
}

impl Answer {
    /// With words that every database takes: servers may say anything, and PostgreSQL stores no U+0000.
    fn cleaned(self) -> Self {
        let clean = |said: String| clean(&said, SAID);
        match self {
            Self::Accepted(said) => Self::Accepted(clean(said)),
            Self::Later(said) => Self::Later(clean(said)),
            Self::Refused(said) => Self::Refused(clean(said)),
            Self::Unreached(how) => Self::Unreached(clean(how)),
            Self::Broken(how) => Self::Broken(clean(how)),
        }
    }
}

/// By which way.
#[derive(Clone, Debug)]
pub(super) struct Route {
    by: Arc<dyn Carrier>,
    within: Duration,
}

/// Accepts everything and sends nothing: the outbox is where it can be read.
#[derive(Debug)]
struct Kept;

#[async_trait::async_trait]
impl Carrier for Kept {
    async fn carry(&self, _: &Parcel<'_>, _: Duration) -> Answer {
        Answer::Accepted("kept, not sent: this is a demonstration".into())
    }
}

impl Route {
    pub(super) fn smtp(url: &str, authority: Option<&Certificate>) -> Result<Self, String> {
        let smtp = Smtp::from_url(url, authority).map_err(|e| format!("smtp_url: {e}"))?;
        Ok(Self::by(Arc::new(smtp)))
    }

    pub(super) fn kept() -> Self {
        Self::by(Arc::new(Kept))
    }

    fn by(by: Arc<dyn Carrier>) -> Self {
        Self { by, within: WITHIN }
    }

    pub(super) async fn send(&self, parcel: &Parcel<'_>) -> Answer {
        let carried = AssertUnwindSafe(self.by.carry(parcel, self.within)).catch_unwind();
        let answer = match tokio::time::timeout(self.within, carried).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => Answer::Broken(format!("sending broke down: {}", panic_words(&*panic))),
            Err(_) => Answer::Later(format!("no answer within {:?}", self.within)),
        };
        answer.cleaned()
    }
}

impl Mailer {
    /// The same, carried by something else.
    #[must_use]
    pub fn carried_by(mut self, carrier: Arc<dyn Carrier>) -> Self {
        self.route.by = carrier;
        self
    }

    /// The same, with offers given up after this time.
    #[must_use]
    pub fn answered_within(mut self, within: Duration) -> Self {
        self.route.within = within;
        self
    }
}
