//! Which column each heading is: by what a person said, by name, and by what the cells under it look like; each with how
//! sure that is and why. Where two headings could be one column the better has it, and the other says so.
//! Answers for the choice; names are `columns.rs` and `synonyms.rs`, cells `content.rs`. Next: `headings.rs`.

use std::cmp::Reverse;
use std::sync::Arc;

use super::cells::qualifiers;
use super::columns::Column;
use super::content::{Content, Fit};
use super::layout::named;
use super::line::Cells;
use super::mapping::Mapping;
use super::synonyms::{How, Meaning, meanings, misspelled};

/// Headings of a header so wide are not looked at for slips of the fingers: it is no person's work.
const WIDEST_TYPED: usize = 200;

/// How far it is to be trusted that a heading is a column. Every one is shown with its reason; a person decides.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    async_graphql::Enum,
    serde::Serialize,
    serde::Deserialize,
)]
#[graphql(name = "RegisterColumnConfidence")]
pub enum Confidence {
    /// It is no column: its cells are kept as they are.
    None,
    /// Its name says so and its cells do not, or its cells alone do.
    Doubtful,
    /// Its name may mean it, and nothing speaks against it.
    Likely,
    /// A person said so, or its name means nothing else and its cells fit.
    Sure,
}

impl Confidence {
    /// In a sentence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "not recognised",
            Self::Doubtful => "doubtful",
            Self::Likely => "likely",
            Self::Sure => "sure",
        }
    }
}

/// What was made of one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// As in the file, trimmed; `column 5` where it is blank.
    pub heading: Arc<str>,
    /// The column it is; none when its cells are kept as they are.
    pub column: Option<Column>,
    /// How far that is to be trusted.
    pub confidence: Confidence,
    /// Why, as a sentence.
    pub why: String,
    /// The first cells under it that differ and are not blank, at most three.
    pub samples: Vec<String>,
}

/// How a heading came to be a candidate for a column, the better first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ground {
    Told,
    Schema,
    Known(How),
    Cells,
}

/// A heading that may be a column.
struct Candidate {
    place: usize,
    column: Column,
    ground: Ground,
    fit: Fit,
    /// Which of the heading's meanings it is, the likeliest first.
    meaning: usize,
    rank: usize,
    /// What the cells say.
    said: Option<String>,
}

impl Candidate {
    /// The better first; what is alike goes by the order of the file.
    fn order(&self) -> impl Ord + use<> {
        (
            self.ground,
            Reverse(self.fit),
            self.meaning,
            self.rank,
            self.place,
        )
    }
}

/// Recognises the headings of a header, whose cells' looks are known.
pub(super) fn recognise(header: &Cells, contents: &[Content], mapping: &Mapping) -> Vec<Recognised> {
    let blank = Content::default();
    let content = |place: usize| contents.get(place).unwrap_or(&blank);
    let names: Vec<Arc<str>> = header.iter().enumerate().map(name).collect();
    let mut candidates: Vec<Candidate> = Vec::new();
    for (place, heading) in names.iter().enumerate() {
        candidates.extend(of_heading(place, heading, content(place), mapping, names.len()));
    }
    candidates.sort_by_key(Candidate::order);
    let mut taken: [Option<usize>; Column::COUNT] = [None; Column::COUNT];
    let mut chosen: Vec<Option<&Candidate>> = vec![None; names.len()];
    for candidate in &candidates {
        let holder = &mut taken[candidate.column as usize];
        let refused = candidate.fit == Fit::Not && candidate.ground > Ground::Schema;
        if holder.is_none() && !refused && chosen[candidate.place].is_none() {
            *holder = Some(candidate.place);
            chosen[candidate.place] = Some(candidate);
        }
    }
    // A register without a title has its description for one: what a contract is for names it.
    let stands_in = taken[Column::Description as usize].filter(|_| taken[Column::Title as usize].is_none());
    let mut beaten: Vec<Option<&Candidate>> = vec![None; names.len()];
    for candidate in candidates.iter().rev() {
        beaten[candidate.place] = Some(candidate);
    }
    let one = |(place, heading): (usize, &Arc<str>)| {
        let (column, confidence, why) = match chosen[place] {
            Some(_) if stands_in == Some(place) => {
                let why = "No heading is a title; what it describes stands for one.";
                (Some(Column::Title), Confidence::Likely, why.to_owned())
            }
            Some(candidate) => told(candidate, heading),
            None => (
                None,
                match mapping.get(heading) {
                    Some(None) => Confidence::Sure,
                    _ => Confidence::None,
                },
                why_none(place, content(place), mapping, &names, beaten[place], &taken),
            ),
        };
        Recognised {
            heading: Arc::clone(heading),
            column,
            confidence,
            why,
            samples: content(place).samples().to_vec(),
        }
    };
    names.iter().enumerate().map(one).collect()
}

