//! What the words of a council's name mean: the place, and the style it goes by ("Borough Council").
//! Must not know which councils there are. Next: `index.rs`.

/// The styles a name claims, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Styles(u16);

impl Styles {
    pub(super) const COUNCIL: Self = Self(1);
    pub(super) const COUNTY: Self = Self(1 << 1);
    pub(super) const CITY: Self = Self(1 << 2);
    pub(super) const BOROUGH: Self = Self(1 << 3);
    pub(super) const DISTRICT: Self = Self(1 << 4);
    pub(super) const METROPOLITAN: Self = Self(1 << 5);
    pub(super) const LONDON: Self = Self(1 << 6);
    pub(super) const ROYAL: Self = Self(1 << 7);
    pub(super) const CORPORATION: Self = Self(1 << 8);
    pub(super) const COMBINED: Self = Self(1 << 9);
    /// "Councils": more than one is named.
    pub(super) const SEVERAL: Self = Self(1 << 10);
    /// "Borough of", "City of": a council without the word.
    pub(super) const OF: Self = Self(1 << 11);
    /// A word of style has a typing error.
    pub(super) const MISTYPED: Self = Self(1 << 12);

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it says that a council is meant, and not only a place or a football club ("Derby County").
    pub(super) const fn says_council(self) -> bool {
        let words = Self::COUNCIL
            .and(Self::CORPORATION)
            .and(Self::COMBINED)
            .and(Self::OF);
        self.has(words.and(Self::LONDON))
    }

    /// The same, for one of several.
    pub(super) const fn one(self) -> Self {
        self.without(Self::SEVERAL)
    }

    /// The same, said to be a council.
    pub(super) const fn council(self) -> Self {
        self.and(Self::COUNCIL)
    }

    /// The style alone: what kind of council, without how it is said.
    pub(super) const fn kind(self) -> Self {
        self.without(Self::COUNCIL.and(Self::OF).and(Self::MISTYPED).and(Self::SEVERAL))
    }

    /// Whether nothing but "council" is said.
    pub(super) const fn is_plain(self) -> bool {
        self.kind().0 == 0
    }
}

/// A text read as a council's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Phrase {
    /// The words that name the place, with single spaces.
    pub(super) place: String,
    pub(super) styles: Styles,
}

/// Words without which a place is the same: never the only thing that tells two councils apart.
const FILLERS: [&str; 8] = ["the", "of", "and", "a", "upon", "on", "in", "with"];

/// Counties and directions as they are shortened.
const SHORTENED: [(&str, &str); 24] = [
    ("herts", "hertfordshire"),
    ("beds", "bedfordshire"),
    ("bucks", "buckinghamshire"),
    ("cambs", "cambridgeshire"),
    ("derbys", "derbyshire"),
    ("glos", "gloucestershire"),
    ("hants", "hampshire"),
    ("hunts", "huntingdonshire"),
    ("lancs", "lancashire"),
    ("leics", "leicestershire"),
    ("lincs", "lincolnshire"),
    ("northants", "northamptonshire"),
    ("notts", "nottinghamshire"),
    ("oxon", "oxfordshire"),
    ("salop", "shropshire"),
    ("staffs", "staffordshire"),
    ("warks", "warwickshire"),
    ("wilts", "wiltshire"),
    ("worcs", "worcestershire"),
    ("yorks", "yorkshire"),
    ("gt", "great"),
    ("nth", "north"),
    ("sth", "south"),
    ("saint", "st"),
];

/// Reads words as place and style.
pub(super) fn phrase(words: &[String]) -> Phrase {
    read(words, &|word| style(word))
}

/// The same, where a word of style may have a typing error; nothing when none has.
pub(super) fn mistyped(words: &[String]) -> Option<Phrase> {
    let read = read(words, &|word| style(word).or_else(|| nearly(word)));
    read.styles.has(Styles::MISTYPED).then_some(read)
}

