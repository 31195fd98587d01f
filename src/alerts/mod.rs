//! Alerts: a stand-in for the capability, with only what the unsubscribe pages call.

use crate::runtime::{App, Error};

/// What an unsubscribe link is about.
#[derive(Clone, Debug)]
pub struct Unsubscribed {
    /// Completes "Stop emails about ...".
    pub what: String,
    /// Who gets them.
    pub address: String,
    /// Whether they had been stopped before.
    pub already: bool,
}

/// What the link's token is about; changes nothing.
pub async fn subscription(_app: &App, _token: &str) -> Result<Option<Unsubscribed>, Error> {
    Ok(None)
}

/// Stops the mails that the link's token is about.
pub async fn unsubscribe(_app: &App, _token: &str) -> Result<Option<Unsubscribed>, Error> {
    Ok(None)
}