fn name((place, cell): (usize, &str)) -> Arc<str> {
    match named(cell).as_ref() {
        "" => Arc::from(format!("column {}", place + 1)),
        heading => Arc::from(heading),
    }
}

/// The columns a heading may be.
fn of_heading(
    place: usize,
    heading: &str,
    content: &Content,
    mapping: &Mapping,
    width: usize,
) -> Vec<Candidate> {
    let candidate = |column, ground, meaning, rank| {
        let (fit, said) = content.fit(column);
        Candidate {
            place,
            column,
            ground,
            fit,
            meaning,
            rank,
            said,
        }
    };
    if let Some(told) = mapping.get(heading) {
        return told
            .map(|column| candidate(column, Ground::Told, 0, 0))
            .into_iter()
            .collect();
    }
    let schema = Column::called(heading).map(|column| candidate(column, Ground::Schema, 0, 0));
    let mut found: Vec<_> = schema.into_iter().collect();
    let meant = |(nth, meaning): (usize, &Meaning)| {
        candidate(meaning.column, Ground::Known(meaning.how), nth, meaning.rank)
    };
    found.extend(meanings(heading).iter().enumerate().map(meant));
    if found.is_empty() && width <= WIDEST_TYPED {
        found.extend(misspelled(heading).iter().enumerate().map(meant));
    }
    if found.is_empty()
        && let Some((column, said)) = content.alone()
    {
        found.push(Candidate {
            said: Some(said),
            ..candidate(column, Ground::Cells, 0, 0)
        });
    }
    found
}

fn told(candidate: &Candidate, heading: &str) -> (Option<Column>, Confidence, String) {
    let title = candidate.column.title();
    let said = candidate.said.as_deref();
    let and = |sentence: String| match said {
        Some(said) => format!("{sentence}; {said}."),
        None => format!("{sentence}."),
    };
    let but = |sentence: String| {
        format!(
            "{sentence}, but {}.",
            said.unwrap_or("its cells are something else")
        )
    };
    let (confidence, why) = match (candidate.ground, candidate.fit) {
        (Ground::Told, _) => (Confidence::Sure, format!("It was said that this is {title}.")),
        (Ground::Schema, Fit::Not) => (Confidence::Doubtful, but(format!("The schema calls {title} so"))),
        (Ground::Schema, _) => (
            Confidence::Sure,
            format!("The schema or its template calls {title} so."),
        ),
        (Ground::Known(How::Sure), Fit::Fits) => (Confidence::Sure, and(format!("Councils call {title} so"))),
        (Ground::Known(How::Sure), _) => {
            let open = candidate.said.is_none();
            let confidence = if open {
                Confidence::Sure
            } else {
                Confidence::Likely
            };
            (confidence, and(format!("Councils call {title} so")))
        }
        (Ground::Known(How::Likely), _) => (Confidence::Likely, and(likely(candidate.column, heading))),
        (Ground::Known(How::Misspelled), _) => (
            Confidence::Likely,
            and(format!("It is one letter away from a name of {title}")),
        ),
        (Ground::Cells, _) => (
            Confidence::Doubtful,
            and(format!("Its heading says nothing, its cells that it is {title}")),
        ),
    };
    (Some(candidate.column), confidence, why)
}

fn likely(column: Column, heading: &str) -> String {
    if column == Column::Value && qualifiers::is_yearly(heading) {
        return "It is the value of one year, taken for the value as there is none of the whole".to_owned();
    }
    format!("It may be a name of {}", column.title())
}

