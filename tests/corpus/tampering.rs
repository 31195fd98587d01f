//! A log, and ways to tamper with it: some clumsy, some by somebody who holds the database and the server's secret and
//! makes all of it fit again. A receipt in somebody else's hands must show every one.

use guildhall::audit::entry::{Actor, Leaf, Part};
use guildhall::audit::tree::{Frontier, Hash};
use guildhall::audit::{Entry, Head, Root, Wrong, check_export, public_key};
use guildhall::runtime::entropy::Entropy;
use guildhall::runtime::secret::Secret;
use uuid::Uuid;

/// Entries in the log.
const SIZE: usize = 48;
/// Entries when the receipt was given; what is tampered with is among them.
const RECEIPT: usize = 40;

/// A log with its receipt.
pub(crate) struct Log {
    secret: Secret,
    entries: Vec<Entry>,
    receipt: Head,
}

/// What was done to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edit {
    /// A byte of any column is another.
    Byte,
    Deleted,
    Inserted,
    Swapped,
    Renumbered,
    TailCut,
    /// Gone as if it had been erased, without a record of it.
    PartGone,
    /// From here on commitments, numbers, roots and the head at the end are made to fit again.
    ChangedAndRebuilt,
    DeletedAndRebuilt,
    InsertedAndRebuilt,
    SwappedAndRebuilt,
    TailCutAndRebuilt,
    /// Another log altogether, of the same length.
    Replaced,
}

const EDITS: [Edit; 13] = [
    Edit::Byte,
    Edit::Deleted,
    Edit::Inserted,
    Edit::Swapped,
    Edit::Renumbered,
    Edit::TailCut,
    Edit::PartGone,
    Edit::ChangedAndRebuilt,
    Edit::DeletedAndRebuilt,
    Edit::InsertedAndRebuilt,
    Edit::SwappedAndRebuilt,
    Edit::TailCutAndRebuilt,
    Edit::Replaced,
];

struct Dice(Entropy);

impl Dice {
    fn below(&self, limit: usize) -> usize {
        usize::from(u16::from_le_bytes(self.0.bytes())) % limit
    }

    /// Two that differ.
    fn two_below(&self, limit: usize) -> (usize, usize) {
        let one = self.below(limit);
        (one, (one + 1 + self.below(limit - 1)) % limit)
    }
}

impl Log {
    pub(crate) fn new() -> Self {
        let secret = Secret::from_bytes([7; 32]);
        let entries = entries(&Entropy::seeded(1));
        let root = Root {
            size: RECEIPT as u64,
            root: entries[RECEIPT - 1].root,
        };
        let receipt = Head::sign(&secret, root, "2026-01-15T09:00:00Z".parse().expect("an instant"));
        Self {
            secret,
            entries,
            receipt,
        }
    }

    /// Checks an export against the receipt.
    pub(crate) fn check(&self, lines: Vec<String>) -> Result<Root, Wrong> {
        let lines = lines.into_iter().map(Ok);
        check_export(lines, vec![self.receipt.clone()], &public_key(&self.secret))
    }

    /// The log as it is exported.
    pub(crate) fn export(&self) -> Vec<String> {
        self.exported(&self.entries)
    }

    fn exported(&self, entries: &[Entry]) -> Vec<String> {
        let root = entries
            .last()
            .map_or(Frontier::default().root(), |last| last.root);
        let size = entries.len() as u64;
        let head = Head::sign(&self.secret, Root { size, root }, self.receipt.at);
        entries.iter().map(Entry::line).chain([head.line()]).collect()
    }

