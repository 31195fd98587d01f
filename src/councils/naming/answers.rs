//! What is said of a name: the answers, and their wording in plain English.
//! Must not decide. Next: `naming.rs`.

use crate::councils::Council;

/// What a name means.
#[derive(Clone, Debug)]
pub enum Match {
    /// One council.
    Matched {
        /// Which.
        council: &'static Council,
        /// What made it so.
        rule: Rule,
    },
    /// It may be one of these; a person should say.
    Doubtful {
        /// Those that it may be.
        candidates: Vec<&'static Council>,
        /// Why nothing decides.
        why: Doubt,
    },
    /// No council of the directory.
    None {
        /// What it is instead, as far as it can be told.
        why: NoCouncil,
    },
}

/// What made a name mean a council, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A code or slug.
    Code,
    /// Its name in the directory but for case, punctuation and order of words.
    Name,
    /// Its place and "council", in another style than the official one, which fits no other.
    Style,
    /// Its name, beside a department or one who acts for it.
    Department,
    /// Its name but for one typing error, which is near no other's.
    Typing,
}

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It could only be wrong if the name were.
    Certain,
    /// The usual ways of writing a name.
    Strong,
    /// Somebody should look once.
    Fair,
}

/// Why a name may be one of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Councils share the name and nothing tells them apart.
    Homonyms,
    /// No council of this place goes by this style.
    AnotherStyle,
    /// More than one council is named.
    Several,
    /// Only a part of a council's name.
    Part,
    /// A council's place, but nothing says that the council is meant.
    PlaceOnly,
    /// A council's name among words that may make it another body.
    MoreWords,
    /// A typing error away from a name, but not certainly that.
    Typing,
}

/// Why a name is no council of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCouncil {
    /// Nothing in it says council.
    Unsaid,
    /// A parish, town or community council.
    Parish,
    /// Another body: a company, a college, a charity, a police force ...
    OtherBody,
    /// It says council, but of no place that has one.
    Unknown,
}

impl Rule {
    /// What it is, in plain English.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Code => "it is the council's code or slug",
            Self::Name => "it is the council's name but for case, punctuation and order",
            Self::Style => "it is the council's place in another style, which fits no other council",
            Self::Department => "it is the council's name beside a department, a trading name or an agent",
            Self::Typing => "it is the council's name but for a typing error, and near no other's",
        }
    }

    /// How sure it is.
    pub const fn confidence(self) -> Confidence {
        match self {
            Self::Code | Self::Name => Confidence::Certain,
            Self::Style | Self::Department => Confidence::Strong,
            Self::Typing => Confidence::Fair,
        }
    }
}

impl Doubt {
    /// What it is, in plain English.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Homonyms => "several councils share the name",
            Self::AnotherStyle => "no council of this place goes by this style",
            Self::Several => "more than one council is named",
            Self::Part => "it is only a part of a council's name",
            Self::PlaceOnly => "it is a council's place, but nothing says that the council is meant",
            Self::MoreWords => "other words stand beside a council's name, and may make it another body",
            Self::Typing => "it is near a council's name, but not certainly a typing error",
        }
    }
}

impl NoCouncil {
    /// Whether it is certainly some other body.
    pub const fn is_another(self) -> bool {
        matches!(self, Self::Parish | Self::OtherBody)
    }

    /// What it is, in plain English.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Unsaid => "nothing in it says council",
            Self::Parish => "it is a parish, town or community council",
            Self::OtherBody => "it is another body than a council",
            Self::Unknown => "there is no council of this name",
        }
    }
}

/// The council that a person names by code, slug or name; where that is not sure, what to say to them.
///
/// # Errors
/// Why it is none, with those that it may be.
pub fn named(text: &str) -> Result<&'static Council, String> {
    let listed = |councils: &[&'static Council]| -> Vec<String> {
        let listed = councils.iter().take(10);
        listed
            .map(|council| format!("{} ({})", council.facts.name, council.facts.slug))
            .collect()
    };
    match super::matched(text) {
        Match::Matched { council, rule } if rule.confidence() != Confidence::Fair => Ok(council),
        Match::Matched { council, .. } => Err(format!(
            "there is no council {text:?}; did you mean {}?",
            listed(&[council])[0]
        )),
        Match::Doubtful { candidates, why } => {
            let listed = listed(&candidates).join(", ");
            Err(format!(
                "it is not clear which council {text:?} is ({}): {listed}",
                why.says()
            ))
        }
        Match::None { why } => Err(format!("there is no council {text:?}: {}", why.says())),
    }
}