/// Why a heading is no column.
fn why_none(
    place: usize,
    content: &Content,
    mapping: &Mapping,
    names: &[Arc<str>],
    best: Option<&Candidate>,
    taken: &[Option<usize>; Column::COUNT],
) -> String {
    let heading = &names[place];
    if mapping.get(heading) == Some(None) {
        return "It was said to be kept as it is.".to_owned();
    }
    let Some(best) = best else {
        return match content.looks() {
            Some(said) => format!("No column is known by this name; {said}."),
            None => "No column is known by this name.".to_owned(),
        };
    };
    let title = best.column.title();
    match taken[best.column as usize] {
        Some(holder) if best.fit != Fit::Not || best.ground <= Ground::Schema => format!(
            "It could be {title} too; \u{201c}{}\u{201d} (column {}) is the better match.",
            names[holder],
            holder + 1
        ),
        _ => {
            let said = best.said.as_deref().unwrap_or("its cells are something else");
            format!("Its name may mean {title}, but {said}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(mapping: &Mapping, header: &[&str], rows: &[&[&str]]) -> Vec<Recognised> {
        let mut contents = vec![Content::default(); header.len()];
        for row in rows {
            row.iter()
                .zip(&mut contents)
                .for_each(|(cell, content)| content.add(cell));
        }
        recognise(&header.iter().collect(), &contents, mapping)
    }

    fn told(header: &[&str], rows: &[&[&str]]) -> Vec<(Option<Column>, Confidence)> {
        let all = of(&Mapping::default(), header, rows);
        all.into_iter().map(|one| (one.column, one.confidence)).collect()
    }

    #[test]
    fn a_local_register_is_recognised_by_names_and_cells() {
        let header = [
            "Ref No",
            "Contract Name",
            "Vendor",
            "Company Reg",
            "Start",
            "Expiry",
            "Annual Value",
            "Contract Owner",
            "Notes",
        ];
        let row = [
            "C1",
            "Vans",
            "Tallow Ltd",
            "04412907",
            "01/04/2024",
            "31/03/2027",
            "£48,000",
            "A Person",
            "n",
        ];
        let sure = |column| (Some(column), Confidence::Sure);
        assert_eq!(
            told(&header, &[&row]),
            [
                sure(Column::Reference),
                sure(Column::Title),
                sure(Column::SupplierName),
                sure(Column::CompaniesHouse),
                sure(Column::StartDate),
                sure(Column::EndDate),
                (Some(Column::Value), Confidence::Likely),
                sure(Column::ContactName),
                (None, Confidence::None),
            ]
        );
    }

    #[test]
    fn cells_decide_between_the_columns_that_a_name_may_mean() {
        let company = |cells: &[&str]| {
            let rows: Vec<[&str; 2]> = cells.iter().map(|cell| ["T", *cell]).collect();
            let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
            told(&["Title", "Company"], &rows)[1].0
        };
        assert_eq!(company(&["Tallow Ltd", "Marsh plc"]), Some(Column::SupplierName));
        assert_eq!(company(&["04412907", "SC123456"]), Some(Column::CompaniesHouse));
        let extension = |cell| told(&["Title", "Extension"], &[&["T", cell]])[1].0;
        assert_eq!(extension("31/03/2029"), Some(Column::LastExtension));
        assert_eq!(extension("2 x 12 months"), Some(Column::ExtensionOptions));
        let contract = |cell| told(&["Title", "Contract"], &[&["T", cell]])[1].0;
        assert_eq!(contract("10023"), Some(Column::Reference));
    }

    #[test]
    fn of_two_headings_for_one_column_the_better_wins_and_the_other_says_so() {
        let all = of(
            &Mapping::default(),
            &["Title", "Annual Value", "Total Value"],
            &[&["T", "1", "3"]],
        );
        assert_eq!((all[1].column, all[2].column), (None, Some(Column::Value)));
        assert_eq!(
            all[1].why,
            "It could be Contract value too; \u{201c}Total Value\u{201d} (column 3) is the better match."
        );
        let blank = of(
            &Mapping::default(),
            &["Title", "Value", "Value"],
            &[&["T", "", "3"]],
        );
        assert_eq!(
            (blank[1].column, blank[2].column),
            (None, Some(Column::Value)),
            "the one with cells"
        );
    }

    #[test]
    fn a_name_whose_cells_are_something_else_is_not_believed() {
        let all = of(
            &Mapping::default(),
            &["Title", "Start", "End date"],
            &[&["T", "Yes", "Yes"], &["T", "No", "No"]],
        );
        assert_eq!(all[1].column, None);
        assert_eq!(
            all[1].why,
            "Its name may mean Contract start date, but 0 of 2 cells are dates."
        );
        assert_eq!(
            (all[2].column, all[2].confidence),
            (Some(Column::EndDate), Confidence::Doubtful),
            "the schema's own name"
        );
    }

    #[test]
    fn what_a_person_said_stands_against_names_and_cells() {
        let mut mapping = Mapping::default();
        mapping.set("Let to", Some(Column::SupplierName));
        mapping.set("Supplier name", None);
        let all = of(
            &mapping,
            &["Title", "Supplier name", "LET TO"],
            &[&["T", "x", "Tallow Ltd"]],
        );
        assert_eq!((all[1].column, all[2].column), (None, Some(Column::SupplierName)));
        assert_eq!(
            (all[1].why.as_str(), all[1].confidence, all[2].confidence),
            (
                "It was said to be kept as it is.",
                Confidence::Sure,
                Confidence::Sure
            )
        );
    }

    #[test]
    fn a_register_without_a_title_has_its_description_for_one() {
        let all = of(&Mapping::default(), &["Ref", "Description"], &[&["1", "Vans"]]);
        assert_eq!(
            (all[1].column, all[1].confidence),
            (Some(Column::Title), Confidence::Likely)
        );
    }

    #[test]
    fn cells_alone_tell_a_column_doubtfully_and_samples_are_shown() {
        let rows: [&[&str]; 3] = [
            &["T", "a@b.example"],
            &["T", "c@b.example"],
            &["U", "a@b.example"],
        ];
        let all = of(&Mapping::default(), &["Title", ""], &rows);
        assert_eq!(
            (all[1].column, all[1].confidence),
            (Some(Column::ContactEmail), Confidence::Doubtful)
        );
        assert_eq!((&*all[1].heading, all[1].samples.len()), ("column 2", 2));
    }
}
