//! What comes back, by the pipe of a mail system; and what the DNS says of what leaves.

use super::{Failure, failed, open};
use crate::alerts::returned;
use crate::runtime::config::Config;
use std::io::Read;
use std::path::Path;

/// What mail systems take for "try again later" (sysexits.h): a bounce is not lost while the database is down.
const TRY_LATER: i32 = 75;

/// Takes a message; where that fails, the mail system is told to try again later.
pub(super) async fn take_one(config: Option<&Path>, recipient: Option<&str>) -> Result<(), Failure> {
    let taken = take_returned(config, recipient).await;
    taken.inspect_err(|lines| {
        for line in lines {
            complain!("guildhall: {line}");
        }
        std::process::exit(TRY_LATER);
    })
}

/// What is not ours is said and dropped: refused, it would come back to nobody.
async fn take_returned(config: Option<&Path>, recipient: Option<&str>) -> Result<(), Failure> {
    let mut message = Vec::new();
    let most = u64::try_from(returned::MOST).unwrap_or(u64::MAX);
    let mut input = std::io::stdin().lock();
    input
        .by_ref()
        .take(most)
        .read_to_end(&mut message)
        .map_err(failed)?;
    std::io::copy(&mut input, &mut std::io::sink()).map_err(failed)?;
    drop(input);
    let app = open::configured(config).await?;
    match returned::take(&app, recipient, &message).await.map_err(failed)? {
        Some(taken) => say!("{}", taken.returned.in_words()),
        None => say!("it is about no mail of ours"),
    }
    Ok(())
}

pub(super) fn dkim_record(config: Option<&Path>) -> Result<(), Failure> {
    let record = Config::read(config)?.mailer.dkim_record();
    let (name, text) =
        record.ok_or_else(|| failed("mail is not signed: set dkim_selector and dkim_key_file"))?;
    // A string in the DNS has at most 255 bytes; a record may have several.
    let strings = text.as_bytes().chunks(255).map(String::from_utf8_lossy);
    let strings = strings.map(|string| format!("\"{string}\"")).collect::<Vec<_>>();
    say!("{name}. IN TXT ( {} )", strings.join(" "));
    Ok(())
}
