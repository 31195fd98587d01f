//! The report of an import, with every doubt: beside the file. One that is refused leaves the report that was there.

use crate::exchange::register::{Doubt, DoubtCsv};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek};
use std::path::{Path, PathBuf};

/// A report that is being written.
pub(super) struct Report {
    path: PathBuf,
    /// Where it goes; open from the beginning, so that it is known to be possible before anything is done.
    to: File,
    /// There was none before.
    fresh: bool,
    doubts: DoubtCsv<BufWriter<File>>,
    kept: File,
    wrong: Option<io::Error>,
}

impl Report {
    /// Where it is wanted, else beside the file it is of: `register.report.csv` of `register.csv`, and `register.xlsx.report.csv`
    /// of `register.xlsx`.
    pub(super) fn begin(wanted: Option<PathBuf>, of: &Path) -> Result<Self, (PathBuf, io::Error)> {
        let is_csv = of.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
        let path = wanted.unwrap_or_else(|| match is_csv {
            true => of.with_extension("report.csv"),
            false => {
                let mut name = of.as_os_str().to_owned();
                name.push(".report.csv");
                name.into()
            }
        });
        Self::at(&path, of).map_err(|error| (path, error))
    }

    fn at(path: &Path, of: &Path) -> io::Result<Self> {
        if path
            .canonicalize()
            .is_ok_and(|path| of.canonicalize().is_ok_and(|of| of == path))
        {
            return Err(io::Error::other("this is the file that is to be read"));
        }
        let fresh = !path.exists();
        let to = OpenOptions::new().append(true).create(true).open(path)?;
        let kept = tempfile::tempfile()?;
        Ok(Self {
            path: path.to_owned(),
            to,
            fresh,
            doubts: DoubtCsv::new(BufWriter::new(kept.try_clone()?))?,
            kept,
            wrong: None,
        })
    }

    pub(super) fn doubt(&mut self, doubt: &Doubt) {
        if self.wrong.is_none() {
            self.wrong = self.doubts.write(doubt).err();
        }
    }

    /// Puts it where it belongs, and says where. What was read of a file that was refused is kept where there is no other.
    pub(super) fn end(self, done: bool) -> Result<PathBuf, (PathBuf, io::Error)> {
        let path = self.path.clone();
        match self.put(done) {
            Ok(()) => Ok(path),
            Err(error) => Err((path, error)),
        }
    }

    fn put(mut self, done: bool) -> io::Result<()> {
        self.wrong.map_or(Ok(()), Err)?;
        self.doubts.finish()?;
        if !done && !self.fresh {
            return Ok(());
        }
        self.kept.rewind()?;
        // A device or a pipe has no length.
        if self.to.metadata()?.is_file() {
            self.to.set_len(0)?;
        }
        io::copy(&mut self.kept, &mut self.to)?;
        Ok(())
    }
}