fn read(words: &[String], style: &dyn Fn(&str) -> Option<Styles>) -> Phrase {
    let mut place: Vec<&str> = Vec::new();
    let mut styles = Styles::default();
    let next_is_borough = |at: usize| {
        let next: Option<&String> = words.get(at + 1);
        next.is_some_and(|next| style(next).is_some_and(|s| s.has(Styles::BOROUGH)))
    };
    for (at, word) in words.iter().enumerate() {
        let word = word.as_str();
        let found = match word {
            "london" if next_is_borough(at) => Some(Styles::LONDON),
            "royal" if next_is_borough(at) => Some(Styles::ROYAL),
            "london" | "royal" => None,
            _ => style(word),
        };
        if let Some(found) = found {
            styles = styles.and(found);
            let of = words.get(at + 1).is_some_and(|next| next == "of");
            // "County of Kent" is a place; "City and County of Swansea" is a council.
            if of && (found.has(Styles::BOROUGH.and(Styles::CITY)) || styles.has(Styles::CITY)) {
                styles = styles.and(Styles::OF);
            }
        } else if !FILLERS.contains(&word) {
            place.push(
                SHORTENED
                    .iter()
                    .find(|(short, _)| *short == word)
                    .map_or(word, |(_, long)| long),
            );
        }
    }
    Phrase {
        place: place.join(" "),
        styles,
    }
}

/// What a word says of the style, in English, in Welsh, and as it is shortened.
fn style(word: &str) -> Option<Styles> {
    use Styles as S;
    Some(match word {
        "council" | "cyngor" | "comhairle" | "cc" => S::COUNCIL,
        "councils" => S::COUNCIL.and(S::SEVERAL),
        "county" | "sir" | "sirol" => S::COUNTY,
        "city" | "dinas" => S::CITY,
        "borough" | "boro" | "bwrdeistref" => S::BOROUGH,
        "district" => S::DISTRICT,
        "metropolitan" | "met" => S::METROPOLITAN,
        "corporation" => S::CORPORATION,
        "mbc" => S::METROPOLITAN.and(S::BOROUGH).and(S::COUNCIL),
        "mdc" => S::METROPOLITAN.and(S::DISTRICT).and(S::COUNCIL),
        "bc" => S::BOROUGH.and(S::COUNCIL),
        "cbc" => S::COUNTY.and(S::BOROUGH).and(S::COUNCIL),
        "dc" => S::DISTRICT.and(S::COUNCIL),
        "lb" => S::LONDON.and(S::BOROUGH).and(S::OF),
        "rb" => S::ROYAL.and(S::BOROUGH).and(S::OF),
        "combined" | "cca" | "mca" => S::COMBINED,
        // A unitary authority, as statisticians write it.
        "ua" => S::COUNCIL,
        // Whose authority is said by what stands beside it; by itself it is no style.
        "authority" | "unitary" | "mayoral" => S::default(),
        _ => return None,
    })
}

/// The style that a word means but for one slip of the fingers.
fn nearly(word: &str) -> Option<Styles> {
    let meant = ["council", "county", "borough", "district", "metropolitan"]
        .into_iter()
        .find(|meant| word.len() >= 6 && strsim::osa_distance(word, meant) == 1)?;
    // "Country" is a word of its own ("Black Country").
    (word != "country").then(|| style(meant).unwrap_or_default().and(Styles::MISTYPED))
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    fn place(name: &str) -> String {
        phrase(&words(name)).place
    }

    #[test]
    fn every_style_of_a_name_leaves_the_same_place() {
        for name in [
            "Bolton MBC",
            "The Borough Council of Bolton",
            "Metropolitan Borough of Bolton",
            "Bolton",
        ] {
            assert_eq!(place(name), "bolton", "{name}");
        }
        for name in [
            "Cyngor Sir Powys County Council",
            "Powys County Council",
            "Cyngor Sir Powys",
        ] {
            assert_eq!(place(name), "powys", "{name}");
        }
        assert_eq!(place("City of London Corporation"), "london");
        assert_eq!(place("London Borough of Bromley Council"), "bromley");
        assert_eq!(place("East Herts DC"), "east hertfordshire");
    }

    #[test]
    fn a_mistyped_style_is_one_slip_off_and_said_to_be() {
        let read = |name: &str| mistyped(&words(name)).map(|read| read.place);
        assert_eq!(read("Kent bCounty Council").as_deref(), Some("kent"));
        assert_eq!(read("Glasgow City Coucil").as_deref(), Some("glasgow"));
        assert_eq!(read("Black Country Council"), None);
        assert_eq!(read("Kent County Council"), None);
    }
}
