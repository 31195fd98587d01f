//! `receipt`: what bidders hold, checked without the server and without a database.

use super::{Failure, audit, failed};
use crate::pilots::receipt::{Receipt, ReceiptError};
use crate::runtime::clock::in_words;
use clap::Subcommand;
use mail_parser::MessageParser;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum Receipts {
    /// Check that a bid's content is what the server received, and when.
    Verify {
        /// The receipt: a file in which it stands, such as the mail, or its line.
        receipt: String,
        /// The file with the bid's canonical content, to the byte; the signature alone is checked, if not given.
        #[arg(long)]
        content: Option<PathBuf>,
        /// The server's public key in hexadecimal, as the receipt's mail and `BidReceipt.auditHead.publicKey` tell and `audit key` prints it; that of the server's secret, if not given.
        #[arg(long)]
        key: Option<String>,
    },
}

pub(super) fn run(config: Option<&Path>, command: Receipts) -> Result<(), Failure> {
    let Receipts::Verify {
        receipt,
        content,
        key,
    } = command;
    let key = audit::public_key(config, key.as_deref())?;
    let bytes = match Path::new(&receipt).is_file() {
        true => read(Path::new(&receipt))?,
        false => receipt.into_bytes(),
    };
    let receipt = find(&bytes, &key).map_err(failed)?;
    say!(
        "signed: version {} of bid {} for pilot {} was received on {} ({})",
        receipt.version,
        receipt.bid_id.simple(),
        receipt.pilot_id.simple(),
        in_words(receipt.received_at),
        receipt.received_at.to_rfc3339()
    );
    if let Some(file) = content {
        receipt.is_of(&read(&file)?).map_err(failed)?;
        say!("{} is what was received, to the byte", file.display());
    }
    Ok(())
}

/// The receipt in a text; or in a message as mail programs save it, whose lines may be broken within words.
fn find(bytes: &[u8], key: &[u8; 32]) -> Result<Receipt, ReceiptError> {
    Receipt::read(&String::from_utf8_lossy(bytes), key).or_else(|error| {
        let message = MessageParser::default().parse(bytes);
        let text = message.as_ref().and_then(|message| message.body_text(0));
        text.map_or(Err(error), |text| Receipt::read(&text, key))
    })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| failed(format!("{}: {error}", file.display())))
}
