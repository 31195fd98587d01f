//! Mail as bytes: building a message that is fixed for good, and signed. `carrier` hands it to a server; `wire` says what
//! may be in it; [`return_path`] is where it comes back to, and [`returned`] reads what does.
//!
//! When and to whom belongs to `alerts`; keeping it until it is accepted belongs to [`super::outbox`].

mod carrier;
pub mod dkim;
pub mod return_path;
pub mod returned;
pub mod tls;
mod wire;

pub use carrier::{Answer, Carrier, Parcel};
pub use wire::clean;

use super::secret::Secret;
use carrier::Route;
use dkim::Signer;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MultiPart, MultiPartKind};
use lettre::transport::smtp::client::Certificate;
use lettre::{Address, Message};
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// A display name longer than this is cut.
const NAME_LIMIT: usize = 128;
/// The year 9999, after which a Date has no form.
const LAST_SECOND: u64 = 253_402_300_799;

/// Hands mail on. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    from: Mailbox,
    route: Route,
    signer: Option<Signer>,
    /// The domain that what cannot be delivered comes back to; none where it is not looked at.
    returns_to: Option<String>,
}

/// What a message says.
#[derive(Clone, Debug)]
pub struct Letter {
    /// To whom.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Where one POST ends these mails (RFC 8058).
    pub unsubscribe_url: Option<String>,
    /// Stable for this mail, for ever: `local-part@domain` without brackets.
    pub message_id: String,
    /// The Date header.
    pub date: SystemTime,
    /// A header in which everybody who gets mail keeps what the audit log had come to; none where it is blank.
    pub witness: String,
}

impl Mailer {
    /// Mail by SMTP; `url` as lettre reads it.
    ///
    /// # Errors
    /// When the URL or the sender's address cannot be read; the text names which.
    pub fn smtp(url: &str, from: &str) -> Result<Self, String> {
        Self::smtp_trusting(url, from, None)
    }

    /// The same, to a server whose certificate may be from an authority of one's own, in PEM.
    ///
    /// # Errors
    /// As of [`Self::smtp`], or when the certificate cannot be read.
    pub fn smtp_trusting(url: &str, from: &str, authority: Option<&[u8]>) -> Result<Self, String> {
        let mut from: Mailbox = from.parse().map_err(|e| format!("mail_from: {from:?} {e}"))?;
        from.name = from
            .name
            .map(|name| clean_name(&name))
            .filter(|name| !name.is_empty());
        let authority = authority
            .map(Certificate::from_pem)
            .transpose()
            .map_err(|error| format!("smtp_ca_file: {error}"))?;
        Ok(Self {
            from,
            route: Route::smtp(url, authority.as_ref())?,
            signer: None,
            returns_to: None,
        })
    }

    /// Mail that is only kept: the demonstration, where it is read at `/mailbox`.
    pub fn kept() -> Self {
        let address = Address::new("alerts", "guildhall.example").expect("the address is well formed");
        Self {
            from: Mailbox::new(Some("Guildhall".into()), address),
            route: Route::kept(),
            signer: None,
            returns_to: None,
        }
    }

    /// Which signs what it composes.
    #[must_use]
    pub fn signing(mut self, signer: Signer) -> Self {
        self.signer = Some(signer);
        self
    }

    /// To which undeliverable mail comes back, at this domain.
    #[must_use]
    pub fn returning_to(mut self, domain: &str) -> Self {
        self.returns_to = Some(domain.to_owned());
        self
    }

    /// The sender: name, then address.
    pub fn sender(&self) -> (String, String) {
        (
            self.from.name.clone().unwrap_or_else(|| "Guildhall".into()),
            self.from.email.to_string(),
        )
    }

    /// The envelope's sender, whom undeliverable mail goes back to: the mail's own, where what comes back is read.
    pub fn return_path(&self, secret: &Secret, mail: Uuid) -> String {
        match &self.returns_to {
            Some(domain) => return_path::address(secret, mail, domain),
            None => self.from.email.to_string(),
        }
    }