    /// The export after one edit, and which it was.
    pub(crate) fn edited(&self, seed: u64) -> (Edit, Vec<String>) {
        let dice = Dice(Entropy::seeded(seed));
        let edit = EDITS[dice.below(EDITS.len())];
        let (one, other) = dice.two_below(RECEIPT);
        let mut entries = self.entries.clone();
        match edit {
            Edit::Byte => return (edit, self.with_another_byte(&dice, one)),
            Edit::Deleted | Edit::DeletedAndRebuilt => drop(entries.remove(one)),
            Edit::Inserted | Edit::InsertedAndRebuilt => {
                let mut more = entries[other].clone();
                more.entry.id = Uuid::from_u128(seed.into());
                entries.insert(one, more);
            }
            Edit::Swapped | Edit::SwappedAndRebuilt => entries.swap(one, other),
            Edit::Renumbered => entries[one].entry.sequence = other as u64 + 1,
            Edit::TailCut | Edit::TailCutAndRebuilt => entries.truncate(one),
            Edit::PartGone => match dice.below(3) {
                0 => entries[one].actor = None,
                1 => entries[one].detail = None,
                _ => entries[one - one % 4].about = None,
            },
            Edit::ChangedAndRebuilt => change(&dice, &mut entries[one]),
            Edit::Replaced => entries = self::entries(&dice.0),
        }
        if edit < Edit::ChangedAndRebuilt {
            // The head at the end is the one that was there.
            let mut lines: Vec<String> = entries.iter().map(Entry::line).collect();
            lines.extend(self.export().pop());
            return (edit, lines);
        }
        (edit, self.exported(&rebuilt(entries)))
    }

    fn with_another_byte(&self, dice: &Dice, one: usize) -> Vec<String> {
        let mut lines = self.export();
        let at = dice.below(lines[one].len());
        let before = lines[one].as_bytes()[at];
        let after = (before - b' ' + 1 + dice.below(94) as u8) % 95 + b' ';
        lines[one].replace_range(at..=at, &char::from(after).to_string());
        lines
    }
}

/// Another value in one of the columns; its commitment follows it.
fn change(dice: &Dice, entry: &mut Entry) {
    let other = Uuid::from_bytes(dice.0.bytes());
    match dice.below(8) {
        0 => entry.entry.id = other,
        1 => entry.entry.at += chrono::Duration::microseconds(1 + dice.below(1_000_000) as i64),
        2 => entry.entry.action.push('s'),
        3 => entry.entry.refused ^= true,
        4 => entry.entry.subject.1 = other,
        5 => entry.entry.organisation.1 = Some(other),
        6 => entry.actor = Some(actor(&dice.0, "somebody.else@norfolk.example")),
        _ => entry.detail = Some(Part::new(dice.0.bytes(), &serde_json::json!({ "said": other }))),
    }
}

fn actor(entropy: &Entropy, name: &str) -> Part {
    let person = Some(Uuid::from_bytes(entropy.bytes()));
    let name = name.to_owned();
    Part::new(entropy.bytes(), &Actor { person, name })
}

fn entries(entropy: &Entropy) -> Vec<Entry> {
    let entries = (0..SIZE).map(|number| {
        let about = (number % 4 == 0).then(|| actor(entropy, "invited@norfolk.example"));
        Entry {
            entry: Leaf {
                sequence: 0,
                id: Uuid::from_bytes(entropy.bytes()),
                at: "2026-01-15T09:00:00.000001Z".parse().expect("an instant"),
                action: "RecordContract".into(),
                refused: number % 7 == 0,
                subject: ("contract".into(), Uuid::from_bytes(entropy.bytes())),
                organisation: ("council".into(), Some(Uuid::from_bytes(entropy.bytes()))),
                actor: Hash([0; 32]),
                detail: Hash([0; 32]),
                about: about.as_ref().map(Part::commitment),
            },
            root: Hash([0; 32]),
            actor: Some(actor(entropy, "officer@norfolk.example")),
            detail: Some(Part::new(
                entropy.bytes(),
                &serde_json::json!({ "number": number }),
            )),
            about,
        }
    });
    rebuilt(entries.collect())
}

/// Numbers, commitments and roots made to fit.
fn rebuilt(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut tree = Frontier::default();
    for entry in &mut entries {
        entry.entry.sequence = tree.size() + 1;
        let commitment = |part: &Option<Part>| part.as_ref().map(Part::commitment);
        entry.entry.actor = commitment(&entry.actor).unwrap_or(entry.entry.actor);
        entry.entry.detail = commitment(&entry.detail).unwrap_or(entry.entry.detail);
        entry.entry.about = commitment(&entry.about);
        tree.push(entry.entry.hash());
        entry.root = tree.root();
    }
    entries
}
