//! `user`: accounts made from the server's own command line.

use super::{Failure, failed, open};
use crate::access::accounts::{self, NewAccount};
use crate::access::{CouncilRole, Viewer};
use crate::councils::directory;
use crate::runtime::Stop;
use clap::{Subcommand, ValueEnum};
use std::path::Path;

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add somebody. The password is read from GUILDHALL_PASSWORD.
    Add {
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
    },
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
    let User::Add {
        email,
        name,
        council,
        role,
        operator,
        password,
    } = user;
    let council = match &council {
        Some(code) => Some(
            directory()
                .find(code)
                .ok_or_else(|| failed(format!("there is no council {code:?}")))?,
        ),
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
    txn.commit().await.map_err(failed)?;
    if let (Some(council), Some(role)) = (council, role) {
        accounts::join_council(&app, &Viewer::System, person, council.id, role.into())
            .await
            .map_err(failed)?;
    }
    println!("added {}", account.email);
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
