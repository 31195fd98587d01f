//! Tables as people read them: a line for each field or mutation, a column for each who asks, and in each place three
//! letters: for what is one's own, a colleague's, and somebody else's.

use super::town::{COLUMNS, Standing};
use std::collections::BTreeMap;

/// What came of one question: a letter of [`LEGEND`].
pub(crate) type Letter = char;

pub(crate) const LEGEND: &str = "\
Each place has three letters: of one's own organisation and made by oneself (where one may); of one's own, made by a
colleague; of another organisation or person. Blank: nothing can stand so.

  S  seen                     D  done                      A  not allowed
  .  nothing there to see     R  refused with a reason     I  sign in first
  -  the thing is not there   n  done, and to no effect    F  not found

";

/// The lines of a table: by name, then by stage, the three letters of each column.
#[derive(Default)]
pub(crate) struct Table(BTreeMap<String, Vec<(String, Vec<String>)>>);

impl Table {
    /// Three letters at a place; blanks where nothing can stand so.
    pub(crate) fn put(&mut self, name: &str, stage: &str, column: usize, letters: &str) {
        let lines = self.0.entry(name.to_owned()).or_default();
        let at = lines
            .iter()
            .position(|(known, _)| known == stage)
            .unwrap_or_else(|| {
                lines.push((stage.to_owned(), vec![String::new(); COLUMNS.len()]));
                lines.len() - 1
            });
        lines[at].1[column] = letters.to_owned();
    }

    /// Notes that something was seen at these standings, by whoever has this column.
    pub(crate) fn note(&mut self, name: &str, column: usize, seen: &[Standing]) {
        let before = self
            .line(name)
            .map_or_else(String::new, |line| line[column].clone());
        let letter = |(at, standing): (usize, &Standing)| {
            let known = before.chars().nth(at) == Some('S');
            if known || seen.contains(standing) {
                'S'
            } else {
                ' '
            }
        };
        let letters: String = Standing::ALL.iter().enumerate().map(letter).collect();
        self.put(name, "", column, &letters);
    }

    /// Takes in the lines of another table.
    pub(crate) fn join(&mut self, other: Self) {
        for (name, stages) in other.0 {
            for (stage, cells) in stages {
                for (column, letters) in cells.iter().enumerate() {
                    let known = self
                        .line(&name)
                        .map(|line| line[column].clone())
                        .unwrap_or_default();
                    if !known.contains('S') {
                        self.put(&name, &stage, column, letters);
                    }
                }
            }
        }
    }

    /// The letters of a line that has no stages.
    pub(crate) fn line(&self, name: &str) -> Option<&[String]> {
        Some(&self.0.get(name)?.first()?.1)
    }

    /// Every name, with the letters of each of its stages.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, Vec<&[String]>)> {
        self.0.iter().map(|(name, stages)| {
            (
                name.as_str(),
                stages.iter().map(|(_, cells)| &cells[..]).collect(),
            )
        })
    }

    /// Stages that are alike share a line.
    pub(crate) fn written(&self) -> String {
        let mut lines: Vec<(String, String, String)> = Vec::new();
        for (name, stages) in &self.0 {
            let from = lines.len();
            for (stage, cells) in stages {
                let cells = cells
                    .iter()
                    .fold(String::new(), |line, cell| line + &format!("  {cell:<3}"));
                match lines[from..].iter_mut().find(|(_, _, known)| *known == cells) {
                    Some((_, alike, _)) => *alike += &format!(", {stage}"),
                    None => lines.push((name.clone(), stage.clone(), cells)),
                }
            }
            if let [(_, all, _)] = &mut lines[from..] {
                all.clear();
            }
        }
        let width = lines
            .iter()
            .map(|(name, ..)| name.len())
            .max()
            .unwrap_or_default();
        let mut text = heading(width);
        for (name, stages, cells) in lines {
            let line = format!("{name:width$}{cells}   {stages}");
            text += line.trim_end();
            text += "\n";
        }
        text
    }
}

/// The columns' names, read downwards.
fn heading(width: usize) -> String {
    let groups = format!(
        "{:width$}       {:40}{:20}\n",
        "", "council ------------------------------", "supplier ---------"
    );
    let names = COLUMNS.map(|(called, ..)| {
        let short = called
            .trim_start_matches("council ")
            .trim_start_matches("supplier ");
        match short.trim_start_matches("its ") {
            "anonymous" => "anon",
            "viewer" => "view",
            "officer" => "offi",
            "approver" => "appr",
            "evaluator" => "eval",
            "admin" => "admi",
            "token, reads" => "read",
            "token, acts" => "acts",
            "member" => "memb",
            "own account" => "acct",
            _ => "oper",
        }
    });
    // Four letters and a space, over two spaces and three letters.
    let names = names
        .iter()
        .fold(String::new(), |line, name| line + &format!(" {name}"));
    format!("{groups}{:width$} {names}\n", "")
}
