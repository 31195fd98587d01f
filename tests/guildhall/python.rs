//! Programs in Python that we did not write, or that judge what we did: `tests/mail`.

use std::process::{Command, Stdio};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail");

/// A program of `tests/mail`, with the packages that it needs; nothing where they or Python are missing, which CI does
/// not let pass.
pub(crate) fn program(file: &str) -> Option<Command> {
    let packages = format!("{FOLDER}/site");
    let version = Command::new("python3")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    let there = version.is_ok() && std::path::Path::new(&packages).join("aiosmtpd").exists();
    if !there {
        assert!(
            std::env::var_os("CI").is_none(),
            "Python or tests/mail/site is missing"
        );
        println!(
            "skipped: it needs Python and `pip install --target tests/mail/site -r tests/mail/requirements.txt`"
        );
        return None;
    }
    let mut command = Command::new("python3");
    command
        .arg(format!("{FOLDER}/{file}"))
        .env("PYTHONPATH", packages)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Some(command)
}
