//! The report of an import, with every doubt: beside the file, and only where the import got to its end, so that one which
//! was refused leaves the report that was there.

use crate::exchange::register::{Doubt, DoubtCsv};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// A report that is being written.
pub(super) struct Report {
    to: PathBuf,
    unfinished: PathBuf,
    doubts: DoubtCsv<BufWriter<File>>,
    wrong: Option<io::Error>,
}

impl Report {
    /// Where it is wanted, else beside the file it is of: `register.report.csv` of `register.csv`, and of others with all
    /// of their name, so that two files never share one.
    pub(super) fn begin(wanted: Option<PathBuf>, of: &Path) -> Result<Self, (PathBuf, io::Error)> {
        let is_csv = of.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
        let to = wanted.unwrap_or_else(|| match is_csv {
            true => of.with_extension("report.csv"),
            false => with_end(of, ".report.csv"),
        });
        let unfinished = with_end(&to, ".part");
        let begun = File::create(&unfinished).and_then(|file| DoubtCsv::new(BufWriter::new(file)));
        match begun {
            Ok(doubts) => Ok(Self {
                to,
                unfinished,
                doubts,
                wrong: None,
            }),
            Err(error) => Err((to, error)),
        }
    }

    pub(super) fn doubt(&mut self, doubt: &Doubt) {
        if self.wrong.is_none() {
            self.wrong = self.doubts.write(doubt).err();
        }
    }

    /// Puts it where it belongs, and says where. What was read of a file that was refused is kept where nothing else is.
    pub(super) fn end(self, done: bool) -> Result<PathBuf, (PathBuf, io::Error)> {
        let Self {
            to,
            unfinished,
            doubts,
            wrong,
        } = self;
        let written = wrong.map_or(Ok(()), Err).and_then(|()| doubts.finish());
        let settled = if done || !to.exists() {
            std::fs::rename(&unfinished, &to)
        } else {
            std::fs::remove_file(&unfinished)
        };
        match written.and(settled) {
            Ok(()) => Ok(to),
            Err(error) => Err((to, error)),
        }
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
