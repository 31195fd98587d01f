//! `mail`: the mail queue from the server's own command line; what comes back, and what the DNS says of what leaves.

mod returned;

use super::{Failure, failed, open};
use crate::access::Viewer;
use crate::alerts::words;
use crate::dispatch::{self, Held};
use crate::graphql::ids::{Id, Sort};
use crate::runtime::App;
use crate::runtime::page::Cut;
use chrono::{DateTime, Utc};
use clap::Subcommand;
use std::path::Path;

/// Parked mails that `status` tells of.
const SHOWN: u64 = 20;

#[derive(Debug, Subcommand)]
pub(super) enum Mail {
    /// How much mail is where, what was given up and why, and whether dispatch is held.
    Status,
    /// Put mail that was given up back in the queue: the same bytes, the same Message-ID.
    Redrive {
        /// Which, as `mail status` names it.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        id: Option<String>,
        /// All of it.
        #[arg(long)]
        all: bool,
    },
    /// Let nothing leave but what protects accounts, until it is released.
    Hold {
        /// Why, for `mail status` and the log.
        #[arg(long, default_value = "held by hand")]
        reason: String,
    },
    /// Let mail leave again.
    Release {
        /// Drop what is not sent and was written before this instant, as `2026-03-01T09:00:00Z`, or tells only of what was
        /// due before it: it was told before.
        #[arg(long)]
        drop_before: Option<DateTime<Utc>>,
    },
    /// Take one message that came back, from standard input: for the pipe of a mail system's alias `bounces`.
    Returned {
        /// The address it came back to; found in the message, if not given.
        recipient: Option<String>,
    },
    /// Print the TXT record that mail's signatures are checked by.
    DkimRecord,
}

pub(super) async fn run(config: Option<&Path>, mail: Mail) -> Result<(), Failure> {
    match &mail {
        Mail::Returned { recipient } => return returned::take_one(config, recipient.as_deref()).await,
        Mail::DkimRecord => return returned::dkim_record(config),
        _ => {}
    }
    let app = open::existing(config).await?;
    match mail {
        Mail::Returned { .. } | Mail::DkimRecord => Ok(()),
        Mail::Status => status(&app).await,
        Mail::Redrive { id: Some(id), .. } => {
            let mail = Id::parse(&id).ok_or_else(|| failed(format!("{id:?} is not the id of a mail")))?;
            let mail = mail.of(Sort::Mail).map_err(|e| failed(e.message))?;
            dispatch::redrive(&app, &Viewer::System, mail)
                .await
                .map_err(failed)?;
            say!("redriven 1");
            Ok(())
        }
        Mail::Redrive { .. } => {
            let redriven = dispatch::redrive_all(&app, &Viewer::System)
                .await
                .map_err(failed)?;
            say!("redriven {redriven}");
            Ok(())
        }
        Mail::Hold { reason } => {
            let held = dispatch::hold(&app, &Viewer::System, &reason)
                .await
                .map_err(failed)?;
            say!("{}", if held { "held" } else { "it was held already" });
            status(&app).await
        }
        Mail::Release { drop_before } => {
            status(&app).await?;
            let dropped = dispatch::release(&app, &Viewer::System, drop_before)
                .await
                .map_err(failed)?;
            say!("released; dropped {dropped}");
            status(&app).await
        }
    }
}

async fn status(app: &App) -> Result<(), Failure> {
    let queue = dispatch::status(app, &Viewer::System).await.map_err(failed)?;
    say!(
        "queued {}, being offered {}, parked {}, suppressed {}, sent in the last 24 hours {}",
        queue.queued,
        queue.leased,
        queue.parked,
        queue.suppressed,
        queue.sent_last_day
    );
    if let Some(due) = queue.oldest_due_at {
        say!("the oldest was due at {}", due.to_rfc3339());
    }
    if let Some(Held {
        since,
        reason,
        waiting,
    }) = queue.held
    {
        say!("dispatch is held since {}: {reason}", since.to_rfc3339());
        let waiting = words::count(i64::try_from(waiting).unwrap_or(i64::MAX), "mail", "mails");
        say!("{waiting} would go if it were released");
    }
    let cut = Cut {
        first: SHOWN,
        after: None,
    };
    let parked = dispatch::parked(app, &Viewer::System, &cut)
        .await
        .map_err(failed)?;
    for item in &parked.items {
        let (mail, attempts) = &item.value;
        say!(
            "parked {} to {}, written {}, offered {} times: {}",
            Id::new(Sort::Mail, mail.id),
            mail.recipient,
            mail.created_at.to_rfc3339(),
            attempts.len(),
            mail.last_answer.as_deref().unwrap_or_default()
        );
    }
    if parked.more {
        say!("and more: `parkedMails` in the API has all of them");
    }
    Ok(())
}
