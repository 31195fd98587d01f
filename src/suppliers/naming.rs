//! The rule by which two names are one supplier's: the same words, but for case, punctuation and legal form.

/// Legal forms as they stand at the end of a name, in words without punctuation. What tells companies apart ("UK",
/// "Holdings", "Services") stays.
const LEGAL_FORMS: [&[&str]; 16] = [
    &["PUBLIC", "LIMITED", "COMPANY"],
    &["LIMITED", "LIABILITY", "PARTNERSHIP"],
    &["COMMUNITY", "INTEREST", "COMPANY"],
    &["CHARITABLE", "INCORPORATED", "ORGANISATION"],
    &["P", "L", "C"],
    &["L", "L", "P"],
    &["C", "I", "C"],
    &["CO", "LTD"],
    &["LIMITED"],
    &["LTD"],
    &["PLC"],
    &["LLP"],
    &["CIC"],
    &["CIO"],
    &["INC"],
    &["CYFYNGEDIG"],
];

/// A name as it is matched: upper case, words only, without "The" before it and the legal form at its end. What a company
/// trades as is left out after its legal form ("X Ltd t/a Y" is X), and kept after a person's name: persons share theirs.
pub fn name_key(name: &str) -> String {
    let upper = name
        .to_uppercase()
        .replace('&', " AND ")
        .replace(['\'', '\u{2019}'], "");
    let all: Vec<&str> = upper
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let company = trades(&all)
        .map(|end| &all[..end])
        .filter(|company| form(company).is_some());
    let mut words = company.unwrap_or(&all);
    while let Some(form) = form(words) {
        words = &words[..words.len() - form.len()];
    }
    if let ["THE", rest @ ..] = words
        && !rest.is_empty()
    {
        words = rest;
    }
    words.join(" ")
}

/// The legal form that a name ends in, if anything stands before it.
fn form(words: &[&str]) -> Option<&'static [&'static str]> {
    LEGAL_FORMS
        .into_iter()
        .find(|form| words.len() > form.len() && words.ends_with(form))
}

/// Where it begins to say what somebody trades as.
fn trades(words: &[&str]) -> Option<usize> {
    words
        .windows(2)
        .position(|two| matches!(two, ["T", "A" | "AS"] | ["TRADING", "AS"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_but_for_case_punctuation_and_legal_form() {
        for name in [
            "Smith & Sons Ltd.",
            "SMITH AND SONS LIMITED",
            "smith & sons",
            "The Smith & Sons P.L.C.",
            "Smith and Sons Public Limited Company",
            "Smith & Sons Co. Ltd",
            "Smith & Sons Ltd t/a Brushes",
            "Smith & Sons LLP trading as Smith's",
        ] {
            assert_eq!(name_key(name), "SMITH AND SONS", "{name}");
        }
        assert_eq!(name_key("Limited"), "LIMITED");
        assert_eq!(name_key("The Ltd"), "THE");
        assert_eq!(name_key(""), "");
        for other in [
            "Smith and Daughters Ltd",
            "Smith & Sons (UK) Ltd",
            "Smith & Sons Holdings",
        ] {
            assert_ne!(name_key(other), "SMITH AND SONS", "{other}");
        }
        let home = |name| name_key(&format!("Mr & Mrs R Smart T/A {name}"));
        assert_ne!(
            home("Glendon House"),
            home("Hickling House"),
            "persons share their names"
        );
    }
}
