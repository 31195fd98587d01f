//! Numbers that identify: companies, charities, CPV categories; and web addresses.
//! Answers for their form alone; nothing is looked up anywhere. Next: `../rows.rs`.

use super::Cell;
use crate::exchange::register::doubt::Why;

/// Companies House: two letters or digits and six digits. Spreadsheets lose leading zeros, so they are put back.
pub(in crate::exchange::register) fn company_number(text: &str) -> Cell<String> {
    let number = bare(text, &["GB-COH", "GB"]);
    let letters = number.len() - number.trim_start_matches(|c: char| c.is_ascii_uppercase()).len();
    let (prefix, digits) = number.split_at(letters);
    let room = match prefix.len() {
        0 => 8,
        2 => 6,
        _ => 0,
    };
    let formed = room > 0 && (1..=room).contains(&digits.len()) && all_digits(digits);
    if !formed || digits.bytes().all(|byte| byte == b'0') {
        return Cell::unread(Why::CompanyNumberForm);
    }
    Cell::sure(format!("{prefix}{digits:0>room$}"))
}

/// Charity registers: England and Wales six or seven digits (a linked charity adds `-1`), Scotland SC and six
/// digits, Northern Ireland NIC and six digits.
pub(in crate::exchange::register) fn charity_number(text: &str) -> Cell<String> {
    let number = bare(text, &["GB-CHC", "GB-SC", "GB-NIC", "GB"]);
    let six = |digits: &str| digits.len() == 6 && all_digits(digits);
    let (main, linked) = number.split_once('-').unwrap_or((&number, "1"));
    let english = (6..=7).contains(&main.len())
        && all_digits(main)
        && (1..=3).contains(&linked.len())
        && all_digits(linked);
    let scottish = number.strip_prefix("SC").is_some_and(six);
    let northern_irish = number.strip_prefix("NIC").is_some_and(six);
    if english || scottish || northern_irish {
        Cell::sure(number)
    } else {
        Cell::unread(Why::CharityNumberForm)
    }
}

/// CPV: eight digits; a check digit after a hyphen is dropped. Seven digits beginning with 3 or 9 have lost
/// the zero of divisions 03 and 09 to a spreadsheet, since nothing else is that short.
pub(in crate::exchange::register) fn cpv_code(text: &str) -> Cell<String> {
    let code = match text.split_once('-') {
        Some((code, check)) if check.trim().len() == 1 && all_digits(check.trim()) => code.trim(),
        Some(_) => return Cell::unread(Why::CpvCodeForm),
        None => text,
    };
    let lost_zero = code.len() == 7 && code.starts_with(['3', '9']);
    if !all_digits(code) || (code.len() != 8 && !lost_zero) || code.starts_with("00") {
        return Cell::unread(Why::CpvCodeForm);
    }
    Cell::sure(format!("{code:0>8}"))
}

/// A web address that is safe to show as a link: `javascript:` and the like are not.
pub(in crate::exchange::register) fn link(text: &str) -> Cell<String> {
    let begins = |scheme: &str| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let one_word = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if one_word && (begins("http://") || begins("https://")) && !text.ends_with("//") {
        Cell::sure(text.to_owned())
    } else {
        Cell::unread(Why::LinkForm)
    }
}

/// Upper case, without spaces and without a register's prefix such as `gb/` or `GB-COH-`.
fn bare(text: &str, prefixes: &[&str]) -> String {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_uppercase)
        .collect();
    let without = |prefix: &&str| {
        text.strip_prefix(*prefix)?
            .strip_prefix(['/', '-', ':'])
            .map(str::to_owned)
    };
    prefixes.iter().find_map(without).unwrap_or(text)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sure(text: &str) -> Cell<String> {
        Cell::sure(text.to_owned())
    }

    #[test]
    fn company_numbers_get_their_zeros_back_and_lose_their_prefix() {
        for (text, number) in [
            ("928555", "00928555"),
            ("gb/02165763", "02165763"),
            ("gb/OC304378", "OC304378"),
            ("oc 304378", "OC304378"),
            ("SC42425", "SC042425"),
            ("GB-COH-07445476", "07445476"),
            ("R0000123", ""),
            ("IP19473R", ""),
            ("N/A", ""),
            ("123456789", ""),
            ("0", ""),
            ("GB", ""),
            ("12 34 56 7é", ""),
        ] {
            let expected = if number.is_empty() {
                Cell::unread(Why::CompanyNumberForm)
            } else {
                sure(number)
            };
            assert_eq!(company_number(text), expected, "{text}");
        }
    }

    #[test]
    fn charity_numbers_of_the_three_registers_are_known() {
        for text in ["206394", "1089893", "SC012345", "NIC100012", "206394-2"] {
            assert_eq!(charity_number(text), sure(text));
        }
        assert_eq!(charity_number("gb-chc-1089893"), sure("1089893"));
        assert_eq!(charity_number("sc 012345"), sure("SC012345"));
        for text in ["12345", "12345678", "SC12345", "Exempt", "206394-", "-"] {
            assert_eq!(
                charity_number(text),
                Cell::unread(Why::CharityNumberForm),
                "{text}"
            );
        }
    }

    #[test]
    fn cpv_codes_are_eight_digits_without_their_check_digit() {
        assert_eq!(cpv_code("85000000-9"), sure("85000000"));
        assert_eq!(cpv_code("9132000"), sure("09132000"));
        for text in [
            "85",
            "8500000",
            "850000000",
            "85000000-99",
            "00000000",
            "Health",
            "85000000;90000000",
        ] {
            assert_eq!(cpv_code(text), Cell::unread(Why::CpvCodeForm), "{text}");
        }
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(link("HTTPS://example.org/a?b"), sure("HTTPS://example.org/a?b"));
        for text in [
            "javascript:alert(1)",
            "www.example.org",
            "http://",
            "https://a b",
            "ünïcödé",
        ] {
            assert_eq!(link(text), Cell::unread(Why::LinkForm), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_read_company_number_has_the_form_and_reads_as_itself(text in "\\PC{0,14}|[a-z/]{0,4}[0-9]{1,8}") {
            if let Some(number) = company_number(&text).value {
                prop_assert!(number.len() == 8 && all_digits(&number[2..]));
                prop_assert_eq!(company_number(&number), sure(&number));
            }
            let _ = (charity_number(&text), cpv_code(&text), link(&text));
        }
    }
}