    /// The TXT record that signatures are checked by, name and text; none where mail is not signed.
    pub fn dkim_record(&self) -> Option<(String, String)> {
        self.signer.as_ref().map(Signer::record)
    }

    /// Offers a composed message to the server. It does not panic, and waits 45 seconds at most.
    pub async fn send(&self, return_path: &str, recipient: &str, message: &[u8]) -> Answer {
        let parcel = Parcel {
            return_path,
            recipient,
            message,
        };
        self.route.send(&parcel).await
    }

    /// The domain of Message-IDs.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// The message as bytes, signed, the same however often it is sent. Whatever text it is given, it is one message to
    /// one recipient, in lines that every server takes.
    ///
    /// # Errors
    /// When the recipient's address or a header of ours cannot be written, or the mail is too large.
    pub fn compose(&self, letter: &Letter) -> Result<Vec<u8>, String> {
        let to = letter.to.parse().map_err(|e| format!("{:?} {e}", letter.to))?;
        let since = letter
            .date
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let date = SystemTime::UNIX_EPOCH + since.min(Duration::from_secs(LAST_SECOND));
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .raw_header(wire::subject(&letter.subject))
            .date(date)
            .raw_header(wire::plain("Message-ID", &format!("<{}>", letter.message_id))?);
        for (name, value) in self.own_headers(letter) {
            builder = builder.raw_header(wire::plain(name, &value)?);
        }
        // Fixed by the Message-ID: composing again gives the same bytes.
        let id = letter.message_id.split('@').next().unwrap_or_default();
        let id: String = id.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
        let parts = MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(format!("=_{id}"))
            .singlepart(wire::part(ContentType::TEXT_PLAIN, &letter.text)?)
            .singlepart(wire::part(ContentType::TEXT_HTML, &letter.html)?);
        let message = builder.multipart(parts).map_err(|e| e.to_string())?.formatted();
        let message = wire::checked(message)?;
        match &self.signer {
            Some(signer) => wire::checked(signer.signed(&message, date)?),
            None => Ok(message),
        }
    }

    fn own_headers(&self, letter: &Letter) -> Vec<(&'static str, String)> {
        let mut headers = vec![("Auto-Submitted", "auto-generated".to_owned())];
        if !letter.witness.is_empty() {
            headers.push(("Guildhall-Audit-Head", letter.witness.clone()));
        }
        if let Some(url) = &letter.unsubscribe_url {
            headers.push(("List-Id", format!("Guildhall alerts <alerts.{}>", self.domain())));
            headers.push(("List-Unsubscribe", format!("<{url}>")));
            headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        headers
    }
}

/// A person's name for a header.
pub fn clean_name(name: &str) -> String {
    clean(name, NAME_LIMIT).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_subject_adds_no_header() {
        let letter = Letter {
            to: "a@b.example".into(),
            subject: "Ends soon\r\nBcc: everyone@b.example".into(),
            text: "x".into(),
            html: "<p>x</p>".into(),
            unsubscribe_url: Some("https://g.example/unsubscribe/t".into()),
            message_id: "m1@g.example".into(),
            date: SystemTime::UNIX_EPOCH,
            witness: String::new(),
        };
        let bytes = Mailer::kept().compose(&letter).unwrap();
        assert_eq!(
            bytes,
            Mailer::kept().compose(&letter).unwrap(),
            "composing twice gives the same bytes"
        );
        let message = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert!(message.bcc().is_none());
        assert_eq!(message.message_id(), Some("m1@g.example"));
        assert_eq!(
            message.header_raw("List-Unsubscribe-Post").unwrap().trim(),
            "List-Unsubscribe=One-Click"
        );
    }

    #[test]
    fn names_lose_line_breaks_and_direction_marks() {
        assert_eq!(clean_name("Ann\r\n\u{202e}Other"), "Ann Other");
        assert_eq!(clean_name(&"x".repeat(3000)).len(), 128);
    }
}
