//! `audit`: checks the audit log, in the database or in an export, and exports it.

use super::{Failure, failed, open};
use crate::audit::{self, Head, Root};
use crate::runtime::config::Config;
use crate::runtime::secret::Secret;
use clap::Subcommand;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Print the public key that signed heads are checked with. Needs the server's secret.
    Key,
    /// Check the whole log: order, tree, commitments, and that every head given is a beginning of it.
    Verify {
        /// A signed head that somebody kept: its line, or a file in which it stands (a receipt, a mail). Repeatable.
        #[arg(long)]
        head: Vec<String>,
        /// Check this export, not the database. Nothing but the public key is needed then.
        #[arg(long)]
        export: Option<PathBuf>,
        /// The public key in hexadecimal; that of the server's secret, if not given.
        #[arg(long)]
        key: Option<String>,
    },
    /// Write every entry to a file, a line of JSON each, and the signed head. Needs the server's secret.
    Export {
        /// The file; it must not be there yet.
        file: PathBuf,
    },
}

pub(super) async fn run(config: Option<&Path>, audit: Audit) -> Result<(), Failure> {
    match audit {
        Audit::Key => say!("{}", hex::encode(audit::public_key(&secret(config)?))),
        Audit::Verify { head, export, key } => {
            let heads = read_heads(&head)?;
            let found = match export {
                Some(file) => {
                    let lines = BufReader::new(File::open(&file).map_err(|e| in_file(&file, e))?).lines();
                    let key = public_key(config, key.as_deref())?;
                    audit::check_export(lines, heads.clone(), &key).map_err(|wrong| in_file(&file, wrong))?
                }
                None => verify(config, heads.clone(), key.as_deref()).await?,
            };
            say!("{} entries, root {}", found.size, found.root);
            say!("nothing is wrong; {} heads agree", heads.len());
        }
        Audit::Export { file } => {
            let app = open::as_it_is(config, secret(config)?).await?;
            let out = File::create_new(&file).map_err(|e| in_file(&file, e))?;
            let mut out = BufWriter::new(out);
            let head = audit::export(&app, |entry| writeln!(out, "{}", entry.line())).await;
            let head = head.map_err(failed)?;
            writeln!(out, "{}", head.line())
                .and_then(|()| out.flush())
                .map_err(|e| in_file(&file, e))?;
            say!("{} entries in {}", head.root.size, file.display());
        }
    }
    Ok(())
}

async fn verify(config: Option<&Path>, heads: Vec<Head>, key: Option<&str>) -> Result<Root, Failure> {
    let heads = match heads.is_empty() {
        true => Vec::new(),
        false => audit::signed(heads, &public_key(config, key)?).map_err(failed)?,
    };
    let unused = Secret::from_bytes([0; 32]);
    let app = open::as_it_is(config, unused).await?;
    audit::verify(&app, heads).await.map_err(failed)?.map_err(failed)
}

/// The heads in texts and files; one in which there is none is a mistake of the caller's.
fn read_heads(given: &[String]) -> Result<Vec<Head>, Failure> {
    let mut heads = Vec::new();
    for text in given {
        let mut found = Head::all_in(text);
        if found.is_empty() {
            let file = Path::new(text);
            let text = std::fs::read_to_string(file).map_err(|e| in_file(file, e))?;
            found = Head::all_in(&text);
        }
        if found.is_empty() {
            return Err(failed(format!("there is no signed head in {text:?}")));
        }
        heads.extend(found);
    }
    Ok(heads)
}

pub(super) fn public_key(config: Option<&Path>, given: Option<&str>) -> Result<[u8; 32], Failure> {
    let Some(text) = given else {
        return Ok(audit::public_key(&secret(config)?));
    };
    let bytes = hex::decode(text.trim()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| failed("key: it is not 32 bytes in hexadecimal"))
}

fn secret(config: Option<&Path>) -> Result<Secret, Failure> {
    let missing =
        "secret is missing: set it in the configuration file or as GUILDHALL_SECRET; to check, --key will do";
    Config::secret_for_commands(config)?.ok_or_else(|| failed(missing))
}

fn in_file(file: &Path, error: impl std::fmt::Display) -> Failure {
    failed(format!("{}: {error}", file.display()))
}
