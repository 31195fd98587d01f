//! Mails as their readers see them: out of the test's mail server, never out of the outbox.

use crate::world::World;
use guildhall::runtime::outbox;
use mail_parser::MessageParser;

/// A mail, parsed by a parser that is not ours.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl World {
    /// Sends what is due; gives every mail that has come to an address since the beginning, oldest first.
    pub(crate) async fn mails(&self, to: &str) -> Vec<Mail> {
        outbox::deliver_due(&self.app).await.unwrap();
        let all = self.smtp.all();
        let of = all.iter().filter(|mail| mail.to == [to]);
        of.map(|mail| {
            let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
            Mail {
                subject: parsed.subject().unwrap().to_owned(),
                text: parsed.body_text(0).unwrap().into_owned(),
            }
        })
        .collect()
    }

    /// The subjects of the mails to an address, oldest first.
    pub(crate) async fn subjects(&self, to: &str) -> Vec<String> {
        self.mails(to)
            .await
            .into_iter()
            .map(|mail| mail.subject)
            .collect()
    }

    /// The token of the last link of a kind (`register`, `reset`, `email`, `invitation`) that was mailed to an address.
    pub(crate) async fn link(&self, to: &str, kind: &str) -> String {
        let start = format!("https://guildhall.example/account/{kind}/");
        let mails = self.mails(to).await;
        let lines = mails.iter().rev().flat_map(|mail| mail.text.lines());
        let found = lines.filter_map(|line| line.strip_prefix(&start)).next();
        found
            .unwrap_or_else(|| panic!("no such link in {mails:?}"))
            .trim()
            .to_owned()
    }
}
