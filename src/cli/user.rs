//! `user`: accounts made, exported and erased from the server's own command line.

use super::{Failure, failed, open};
use crate::access::accounts::{self, NewAccount};
use crate::access::{CouncilRole, Viewer, privacy};
use crate::councils;
use crate::runtime::Stop;
use clap::{Args, Subcommand, ValueEnum};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add somebody. The password is read from GUILDHALL_PASSWORD.
    Add(New),
    /// Write everything that is held on somebody to a file, as JSON: for whoever asks by letter.
    Export {
        /// Their address, with an account or without.
        #[arg(long)]
        email: String,
        /// The file, which must not be there yet.
        file: PathBuf,
    },
    /// Close somebody's account and erase what is held on them: for whoever asks by letter. It cannot be undone.
    Erase {
        /// Their address, with an account or without.
        #[arg(long)]
        email: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct New {
    /// Address they sign in with.
    #[arg(long)]
    email: String,
    /// Name.
    #[arg(long)]
    name: String,
    /// The council they act for: GSS code or slug.
    #[arg(long, requires = "role")]
    council: Option<String>,
    /// Their role in it.
    #[arg(long, requires = "council")]
    role: Option<Role>,
    /// They operate this installation, as its first operator: there is one, made once.
    #[arg(long)]
    operator: bool,
    /// Password.
    #[arg(long, env = "GUILDHALL_PASSWORD", hide = true, hide_env_values = true)]
    password: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Role {
    Viewer,
    Officer,
    Approver,
    Evaluator,
    Administrator,
}

impl From<Role> for CouncilRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Officer => Self::Officer,
            Role::Approver => Self::Approver,
            Role::Evaluator => Self::Evaluator,
            Role::Administrator => Self::Administrator,
        }
    }
}

pub(super) async fn run(config: Option<&Path>, user: User) -> Result<(), Failure> {
    match user {
        User::Add(new) => add(config, new).await,
        User::Export { email, file } => export(config, &email, &file).await,
        User::Erase { email } => erase(config, &email).await,
    }
}

/// Writes what is held on somebody to a file that was not there before and that only its owner may read.
async fn export(config: Option<&Path>, email: &str, file: &Path) -> Result<(), Failure> {
    let app = open::configured(config).await?;
    let told = privacy::of_address(&app, &Viewer::System, email)
        .await
        .map_err(failed)?;
    let text = serde_json::to_string_pretty(&told).map_err(failed)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let in_file = |e| failed(format!("{}: {e}", file.display()));
    let mut written = options.open(file).map_err(in_file)?;
    written.write_all(text.as_bytes()).map_err(in_file)?;
    say!("wrote {}", file.display());
    Ok(())
}

/// Erases what is held on somebody, and says what is gone and what is not.
async fn erase(config: Option<&Path>, email: &str) -> Result<(), Failure> {
    let app = open::configured(config).await?;
    let closed = privacy::erase(&app, &Viewer::System, email)
        .await
        .map_err(refused)?;
    for one in &closed.erased {
        say!("erased {} {}", one.count, one.what);
    }
    for one in &closed.kept {
        say!("kept: {}. {}", one.reason.what(), one.reason.why());
    }
    privacy::sweep(&app).await.map_err(failed)
}

async fn add(config: Option<&Path>, new: New) -> Result<(), Failure> {
    let New {
        email,
        name,
        council,
        role,
        operator,
        password,
    } = new;
    let council = match &council {
        Some(name) => Some(councils::named(name).map_err(failed)?),
        None => None,
    };
    let app = open::app(config).await?;
    let account = NewAccount {
        email,
        name,
        password,
        operator,
    };
    let hash = accounts::prepare(&app, &account).await.map_err(refused)?;
    let txn = app.db.begin().await.map_err(failed)?;
    let person = accounts::create(&app, &txn, &account, hash)
        .await
        .map_err(refused)?;
    if operator {
        accounts::claim_first_operator(&app, &txn, person)
            .await
            .map_err(refused)?;
    }
    accounts::record_made(&app, &txn, person, &account)
        .await
        .map_err(failed)?;
    txn.commit().await.map_err(failed)?;
    if let (Some(council), Some(role)) = (council, role) {
        accounts::join_council(&app, &Viewer::System, person, council.id, role.into())
            .await
            .map_err(failed)?;
    }
    say!("added {}", account.email);
    Ok(())
}

/// Reasons, a line each.
pub(super) fn refused<C>(stop: Stop<C>) -> Failure {
    match stop {
        Stop::Refused(refusals) => refusals
            .into_iter()
            .map(|r| format!("{}: {}", r.path, r.message))
            .collect(),
        Stop::Failed(error) => failed(error),
    }
}
