//! What an import of notices has to say: counts, and how often what was doubted. Every doubt goes to its CSV as it comes.

use crate::exchange::register::{Doubt, Why, frequencies, thousands};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What came of an import of notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Releases in the file, the next five together.
    pub releases: u32,
    /// Releases that were not known yet.
    pub new: u32,
    /// Releases that were read before, or stand in the file twice.
    pub known: u32,
    /// Releases held: unreadable, or of no council that is certain.
    pub held: u32,
    /// Releases of other councils than the one asked for.
    pub elsewhere: u32,
    /// Releases of the councils' contracts as they were published from here: the registers stand.
    pub ours: u32,
    /// Contracting processes of councils.
    pub processes: u32,
    /// Those of them without an award: planned, or out to tender.
    pub not_awarded: u32,
    /// Contracts that were new.
    pub added: u32,
    /// Contracts that say something else now.
    pub changed: u32,
    /// Contracts that say what they said.
    pub unchanged: u32,
    /// Awards that are contracts of the council's own register.
    pub linked: u32,
    /// Awards held: they may be contracts of the council's own register.
    pub awards_held: u32,
    /// The same for each council, by slug: contracts added, changed and unchanged.
    pub councils: BTreeMap<&'static str, [u32; 3]>,
}

/// What is told while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// So many releases more were read.
    Read(usize),
    /// Something that a person should look at. Its row is the release's line, of JSON lines, else its number in the file.
    Doubt(&'a Doubt),
}

/// How often what was doubted, and where first.
#[derive(Clone, Debug, Default)]
pub struct Doubts(BTreeMap<Why, (u32, u32)>);

impl Doubts {
    /// Counts one.
    pub fn note(&mut self, doubt: &Doubt) {
        self.0.entry(doubt.why).or_insert((0, doubt.row)).0 += 1;
    }

    /// How many have a reason.
    pub fn count(&self, why: Why) -> u32 {
        self.0.get(&why).map_or(0, |(count, _)| *count)
    }
}

/// The report as a page of text for a terminal.
pub fn summary(done: &Imported, doubts: &Doubts) -> String {
    let mut page = String::new();
    for (count, what) in [
        (done.releases, "releases"),
        (done.new, "new"),
        (done.known, "known already"),
        (done.held, "held"),
        (done.elsewhere, "of other councils, passed over"),
        (done.ours, "published from here, passed over: the registers stand"),
        (done.processes, "contracting processes"),
        (done.not_awarded, "of them not awarded yet"),
    ] {
        let _ = writeln!(page, "{:>9} {what}", thousands(count));
    }
    page.push_str(&frequencies(&doubts.0));
    let count = |count: u32| thousands(count);
    let _ = writeln!(
        page,
        "{} added, {} changed, {} unchanged, {} in the councils' own registers, {} held, in {} registers",
        count(done.added),
        count(done.changed),
        count(done.unchanged),
        count(done.linked),
        count(done.awards_held),
        done.councils.len(),
    );
    page
}
